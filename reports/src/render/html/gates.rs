//! The gates, failing first, each measured against its limit on one common scale.

use crate::chart::svg::Element;
use crate::chart::{limit_bar, sign};
use crate::gate::{Judged, Limit, OnNoData, Severity, Verdict};
use crate::judge::expect::Expectation;
use crate::number;
use crate::render::phrase;
use crate::summary::Summary;

use super::Sentence;
use super::evidence::{Place, Places};
use super::requests;

/// The section.
pub(super) struct Gates<'a> {
    pub(super) lead: Sentence,
    pub(super) limit_at: String,
    pub(super) rows: Vec<Row<'a>>,
    pub(super) expectations: Vec<Expected<'a>>,
    /// How many of both fail the run, and the sign for it where any does.
    pub(super) failing: usize,
    pub(super) sign: Option<Element>,
}

/// One thing that the scenario expects of the client.
pub(super) struct Expected<'a> {
    pub(super) anchor: String,
    pub(super) failing: bool,
    pub(super) sign: Element,
    pub(super) word: &'static str,
    pub(super) name: &'a str,
    pub(super) expected: &'a str,
    pub(super) seen: &'a str,
}

/// One gate.
pub(super) struct Row<'a> {
    pub(super) anchor: String,
    pub(super) failing: bool,
    pub(super) sign: Element,
    pub(super) word: &'static str,
    pub(super) name: &'a str,
    pub(super) metric: String,
    pub(super) glossary: &'static str,
    /// What softens the verdict, if anything.
    pub(super) remark: &'static str,
    pub(super) measured: String,
    pub(super) limit: String,
    pub(super) margin: String,
    pub(super) bar: Element,
    pub(super) interval: String,
    pub(super) samples: String,
    /// The chart or table that shows the figure.
    pub(super) chart: Place,
    /// A request that shows it, if there is one.
    pub(super) request: Option<u64>,
}

pub(super) fn view<'a>(summary: &'a Summary, places: &Places) -> Gates<'a> {
    let failing = phrase::failing(summary).count() + summary.unmet().count();
    Gates {
        failing,
        sign: (failing > 0).then(|| sign::gate(Verdict::Fail, 11.0)),
        lead: lead(summary),
        limit_at: format!("{:.2}%", limit_bar::LIMIT_AT),
        rows: summary.gates.iter().map(|judged| row(summary, places, judged)).collect(),
        expectations: summary.expectations().iter().map(expected).collect(),
    }
}

fn expected(expectation: &Expectation) -> Expected<'_> {
    Expected {
        anchor: anchor(&format!("expected-{}", expectation.name)),
        failing: matches!(expectation.verdict, Verdict::Fail | Verdict::NoData),
        sign: sign::gate(expectation.verdict, 15.0),
        word: word(expectation.verdict),
        name: &expectation.name,
        expected: &expectation.expected,
        seen: &expectation.seen,
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Fail => "Fail",
        Verdict::NoData => "No data",
        Verdict::Inconclusive => "Inconclusive",
        Verdict::Pass => "Pass",
    }
}

/// The anchor of a gate, for links from elsewhere.
pub(super) fn anchor(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_whitespace() || c.is_control() { '-' } else { c }).collect();
    format!("gate-{plain}")
}

fn lead(summary: &Summary) -> Sentence {
    let gates = summary.gates.iter().filter(|judged| judged.verdict != Verdict::Pass).take(3).map(briefly);
    let expected = summary.expectations().iter().filter(|it| it.verdict != Verdict::Pass).take(3).map(unmet);
    let told = gates.chain(expected).fold(Sentence::default(), Sentence::then);
    match (summary.gates.len(), summary.expectations().len(), told == Sentence::default()) {
        (0, 0, _) => Sentence::of("The scenario sets no gates: the run was measured and not judged."),
        (0, _, true) => Sentence::of("The client did all that the scenario expects of it."),
        (_, _, true) => nearest(summary),
        (_, _, false) => told,
    }
}

fn unmet(expectation: &Expectation) -> Sentence {
    let name = Sentence::of("The expectation ").stress(expectation.name.to_string());
    name.say(match expectation.verdict {
        Verdict::Fail => " was not met.",
        _ => " could not be shown.",
    })
}

fn briefly(judged: &Judged) -> Sentence {
    let name = Sentence::default().stress(judged.gate.name.to_string());
    let unit = judged.gate.metric.entry().unit;
    match (judged.verdict, judged.excess()) {
        (Verdict::Fail, Some(excess)) => {
            let side = if below(judged) { "fell short of" } else { "exceeded" };
            let size = number::difference(excess, unit);
            name.say(format!(" {side} its limit by {}.", size.trim_start_matches('+')))
        }
        (Verdict::Inconclusive, _) => name.say(" was too close to call: its interval holds the limit."),
        (Verdict::NoData, _) if judged.measured.value.is_some() => name.say(" had too few samples."),
        _ => name.say(" had nothing to measure."),
    }
}

