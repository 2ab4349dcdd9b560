//! The catalogue as text for the terminal: what a metric is, in what unit, by which formula; and what the
//! judge's findings mean.

use crate::judge::codes::CodeEntry;
use crate::judge::finding::Code;
use crate::metric::{Better, Entry, Metric, Needs, Unit};

/// Columns of a formula: with its indent, a line of a hundred.
const COLUMNS: usize = 89;

/// What a metric means, by its name in scenarios (`latency.p95`) or in the catalogue (`latency`).
pub fn explain_metric(name: &str) -> Option<String> {
    let entry = match name.parse::<Metric>() {
        Ok(metric) => metric.entry(),
        Err(_) => Metric::catalogue().find(|entry| entry.name == name)?,
    };
    Some(explained(&entry))
}

/// What a finding of the judge means, by its code.
pub fn explain_finding(code: &str) -> Option<String> {
    code.parse().ok().map(|code: Code| finding(&code.entry()))
}

/// Every metric of the catalogue, then every finding of the judge.
pub fn explain_all() -> String {
    let metrics = Metric::catalogue().map(|entry| explained(&entry));
    metrics.chain(Code::ALL.map(|code| finding(&code.entry()))).collect::<Vec<_>>().join("\n")
}

fn finding(entry: &CodeEntry) -> String {
    format!(
        "{}\n  {}\n  why      {}\n  change   {}\n  sample   {}\n",
        entry.name,
        entry.meaning,
        hung(entry.why),
        hung(entry.change),
        hung(entry.sample),
    )
}

fn explained(entry: &Entry) -> String {
    let mut text = format!(
        "{}{}\n  {}\n  formula  {}\n  unit     {}\n  better   {}\n",
        entry.name,
        statistics(entry),
        entry.meaning,
        hung(entry.formula),
        unit(entry.unit),
        better(entry).word(),
    );
    if let Some(needs) = needs(entry.needs) {
        text.push_str(&format!("  needs    {needs}\n"));
    }
    text
}

/// A text broken into lines that hang under its first word.
fn hung(text: &str) -> String {
    let mut hung = String::new();
    let mut column = 0;
    for word in text.split(' ') {
        let width = word.chars().count() + 1;
        if column > 0 && column + width > COLUMNS {
            hung.push_str("\n           ");
            column = 0;
        } else if column > 0 {
            hung.push(' ');
        }
        hung.push_str(word);
        column += width;
    }
    hung
}

/// How a timing is asked for; a figure's name is whole already.
fn statistics(entry: &Entry) -> &'static str {
    match entry.name.parse::<Metric>() {
        Ok(_) => "",
        Err(_) => ".p50 .p90 .p95 .p99 .p99.9 .mean .min .max",
    }
}

/// Which way it gets better, as a comparison judges it; the name of a time alone is no metric yet.
fn better(entry: &Entry) -> Better {
    entry.name.parse::<Metric>().map_or(Better::Lower, Metric::better)
}

/// A unit in words, with an example of how a scenario writes it.
pub(super) fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Seconds => "a time, as 2s or 400ms",
        Unit::Share => "a share, as 99.5%",
        Unit::Ratio => "a ratio, as 1.6",
        Unit::Count => "a count, as 10",
        Unit::PerSecond => "a rate, as 20/s",
        Unit::PerMinute => "a rate, as 2M/min",
        Unit::Usd => "US dollars, as 2.5",
    }
}

fn needs(needs: Needs) -> Option<&'static str> {
    match needs {
        Needs::Nothing => None,
        Needs::Streams => Some("a flow that streams"),
        Needs::Slo => Some("a limit under `slo:`"),
        Needs::WhereRegion => Some("`where: { region: … }` to say which"),
        Needs::WhereModel => Some("`where: { model: … }` to say which"),
        Needs::Prices => Some("a price on every model in scope"),
        Needs::AfterFault => Some("`after:` with the name of a fault"),
        Needs::OpenLoad => Some("a flow with an open load"),
        Needs::Breaker => Some("a client with a `breaker`"),
        Needs::Hedge => Some("a client with a `hedge`"),
        Needs::Limit => Some("a client with a `limit`"),
        Needs::Gateway => Some("a flow behind a `gateway`"),
        Needs::Retriers => Some("a client with a `state_machine`"),
        Needs::Queue => Some("a flow with `load: { queue: … }`"),
        Needs::Ledger => Some("a cloud of ours, whose ledger the judge can read"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_is_found_by_either_of_its_names() {
        assert_eq!(explain_metric("latency.p95"), explain_metric("latency"));
        assert!(explain_metric("success.rate").is_none());
        insta::assert_snapshot!(explain_metric("recovery.time").unwrap_or_default());
    }

    #[test]
    fn every_metric_is_explained() {
        let unbroken = explain_all().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(Metric::catalogue().all(|entry| unbroken.contains(entry.formula)));
    }

    #[test]
    fn every_finding_is_explained() {
        let unbroken = explain_all().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(Code::ALL.map(Code::entry).iter().all(|entry| unbroken.contains(entry.change)));
        assert!(explain_finding("no-jiter").is_none());
        insta::assert_snapshot!(explain_finding("no-jitter").unwrap_or_default());
    }
}
