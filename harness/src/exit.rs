//! Exit codes: the one place where verdicts and errors become numbers.
//!
//! A failed gate blocks a merge and an invalid run asks for a rerun, so they never share a code. The
//! codes are stable; scripts may rely on them, and the last line on stderr repeats code and reason.

use std::process::ExitCode;

use bedload_reports::gate::Judged;
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
    /// 0: every gate that can fail the run passed, or there was nothing to judge.
    Pass,
    /// 5: nothing failed, but a gate could not be decided, and `--fail-on-inconclusive` was given.
    Inconclusive,
    /// 99: a gate failed, no data included unless the gate says otherwise.
    GateFailed,
    /// 4: the run is invalid or incomplete: target unreachable, credentials absent, schedule not kept.
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
            Status::Pass => "every gate passed (warnings allowed)",
            Status::Internal => "a fault of bedload or of the machine",
            Status::Usage => "a mistake on the command line",
            Status::BadScenario => "mistakes in the scenario",
            Status::Invalid => "the run is invalid or incomplete: its figures cannot be trusted",
            Status::Inconclusive => "a gate could not be decided (with --fail-on-inconclusive)",
            Status::GateFailed => "a gate failed, no data included",
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
                let failed = summary.gates.iter().filter(|judged| judged.fails_the_run());
                let gates = (failed.clone().count() > 0)
                    .then(|| format!("{} failed ({})", of_gates(summary, failed.clone()), names(failed)));
                let unmet: Vec<_> = summary.unmet().map(|unmet| &*unmet.name).collect();
                let expectations = (!unmet.is_empty()).then(|| {
                    let all = summary.expectations().len();
                    format!("{} of {all} expectations not met ({})", unmet.len(), unmet.join(", "))
                });
                let why: Vec<_> = [gates, expectations].into_iter().flatten().collect();
                Exit::new(Status::GateFailed, why.join("; "))
            }
            RunVerdict::Inconclusive => {
                let open = summary.gates.iter().filter(|judged| judged.warns());
                let why = format!("{} inconclusive ({})", of_gates(summary, open.clone()), names(open));
                let status = if fail_on_inconclusive { Status::Inconclusive } else { Status::Pass };
                Exit::new(status, why)
            }
            RunVerdict::Pass if summary.gates.is_empty() => Exit::new(Status::Pass, "no gates to judge"),
            RunVerdict::Pass => Exit::new(Status::Pass, format!("{} gates passed", summary.gates.len())),
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

fn of_gates<'a>(summary: &Summary, some: impl Iterator<Item = &'a Judged>) -> String {
    format!("{} of {} gates", some.count(), summary.gates.len())
}

fn names<'a>(gates: impl Iterator<Item = &'a Judged>) -> String {
    gates.map(|judged| &*judged.gate.name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_the_documented_ones_and_differ() {
        let codes = Status::ALL.map(Status::code);
        assert_eq!(codes, [0, 5, 99, 4, 3, 2, 1, 130, 143]);
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
