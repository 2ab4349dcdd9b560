//! Whether a client waits as the scenario says that it does.

use super::expect::Backoff;
use super::finding::{Class, Code, Finding, Ruling, Severity};
use super::fit::Fit;
use super::gaps::{Gap, Group};
use super::level::{Level, one_in};
use super::policy::Policy;
use super::shortage::shortage;
use super::statistics::all_but_a_tenth;
use crate::number;

/// The fewest waits that tell.
const LEAST: usize = 5;

/// The policy that a scenario declares for a class; none where it declares a shape only.
pub(super) fn policy(backoff: Backoff, class: Class) -> Option<Policy> {
    match (backoff, class) {
        (Backoff::ExponentialFullJitter, _) => None,
        (Backoff::V2_1, Class::Transient) => Some(Policy::full_jitter(0.05)),
        (Backoff::V2_0 | Backoff::V2_1, _) => Some(Policy::full_jitter(1.0)),
    }
}

/// Whether waits are shorter, and whether they are longer, than the declared ones.
pub(super) fn ask(group: &Group, backoff: Backoff, level: Level) -> Vec<(Code, Ruling)> {
    let Some(policy) = policy(backoff, group.class) else { return Vec::new() };
    let fit = Fit::of(group.gaps(), policy);
    let question = Question { group, words: words(backoff, group.class), fit, level };
    vec![(Code::ShorterThanDeclared, question.shorter()), (Code::LongerThanDeclared, question.longer())]
}

fn words(backoff: Backoff, class: Class) -> &'static str {
    match (backoff, class) {
        (Backoff::ExponentialFullJitter, _) => "full jitter that doubles",
        (Backoff::V2_0, _) => "retries 2.0 (up to 1 s, then 2 s)",
        (Backoff::V2_1, Class::Throttling) => "retries 2.1 (up to 1 s, then 2 s, after throttling)",
        (Backoff::V2_1, Class::Transient) => "retries 2.1 (up to 50 ms, then 100 ms)",
    }
}

struct Question<'a> {
    group: &'a Group,
    words: &'static str,
    fit: Fit,
    level: Level,
}

impl Question<'_> {
    fn shorter(&self) -> Ruling {
        if self.group.truncated {
            let of = "waits that no deadline may have cut off";
            return shortage(self.group, of, 0, LEAST);
        }
        self.ruling(self.fit.p_short(), self.fit.p_below(), |chance| {
            let waits = self.waits();
            let most = all_but_a_tenth(waits.len());
            let (shorter, _) = waits.split_at(most);
            Finding {
                severity: Severity::Error,
                seen: self.seen(shorter, "under", shorter.last()),
                expected: self.expected(chance),
                why: "A service in trouble gets retries sooner than was planned for.".to_owned(),
                change: CHANGE.to_owned(),
                chance: Some(chance),
                evidence: shorter.iter().map(|gap| gap.retry).take(20).collect(),
            }
        })
    }

    fn longer(&self) -> Ruling {
        self.ruling(self.fit.p_long(), self.fit.p_above(), |chance| {
            let waits = self.waits();
            let least = waits.len() - all_but_a_tenth(waits.len());
            let (_, longer) = waits.split_at(least);
            Finding {
                severity: Severity::Warning,
                seen: self.seen(longer, "at least", longer.first()),
                expected: self.expected(chance),
                why: "Answers come later than they could, or not before a deadline.".to_owned(),
                change: format!("See first whether retries queue for a connection. {CHANGE}"),
                chance: Some(chance),
                evidence: longer.iter().rev().map(|gap| gap.retry).take(20).collect(),
            }
        })
    }

    /// Found where one of two tests fires: the distance from the policy at 5e-4, its edges at 2e-4.
    fn ruling(&self, distance: f64, edge: f64, finding: impl Fn(f64) -> Finding) -> Ruling {
        if self.fit.n < LEAST {
            return shortage(self.group, "waits", self.fit.n, LEAST);
        }
        let fires =
            [(distance, 5e-4), (edge, 2e-4)].into_iter().filter(|(p, level)| *p <= self.level.of(*level));
        match fires.map(|(p, _)| p).next() {
            Some(chance) => Ruling::Found(finding(chance)),
            None => {
                let count = number::count(self.fit.n as u64);
                Ruling::Clear { seen: format!("{count} waits fit {}", self.words) }
            }
        }
    }

    /// The tested waits, shortest first.
    fn waits(&self) -> Vec<&Gap> {
        let mut waits: Vec<_> = self.group.gaps().collect();
        waits.sort_by_key(|gap| (gap.wait, gap.retry));
        waits
    }

    fn seen(&self, those: &[&Gap], side: &str, limit: Option<&&Gap>) -> String {
        let limit = number::seconds(limit.map(|gap| gap.secs()).unwrap_or_default());
        let (count, all) = (number::count(those.len() as u64), number::count(self.fit.n as u64));
        format!("The scenario expects {}; {count} of {all} waits were {side} {limit}.", self.words)
    }

    fn expected(&self, chance: f64) -> String {
        format!("Waits of {} lie like that in {} runs.", self.words, one_in(chance))
    }
}

