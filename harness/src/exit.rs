//! Exit codes: the one place where verdicts and errors become numbers.
//!
//! A failed gate blocks a merge and an invalid run asks for a rerun, so they never share a code. The
//! codes are stable; scripts may rely on them, and the last line on stderr repeats code and reason.

use std::process::ExitCode;

use bedload_reports::gate::Verdict;
use bedload_reports::record::Name;
use bedload_reports::summary::{RunVerdict, Summary};
use bedload_reports::validity::Ending;

/// How the program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exit {
    status: Status,
    why: String,
}

/// The documented codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// 0: every gate that can fail the run passed and every expectation was met, or there was nothing to judge.
    Pass,
    /// 5: nothing failed, but a gate or an expectation could not be decided, and `--fail-on-inconclusive` was given.
    Inconclusive,
    /// 99: a gate failed, an expectation was not met, `stop_if` ended the run, or a figure regressed; no data included unless
    /// the gate says otherwise.
    GateFailed,
    /// 4: the run is invalid or incomplete: target unreachable, credentials absent, schedule not kept, baseline not
    /// comparable.
    Invalid,
    /// 3: the scenario has mistakes.
    BadScenario,
    /// 2: the command line has mistakes.
    Usage,
    /// 1: a fault of bedload or of the machine.
    Internal,
    /// 130: interrupted; everything so far is written.
    Interrupted,
    /// 143: terminated; everything so far is written.
    Terminated,
    /// The code of a command that `mock` ran and that failed by itself; its verdict is in the run folder.
    Command(u8),
}

impl Status {
    /// All of our own, mildest first: of several runs the last one found speaks for all.
    pub const ALL: [Status; 9] = [
        Status::Pass,
        Status::Inconclusive,
        Status::GateFailed,
        Status::Invalid,
        Status::BadScenario,
        Status::Usage,
        Status::Internal,
        Status::Interrupted,
        Status::Terminated,
    ];

    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Status::Pass => 0,
            Status::Internal => 1,
            Status::Usage => 2,
            Status::BadScenario => 3,
            Status::Invalid => 4,
            Status::Inconclusive => 5,
            Status::GateFailed => 99,
            Status::Interrupted => 130,
            Status::Terminated => 143,
            Status::Command(code) => code,
        }
    }

    /// What it means, for the help text.
    pub fn meaning(self) -> &'static str {
        match self {
            Status::Pass => "every gate passed, every expectation was met (warnings allowed)",
            Status::Internal => "a fault of bedload or of the machine",
            Status::Usage => "a mistake on the command line",
            Status::BadScenario => "mistakes in the scenario",
            Status::Invalid => {
                "the run is invalid or incomplete, or its baseline not comparable: its figures cannot be trusted"
            }
            Status::Inconclusive => "a gate could not be decided (with --fail-on-inconclusive)",
            Status::GateFailed => {
                "a gate failed or an expectation was not met, no data included; stop_if ended the run; a figure regressed"
            }
            Status::Interrupted => "interrupted; everything so far is written",
            Status::Terminated => "terminated; everything so far is written",
            Status::Command(_) => "the command that was run failed by itself",
        }
    }
}

impl Exit {
    /// An end with its reason, in a few words.
    pub fn new(status: Status, why: impl Into<String>) -> Self {
        Exit { status, why: why.into() }
    }

    /// The end of a judged run.
    pub fn of(summary: &Summary, fail_on_inconclusive: bool) -> Self {
        match summary.verdict {
            RunVerdict::Invalid if summary.ending == Ending::Torn => {
                Exit::new(Status::Invalid, "the run is incomplete: its record log has no end")
            }
            RunVerdict::Invalid => {
                let why: Vec<_> = summary.validity.troubles().map(|check| check.finding.as_str()).collect();
                Exit::new(Status::Invalid, format!("the run is invalid: {}", why.join("; ")))
            }
            RunVerdict::Fail => {
                let gates = summary.gates.iter().filter(|judged| judged.fails_the_run());
                let failed = gates.map(|judged| &judged.gate.name);
                let unmet = summary.unmet().map(|expected| &expected.name);
                let stopped = summary.stopped.as_ref().map(|stopped| format!("stopped early by {stopped}"));
                let why = told(summary, "failed", failed.collect(), "not met", unmet.collect());
                let why = stopped.into_iter().chain((!why.is_empty()).then_some(why)).collect::<Vec<_>>();
                Exit::new(Status::GateFailed, why.join("; "))
            }
            RunVerdict::Inconclusive => {
                let gates = summary.gates.iter().filter(|judged| judged.warns());
                let open = gates.map(|judged| &judged.gate.name);
                let expected = summary.expectations().iter();
                let unsure = expected.filter(|expected| expected.verdict == Verdict::Inconclusive);
                let unsure = unsure.map(|expected| &expected.name).collect();
                let why = told(summary, "inconclusive", open.collect(), "inconclusive", unsure);
                let status = if fail_on_inconclusive { Status::Inconclusive } else { Status::Pass };
                Exit::new(status, why)
            }
            RunVerdict::Pass => Exit::new(Status::Pass, passed(summary)),
        }
    }