/// Of gates that all passed, the one that came nearest to its limit.
fn nearest(summary: &Summary) -> Sentence {
    let used = summary.gates.iter().filter_map(|judged| Some((judged, limit_bar::used(judged)?)));
    let most = used.max_by(|(_, one), (_, other)| one.total_cmp(other));
    most.map_or_else(
        || Sentence::of("Every limit was kept."),
        |(judged, used)| {
            Sentence::of("Every limit was kept; ")
                .stress(judged.gate.name.to_string())
                .say(format!(" came nearest, with {:.0}\u{202f}% of its limit used.", used * 100.0))
        },
    )
}

fn row<'a>(summary: &Summary, places: &Places, judged: &'a Judged) -> Row<'a> {
    let gate = &judged.gate;
    let unit = gate.metric.entry().unit;
    Row {
        anchor: anchor(&gate.name),
        failing: judged.fails_the_run(),
        sign: sign::gate(judged.verdict, 15.0),
        word: word(judged.verdict),
        name: &gate.name,
        metric: phrase::metric_and_scope(judged),
        glossary: gate.metric.entry().name,
        remark: remark(judged),
        measured: measured(judged),
        limit: limit(judged),
        margin: margin(judged),
        bar: limit_bar::limit_bar(judged),
        interval: judged.measured.interval.filter(|_| judged.verdict != Verdict::NoData).map_or_else(
            || "–".to_owned(),
            |(low, high)| format!("{} to {}", number::value(low, unit), number::value(high, unit)),
        ),
        samples: samples(judged),
        chart: places.of(summary, gate),
        request: summary.exhibits.get(&gate.name).copied().filter(|id| requests::is_shown(summary, *id)),
    }
}

fn remark(judged: &Judged) -> &'static str {
    match (judged.gate.severity, judged.verdict, judged.gate.on_no_data) {
        (Severity::Warn, ..) => "only warns",
        (_, Verdict::NoData, OnNoData::Warn) => "no data only warns",
        _ => "",
    }
}

fn measured(judged: &Judged) -> String {
    match (judged.verdict, judged.measured.value) {
        (Verdict::NoData, Some(_)) => "too few".to_owned(),
        (Verdict::NoData, None) | (_, None) => "–".to_owned(),
        (_, Some(value)) => number::value(value, judged.gate.metric.entry().unit),
    }
}

fn limit(judged: &Judged) -> String {
    let value = |at: f64| number::value(at, judged.gate.metric.entry().unit);
    match judged.gate.limit {
        Limit::Min(min) => format!("≥ {}", value(min)),
        Limit::Max(max) => format!("≤ {}", value(max)),
        Limit::Between(min, max) => format!("{} to {}", value(min), value(max)),
        Limit::Equals(exact) => format!("= {}", value(exact)),
        Limit::Against(_) => judged.gate.limit.text(judged.gate.metric.entry().unit),
    }
}

fn below(judged: &Judged) -> bool {
    match (&judged.gate.limit, judged.measured.value) {
        (Limit::Min(_), _) => true,
        (Limit::Between(min, _), Some(value)) => value < *min,
        (Limit::Equals(exact), Some(value)) => value < *exact,
        (Limit::Against(_), Some(_)) => judged.measured.baseline.is_some_and(|it| it.change.difference < 0.0),
        _ => false,
    }
}

fn margin(judged: &Judged) -> String {
    let unit = judged.gate.metric.entry().unit;
    match (judged.verdict, judged.excess(), limit_bar::used(judged)) {
        (Verdict::NoData, ..) => "–".to_owned(),
        (_, Some(excess), _) if excess > 0.0 => {
            let size = number::difference(excess, unit);
            format!("{} {}", size.trim_start_matches('+'), if below(judged) { "under" } else { "over" })
        }
        // Of a limit of zero there is nothing to have left.
        (_, _, Some(used)) if matches!(judged.gate.limit, Limit::Max(most) | Limit::Min(most) if most != 0.0) =>
        {
            format!("{:.0}\u{202f}% left", (1.0 - used).max(0.0) * 100.0)
        }
        _ => "kept".to_owned(),
    }
}

fn samples(judged: &Judged) -> String {
    let samples = number::count(judged.measured.samples);
    if judged.measured.samples < judged.measured.floor {
        return format!("n {samples}, needs {}", number::count(judged.measured.floor));
    }
    format!("n {samples}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::every_verdict;

    #[test]
    fn margins_name_their_side() {
        let summary = every_verdict();
        let margins: Vec<String> = view(&summary, &Places::default())
            .rows
            .iter()
            .map(|row| row.margin.replace('\u{202f}', " "))
            .collect();
        assert_eq!(margins[..3], ["5.26 points under", "10.7 s over", "–"]);
        assert!(margins.iter().any(|margin| margin == "86 % left"), "{margins:?}");
    }

    #[test]
    fn anchors_hold_no_white_space() {
        assert_eq!(anchor("a gate\n"), "gate-a-gate-");
    }
}
