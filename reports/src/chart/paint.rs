//! The palette: the one place where a colour has a value.
//!
//! Okabe–Ito hues mark shapes (3:1 against the page), darkened or lightened ones set small text
//! (4.5:1). A hue keeps its meaning on the whole page, and no hue stands alone: a word, a sign, a place
//! or a hatch says the same. The style sheet's variables and classes are written from this table, so
//! page and charts cannot drift apart.

use std::fmt::Write;

/// A colour by its use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paint {
    /// The page.
    Paper,
    /// Warm-up, hover, code.
    Wash,
    /// Lines between rows.
    Hair,
    /// Lines under heads, axes.
    Rule,
    /// Lines at ticks.
    Grid,
    /// The fault window.
    Hatch,
    /// Text.
    Ink,
    /// Secondary text.
    Ink2,
    /// Muted text, reference lines.
    Ink3,
    /// Attempts, waiting in backoff.
    Retry,
    /// Another destination answered.
    Fall,
    /// Failed; limits.
    Fail,
    /// The second region; passed.
    West,
    /// The ordinary case, as a fill.
    Bulk,
    /// The edge of the ordinary case.
    BulkEdge,
    /// Backoff blue as a fill.
    RetryFill,
    /// Fallback purple as a fill.
    FallFill,
    /// Second region as a fill.
    WestFill,
    /// Links, and blue as text.
    Link,
    /// Vermilion as text.
    FailText,
    /// Green as text.
    PassText,
    /// Purple as text.
    FallText,
    /// A count of answers, from few to many: cividis, which keeps its order without colour. Its dense end is darker on a
    /// light page and brighter on a dark one.
    Heat(u8),
}

/// Steps of [`Paint::Heat`], from 0 on.
pub(crate) const HEATS: u8 = 9;

impl Paint {
    const PLAIN: [Paint; 22] = [
        Paint::Paper,
        Paint::Wash,
        Paint::Hair,
        Paint::Rule,
        Paint::Grid,
        Paint::Hatch,
        Paint::Ink,
        Paint::Ink2,
        Paint::Ink3,
        Paint::Retry,
        Paint::Fall,
        Paint::Fail,
        Paint::West,
        Paint::Bulk,
        Paint::BulkEdge,
        Paint::RetryFill,
        Paint::FallFill,
        Paint::WestFill,
        Paint::Link,
        Paint::FailText,
        Paint::PassText,
        Paint::FallText,
    ];

    fn all() -> impl Iterator<Item = Paint> {
        Paint::PLAIN.into_iter().chain((0..HEATS).map(Paint::Heat))
    }

    /// Its name in the style sheet, its light value and its dark one.
    #[rustfmt::skip]
    const fn token(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Paint::Paper => ("paper", "#ffffff", "#121417"),
            Paint::Wash => ("wash", "#f5f6f8", "#1a1d21"),
            Paint::Hair => ("hair", "#dfe3e8", "#2b3037"),
            Paint::Rule => ("rule", "#b9c0c9", "#454c56"),
            Paint::Grid => ("grid", "#e9ecf0", "#22262c"),
            Paint::Hatch => ("hatch", "#d3d9e0", "#353b43"),
            Paint::Ink => ("ink", "#15181c", "#e9ebee"),
            Paint::Ink2 => ("ink2", "#454c55", "#b4bbc4"),
            Paint::Ink3 => ("ink3", "#646c77", "#8f97a3"),
            Paint::Retry => ("retry", "#0072b2", "#56b4e9"),
            Paint::Fall => ("fall", "#cc79a7", "#cc79a7"),
            Paint::Fail => ("fail", "#d55e00", "#d55e00"),
            Paint::West => ("west", "#009e73", "#009e73"),
            Paint::Bulk => ("bulk", "#e4e8ec", "#272c33"),
            Paint::BulkEdge => ("bulk-edge", "#858e99", "#6d7682"),
            Paint::RetryFill => ("retry-fill", "#b3d5e8", "#1f4d66"),
            Paint::FallFill => ("fall-fill", "#e6bcd3", "#5f3b4f"),
            Paint::WestFill => ("west-fill", "#a6dac9", "#0b4f3d"),
            Paint::Link => ("link", "#0068a3", "#6cbdec"),
            Paint::FailText => ("fail-text", "#b34a00", "#f0803c"),
            Paint::PassText => ("pass-text", "#00785a", "#2fc497"),
            Paint::FallText => ("fall-text", "#a34d80", "#dd9bc0"),
            Paint::Heat(0) => ("heat0", "#b4a76f", "#48526c"),
            Paint::Heat(1) => ("heat1", "#9e9676", "#5e626e"),
            Paint::Heat(2) => ("heat2", "#8b8778", "#727274"),
            Paint::Heat(3) => ("heat3", "#777777", "#878478"),
            Paint::Heat(4) => ("heat4", "#666970", "#9d9576"),
            Paint::Heat(5) => ("heat5", "#4f576c", "#b5a86f"),
            Paint::Heat(6) => ("heat6", "#35456c", "#cebc63"),
            Paint::Heat(7) => ("heat7", "#083370", "#e7d150"),
            Paint::Heat(_) => ("heat8", "#00173a", "#fee838"),
        }
    }

    /// Its name in the style sheet.
    pub(crate) const fn name(self) -> &'static str {
        self.token().0
    }

    /// Its value on the light page, for viewers without a style sheet.
    pub(crate) const fn light(self) -> &'static str {
        self.token().1
    }

    /// The hue as small text.
    pub(crate) const fn as_text(self) -> Paint {
        match self {
            Paint::Retry => Paint::Link,
            Paint::Fall => Paint::FallText,
            Paint::Fail => Paint::FailText,
            Paint::West => Paint::PassText,
            Paint::Bulk | Paint::BulkEdge => Paint::Ink3,
            paint => paint,
        }
    }
}