    /// The graver of two ends; of two alike the first.
    pub fn graver(self, other: Exit) -> Exit {
        if other.status > self.status { other } else { self }
    }

    /// The same end, saying what it is about: one scenario of several.
    pub fn about(self, subject: &str) -> Self {
        Exit { why: format!("{subject}: {}", self.why), ..self }
    }

    /// Which code.
    pub fn status(&self) -> Status {
        self.status
    }

    /// The last line on stderr.
    pub fn line(&self) -> String {
        format!("exit {}: {}", self.status.code(), self.why)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit.status.code())
    }
}

/// How many gates and expectations there is something to say of, and which.
fn told(
    summary: &Summary,
    gates_are: &str,
    gates: Vec<&Name>,
    they_are: &str,
    expected: Vec<&Name>,
) -> String {
    let list = |names: &[&Name]| names.iter().map(|name| &***name).collect::<Vec<_>>().join(", ");
    let gates = (!gates.is_empty())
        .then(|| format!("{} of {} gates {gates_are} ({})", gates.len(), summary.gates.len(), list(&gates)));
    let expected = (!expected.is_empty()).then(|| {
        let (count, all) = (expected.len(), summary.expectations().len());
        format!("{count} of {all} expectations {they_are} ({})", list(&expected))
    });
    gates.into_iter().chain(expected).collect::<Vec<_>>().join("; ")
}

fn passed(summary: &Summary) -> String {
    match (summary.gates.len(), summary.expectations().len()) {
        (0, 0) => "no gates to judge".to_owned(),
        (gates, 0) => format!("{gates} gates passed"),
        (0, met) => format!("{met} expectations met"),
        (gates, met) => format!("{gates} gates passed, {met} expectations met"),
    }
}

#[cfg(test)]
mod tests {
    use bedload_reports::gate::{Gate, Limit, OnNoData, Scope, Severity};
    use bedload_reports::header::{ClockKind, FORMAT_VERSION, Header, Slo, Tracing};
    use bedload_reports::judge::expect::Expectation;
    use bedload_reports::judge::judgement::Judgement;
    use bedload_reports::metric::{Figure, Metric};
    use bedload_reports::tally::Tally;
    use bedload_reports::units::Nanos;
    use bedload_reports::validity::Thresholds;

    use super::*;

    #[test]
    fn codes_are_the_documented_ones_and_differ() {
        let codes = Status::ALL.map(Status::code);
        assert_eq!(codes, [0, 5, 99, 4, 3, 2, 1, 130, 143]);
    }

    fn judged(gates: Vec<Gate>, expected: &[(&str, Verdict)]) -> Exit {
        let header = Header {
            format: FORMAT_VERSION,
            scenario: "s".into(),
            about: String::new(),
            seed: 7,
            digest: String::new(),
            clock: ClockKind::Virtual,
            epoch: Nanos::ZERO,
            target: String::new(),
            real_aws: false,
            stages: Vec::new(),
            faults: Vec::new(),
            flows: Vec::new(),
            models: Vec::new(),
            slo: Slo::default(),
            gates,
            stop_if: Vec::new(),
            validity: Thresholds::default(),
            expect: None,
            trace: Tracing::default(),
        };
        let expectation = |(name, verdict): &(&str, Verdict)| Expectation {
            name: (*name).into(),
            expected: "one thing".into(),
            seen: "another".into(),
            verdict: *verdict,
            line: None,
        };
        let judgement =
            Judgement { expectations: expected.iter().map(expectation).collect(), ..Judgement::default() };
        Exit::of(&Tally::new(&header).finish(Ending::Complete, 0).with_judgement(judgement).summary, true)
    }

    #[test]
    fn an_expectation_that_is_not_met_fails_the_run_like_a_gate() {
        let gate = Gate {
            name: "clean".into(),
            metric: Metric::Figure(Figure::Findings),
            scope: Scope::default(),
            limit: Limit::Max(0.0),
            severity: Severity::Fail,
            on_no_data: OnNoData::Fail,
            line: None,
        };
        let table = [
            (vec![], vec![("backoff", Verdict::Fail)], "exit 99: 1 of 1 expectations not met (backoff)"),
            (
                vec![gate],
                vec![("backoff", Verdict::Pass), ("fallback", Verdict::NoData)],
                "exit 99: 1 of 1 gates failed (clean); 1 of 2 expectations not met (fallback)",
            ),
            (
                vec![],
                vec![("backoff", Verdict::Inconclusive)],
                "exit 5: 1 of 1 expectations inconclusive (backoff)",
            ),
            (vec![], vec![("backoff", Verdict::Pass)], "exit 0: 1 expectations met"),
            (vec![], vec![], "exit 0: no gates to judge"),
        ];
        for (gates, expected, line) in table {
            assert_eq!(judged(gates, &expected).line(), line);
        }
    }

    #[test]
    fn the_graver_of_two_ends_speaks() {
        let fail = || Exit::new(Status::GateFailed, "one");
        let pass = || Exit::new(Status::Pass, "two");
        let invalid = || Exit::new(Status::Invalid, "three");
        assert_eq!(pass().graver(fail()), fail());
        assert_eq!(fail().graver(pass()), fail());
        assert_eq!(fail().graver(invalid()), invalid());
    }
}
