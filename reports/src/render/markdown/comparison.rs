//! A comparison for a build's summary page or a comment on a pull request.

use std::fmt::Write;

use super::{code, cut, escaped};
use crate::compare::{Comparison, Row, Verdict};
use crate::render::compared;

/// A comparison as GitHub-flavoured Markdown.
pub fn comparison_markdown(comparison: &Comparison) -> String {
    let word = comparison.verdict.word().to_uppercase();
    let (base, head) = (code(&comparison.base.name), code(&comparison.head.name));
    let headline = format!(
        "## {} {word} {}: {}\n",
        icon(comparison.verdict),
        escaped(&compared::tally(comparison)),
        code(&comparison.head.scenario)
    );
    let sides = format!("{base} → {head}, {}\n", compared::method(comparison));
    cut([headline, sides, body(comparison)].join("\n"))
}

/// What a run's own summary says of a baseline.
pub(super) fn section(comparison: &Comparison) -> String {
    let lead = format!(
        "Against {}: {}, {}.\n",
        code(&comparison.base.name),
        compared::tally(comparison),
        compared::method(comparison)
    );
    [lead, body(comparison)].join("\n")
}

fn body(comparison: &Comparison) -> String {
    let unlike = comparison.unlike.iter().fold(String::new(), |mut text, it| {
        let _ = writeln!(text, "> differs in {}", code(&compared::difference(it)));
        text
    });
    let head = "| verdict | figure | base | head | change | 95 % interval | allowed | |\n| --- | --- | ---: | ---: | ---: | ---: | ---: | --- |\n";
    let table = comparison.rows.iter().map(row).fold(head.to_owned(), |table, row| table + &row);
    [unlike, table].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

fn row(row: &Row) -> String {
    let unit = row.metric.entry().unit;
    let told = |told: Option<String>| told.unwrap_or_else(|| "–".to_owned());
    let change = row.change.as_ref();
    format!(
        "| {} {} | {} | {} | {} | **{}** | {} | {} | {} |\n",
        icon(row.verdict),
        row.verdict.word(),
        code(&compared::figure(row)),
        compared::value(row.base.value, unit),
        compared::value(row.head.value, unit),
        told(change.map(|change| compared::change(change, unit))),
        told(change.and_then(|change| compared::evidence(change, unit))),
        row.allowed.text(unit),
        compared::why(row).unwrap_or_default(),
    )
}

fn icon(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Regressed => "❌",
        Verdict::NoData => "○",
        Verdict::Inconclusive => "◇",
        Verdict::Changed => "≠",
        Verdict::Improved => "✅",
        Verdict::Unchanged => "=",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::{against_main, hostile_comparison};

    #[test]
    fn every_figure_has_its_row() {
        insta::assert_snapshot!(comparison_markdown(&against_main()).replace('\u{202f}', " "));
    }

    #[test]
    fn hostile_text_stays_in_code_spans() {
        let text = comparison_markdown(&hostile_comparison());
        for line in text.lines().filter(|line| line.contains("onerror")) {
            let outside: String = line.split('`').step_by(2).collect();
            assert!(!outside.contains("<img") && !outside.contains("](y)"), "{line}");
        }
    }
}
