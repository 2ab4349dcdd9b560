//! Whether a measurement may be trusted: a verdict of its own.
//!
//! A failed gate blocks a merge; an invalid run asks for a rerun. They never share an exit code, so
//! they are never mixed here either: thresholds act on the harness's own errors only.

use serde::{Deserialize, Serialize};

use crate::generator::Generator;
use crate::header::ClockKind;
use crate::machine::MachineUse;
use crate::number;
use crate::units::Nanos;

/// Where a measurement stops being trusted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// The least share of planned arrivals that must have been sent.
    pub min_achieved: f64,
    /// The most that the 99th percentile of `schedule_delay` may be. Real time only.
    pub max_schedule_delay: Nanos,
    /// The most of all cores that the generator may use, in 95 of 100 seconds. Real time only.
    #[serde(default = "max_cpu")]
    pub max_cpu: f64,
    /// The most that the 99th percentile of the runtime's lag may be. Real time only.
    #[serde(default = "max_loop_lag")]
    pub max_loop_lag: Nanos,
    /// The most that the wall clock may move against the monotonic one. Real time only.
    #[serde(default = "max_clock_drift")]
    pub max_clock_drift: Nanos,
    /// The most that two counts of requests in flight may differ: the engine's own, and Little's law over the records. Real
    /// time only.
    #[serde(default = "max_imbalance")]
    pub max_imbalance: f64,
}

/// Peers warn at 90 % of their processor (Locust, genai-bench): from there on a generator reports its own queue.
fn max_cpu() -> f64 {
    0.9
}

/// The same as for the schedule delay: a runtime that polls this late answers this late.
fn max_loop_lag() -> Nanos {
    Nanos::new(50_000_000)
}

/// What joins traces of two machines still; more is a clock that was set, or a machine that slept.
fn max_clock_drift() -> Nanos {
    Nanos::new(500_000_000)
}

/// Beyond sampling error by far: records are missing, or times are wrong.
fn max_imbalance() -> f64 {
    0.05
}

