//! `ignores-retry-after`: retries that come before the service asked for them.
//!
//! AWS's retries 2.0 and 2.1 both wait as long as `x-amz-retry-after` says, up to 5 s at least: 2.0 takes
//! its word in place of its own wait, up to 20 s, and 2.1 as a floor of at most 5 s more. So one answer
//! that asks for more than 5 s tells the two apart.

use super::answer::{Question, counted};
use super::calls::Client;
use super::finding::{Answer, Class, Code, Severity};
use super::level::{Level, one_in};
use super::profile::Profile;
use super::statistics::binom_sf;
use crate::number;

/// What both profiles wait for without fail, in seconds.
const PROMISED: f64 = 5.0;
/// A gap may be this much shorter than asked: clocks and stamps, in seconds and as a share.
const TOLERANCE: (f64, f64) = (0.020, 0.05);
/// The most gaps of an obeying client that look too short, where the server stamps some answers late.
const MISTAKEN: f64 = 0.02;
/// A client that ignores a wish longer than its own waits comes as late by chance at most so often.
const COINCIDENCE: f64 = 0.03;
/// A wish that tells 2.0 from 2.1: both 5 s more than the longest wait of 2.1 before a first retry.
const PROBE: f64 = 7.0;

/// A retry of an answer that asked for a wait.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Gap {
    /// What was asked, in seconds.
    asked: f64,
    /// What was waited, in seconds.
    waited: f64,
    /// 0 before the first retry.
    ordinal: u32,
    class: Class,
    /// The exchange of the retry.
    retry: u64,
}

/// What a client does with a wish longer than 5 s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Probe {
    /// It waits as long as asked: retries 2.0, or an application that reads the header itself.
    Replaces,
    /// It waits its own time and up to 5 s more: retries 2.1.
    Clamps,
    /// It waits its own time.
    Ignores,
}

/// Whether the client comes sooner than the service asked.
pub(super) fn ask(client: &Client<'_>, level: Level) -> Vec<Answer> {
    let gaps = gaps(client);
    if gaps.is_empty() {
        return Vec::new();
    }
    let question = Question::to(client, Code::IgnoresRetryAfter);
    let early: Vec<_> = gaps.iter().filter(|gap| gap.is_early()).collect();
    let (n, k) = (gaps.len(), early.len());
    let chance = binom_sf(n, k, MISTAKEN);
    let answer = if k >= 2 && chance <= level.of_a_finding() {
        question
            .found(Severity::Warning, too_soon(&gaps, &early), expected(chance))
            .by_chance(chance)
            .shown_by(early.iter().map(|gap| gap.retry))
    } else if k == 0 && by_coincidence(&gaps) <= level.of_a_finding() {
        let probe = probe(&gaps).map_or("", Probe::told);
        question.clear(format!(
            "{} as late as the service asked.{probe}",
            counted(n, "retry came", "retries came")
        ))
    } else {
        let need = if k == 0 { gaps_for_clear(level) } else { (n + 2).max(3) };
        question.insufficient(n, need, "retries of answers with an `x-amz-retry-after`; ask for 2 s or more")
    };
    vec![answer]
}

fn gaps(client: &Client<'_>) -> Vec<Gap> {
    let pairs = client.calls.iter().flat_map(|call| call.pairs());
    pairs
        .filter_map(|(failed, next)| {
            let asked = failed.exchange.retry_after_ms.filter(|asked| *asked > 0)? as f64 / 1e3;
            Some(Gap {
                asked,
                waited: next.exchange.at.since(failed.exchange.done).as_secs_f64(),
                ordinal: failed.number.saturating_sub(1),
                class: failed.fate.class()?,
                retry: next.exchange.number,
            })
        })
        .collect()
}

impl Gap {
    fn is_early(&self) -> bool {
        let promised = self.asked.min(PROMISED);
        self.waited < promised - TOLERANCE.0.max(TOLERANCE.1 * promised)
    }

    /// The chance that a client that does not read the header comes as late, by the longest waits in common use.
    fn coincidence(&self) -> f64 {
        let bound = Profile::V2_0.bound(self.class, self.ordinal);
        (1.0 - self.asked.min(PROMISED) / bound).max(COINCIDENCE)
    }
}

