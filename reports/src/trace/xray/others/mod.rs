//! Our documents beside those that other translators made of the same spans.
//!
//! `checks/translators/record` runs a scenario whose requests end in every way there is, sends its spans as OTLP, and has
//! the Collector's own translator and `opentelemetry-aws` make documents of them. What they made is recorded; our side
//! is made here and now, from the records of that run. A difference without a reason fails, as does a reason without a
//! difference, and `docs/xray-and-others.md` must hold the reasons word for word.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod difference;
mod reason;
mod reasons;
mod recorded;
mod table;
mod translator;

use std::collections::BTreeSet;

use super::rules::violations;
use difference::Difference;
use reason::There::Differs;
use reasons::REASONS;
use recorded::{Ours, Theirs};
use translator::Translator;

const DOCS: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/xray-and-others.md"));

/// How each difference is explained: by the places of the reasons that cover it.
fn explained(ours: &Ours, theirs: &Theirs) -> Vec<(String, Vec<usize>)> {
    let by = theirs.by;
    let pairs = theirs.spans.iter().map(|(id, document)| (&ours.spans[id], document));
    let all = pairs.flat_map(|(ours, theirs)| Difference::all(by, ours, theirs));
    let told = all.map(|difference| {
        let reasons = REASONS.iter().enumerate().filter(|(_, reason)| reason.explains(&difference));
        (difference.to_string(), reasons.map(|(place, _)| place).collect())
    });
    told.collect()
}

fn unexplained(ours: &Ours, theirs: &Theirs) -> BTreeSet<String> {
    let differences = explained(ours, theirs).into_iter();
    differences.filter(|(_, reasons)| reasons.is_empty()).map(|(difference, _)| difference).collect()
}

#[test]
fn every_span_is_told_of_by_each() {
    let ours = Ours::made();
    for by in Translator::ALL {
        let theirs = Theirs::recorded(by);
        assert!(theirs.spans.keys().eq(ours.spans.keys()), "{by}");
    }
}

#[test]
fn every_difference_has_a_reason() {
    let ours = Ours::made();
    for by in Translator::ALL {
        let unexplained = unexplained(&ours, &Theirs::recorded(by));
        assert!(unexplained.is_empty(), "{by}: {unexplained:#?}");
    }
}

#[test]
fn every_reason_is_needed_and_no_two_explain_the_same() {
    let ours = Ours::made();
    for by in Translator::ALL {
        let explained = explained(&ours, &Theirs::recorded(by));
        for (difference, reasons) in &explained {
            let names: Vec<&str> = reasons.iter().map(|&place| REASONS[place].what).collect();
            assert!(names.len() <= 1, "{by}: {difference}: {names:?}");
        }
        let needed: BTreeSet<usize> = explained.into_iter().flat_map(|(_, reasons)| reasons).collect();
        for (place, reason) in REASONS.iter().enumerate() {
            let differs = matches!(reason.theirs(by), Differs(_));
            assert_eq!(differs, needed.contains(&place), "{by}: `{}` explains what differs", reason.what);
        }
    }
}

#[test]
fn the_docs_hold_the_reasons() {
    let table = table::of(REASONS);
    assert!(DOCS.contains(&table), "docs/xray-and-others.md must hold this table:\n\n{table}");
}

#[test]
fn a_change_of_ours_is_seen() {
    for (from, to) in [
        (r#""throttle":true"#, r#""throttle":false"#),
        (r#""fault":true"#, r#""fault":false"#),
        (r#""namespace":"aws""#, r#""namespace":"remote""#),
        (r#""name":"Bedrock Runtime""#, r#""name":"Bedrock""#),
        (r#""status":429"#, r#""status":430"#),
        (r#""operation":"Converse""#, r#""operation":"Talk""#),
        (r#""region":"us-west-2""#, r#""region":"us-east-1""#),
        (r#""precursor_ids""#, r#""links""#),
        (r#""annotations":{"#, r#""annotations":{"new":1,"#),
        (r#""scenario":"every-outcome""#, r#""scenario":"another""#),
        (r#""retries":1"#, r#""retries":2"#),
        (r#""remote":true"#, r#""remote":false"#),
        (r#""bedload.backoff_ms""#, r#""bedload.backoff""#),
        (r#""end_time":17672256"#, r#""end_time":17672257"#),
        ("https://", "http://"),
    ] {
        let ours = Ours::made_with(|json| json.replace(from, to));
        let seen = unexplained(&ours, &Theirs::recorded(Translator::Collector));
        assert!(!seen.is_empty(), "{from} as {to}");
    }
}

/// The rules that our documents are held to are of our writing; documents of somebody else's must keep them too.
#[test]
fn the_collector_keeps_the_rules_that_ours_are_held_to() {
    for (trace, documents) in Theirs::recorded(Translator::Collector).traces() {
        assert_eq!(violations(&documents), [""; 0], "{trace}");
    }
}