/// The style sheet's share of the palette: variables for both themes, a fill and a stroke class for each.
pub(crate) fn sheet() -> String {
    let light = variables(|(name, light, _)| (name, light));
    let dark = variables(|(name, _, dark)| (name, dark));
    let mut css = format!(
        ":root{{color-scheme:light dark;{light}}}\n\
         @media screen and (prefers-color-scheme:dark){{:root{{{dark}}}}}\n"
    );
    for paint in Paint::all() {
        let name = paint.name();
        let _ = write!(css, ".f-{name}{{fill:var(--{name})}}.s-{name}{{stroke:var(--{name})}}");
    }
    css
}

type Token = (&'static str, &'static str, &'static str);

fn variables(pick: fn(Token) -> (&'static str, &'static str)) -> String {
    let line = |(name, value)| format!("--{name}:{value};");
    Paint::all().map(|paint| line(pick(paint.token()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel(hex: &str) -> f64 {
        let value = f64::from(u8::from_str_radix(hex, 16).unwrap_or_default()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    }

    fn luminance(hex: &str) -> f64 {
        0.2126 * channel(&hex[1..3]) + 0.7152 * channel(&hex[3..5]) + 0.0722 * channel(&hex[5..7])
    }

    fn contrast(one: &str, other: &str) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn text_and_marks_stand_out_on_both_grounds() {
        let texts = [
            Paint::Ink,
            Paint::Ink2,
            Paint::Ink3,
            Paint::Link,
            Paint::FailText,
            Paint::PassText,
            Paint::FallText,
        ];
        let marks = [Paint::Retry, Paint::Fall, Paint::Fail, Paint::West, Paint::BulkEdge];
        let wanted = texts.map(|paint| (paint, 4.5)).into_iter().chain(marks.map(|paint| (paint, 3.0)));
        for (paint, least) in wanted {
            let ((_, light, dark), (_, paper, night)) = (paint.token(), Paint::Paper.token());
            assert!(contrast(light, paper) >= least, "{paint:?} on light");
            assert!(contrast(dark, night) >= least, "{paint:?} on dark");
        }
    }

    #[test]
    fn more_answers_are_further_from_the_page_on_both_grounds() {
        let paper = Paint::Paper.token();
        let steps = (0..HEATS).map(|step| Paint::Heat(step).token());
        let contrasts = steps.map(|(_, light, dark)| (contrast(light, paper.1), contrast(dark, paper.2)));
        let contrasts: Vec<(f64, f64)> = contrasts.collect();
        assert!(contrasts[0].0 > 2.2 && contrasts[0].1 > 2.2, "{contrasts:?}");
        assert!(
            contrasts.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 < pair[1].1),
            "{contrasts:?}"
        );
    }

    #[test]
    fn the_sheet_names_every_paint_once_for_each_theme() {
        let css = sheet();
        for paint in Paint::all() {
            assert_eq!(css.matches(&format!("--{}:", paint.name())).count(), 2, "{paint:?}");
        }
    }
}
