//! Whether a client waits at all before it retries.
//!
//! The null hypothesis is the mildest backoff that is accepted, the AWS SDKs' retries 2.1: full jitter from
//! 50 ms, doubling. A tenth of the waits may be hiccups, since overhead only lengthens them.

use super::finding::{Code, Finding, Ruling, Severity};
use super::gaps::{Gap, Group};
use super::level::{Level, one_in};
use super::shortage::shortage;
use super::statistics::poisson_binom_sf;

/// What overhead alone takes at most, in seconds: a wait up to this is none.
const IMMEDIATE: f64 = 0.020;

/// The mildest accepted bound of the first wait, in seconds; it doubles.
const MILDEST: f64 = 0.050;

/// The share of waits that must be none.
const NEARLY_ALL: f64 = 0.9;

/// Whether retries come at once, and if not all, whether first ones do, as urllib3's.
pub(super) fn ask(group: &Group, level: Level) -> Vec<(Code, Ruling)> {
    let all = Sample::of("retries", group.gaps());
    if all.found(level.of_a_finding()) {
        return vec![(Code::NoBackoff, Ruling::Found(all.finding(group, Severity::Error)))];
    }
    let first = Sample::of("first retries", group.gaps().filter(|gap| gap.ordinal == 0));
    let half = level.of(5e-4);
    let first_answer = if first.found(half) {
        Ruling::Found(first.finding(group, Severity::Warning))
    } else {
        first.otherwise(group, half, 0..1)
    };
    vec![
        (Code::NoBackoff, all.otherwise(group, level.of_a_finding(), 0..group.attempts - 1)),
        (Code::FirstRetryImmediate, first_answer),
    ]
}

struct Sample {
    what: &'static str,
    immediate: Vec<u64>,
    chances: Vec<f64>,
}

impl Sample {
    fn of<'a>(what: &'static str, gaps: impl Iterator<Item = &'a Gap>) -> Self {
        let mut sample = Sample { what, immediate: Vec::new(), chances: Vec::new() };
        for gap in gaps {
            sample.chances.push(chance(gap.ordinal));
            if gap.secs() <= IMMEDIATE {
                sample.immediate.push(gap.retry);
            }
        }
        sample
    }

    fn p(&self) -> f64 {
        poisson_binom_sf(self.immediate.len(), &self.chances)
    }

    fn nearly_all(&self) -> bool {
        self.immediate.len() as f64 >= NEARLY_ALL * self.chances.len() as f64
    }

    fn found(&self, level: f64) -> bool {
        !self.chances.is_empty() && self.nearly_all() && self.p() <= level
    }

    fn finding(&self, group: &Group, severity: Severity) -> Finding {
        let (short, all, p) = (self.immediate.len(), self.chances.len(), self.p());
        Finding {
            severity,
            seen: format!("{short} of {all} {} of {} came within 20 ms.", self.what, group.failures),
            expected: format!(
                "Even the shortest SDK backoff (50 ms, doubling, full jitter) does that in {} runs.",
                one_in(p)
            ),
            why: "A service in trouble gets every call again at once, when it can bear it least.".to_owned(),
            change: "Wait before a retry: the AWS SDKs' retry mode `standard` does.".to_owned(),
            chance: Some(p),
            evidence: self.immediate.iter().copied().take(20).collect(),
        }
    }

    /// Clear where a client that never waits would have been found; `ordinals` are those that a call has.
    fn otherwise(&self, group: &Group, level: f64, ordinals: std::ops::Range<u32>) -> Ruling {
        let (short, all) = (self.immediate.len(), self.chances.len());
        let mut none_waited: f64 = self.chances.iter().product();
        if none_waited <= level && !self.nearly_all() {
            return Ruling::Clear { seen: format!("{short} of {all} waits were within 20 ms") };
        }
        let mut need = all;
        for ordinal in ordinals.cycle() {
            if none_waited <= level && need > all {
                break;
            }
            none_waited *= chance(ordinal);
            need += 1;
        }
        shortage(group, self.what, all, need)
    }
}

/// The chance that the mildest accepted backoff waits no longer than overhead does.
fn chance(ordinal: u32) -> f64 {
    let longest = MILDEST * 2f64.powi(i32::try_from(ordinal).unwrap_or(i32::MAX));
    (IMMEDIATE / longest).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{chance_of, transient};

    fn ask_one(cells: &[&[f64]]) -> (Code, Ruling) {
        ask(&transient(cells), Level::shared_by(1)).remove(0)
    }

    #[test]
    fn immediate_retries_are_found() {
        for cells in [[&[2.1, 3.0, 1.9], &[1.8, 2.2, 2.4]], [&[4.0, 3.0, 4.0], &[6.0, 5.0, 7.0]]] {
            let answer = ask_one(&[cells[0], cells[1]]);
            assert_eq!(answer.0, Code::NoBackoff);
            assert_eq!(chance_of(&answer.1), Some("5.12e-4".into()));
        }
    }

    #[test]
    fn five_are_too_few_to_tell() {
        let answer = ask_one(&[&[2.1, 3.0, 1.9], &[1.8, 2.2]]);
        let of = "retries; one more call that fails throughout would do".to_owned();
        assert_eq!(answer.1, Ruling::Insufficient { have: 5, need: 7, of });
    }

    #[test]
    fn groups_that_share_the_level_need_more() {
        let group = transient(&[&[2.1, 3.0, 1.9], &[1.8, 2.2, 2.4]]);
        let answers = ask(&group, Level::shared_by(2));
        assert!(matches!(answers[0].1, Ruling::Insufficient { have: 6, need: 7, .. }), "{answers:?}");
    }

    #[test]
    fn waits_are_clear_and_a_hiccup_hides_nothing() {
        let waits = ask_one(&[&[410.0, 880.0, 660.0, 90.0], &[1730.0, 120.0, 1210.0, 300.0]]);
        assert_eq!(waits.1, Ruling::Clear { seen: "0 of 8 waits were within 20 ms".into() });
        let hiccup = ask_one(&[&[2.0, 2.0, 2.0, 2.0, 2.0], &[2.0, 2.0, 90.0, 2.0, 2.0]]);
        assert!(matches!(hiccup.1, Ruling::Found(_)), "{hiccup:?}");
    }

    #[test]
    fn an_immediate_first_retry_is_told_apart() {
        let group = transient(&[&[2.0; 9], &[1000.0; 9], &[2000.0; 9]]);
        let answers = ask(&group, Level::shared_by(1));
        assert!(matches!(answers[0], (Code::NoBackoff, Ruling::Clear { .. })));
        assert!(matches!(answers[1], (Code::FirstRetryImmediate, Ruling::Found(_))));
    }
}
