//! The run's verdict, and how the judge's word and a baseline change it.
//!
//! The judge reads the cloud's ledger and not the records, so its word comes after the fold: gates on
//! `findings.count` are held against it, expectations join the gates, and the verdict is found again.

use crate::compare::{Comparison, Series, Why};
use crate::gate::{Baseline, Judged, Limit, Measured, Severity, Verdict};
use crate::header::Header;
use crate::judge::expect::Expectation;
use crate::judge::judgement::Judgement;
use crate::metric::{Figure, Metric};
use crate::record::Name;
use crate::stop::Stopped;
use crate::summary::{RunVerdict, Summary};
use crate::trace::account::Traced;
use crate::validity::Validity;

use super::Folded;

impl Folded {
    /// The same with what the judge says of the exchanges: gates on findings are judged, expectations join the
    /// gates, and the verdict follows both.
    pub fn with_judgement(mut self, judgement: Judgement) -> Folded {
        let summary = &mut self.summary;
        summary.judgement = Some(judgement);
        let gates = std::mem::take(&mut summary.gates).into_iter().map(|judged| match judged.gate.metric {
            Metric::Figure(Figure::Findings) => {
                let measured = findings(summary, judged.gate.scope.flow.as_ref());
                judged.gate.judge(measured)
            }
            _ => judged,
        });
        summary.gates = in_order(gates.collect(), &summary.run);
        summary.verdict = of(summary);
        let about = |answer: &Series| answer.question().metric == Metric::Figure(Figure::Findings);
        for answer in self.answers.iter_mut().filter(|answer| about(answer)) {
            answer.set(findings(&self.summary, answer.question().scope.flow.as_ref()));
        }
        self
    }

    /// The same held against baselines: the gates on them are judged, and the verdict follows.
    #[must_use]
    pub fn with_comparisons(mut self, comparisons: Vec<Comparison>) -> Folded {
        let summary = &mut self.summary;
        let gates = std::mem::take(&mut summary.gates).into_iter().map(|judged| held(judged, &comparisons));
        summary.gates = in_order(gates.collect(), &summary.run);
        summary.verdict = of(summary);
        summary.comparisons = comparisons;
        self
    }

    /// The same with the account of the run's spans, which voids the run where it does not balance.
    pub fn with_traces(mut self, traced: Traced) -> Folded {
        let summary = &mut self.summary;
        summary.validity.checks.retain(|check| check.name != traced.check().name);
        summary.validity.checks.push(traced.check());
        summary.validity.checks.sort_by_key(|check| check.ok);
        summary.traced = Some(traced);
        summary.verdict = of(summary);
        self
    }
}

/// A gate with what its baseline says, if it has one and the baseline has the figure.
fn held(judged: Judged, comparisons: &[Comparison]) -> Judged {
    let Limit::Against(against) = &judged.gate.limit else { return judged };
    let comparison = comparisons.iter().find(|comparison| comparison.base.name == against.baseline);
    let row = comparison.and_then(|comparison| comparison.row(judged.gate.metric, &judged.gate.scope));
    let known = row.filter(|row| row.why != Some(Why::TooFew));
    let baseline = known.and_then(|row| Some(Baseline { value: row.base.value?, change: row.change? }));
    judged.gate.judge(Measured { baseline, ..judged.measured })
}

/// Gates as they are told: those that fail the run first, each kind in the scenario's order.
pub(super) fn in_order(mut gates: Vec<Judged>, header: &Header) -> Vec<Judged> {
    let place = |judged: &Judged| header.gates.iter().position(|gate| gate.name == judged.gate.name);
    gates.sort_by_key(|judged| (!judged.fails_the_run(), judged.verdict, place(judged)));
    gates
}

/// The verdict of a summary as it stands.
pub(super) fn of(summary: &Summary) -> RunVerdict {
    verdict(&summary.validity, summary.stopped.as_ref(), &summary.gates, summary.expectations())
}

pub(super) fn verdict(
    validity: &Validity,
    stopped: Option<&Stopped>,
    gates: &[Judged],
    expectations: &[Expectation],
) -> RunVerdict {
    let undecided =
        |judged: &Judged| judged.verdict == Verdict::Inconclusive && judged.gate.severity == Severity::Fail;
    let unmet = |expected: &Expectation| matches!(expected.verdict, Verdict::Fail | Verdict::NoData);
    match () {
        _ if !validity.holds() => RunVerdict::Invalid,
        _ if stopped.is_some() => RunVerdict::Fail,
        _ if gates.iter().any(Judged::fails_the_run) || expectations.iter().any(unmet) => RunVerdict::Fail,
        _ if gates.iter().any(undecided) => RunVerdict::Inconclusive,
        _ if expectations.iter().any(|expected| expected.verdict == Verdict::Inconclusive) => {
            RunVerdict::Inconclusive
        }
        _ => RunVerdict::Pass,
    }
}

