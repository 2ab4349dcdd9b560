//! Whether a measurement may be trusted: a verdict of its own.
//!
//! A failed gate blocks a merge; an invalid run asks for a rerun. They never share an exit code, so
//! they are never mixed here either: thresholds act on the harness's own errors only.

use serde::{Deserialize, Serialize};

use crate::header::ClockKind;
use crate::number;
use crate::units::Nanos;

/// Where a measurement stops being trusted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// The least share of planned arrivals that must have been sent.
    pub min_achieved: f64,
    /// The most that the 99th percentile of `schedule_delay` may be. Real time only.
    pub max_schedule_delay: Nanos,
}

impl Default for Thresholds {
    /// 95 % of the arrivals sent; 50 ms late at the 99th percentile.
    fn default() -> Self {
        Thresholds { min_achieved: 0.95, max_schedule_delay: Nanos::new(50_000_000) }
    }
}

/// What the run says about its own quality.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Validity {
    /// Each question with its answer, the troubling ones first.
    pub checks: Vec<Check>,
}

/// One question about the quality of a measurement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Check {
    /// A short name: `complete`, `achieved`, `drained`, `schedule delay`, `records`.
    pub name: String,
    /// Whether the measurement may be trusted in this respect.
    pub ok: bool,
    /// What was found, in one sentence.
    pub finding: String,
}

/// What the log says about how the run went, apart from its requests.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Conduct {
    /// How the log ended.
    pub ending: Ending,
    /// Arrivals that the schedule held up to the end; closed loads hold none.
    pub planned: u64,
    /// Planned arrivals that found the cap on requests in flight reached.
    pub dropped: u64,
    /// Requests of open loads that were sent.
    pub sent: u64,
    /// Requests that were still open when the run stopped waiting for them.
    pub abandoned: u64,
    /// Records that could not be written.
    pub lost: u64,
    /// How late the harness was at the 99th percentile; none without requests.
    pub schedule_delay_p99: Option<Nanos>,
}

/// How a record log ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// With its closing line: the run came to its end.
    Complete,
    /// With its closing line, after a signal.
    Interrupted,
    /// With its closing line, because the budget was spent.
    BudgetSpent,
    /// With its closing line, because of what `stop_if` says: that is a verdict on what was measured, and none on the
    /// measurement.
    Stopped,
    /// Without a closing line: the process was killed, or the disk was full.
    #[default]
    Torn,
}

impl Validity {
    /// Holds the conduct of a run against its thresholds.
    pub fn of(conduct: &Conduct, thresholds: &Thresholds, clock: ClockKind) -> Self {
        let mut checks = vec![
            complete(conduct.ending),
            achieved(conduct, thresholds),
            drained(conduct),
            records(conduct.lost),
        ];
        if clock == ClockKind::Real {
            checks.push(schedule_delay(conduct.schedule_delay_p99, thresholds.max_schedule_delay));
        }
        checks.sort_by_key(|check| check.ok);
        Validity { checks }
    }

    /// Whether every check held.
    pub fn holds(&self) -> bool {
        self.checks.iter().all(|check| check.ok)
    }

    /// The findings that void the run.
    pub fn troubles(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| !check.ok)
    }
}

fn complete(ending: Ending) -> Check {
    let finding = match ending {
        Ending::Complete => "the run came to its end",
        Ending::Interrupted => "the run was interrupted; figures cover what had finished",
        Ending::BudgetSpent => "the budget was spent before the schedule was; figures cover what was sent",
        Ending::Stopped => "the run was ended by its own `stop_if`; figures cover what was sent",
        Ending::Torn => {
            "the record log has no end: the run was killed or could not write; figures cover what was written"
        }
    };
    Check {
        name: "complete".into(),
        ok: matches!(ending, Ending::Complete | Ending::Stopped),
        finding: finding.into(),
    }
}

fn achieved(conduct: &Conduct, thresholds: &Thresholds) -> Check {
    let Conduct { planned, sent, dropped, .. } = *conduct;
    let share = if planned == 0 { 1.0 } else { sent as f64 / planned as f64 };
    let finding = match (planned, dropped) {
        (0, _) => "no arrivals were planned: the answers set the pace".to_owned(),
        (_, 0) => format!("{} of {} planned arrivals sent", number::count(sent), number::count(planned)),
        _ => format!(
            "{} of {} planned arrivals sent, {} found the cap on requests in flight reached; at least {} asked",
            number::count(sent),
            number::count(planned),
            number::count(dropped),
            number::share(thresholds.min_achieved),
        ),
    };
    Check { name: "achieved".into(), ok: share >= thresholds.min_achieved, finding }
}

fn drained(conduct: &Conduct) -> Check {
    let abandoned = conduct.abandoned;
    // Who stops a run in its middle does not wait for all that is under way.
    let stopped = conduct.ending == Ending::Stopped;
    let finding = match abandoned {
        _ if stopped => {
            format!("{} requests were cut off when the run was stopped", number::count(abandoned))
        }
        0 => "every request came to its end".to_owned(),
        _ => format!(
            "{} requests were still open when the run stopped waiting; give the client a `total` or `stream_idle` timeout",
            number::count(abandoned)
        ),
    };
    Check { name: "drained".into(), ok: abandoned == 0 || stopped, finding }
}

fn records(lost: u64) -> Check {
    let finding = match lost {
        0 => "every record was written".to_owned(),
        _ => format!("{} records could not be written", number::count(lost)),
    };
    Check { name: "records".into(), ok: lost == 0, finding }
}

fn schedule_delay(p99: Option<Nanos>, limit: Nanos) -> Check {
    let finding = match p99 {
        None => "nothing was sent".to_owned(),
        Some(p99) => format!("sent {} late at p99; at most {} asked", number::time(p99), number::time(limit)),
    };
    Check { name: "schedule delay".into(), ok: p99.is_none_or(|p99| p99 <= limit), finding }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conduct() -> Conduct {
        Conduct { ending: Ending::Complete, planned: 100, sent: 100, ..Conduct::default() }
    }

    fn holds(conduct: Conduct, clock: ClockKind) -> bool {
        Validity::of(&conduct, &Thresholds::default(), clock).holds()
    }

    #[test]
    fn a_whole_run_holds() {
        assert!(holds(conduct(), ClockKind::Real));
    }

    #[test]
    fn each_fault_of_the_harness_voids_the_run() {
        let late = Some(Nanos::from_secs(1));
        for broken in [
            Conduct { ending: Ending::Torn, ..conduct() },
            Conduct { ending: Ending::Interrupted, ..conduct() },
            Conduct { ending: Ending::BudgetSpent, ..conduct() },
            Conduct { abandoned: 1, ..conduct() },
            Conduct { sent: 94, dropped: 6, ..conduct() },
            Conduct { lost: 1, ..conduct() },
            Conduct { schedule_delay_p99: late, ..conduct() },
        ] {
            assert!(!holds(broken, ClockKind::Real), "{broken:?}");
        }
    }

    #[test]
    fn a_run_that_its_own_rule_ended_is_no_failed_measurement() {
        let stopped = Conduct { ending: Ending::Stopped, abandoned: 3, ..conduct() };
        assert!(holds(stopped, ClockKind::Real));
        assert!(!holds(Conduct { lost: 1, ..stopped }, ClockKind::Real));
    }

    #[test]
    fn lateness_has_no_meaning_in_virtual_time() {
        assert!(holds(
            Conduct { schedule_delay_p99: Some(Nanos::from_secs(1)), ..conduct() },
            ClockKind::Virtual
        ));
    }
}
