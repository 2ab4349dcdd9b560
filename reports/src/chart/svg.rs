//! A small typed writer of SVG.
//!
//! An element escapes whatever it is given, so markup made here is safe to place in a page as it is,
//! and the template engine is told so by the type. Numbers are cut to what a screen can show: a
//! hundredth of a per cent across, a tenth of a pixel down.

use std::fmt::{self, Display, Write};

use super::paint::Paint;

/// An element with its attributes and content.
#[derive(Clone, Debug)]
pub(crate) struct Element {
    name: &'static str,
    classes: String,
    attributes: String,
    content: String,
}

/// A length across: per cent of the column.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(crate) struct Pct(pub(crate) f64);

/// A length down, or a coordinate inside a stretched drawing.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(crate) struct Px(pub(crate) f64);

impl Element {
    /// An empty element.
    pub(crate) fn new(name: &'static str) -> Self {
        Element { name, classes: String::new(), attributes: String::new(), content: String::new() }
    }

    /// With an attribute.
    pub(crate) fn set(mut self, key: &str, value: impl Display) -> Self {
        let _ = write!(self.attributes, " {key}=\"{}\"", escaped(&value.to_string()));
        self
    }

    /// With a class.
    pub(crate) fn class(mut self, class: &str) -> Self {
        if !self.classes.is_empty() {
            self.classes.push(' ');
        }
        self.classes.push_str(class);
        self
    }

    /// Filled: the light value as an attribute, the class for themes.
    pub(crate) fn fill(self, paint: Paint) -> Self {
        self.class(&format!("f-{}", paint.name())).set("fill", paint.light())
    }

    /// Stroked: the light value as an attribute, the class for themes.
    pub(crate) fn stroke(self, paint: Paint) -> Self {
        self.class(&format!("s-{}", paint.name())).set("stroke", paint.light())
    }

    /// With a child.
    pub(crate) fn child(mut self, child: impl Into<Element>) -> Self {
        let _ = write!(self.content, "{}", child.into());
        self
    }

    /// With children.
    pub(crate) fn children(self, children: impl IntoIterator<Item = Element>) -> Self {
        children.into_iter().fold(self, Element::child)
    }

    /// With text, escaped.
    pub(crate) fn text(mut self, text: &str) -> Self {
        self.content.push_str(&escaped(text));
        self
    }
}

impl Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}", self.name)?;
        if !self.classes.is_empty() {
            write!(f, " class=\"{}\"", escaped(&self.classes))?;
        }
        match self.content.as_str() {
            "" => write!(f, "{}/>", self.attributes),
            content => write!(f, "{}>{content}</{}>", self.attributes, self.name),
        }
    }
}

impl askama::filters::HtmlSafe for Element {}

impl Display for Pct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", trimmed(self.0, 2))
    }
}

impl Display for Px {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&trimmed(self.0, 1))
    }
}

/// A number without the zeros that say nothing.
fn trimmed(number: f64, decimals: usize) -> String {
    let text = format!("{number:.decimals$}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if matches!(text, "" | "-" | "-0") { "0".to_owned() } else { text.to_owned() }
}

/// Text without a meaning to a parser of XML. Control characters, which XML cannot hold, are dropped.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() && c != '\n' && c != '\t' => {}
            c => out.push(c),
        }
    }
    out
}

/// A drawing as wide as its column. Its title and description are what a screen reader says.
pub(crate) fn drawing(id: &str, height: f64, title: &str, desc: &str) -> Element {
    let (title_id, desc_id) = (format!("{id}-t"), format!("{id}-d"));
    Element::new("svg")
        .set("width", "100%")
        .set("height", Px(height))
        .set("overflow", "visible")
        .set("font-size", 11)
        .set("role", "img")
        .set("aria-labelledby", format!("{title_id} {desc_id}"))
        .child(Element::new("title").set("id", title_id).text(title))
        .child(Element::new("desc").set("id", desc_id).text(desc))
}

/// A drawing that only repeats what words beside it say.
pub(crate) fn decoration(width: impl Display, height: f64) -> Element {
    Element::new("svg")
        .set("width", width)
        .set("height", Px(height))
        .set("font-size", 11)
        .set("aria-hidden", "true")
}

/// The inner drawing whose paths stretch with the column: `width` units across, pixels down.
pub(crate) fn stretched(width: f64, height: f64) -> Element {
    Element::new("svg")
        .set("width", "100%")
        .set("height", Px(height))
        .set("viewBox", format!("0 0 {} {}", Px(width), Px(height)))
        .set("preserveAspectRatio", "none")
        .set("overflow", "visible")
}

/// A stroked path of a stretched drawing.
pub(crate) fn path(d: &str, paint: Paint, width: f64) -> Element {
    Element::new("path")
        .class("ps")
        .stroke(paint)
        .set("d", d)
        .set("stroke-width", width)
        .set("fill", "none")
        .set("vector-effect", "non-scaling-stroke")
}

/// A filled path of a stretched drawing.
pub(crate) fn shape(d: &str, paint: Paint) -> Element {
    Element::new("path").fill(paint).set("d", d)
}

/// An upright line.
pub(crate) fn upright(x: Pct, top: f64, bottom: f64, paint: Paint) -> Element {
    Element::new("line").stroke(paint).set("x1", x).set("x2", x).set("y1", Px(top)).set("y2", Px(bottom))
}

/// A level line.
pub(crate) fn level(from: Pct, to: Pct, y: f64, paint: Paint) -> Element {
    Element::new("line").stroke(paint).set("x1", from).set("x2", to).set("y1", Px(y)).set("y2", Px(y))
}

/// A box.
pub(crate) fn rect(from: Pct, to: Pct, top: f64, height: f64) -> Element {
    Element::new("rect")
        .set("x", from)
        .set("y", Px(top))
        .set("width", Pct((to.0 - from.0).max(0.0)))
        .set("height", Px(height))
}

/// A line of text of the chart's one size, which the drawing sets.
pub(crate) fn label(x: Pct, baseline: f64, text: &str, paint: Paint) -> Element {
    Element::new("text").class("t").fill(paint).set("x", x).set("y", Px(baseline)).text(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_it_is_given_stays_text() {
        let hostile = "</svg><script>\"'&\u{1b}";
        let element = Element::new("text").set("x", hostile).text(hostile).to_string();
        let safe = "&lt;/svg&gt;&lt;script&gt;&quot;&#39;&amp;";
        assert_eq!(element, format!("<text x=\"{safe}\">{safe}</text>"));
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!(Pct(33.333_333).to_string(), "33.33%");
        assert_eq!(Px(20.0).to_string(), "20");
        assert_eq!(Px(-0.01).to_string(), "0");
        assert_eq!(Px(100.0).to_string(), "100");
    }
}
