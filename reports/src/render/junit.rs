//! `junit.xml`: the scenario as a test suite, each gate and each expectation as a test, findings as properties.
//!
//! Consumers differ in what they show: some drop the message, some the properties. So the story stands
//! in the message and again in the element's text. quick-junit escapes, and drops what XML cannot hold.
//! No times and no ids: the same run gives the same bytes.

use std::io;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::gate::{Judged, Verdict};
use crate::judge::expect::Expectation;
use crate::stop::StopRule;
use crate::summary::Summary;

use super::{finding, phrase};

/// Writes the gates and expectations of a run as JUnit XML.
pub fn junit(summary: &Summary, out: &mut dyn io::Write) -> io::Result<()> {
    let scenario = &*summary.run.scenario;
    let mut suite = TestSuite::new(scenario);
    suite.add_property(("seed", summary.run.seed.to_string().as_str()));
    suite.add_property(("digest", summary.run.digest.as_str()));
    suite.add_property(("target", summary.run.target.as_str()));
    for (answer, found) in summary.grave() {
        let name = format!("finding.{}", finding::name(answer.code));
        let told =
            format!("{} of {}: {}", finding::severity(found.severity), finding::whose(answer), found.seen);
        suite.add_property((name.as_str(), told.as_str()));
    }
    let gates = summary.gates.iter().map(gate);
    let rules = summary.run.stop_if.iter().map(|rule| stop_if(summary, rule));
    let cases = validity(summary)
        .into_iter()
        .chain(rules)
        .chain(gates)
        .chain(summary.expectations().iter().map(expectation));
    suite.add_test_cases(cases.map(|mut case| {
        case.set_classname(scenario);
        case
    }));
    let mut report = Report::new("bedload");
    report.add_test_suite(suite);
    report.serialize(out).map_err(io::Error::other)
}

fn gate(judged: &Judged) -> TestCase {
    let status = match judged.verdict {
        Verdict::Pass => TestCaseStatus::success(),
        Verdict::Fail if judged.fails_the_run() => told(judged, NonSuccessKind::Failure),
        Verdict::NoData if judged.fails_the_run() => told(judged, NonSuccessKind::Error),
        _ => skipped(judged),
    };
    TestCase::new(&*judged.gate.name, status)
}

/// A rule that may end the run: a test that fails where it did.
fn stop_if(summary: &Summary, rule: &StopRule) -> TestCase {
    let line = rule.line.map_or_else(String::new, |line| format!("\nscenario line {line}"));
    let status = match summary.stopped.as_ref().filter(|stopped| stopped.rule.name == rule.name) {
        None => TestCaseStatus::success(),
        Some(stopped) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let told = format!("the run was stopped early by {stopped}");
            status.set_message(&told).set_type("stopped").set_description(format!("{told}{line}"));
            status
        }
    };
    TestCase::new(format!("stop_if.{}", rule.name), status)
}

fn expectation(expected: &Expectation) -> TestCase {
    let story = phrase::expectation(expected).plain();
    let line = expected.line.map_or_else(String::new, |line| format!("\nscenario line {line}"));
    let kind = match expected.verdict {
        Verdict::Fail => Some(NonSuccessKind::Failure),
        Verdict::NoData => Some(NonSuccessKind::Error),
        Verdict::Inconclusive | Verdict::Pass => None,
    };
    let status = match (kind, expected.verdict) {
        (Some(kind), verdict) => {
            let mut status = TestCaseStatus::non_success(kind);
            status.set_message(&story).set_type(verdict.word()).set_description(format!("{story}{line}"));
            status
        }
        (None, Verdict::Pass) => TestCaseStatus::success(),
        (None, verdict) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(format!("{story} ({})", verdict.word()));
            status
        }
    };
    TestCase::new(format!("expect.{}", expected.name), status)
}

fn told(judged: &Judged, kind: NonSuccessKind) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    status
        .set_message(phrase::story(judged))
        .set_type(judged.verdict.word())
        .set_description(told_at_length(judged));
    status
}

fn skipped(judged: &Judged) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(format!("{} ({})", phrase::story(judged), judged.verdict.word()));
    status.set_description(told_at_length(judged));
    status
}

fn told_at_length(judged: &Judged) -> String {
    let line = judged.gate.line.map_or_else(String::new, |line| format!("\nscenario line {line}"));
    format!(
        "{}\n{}\nmetric {}: {}{line}",
        phrase::story(judged),
        phrase::gate(judged).plain(),
        phrase::metric_and_scope(judged),
        judged.gate.metric.entry().formula,
    )
}

/// A test that stands for the measurement itself; only where it cannot be trusted.
fn validity(summary: &Summary) -> Option<TestCase> {
    let troubles: Vec<String> =
        summary.validity.troubles().map(|check| format!("{}: {}", check.name, check.finding)).collect();
    (!troubles.is_empty()).then(|| {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message(troubles.join("; ")).set_type("invalid").set_description(troubles.join("\n"));
        TestCase::new("validity", status)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::{every_verdict, hostile, torn};

    fn written(summary: &Summary) -> String {
        let mut out = Vec::new();
        let text = junit(summary, &mut out).map(|()| String::from_utf8_lossy(&out).into_owned());
        text.unwrap_or_default().replace('\u{202f}', " ")
    }

    #[test]
    fn each_verdict_has_its_element() {
        insta::assert_snapshot!(written(&every_verdict()));
    }

    #[test]
    fn an_invalid_run_is_an_error_of_its_own() {
        insta::assert_snapshot!(written(&torn().summary));
    }

    #[test]
    fn hostile_text_stays_text() {
        let xml = written(&hostile());
        assert!(!xml.contains("<script>") && !xml.contains("<img"), "{xml}");
        assert!(Report::deserialize_from_str(&xml).is_ok());
    }
}