impl Default for Thresholds {
    /// 95 % of the arrivals sent; 50 ms late at the 99th percentile; a tenth of the processor left.
    fn default() -> Self {
        Thresholds {
            min_achieved: 0.95,
            max_schedule_delay: Nanos::new(50_000_000),
            max_cpu: max_cpu(),
            max_loop_lag: max_loop_lag(),
            max_clock_drift: max_clock_drift(),
            max_imbalance: max_imbalance(),
        }
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
    /// A short name: `complete`, `achieved`, `drained`, `schedule delay`, `processor`, `records`.
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
    /// How late the harness was; none without requests.
    pub late: Option<Late>,
}

/// How late the harness sent: `schedule_delay` of all requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Late {
    /// The median.
    pub p50: Nanos,
    /// The 99th percentile.
    pub p99: Nanos,
    /// The most.
    pub max: Nanos,
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
    pub fn of(
        conduct: &Conduct,
        thresholds: &Thresholds,
        clock: ClockKind,
        generator: Option<&Generator>,
    ) -> Self {
        let achieved = achieved(conduct, thresholds);
        let lag = generator.and_then(|generator| loop_lag(generator, thresholds.max_loop_lag));
        let delay =
            (clock == ClockKind::Real).then(|| schedule_delay(conduct.late, thresholds.max_schedule_delay));
        let crowded_out = conduct.dropped > 0 && !achieved.ok;
        let behind = crowded_out || [&lag, &delay].into_iter().flatten().any(|check| !check.ok);
        // What is first among the troubles is read as their cause, so the machine comes before what it brings about.
        let checks = [
            generator.map(|generator| processor(generator, thresholds.max_cpu)),
            generator.and_then(|generator| generator.machine).map(|machine| machine_room(&machine, behind)),
            lag,
            generator.map(|generator| clock_drift(generator.clock_drift, thresholds.max_clock_drift)),
            generator.and_then(|generator| little(generator, thresholds.max_imbalance)),
            Some(complete(conduct.ending)),
            Some(achieved),
            Some(drained(conduct)),
            Some(records(conduct.lost)),
            delay,
        ];
        let mut checks: Vec<Check> = checks.into_iter().flatten().collect();
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

fn schedule_delay(late: Option<Late>, limit: Nanos) -> Check {
    let finding = match late {
        None => "nothing was sent".to_owned(),
        Some(Late { p50, p99, max }) => format!(
            "sent {} late at p50, {} at p99, {} at most; at most {} at p99 asked",
            number::time(p50),
            number::time(p99),
            number::time(max),
            number::time(limit)
        ),
    };
    Check { name: "schedule delay".into(), ok: late.is_none_or(|late| late.p99 <= limit), finding }
}

fn processor(generator: &Generator, limit: f64) -> Check {
    let Generator { cores, cpu_share, cpu_share_p95, .. } = *generator;
    let used = format!(
        "the generator used {} of {cores} cores, {} in its busiest seconds",
        number::share(cpu_share),
        number::share(cpu_share_p95)
    );
    let ok = cpu_share_p95 <= limit;
    let finding = match ok {
        true => used,
        false => format!(
            "{used}; at most {} asked: beyond it delays are the generator's own; lower the rate, or run it on more cores",
            number::share(limit)
        ),
    };
    Check { name: "processor".into(), ok, finding }
}

/// A full machine is no fault by itself, as long as the generator kept its schedule (`behind`): it is the cause where it did not.
fn machine_room(machine: &MachineUse, behind: bool) -> Check {
    let stolen = match machine.stolen {
        stolen if stolen < 0.005 => String::new(),
        stolen => format!(", {} by the hypervisor for other machines", number::share(stolen)),
    };
    let taken = format!(
        "{} of its processor time was taken ({} in its busiest seconds), {} by the generator, {} by other processes{stolen}",
        number::share(machine.taken),
        number::share(machine.taken_p95),
        number::share(machine.generator),
        number::share(machine.others),
    );
    let shortage = if behind { machine.shortage() } else { None };
    let finding = match shortage {
        None => format!("the machine kept up: {taken}"),
        Some(shortage) => format!("{}: {taken}; {}", shortage.is(), shortage.remedy()),
    };
    Check { name: "machine".into(), ok: shortage.is_none(), finding }
}

fn loop_lag(generator: &Generator, limit: Nanos) -> Option<Check> {
    let (p99, max) = (generator.loop_lag_p99?, generator.loop_lag_max?);
    let lag = format!("its event loop lagged {} at p99, {} at most", number::time(p99), number::time(max));
    let ok = p99 <= limit;
    let finding = if ok { lag } else { format!("{lag}; at most {} at p99 asked", number::time(limit)) };
    Some(Check { name: "loop lag".into(), ok, finding })
}

fn clock_drift(drift: Nanos, limit: Nanos) -> Check {
    let ok = drift <= limit;
    let finding = match ok {
        true => "the wall clock ran evenly".to_owned(),
        false => format!(
            "the wall clock moved {} against the monotonic one: it was set, or the machine slept; at most {} asked",
            number::time(drift),
            number::time(limit)
        ),
    };
    Check { name: "clock".into(), ok, finding }
}

/// Mean in flight is rate times mean time, whatever the distributions: where two independent counts of it differ, one is wrong.
fn little(generator: &Generator, limit: f64) -> Option<Check> {
    let (apart, counted) = (generator.imbalance()?, generator.in_flight_counted?);
    let recorded = generator.in_flight_recorded;
    let ok = apart <= limit;
    let finding = match ok {
        true => format!(
            "{} requests in flight on average, by the engine and by the records",
            number::significant(counted)
        ),
        false => format!(
            "the engine counted {} requests in flight on average, and the records make {}: {} apart, at most {} asked",
            number::significant(counted),
            number::significant(recorded),
            number::share(apart),
            number::share(limit)
        ),
    };
    Some(Check { name: "in flight".into(), ok, finding })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conduct() -> Conduct {
        Conduct { ending: Ending::Complete, planned: 100, sent: 100, ..Conduct::default() }
    }

    fn holds(conduct: Conduct, clock: ClockKind) -> bool {
        Validity::of(&conduct, &Thresholds::default(), clock, None).holds()
    }

    fn generator() -> Generator {
        Generator {
            cores: 2,
            cpu: Nanos::from_secs(10),
            cpu_share: 0.5,
            cpu_share_p95: 0.6,
            machine: Some(FULL_OF_OTHERS),
            rss_peak_bytes: 100_000_000,
            loop_lag_p50: Some(Nanos::from_micros(50)),
            loop_lag_p99: Some(Nanos::from_micros(900)),
            loop_lag_max: Some(Nanos::from_micros(2000)),
            clock_drift: Nanos::from_micros(20),
            in_flight_counted: Some(50.0),
            in_flight_recorded: 49.9,
            points: Vec::new(),
        }
    }

    const FULL_OF_OTHERS: MachineUse =
        MachineUse { taken: 0.97, taken_p95: 0.99, generator: 0.4, others: 0.57, stolen: 0.0 };

    fn first_trouble(generator: Generator) -> Option<String> {
        let validity = Validity::of(&conduct(), &Thresholds::default(), ClockKind::Real, Some(&generator));
        validity.troubles().next().map(|check| check.name.clone())
    }

    #[test]
    fn a_generator_that_is_the_bottleneck_voids_the_run_and_comes_first() {
        assert_eq!(first_trouble(generator()), None);
        let troubles = [
            ("processor", Generator { cpu_share_p95: 0.91, ..generator() }),
            (
                "loop lag",
                Generator { loop_lag_p99: Some(Nanos::from_micros(60_000)), machine: None, ..generator() },
            ),
            ("machine", Generator { loop_lag_p99: Some(Nanos::from_micros(60_000)), ..generator() }),
            ("clock", Generator { clock_drift: Nanos::from_secs(1), ..generator() }),
            ("in flight", Generator { in_flight_counted: Some(53.0), ..generator() }),
        ];
        for (name, generator) in troubles {
            assert_eq!(first_trouble(generator).as_deref(), Some(name));
        }
    }

    #[test]
    fn a_full_machine_is_the_reason_of_what_it_brings_about_and_no_trouble_by_itself() {
        let late = Some(Late { p99: Nanos::from_secs(1), ..Late::default() });
        for behind in [Conduct { sent: 60, dropped: 40, ..conduct() }, Conduct { late, ..conduct() }] {
            let validity = |generator: Generator| {
                Validity::of(&behind, &Thresholds::default(), ClockKind::Real, Some(&generator))
            };
            let first = |validity: &Validity| {
                validity.troubles().next().map(|check| check.finding.replace(number::GAP, " "))
            };
            assert_eq!(
                first(&validity(generator())).as_deref(),
                Some(
                    "the machine was full: 97.0 % of its processor time was taken (99.0 % in its busiest seconds), 40.0 % by the \
                     generator, 57.0 % by other processes; move those, or the mock that they may be, to another machine, or \
                     lower the rate"
                )
            );
            let idle = MachineUse { taken_p95: 0.5, ..FULL_OF_OTHERS };
            let cause = validity(Generator { machine: Some(idle), ..generator() });
            assert!(cause.troubles().all(|check| check.name != "machine"), "{cause:?}");
        }
    }

    #[test]
    fn a_hypervisor_that_gives_time_away_is_named_where_it_did_harm() {
        let held_up = MachineUse { taken: 0.4, taken_p95: 0.5, generator: 0.2, others: 0.15, stolen: 0.05 };
        let finding = machine_room(&held_up, true).finding.replace(number::GAP, " ");
        assert!(finding.starts_with("the hypervisor held the machine up: 40.0 % of its"), "{finding}");
        assert!(finding.contains(", 5.00 % by the hypervisor for other machines; run it"), "{finding}");
        assert!(machine_room(&held_up, false).ok);
    }

    #[test]
    fn a_run_that_was_cut_off_is_not_held_against_littles_law() {
        assert_eq!(first_trouble(Generator { in_flight_counted: None, ..generator() }), None);
    }

    #[test]
    fn a_whole_run_holds() {
        assert!(holds(conduct(), ClockKind::Real));
    }

    #[test]
    fn each_fault_of_the_harness_voids_the_run() {
        let late = Some(Late { p99: Nanos::from_secs(1), ..Late::default() });
        for broken in [
            Conduct { ending: Ending::Torn, ..conduct() },
            Conduct { ending: Ending::Interrupted, ..conduct() },
            Conduct { ending: Ending::BudgetSpent, ..conduct() },
            Conduct { abandoned: 1, ..conduct() },
            Conduct { sent: 94, dropped: 6, ..conduct() },
            Conduct { lost: 1, ..conduct() },
            Conduct { late, ..conduct() },
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
            Conduct { late: Some(Late { p99: Nanos::from_secs(1), ..Late::default() }), ..conduct() },
            ClockKind::Virtual
        ));
    }
}