/// `findings.count` of all clients, or of the one that carries a flow; no data where no exchange was judged.
fn findings(summary: &Summary, flow: Option<&Name>) -> Measured {
    let carrier =
        |name: &Name| summary.run.flows.iter().find(|flow| flow.name == *name).map(|flow| &flow.client);
    let client = flow.map(carrier);
    let count = summary
        .grave()
        .filter(|(answer, _)| client.is_none_or(|client| client == Some(&answer.client)))
        .count();
    let exchanges = summary.judgement.as_ref().map_or(0, |judgement| judgement.exchanges);
    let value = (exchanges > 0).then_some(count as f64);
    Measured::sharp(value, exchanges, 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::{Gate, Limit, OnNoData, Scope};
    use crate::judge::expect::Expect;
    use crate::judge::finding::{self, Answer, Code, Finding, Ruling};
    use crate::tally::Tally;
    use crate::testing::{answered, header_with};
    use crate::units::Nanos;
    use crate::validity::Ending;

    fn gate(scope: Scope) -> Gate {
        Gate {
            name: "clean".into(),
            metric: Metric::Figure(Figure::Findings),
            scope,
            limit: Limit::Max(0.0),
            severity: Severity::Fail,
            on_no_data: OnNoData::Fail,
            line: None,
        }
    }

    fn folded(gates: Vec<Gate>, allow: Vec<Code>) -> Folded {
        let mut header = header_with(gates);
        header.expect = Some(Expect { allow, ..Expect::default() });
        let mut tally = Tally::new(&header);
        tally.observe(&answered(0, Nanos::from_secs(20)));
        tally.finish(Ending::Complete, 0)
    }

    fn found(client: &str, severity: finding::Severity) -> Answer {
        let text = String::new;
        let (seen, expected, why, change) = (text(), text(), text(), text());
        let finding = Finding { severity, seen, expected, why, change, chance: None, evidence: Vec::new() };
        Answer { code: Code::NoBackoff, client: client.into(), class: None, ruling: Ruling::Found(finding) }
    }

    fn judgement(answers: Vec<Answer>) -> Judgement {
        Judgement { answers, exchanges: 9, ..Judgement::default() }
    }

    fn expectation(verdict: Verdict) -> Expectation {
        let (expected, seen) = ("haiku".into(), "nothing".into());
        Expectation { name: "fallback".into(), expected, seen, verdict, line: None }
    }

    #[test]
    fn a_gate_on_findings_waits_for_the_judge() {
        let folded = folded(vec![gate(Scope::default())], Vec::new());
        assert_eq!(folded.summary.gates[0].verdict, Verdict::NoData);
        let clean = folded.clone().with_judgement(judgement(Vec::new())).summary;
        assert_eq!((clean.gates[0].verdict, clean.verdict), (Verdict::Pass, RunVerdict::Pass));
        let unread = folded.with_judgement(Judgement::default()).summary;
        assert_eq!(unread.gates[0].verdict, Verdict::NoData);
    }

    #[test]
    fn notes_other_clients_and_what_is_allowed_do_not_count() {
        let chat = Scope { flow: Some("chat".into()), ..Scope::default() };
        let table = [
            (found("careful", finding::Severity::Warning), Vec::new(), Verdict::Fail),
            (found("careful", finding::Severity::Note), Vec::new(), Verdict::Pass),
            (found("other", finding::Severity::Error), Vec::new(), Verdict::Pass),
            (found("careful", finding::Severity::Error), vec![Code::NoBackoff], Verdict::Pass),
        ];
        for (answer, allow, verdict) in table {
            let judged =
                folded(vec![gate(chat.clone())], allow).with_judgement(judgement(vec![answer.clone()]));
            assert_eq!(judged.summary.gates[0].verdict, verdict, "{answer:?}");
        }
    }

    #[test]
    fn expectations_join_the_verdict() {
        let table = [
            (Verdict::Pass, RunVerdict::Pass),
            (Verdict::Inconclusive, RunVerdict::Inconclusive),
            (Verdict::NoData, RunVerdict::Fail),
            (Verdict::Fail, RunVerdict::Fail),
        ];
        for (answer, run) in table {
            let expectations = vec![expectation(answer)];
            let judged = folded(Vec::new(), Vec::new())
                .with_judgement(Judgement { expectations, ..judgement(Vec::new()) })
                .summary;
            assert_eq!((judged.verdict, judged.unmet().count()), (run, usize::from(run == RunVerdict::Fail)));
        }
    }

    #[test]
    fn an_invalid_run_stays_invalid() {
        let torn = Tally::new(&header_with(Vec::new())).finish(Ending::Torn, 0);
        let expectations = vec![expectation(Verdict::Fail)];
        let judged = torn.with_judgement(Judgement { expectations, ..judgement(Vec::new()) });
        assert_eq!(judged.summary.verdict, RunVerdict::Invalid);
    }
}