fn by_coincidence(gaps: &[Gap]) -> f64 {
    gaps.iter().map(Gap::coincidence).product()
}

/// What a single answer that asks for more than 5 s shows.
fn probe(gaps: &[Gap]) -> Option<Probe> {
    let told = gaps.iter().filter(|gap| gap.asked >= PROBE).filter_map(|gap| {
        let own = Profile::V2_1.bound(gap.class, gap.ordinal);
        match gap.waited {
            waited if (gap.asked - 0.05..gap.asked + 0.8).contains(&waited) => Some(Probe::Replaces),
            waited if (PROMISED - 0.05..PROMISED + own + 0.12).contains(&waited) => Some(Probe::Clamps),
            waited if waited < own + 0.12 => Some(Probe::Ignores),
            _ => None,
        }
    });
    let mut told = told.collect::<Vec<_>>().into_iter();
    let first = told.next()?;
    told.all(|next| next == first).then_some(first)
}

impl Probe {
    fn told(self) -> &'static str {
        match self {
            Probe::Replaces => {
                " Where it asked for more than 5 s it got all of it: AWS retries 2.0, which takes up to 20 s, or a \
                 client that reads the header itself."
            }
            Probe::Clamps => {
                " Where it asked for more than 5 s it got 5 s: AWS retries 2.1, which adds no more."
            }
            Probe::Ignores => " Where it asked for more than 5 s it got the client's own wait.",
        }
    }
}

fn too_soon(gaps: &[Gap], early: &[&Gap]) -> String {
    let sooner = early.iter().map(|gap| gap.asked - gap.waited);
    let (least, most) = sooner.fold((f64::MAX, 0f64), |(least, most), by| (least.min(by), most.max(by)));
    let asked = early.iter().map(|gap| gap.asked).fold(0.0, f64::max);
    let by = if most - least < 0.01 { number::seconds(most) } else { number::range(least, most) };
    format!(
        "{} of {} came {by} before the {} that the server asked for.",
        early.len(),
        counted(gaps.len(), "retry", "retries"),
        number::seconds(asked),
    )
}

fn expected(chance: f64) -> String {
    format!(
        "An AWS SDK in mode standard waits at least as long, up to 5 s; it would show this in {} runs.",
        one_in(chance)
    )
}

/// How many retries would clear a client, if each answer asked for 2 s.
fn gaps_for_clear(level: Level) -> usize {
    (level.of_a_finding().ln() / COINCIDENCE.ln()).ceil() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gaps_of(asked: f64, waited_ms: &[u64]) -> Vec<Gap> {
        let gap = |&ms| Gap { asked, waited: ms as f64 / 1e3, ordinal: 0, class: Class::Transient, retry: 0 };
        waited_ms.iter().map(gap).collect()
    }

    #[test]
    fn a_retry_is_early_beyond_the_tolerance() {
        let early = |waited: &[u64]| gaps_of(2.0, waited).iter().filter(|gap| gap.is_early()).count();
        assert_eq!(early(&[412, 903, 2004, 1500]), 3);
        assert_eq!(early(&[2003, 2001, 2105, 2002, 1901]), 0);
        assert!((binom_sf(4, 3, MISTAKEN) - 3.2e-5).abs() < 1e-6);
        assert_eq!(gaps_of(9.0, &[4800, 4700]).iter().filter(|gap| gap.is_early()).count(), 1);
    }

    #[test]
    fn long_wishes_tell_the_profiles_apart() {
        for (waited, expected) in [
            (9_004, Some(Probe::Replaces)),
            (5_031, Some(Probe::Clamps)),
            (44, Some(Probe::Ignores)),
            (7_000, None),
        ] {
            assert_eq!(probe(&gaps_of(9.0, &[waited])), expected, "{waited} ms");
        }
        assert_eq!(probe(&gaps_of(2.0, &[2_001])), None);
        assert_eq!(probe(&gaps_of(9.0, &[9_004, 44])), None);
    }

    #[test]
    fn a_short_wish_that_is_kept_may_be_chance() {
        assert!(by_coincidence(&gaps_of(0.1, &[120, 300, 500])) > 1e-3);
        assert!(by_coincidence(&gaps_of(2.0, &[2_001, 2_002])) <= 1e-3);
    }
}
