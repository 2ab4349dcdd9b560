//! What everybody used of the machine that the generator ran on.
//!
//! A generator that is short of processor time need not use much of it: a mock, a compiler or a neighbour on the same host may
//! have the rest. Then its own share looks fine, and what voids the run (requests sent late, a full house) looks like the
//! service's doing. So the machine is asked as a whole, and what others took is told apart.

use serde::{Deserialize, Serialize};

use crate::units::Nanos;

/// Processor time of a machine, all its cores added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachineTime {
    /// What processes used, the generator's own among it.
    pub busy: Nanos,
    /// What the hypervisor gave to other machines while something here was ready to run.
    pub stolen: Nanos,
    /// All that there was, idle time with it.
    pub whole: Nanos,
}

impl MachineTime {
    /// The time that went by since `before`.
    pub fn since(self, before: MachineTime) -> MachineTime {
        MachineTime {
            busy: self.busy.since(before.busy),
            stolen: self.stolen.since(before.stolen),
            whole: self.whole.since(before.whole),
        }
    }

    /// The share that was not idle; none over so short a time that the system's ticks show in it.
    fn taken(self) -> Option<f64> {
        (self.whole >= LEAST).then(|| share(self.busy.plus(self.stolen), self.whole))
    }
}

/// The machine over a whole run: shares of the processor time of all its cores.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct MachineUse {
    /// What was not idle.
    pub taken: f64,
    /// The same in the second that 95 of 100 did not exceed.
    pub taken_p95: f64,
    /// What the generator used.
    pub generator: f64,
    /// What other processes used.
    pub others: f64,
    /// What the hypervisor gave to other machines.
    pub stolen: f64,
}

/// The share of a machine's processor time from which on whoever wants some waits for it: where peers warn too (Locust,
/// genai-bench).
const FULL: f64 = 0.9;
/// The share of what was asked of a machine from which on its hypervisor is a cause of delays: at 1,000 requests a second the
/// schedule was 1.2 ms late at the 99th percentile where it gave a twentieth away, and 4 ms where it gave a quarter.
const HELD_UP: f64 = 0.1;

impl MachineUse {
    /// What may have kept a generator from its schedule; none if there was processor time to be had.
    pub(crate) fn shortage(&self) -> Option<Shortage> {
        let most = self.generator.max(self.others).max(self.stolen);
        match self.taken_p95 >= FULL {
            true if most <= self.generator => Some(Shortage::Own),
            true if most <= self.others => Some(Shortage::Others),
            full => (full || self.stolen >= self.taken * HELD_UP).then_some(Shortage::Hypervisor),
        }
    }
}

/// Why there was no processor time to be had: who used the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shortage {
    Own,
    Others,
    Hypervisor,
}

impl Shortage {
    /// What the matter is.
    pub(crate) fn is(self) -> &'static str {
        match self {
            Shortage::Own | Shortage::Others => "the machine was full",
            Shortage::Hypervisor => "the hypervisor held the machine up",
        }
    }

    /// Who is to give way.
    pub(crate) fn remedy(self) -> &'static str {
        match self {
            Shortage::Own => "lower the rate, or run it on more cores",
            Shortage::Others => {
                "move those, or the mock that they may be, to another machine, or lower the rate"
            }
            Shortage::Hypervisor => "run it where processors are not shared",
        }
    }
}

/// Folds samples.
#[derive(Debug, Default)]
pub(crate) struct MachineTally {
    last: Option<MachineTime>,
    taken: Vec<f64>,
}

impl MachineTally {
    /// Takes in the time since the run began.
    pub(crate) fn observe(&mut self, time: MachineTime) {
        let second = time.since(self.last.unwrap_or_default());
        self.taken.extend(second.taken());
        self.last = Some(time);
    }

    /// The whole run, in which the generator used `own`; none if the system did not tell.
    pub(crate) fn finish(mut self, own: Nanos) -> Option<MachineUse> {
        let all = self.last?;
        // Two clocks: the system counts its processes in ticks, and a process in nanoseconds.
        let own = own.min(all.busy);
        self.taken.sort_by(f64::total_cmp);
        Some(MachineUse {
            taken: all.taken()?,
            taken_p95: quantile(&self.taken, 0.95),
            generator: share(own, all.whole),
            others: share(all.busy.since(own), all.whole),
            stolen: share(all.stolen, all.whole),
        })
    }
}

/// The shortest time that a share is taken over: the system counts ticks of ten milliseconds.
const LEAST: Nanos = Nanos::from_micros(500_000);

fn share(part: Nanos, whole: Nanos) -> f64 {
    part.as_secs_f64() / whole.as_secs_f64()
}

/// The value of a sorted row that this share of it does not exceed; zero of an empty one.
pub(crate) fn quantile(sorted: &[f64], quantile: f64) -> f64 {
    let rank = (quantile * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    /// Two cores, so many seconds after the run began.
    fn time(second: u64, busy_ms: u64, stolen_ms: u64) -> MachineTime {
        let ms = |ms: u64| Nanos::from_micros(ms * 1000);
        MachineTime { busy: ms(busy_ms), stolen: ms(stolen_ms), whole: ms(second * 2000) }
    }

    #[test]
    fn what_others_and_the_hypervisor_took_is_told_apart() {
        let mut tally = MachineTally::default();
        tally.observe(time(1, 1000, 0));
        tally.observe(time(2, 2800, 200));
        let machine = tally.finish(Nanos::from_secs(1)).unwrap();
        assert_eq!((machine.taken, machine.taken_p95), (0.75, 1.0));
        assert_eq!((machine.generator, machine.others, machine.stolen), (0.25, 0.45, 0.05));
    }

    #[test]
    fn a_generator_never_used_more_than_the_machine() {
        let mut tally = MachineTally::default();
        tally.observe(time(1, 1000, 0));
        let machine = tally.finish(Nanos::from_micros(1_000_400)).unwrap();
        assert_eq!((machine.generator, machine.others), (0.5, 0.0));
    }

    #[test]
    fn who_used_the_most_of_a_full_machine_is_its_shortage() {
        let used = |taken_p95: f64, generator: f64, others: f64, stolen: f64| {
            MachineUse { taken: generator + others + stolen, taken_p95, generator, others, stolen }.shortage()
        };
        assert_eq!(used(0.95, 0.5, 0.4, 0.0), Some(Shortage::Own));
        assert_eq!(used(0.95, 0.4, 0.5, 0.0), Some(Shortage::Others));
        assert_eq!(used(0.95, 0.3, 0.2, 0.4), Some(Shortage::Hypervisor));
        assert_eq!(used(0.89, 0.5, 0.3, 0.0), None);
        assert_eq!(used(0.5, 0.2, 0.15, 0.05), Some(Shortage::Hypervisor));
        assert_eq!(used(0.5, 0.2, 0.15, 0.01), None);
    }

    #[test]
    fn a_system_that_does_not_tell_is_not_guessed_at() {
        assert_eq!(MachineTally::default().finish(Nanos::from_secs(1)), None);
    }
}
