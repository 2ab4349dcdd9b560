//! The arrivals of a trace: written down once, played at any speed, once or round and round.

use std::sync::Arc;

use bedload_reports::units::Nanos;

use super::schedule::Due;

/// How long a prompt and its answer are, in tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lengths {
    /// Tokens of the prompt.
    pub input: u32,
    /// Tokens of the answer.
    pub output: u32,
}

/// One arrival of a trace, in sixteen bytes: the longest public traces have some five million.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traced {
    /// When, after the first.
    pub at: Nanos,
    /// How long its prompt and answer are.
    pub lengths: Lengths,
}

/// How often a trace is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passes {
    /// So many times; at least once.
    Times(u32),
    /// Until the timeline ends.
    Endless,
}

/// The arrivals of a trace, each at its time.
#[derive(Clone, Debug)]
pub struct Replay {
    arrivals: Arc<[Traced]>,
    speed: f64,
    passes: Passes,
    /// When the last stage ends.
    until: Nanos,
    pass: u32,
    place: usize,
}

impl Replay {
    /// The arrivals of a trace, in order of their times, so many times as fast as they were, up to `until`.
    pub fn new(arrivals: Arc<[Traced]>, speed: f64, passes: Passes, until: Nanos) -> Self {
        Replay { arrivals, speed, passes, until, pass: 0, place: 0 }
    }

    /// From the beginning of one pass to that of the next: the time of the trace and one gap of mean length, or the last
    /// arrival of a pass and the first of the next would be one.
    fn round(&self) -> f64 {
        let last = self.arrivals.last().map_or(0.0, |last| last.at.get() as f64);
        let gaps = self.arrivals.len().saturating_sub(1).max(1) as f64;
        last + last / gaps
    }
}

impl Iterator for Replay {
    type Item = Due;

    fn next(&mut self) -> Option<Due> {
        if self.place == self.arrivals.len() {
            (self.pass, self.place) = (self.pass.checked_add(1)?, 0);
        }
        let goes_on = match self.passes {
            Passes::Times(times) => self.pass < times,
            // A trace without length would be played for ever at one instant.
            Passes::Endless => self.pass == 0 || self.round() > 0.0,
        };
        let traced = self.arrivals.get(self.place).filter(|_| goes_on)?;
        self.place += 1;
        let at = (self.round() * f64::from(self.pass) + traced.at.get() as f64) / self.speed;
        let at = Nanos::new(at.round() as u64);
        (at < self.until).then_some(Due { at, lengths: Some(traced.lengths) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(secs: &[u64], speed: f64, passes: Passes, until_s: u64) -> Vec<f64> {
        let traced =
            |secs: &u64| Traced { at: Nanos::from_secs(*secs), lengths: Lengths { input: 10, output: 20 } };
        let replay = Replay::new(secs.iter().map(traced).collect(), speed, passes, Nanos::from_secs(until_s));
        replay.map(|due| due.at.as_secs_f64()).collect()
    }

    #[test]
    fn arrivals_keep_their_places_at_any_speed() {
        assert_eq!(due(&[0, 4, 6], 1.0, Passes::Times(1), 100), [0.0, 4.0, 6.0]);
        assert_eq!(due(&[0, 4, 6], 2.0, Passes::Times(1), 100), [0.0, 2.0, 3.0]);
        assert_eq!(due(&[0, 4, 6], 0.5, Passes::Times(1), 100), [0.0, 8.0, 12.0]);
    }

    #[test]
    fn a_pass_begins_a_mean_gap_after_the_one_before() {
        assert_eq!(due(&[0, 4, 6], 1.0, Passes::Times(2), 100), [0.0, 4.0, 6.0, 9.0, 13.0, 15.0]);
        assert_eq!(due(&[0, 4, 6], 1.0, Passes::Endless, 19), [0.0, 4.0, 6.0, 9.0, 13.0, 15.0, 18.0]);
    }

    #[test]
    fn what_is_due_after_the_end_is_cut() {
        assert_eq!(due(&[0, 4, 6], 1.0, Passes::Times(9), 6), [0.0, 4.0]);
        assert_eq!(due(&[], 1.0, Passes::Endless, 6), [0.0; 0]);
        assert_eq!(due(&[0, 0], 1.0, Passes::Endless, 6), [0.0, 0.0], "a trace without length");
    }
}
