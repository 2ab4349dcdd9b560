//! A comparison at the terminal: figure by figure, what got worse first.

use anstyle::{AnsiColor, Style as Ansi};

use super::table::{Align, Table};
use super::{NARROWEST, Pen, Style, tame, wrapped};
use crate::compare::{Comparison, Row, Verdict};
use crate::render::compared;

/// Figures of a run's own summary that are told; the page has the rest.
const BRIEF: usize = 8;

/// A comparison in a screenful, for a terminal of `width` columns.
pub fn comparison_text(comparison: &Comparison, style: Style, width: usize) -> String {
    let (pen, width) = (Pen { style }, width.max(NARROWEST));
    let word = pen.paint(&comparison.verdict.word().to_uppercase(), sign(comparison.verdict).1.bold());
    let (base, head) = (&comparison.base, &comparison.head);
    let rest = format!("  {}   {}", head.scenario, compared::tally(comparison));
    let sides = format!("  base {}   head {}   {}", base.name, head.name, compared::method(comparison));
    let parts = [
        format!("{word}{}\n{}\n", tame(&rest), tame(&sides)),
        unlike(comparison, pen, width),
        rows(comparison.rows.iter(), pen, width),
    ];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

/// What a run's own summary says of a baseline: how many figures moved, and which.
pub(super) fn section(comparison: &Comparison, pen: Pen, width: usize) -> String {
    let lead = format!("  against {}: {}\n", comparison.base.name, compared::tally(comparison));
    let moved = comparison.rows.iter().filter(|row| row.verdict != Verdict::Unchanged);
    tame_line(&lead) + &unlike(comparison, pen, width) + &rows(moved.take(BRIEF), pen, width)
}

/// In what the runs are not alike.
fn unlike(comparison: &Comparison, pen: Pen, width: usize) -> String {
    let mark = pen.paint("!", AnsiColor::Yellow.on_default());
    let told = comparison.unlike.iter().map(|it| {
        let line = wrapped("    differs in ", &compared::difference(it), width);
        format!("  {mark} {}", line.trim_start())
    });
    told.collect()
}

fn rows<'a>(rows: impl Iterator<Item = &'a Row>, pen: Pen, width: usize) -> String {
    let rows: Vec<&Row> = rows.collect();
    let mut table = Table::new([Align::Left, Align::Left, Align::Right, Align::Left]);
    for row in &rows {
        table.row(cells(row).map(|cell| tame(&cell)));
    }
    let told = table.lines(width - 4).into_iter().zip(&rows).map(|(line, row)| {
        let (sign, ansi) = sign(row.verdict);
        let first = format!("  {} {}\n", pen.paint(sign, ansi), line.trim_end());
        match compared::why(row) {
            Some(why) => first + &wrapped("    ", &format!("{}: {why}", row.verdict.word()), width),
            None => first,
        }
    });
    told.collect()
}

fn cells(row: &Row) -> [String; 4] {
    let unit = row.metric.entry().unit;
    let values =
        format!("{} → {}", compared::value(row.base.value, unit), compared::value(row.head.value, unit));
    let change = row.change.as_ref();
    [
        compared::figure(row),
        values,
        change.map_or_else(String::new, |change| compared::change(change, unit)),
        change.and_then(|change| compared::evidence(change, unit)).unwrap_or_default(),
    ]
}

fn sign(verdict: Verdict) -> (&'static str, Ansi) {
    match verdict {
        Verdict::Regressed => ("✗", AnsiColor::Red.on_default()),
        Verdict::NoData => ("○", AnsiColor::Yellow.on_default()),
        Verdict::Inconclusive => ("◇", AnsiColor::Yellow.on_default()),
        Verdict::Changed => ("≠", AnsiColor::Yellow.on_default()),
        Verdict::Improved => ("✓", AnsiColor::Green.on_default()),
        Verdict::Unchanged => ("=", Ansi::new()),
    }
}

fn tame_line(line: &str) -> String {
    tame(line.trim_end_matches('\n')) + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::{against_main, hostile_comparison};

    #[test]
    fn what_got_worse_comes_first() {
        let text = comparison_text(&against_main(), Style::Plain, 100);
        insta::assert_snapshot!(text);
    }

    #[test]
    fn it_fits_eighty_columns() {
        let text = comparison_text(&against_main(), Style::Plain, 80);
        assert!(text.lines().skip(1).all(|line| line.chars().count() <= 80), "{text}");
    }

    #[test]
    fn a_terminal_finds_nothing_to_obey() {
        let text = comparison_text(&hostile_comparison(), Style::Plain, 100);
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text}");
    }
}