const CHANGE: &str = "Set the client's retries to what was planned, or declare what it does: an update can change \
                      an SDK's default, as botocore 1.44 and the JavaScript SDK did from 2.0 to 2.1.";

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use crate::judge::policy::Growth;
    use crate::judge::testing::{chance_of, finding as finding_of, simulate, transient};

    const ONE_SECOND: [&[f64]; 2] = [
        &[945.0, 977.0, 609.0, 803.0, 872.0, 903.0, 431.0, 985.0, 970.0, 179.0],
        &[1024.0, 163.0, 754.0, 350.0, 1089.0, 957.0, 1579.0, 741.0, 1859.0, 1219.0],
    ];
    const FIFTY_MILLIS: [&[f64]; 2] = [
        &[49.0, 50.0, 32.0, 41.0, 44.0, 46.0, 22.0, 50.0, 50.0, 10.0],
        &[52.0, 9.0, 39.0, 18.0, 55.0, 50.0, 80.0, 38.0, 94.0, 62.0],
    ];

    fn rulings(group: &Group, backoff: Backoff) -> [Ruling; 2] {
        let rulings: Vec<_> =
            ask(group, backoff, Level::shared_by(1)).into_iter().map(|(_, ruling)| ruling).collect();
        rulings.try_into().unwrap()
    }

    fn is_clear(ruling: &Ruling) -> bool {
        matches!(ruling, Ruling::Clear { .. })
    }

    #[test]
    fn one_second_of_full_jitter_is_2_0_and_too_long_for_2_1() {
        let group = transient(&ONE_SECOND);
        let fit = Fit::of(group.gaps(), Policy::full_jitter(1.0));
        assert_eq!(format!("{:.4} {:.4}", fit.short, fit.long), "0.0150 0.1995");
        assert!(rulings(&group, Backoff::V2_0).iter().all(is_clear));
        let [shorter, longer] = rulings(&group, Backoff::V2_1);
        assert!(is_clear(&shorter));
        assert_eq!(chance_of(&longer), Some("3.49e-31".into()));
        insta::assert_snapshot!(finding_of(longer).seen, @"The scenario expects retries 2.1 (up to 50 ms, then 100 ms); 18 of 20 waits were at least 350 ms.");
    }

    #[test]
    fn fifty_millis_of_full_jitter_are_2_1_and_too_short_for_2_0() {
        let group = transient(&FIFTY_MILLIS);
        assert!(rulings(&group, Backoff::V2_1).iter().all(is_clear));
        let [shorter, longer] = rulings(&group, Backoff::V2_0);
        assert!(is_clear(&longer));
        assert_eq!(chance_of(&shorter), Some("9.54e-27".into()));
        insta::assert_snapshot!(finding_of(shorter).seen, @"The scenario expects retries 2.0 (up to 1 s, then 2 s); 18 of 20 waits were under 62.0 ms.");
    }

    #[test]
    fn a_deadline_that_may_have_cut_long_waits_excuses_short_ones() {
        let group = Group { truncated: true, ..transient(&FIFTY_MILLIS) };
        assert!(matches!(rulings(&group, Backoff::V2_0)[0], Ruling::Insufficient { have: 0, .. }));
    }

    #[test]
    fn four_waits_tell_nothing_and_a_shape_is_no_policy() {
        let group = transient(&[&[2.0, 2.0], &[2.0, 2.0]]);
        assert!(matches!(rulings(&group, Backoff::V2_0)[0], Ruling::Insufficient { have: 4, need: 5, .. }));
        assert_eq!(ask(&group, Backoff::ExponentialFullJitter, Level::shared_by(1)), []);
    }

    #[test]
    fn its_powers_are_those_of_the_tables() {
        let power = |policy, calls, backoff| {
            let found = |&seed: &u64| {
                rulings(&simulate(policy, calls, 3, seed), backoff)
                    .iter()
                    .any(|one| matches!(one, Ruling::Found(_)))
            };
            (0..200).filter(found).count() as f64 / 200.0
        };
        let half = Policy::Scaled { first: 1.0, growth: Growth::Times(2.0), share: 0.5, cap: 20.0 };
        let rows = [
            (power(Policy::full_jitter(0.3), 5, Backoff::V2_0), 1.0),
            (power(Policy::full_jitter(0.5), 5, Backoff::V2_0), 0.21),
            (power(half, 10, Backoff::V2_0), 1.0),
            (power(Policy::full_jitter(0.1), 25, Backoff::V2_1), 0.90),
            (power(Policy::full_jitter(1.0), 25, Backoff::V2_0), 0.0),
            (power(Policy::full_jitter(0.05), 25, Backoff::V2_1), 0.0),
        ];
        for (power, table) in rows {
            assert!((power - table).abs() < 0.12, "{power} is not {table}");
        }
    }
}
