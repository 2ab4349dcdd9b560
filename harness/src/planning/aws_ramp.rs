//! AWS's own way to raise a load on a model with shared capacity: on 503 cut it by half, hold, raise it by half again.
//!
//! It is what AWS's guidance for 503 tells callers to do, and the opposite of a search: it does not look for where things
//! break, it grows as long as they do not, and gives a service that scales behind the scenes the time to follow.

use bedload_reports::capacity::{End, Phase};

use super::search::Probe;

/// By how much a refused load is cut, and an accepted one raised.
const CUT: f64 = 0.5;
const RAISE: f64 = 1.5;

/// A ramp under way.
#[derive(Clone, Debug)]
pub struct AwsRamp {
    next: f64,
    least: f64,
    target: f64,
    left: u32,
    reached: bool,
}

impl AwsRamp {
    /// From `start` to `target`, in as many steps at most; never below `least`.
    pub fn new(start: f64, least: f64, target: f64, steps: u32) -> Self {
        AwsRamp { next: start.min(target), least, target, left: steps, reached: false }
    }

    /// What to run next; or why there is nothing more to run.
    pub fn next(&self) -> Result<Vec<Probe>, End> {
        match (self.reached, self.left) {
            (true, _) => Err(End::AllPass),
            (false, 0) => Err(End::StepsSpent),
            (false, left) => Ok(vec![Probe { level: self.next, phase: Phase::Ramp, repeat: left }]),
        }
    }

    /// What came of it.
    pub fn learn(&mut self, probe: Probe, passed: bool) {
        self.left -= 1;
        self.reached = passed && probe.level >= self.target;
        let factor = if passed { RAISE } else { CUT };
        self.next = (probe.level * factor).clamp(self.least, self.target);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(mut ramp: AwsRamp, passes: impl Fn(u32, f64) -> bool) -> (Vec<f64>, Option<End>) {
        let mut levels = Vec::new();
        loop {
            match ramp.next() {
                Ok(probes) => {
                    for probe in probes {
                        ramp.learn(probe, passes(levels.len() as u32, probe.level));
                        levels.push(probe.level);
                    }
                }
                Err(end) => return (levels, Some(end)),
            }
        }
    }

    #[test]
    fn it_halves_on_refusal_and_raises_by_half() {
        // The service refuses the second step, then has scaled.
        let (levels, end) = levels(AwsRamp::new(8.0, 0.1, 20.0, 20), |step, _| step != 1);
        assert_eq!(levels, [8.0, 12.0, 6.0, 9.0, 13.5, 20.0]);
        assert_eq!(end, Some(End::AllPass));
    }

    #[test]
    fn it_ends_with_its_steps() {
        let (levels, end) = levels(AwsRamp::new(8.0, 1.0, 20.0, 5), |_, _| false);
        assert_eq!(levels, [8.0, 4.0, 2.0, 1.0, 1.0]);
        assert_eq!(end, Some(End::StepsSpent));
    }
}
