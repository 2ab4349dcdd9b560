//! The run against a baseline: every figure with its change, what is allowed, and what nobody can tell.

use crate::chart::change_bar::{self, change_bar};
use crate::chart::sign;
use crate::chart::svg::Element;
use crate::compare::{self, Verdict};
use crate::gate;
use crate::number;
use crate::render::compared;
use crate::summary::Summary;

use super::Sentence;

/// The section of one baseline.
pub(super) struct Comparison<'a> {
    pub(super) anchor: String,
    pub(super) base: &'a str,
    pub(super) lead: Sentence,
    pub(super) unlike: Vec<String>,
    pub(super) rows: Vec<Row>,
    pub(super) method: String,
    /// The ends of the scale, in words.
    pub(super) ends: [String; 2],
}

/// One figure.
pub(super) struct Row {
    pub(super) sign: Element,
    pub(super) word: &'static str,
    pub(super) bad: bool,
    pub(super) metric: String,
    pub(super) glossary: &'static str,
    pub(super) scope: String,
    pub(super) head: String,
    pub(super) base: String,
    pub(super) change: String,
    pub(super) bar: Element,
    pub(super) interval: String,
    pub(super) why: String,
    pub(super) allowed: String,
}

pub(super) fn view<'a>(summary: &'a Summary) -> Vec<Comparison<'a>> {
    let ends = ["−", "+"].map(|sign| format!("{sign}{:.0} ×", change_bar::REACH));
    let section = |(place, it): (usize, &'a compare::Comparison)| Comparison {
        // The first has the plain name, which is what the rail links to.
        anchor: if place == 0 { "baseline".to_owned() } else { format!("baseline-{}", place + 1) },
        base: &it.base.name,
        lead: lead(it),
        unlike: it.unlike.iter().map(compared::difference).collect(),
        rows: it.rows.iter().map(row).collect(),
        method: compared::method(it),
        ends: ends.clone(),
    };
    summary.comparisons.iter().enumerate().map(section).collect()
}

fn lead(comparison: &compare::Comparison) -> Sentence {
    let told = Sentence::default().stress(compared::tally(comparison)).say(".");
    match comparison.verdict {
        Verdict::Inconclusive if comparison.runs() == (1, 1) => {
            told.say(" One run a side cannot settle a modest change; several in turn can.")
        }
        _ => told,
    }
}

fn row(row: &compare::Row) -> Row {
    let unit = row.metric.entry().unit;
    let change = row.change.as_ref();
    let dash = |told: Option<String>| told.unwrap_or_else(|| "–".to_owned());
    Row {
        sign: sign(row.verdict),
        word: word(row.verdict),
        bad: row.verdict == Verdict::Regressed,
        metric: row.metric.to_string(),
        glossary: row.metric.entry().name,
        scope: row.scope.to_string(),
        head: compared::value(row.head.value, unit),
        base: compared::value(row.base.value, unit),
        change: dash(change.map(|change| compared::change(change, unit))),
        bar: change_bar(row),
        interval: dash(change.and_then(|change| compared::evidence(change, unit))),
        why: compared::why(row).unwrap_or_default(),
        allowed: allowed(row),
    }
}

fn allowed(row: &compare::Row) -> String {
    match row.allowed {
        compare::Margin::Relative(part) => format!("± {}", number::share(part)),
        compare::Margin::Absolute(0.0) => "none".to_owned(),
        margin @ compare::Margin::Absolute(_) => format!("± {}", margin.text(row.metric.entry().unit)),
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Regressed => "Worse",
        Verdict::NoData => "No data",
        Verdict::Inconclusive => "Unclear",
        Verdict::Changed => "Changed",
        Verdict::Improved => "Better",
        Verdict::Unchanged => "Same",
    }
}

fn sign(verdict: Verdict) -> Element {
    let like = match verdict {
        Verdict::Regressed => gate::Verdict::Fail,
        Verdict::NoData => gate::Verdict::NoData,
        Verdict::Inconclusive | Verdict::Changed => gate::Verdict::Inconclusive,
        Verdict::Improved | Verdict::Unchanged => gate::Verdict::Pass,
    };
    sign::gate(like, 13.0)
}

#[cfg(test)]
mod tests {
    use crate::render::html::html;
    use crate::render::sample::{against_main, hostile, hostile_comparison, note, storm};
    use crate::summary::Summary;

    fn page(mut summary: Summary, comparisons: Vec<crate::compare::Comparison>) -> String {
        summary.comparisons = comparisons;
        let mut out = Vec::new();
        let written = html(&summary, &note(), "", &mut out);
        assert!(written.is_ok(), "{written:?}");
        String::from_utf8_lossy(&out).into_owned()
    }

    #[test]
    fn every_figure_stands_on_the_page_with_its_word() {
        let text = page(storm().summary, vec![against_main()]);
        assert!(text.contains("id=\"baseline\"") && text.contains("href=\"#baseline\""));
        let rows = against_main().rows.len();
        assert_eq!(
            text.matches("<tr class=\"cmp\">").count() + text.matches("<tr class=\"cmp x\">").count(),
            rows
        );
        for word in ["Worse", "Unclear", "Same", "clients.careful.retry.attempts: 5 → 4"] {
            assert!(text.contains(word), "no {word}");
        }
        assert!(!text.contains("NaN") && !text.contains("Infinity"));
    }

    #[test]
    fn a_page_without_a_baseline_has_no_section_for_it() {
        assert!(!page(storm().summary, Vec::new()).contains("id=\"baseline\""));
    }

    #[test]
    fn hostile_text_stays_text() {
        let text = page(hostile(), vec![hostile_comparison()]);
        assert!(!text.contains("<img"), "markup came through");
    }
}
