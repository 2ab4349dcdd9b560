//! Whether later waits are longer than first ones.
//!
//! Ratios of waits are compared by ranks, so that neither the base nor the jitter need be known: the first
//! waits, stretched by a factor, against the second ones.

use super::base;
use super::finding::{Code, Finding, Ruling, Severity};
use super::gaps::Group;
use super::level::{Level, one_in};
use super::policy::Growth;
use super::shortage::shortage;
use super::statistics::{mann_whitney_z, normal_sf, quantile};
use crate::number;

/// Waits that grow by less than this are said not to grow.
const GROWS_LITTLE: f64 = 1.5;

/// Waits that grow by more than this are said to grow.
const GROWS_SURELY: f64 = 1.2;

/// The least waits of an ordinal that can tell, and of one that can have an interval.
const LEAST: usize = 7;
const LEAST_FOR_INTERVAL: usize = 8;

/// Standard deviations of a two-sided interval of 99.8 %.
const DEVIATIONS: f64 = 3.09;

/// Whether later waits are longer; no question where a call has one retry. `fixed` is whether waits were found
/// not to vary: a deadline cannot make those look short, but drawn ones.
pub(super) fn ask(group: &Group, fixed: bool, level: Level) -> Option<(Code, Ruling)> {
    (group.attempts > 2).then(|| (Code::NoGrowth, ruling(group, fixed, level.of_a_finding())))
}

fn ruling(group: &Group, fixed: bool, level: f64) -> Ruling {
    let (first, second) = (group.sorted(0), group.sorted(1));
    let have = first.len().min(second.len());
    if have < LEAST {
        return shortage_of(group, have, LEAST);
    }
    let shrinks = normal_sf(-mann_whitney_z(first, second, GROWS_LITTLE));
    if shrinks <= level && group.truncated && !fixed {
        return shortage(group, "waits that no deadline may have cut off", 0, 2 * LEAST);
    }
    if shrinks <= level {
        return Ruling::Found(finding(group, first, second, shrinks));
    }
    if grows(first, second, level) {
        return Ruling::Clear { seen: clear(group, first, second, level) };
    }
    shortage_of(group, have, 2 * have)
}

/// Whether waits of one ordinal surely grow to those of another.
fn grows(earlier: &[f64], later: &[f64], level: f64) -> bool {
    earlier.len() >= LEAST
        && later.len() >= LEAST
        && normal_sf(mann_whitney_z(earlier, later, GROWS_SURELY)) <= level
}

/// Whether they surely do not.
fn stays(earlier: &[f64], later: &[f64], level: f64) -> bool {
    earlier.len() >= LEAST
        && later.len() >= LEAST
        && normal_sf(-mann_whitney_z(earlier, later, GROWS_LITTLE)) <= level
}

/// A shortage at each of the first two ordinals; a call gives one wait to each.
fn shortage_of(group: &Group, have: usize, need: usize) -> Ruling {
    let by_call = Group { attempts: 2, ..group.clone() };
    shortage(&by_call, "waits before first and before second retries each", have, need)
}

fn finding(group: &Group, first: &[f64], second: &[f64], chance: f64) -> Finding {
    let ratio = ratio(first, second)
        .map_or_else(String::new, |(low, high)| format!(" (ratio {low:.2}–{high:.2}, 99.8 %)"));
    Finding {
        severity: Severity::Warning,
        seen: format!(
            "Second waits are no longer than first ones{ratio}: {} against {} in the middle.",
            middle(second),
            middle(first)
        ),
        expected: format!("Waits that grow by half look like that in {} runs.", one_in(chance)),
        why: "In a long fault the pressure never falls.".to_owned(),
        change: "Double the wait at each retry, up to a cap.".to_owned(),
        chance: Some(chance),
        evidence: group.gaps().filter(|gap| gap.ordinal == 1).map(|gap| gap.retry).take(20).collect(),
    }
}

fn clear(group: &Group, first: &[f64], second: &[f64], level: f64) -> String {
    let ratio = ratio(first, second)
        .map_or_else(String::new, |(low, high)| format!(", by {low:.1}–{high:.1} times (99.8 %)"));
    let law = match law(group) {
        Some(Law::Doubling) => "; they double",
        Some(Law::Steps) => "; they grow by equal steps",
        None => "",
    };
    let cap = match cap(group, level) {
        Some((low, high)) => format!("; capped at {} (99 %)", number::range(low, high)),
        None => "; no cap reached".to_owned(),
    };
    format!("second waits are longer than first ones{ratio}{law}{cap}")
}

fn middle(sorted: &[f64]) -> String {
    number::seconds(quantile(sorted, 0.5).unwrap_or_default())
}

/// What the ratio of later to earlier waits is, in 99.8 of 100 runs; none of too few waits.
///
/// Overhead of up to 20 ms may stretch it either way.
fn ratio(earlier: &[f64], later: &[f64]) -> Option<(f64, f64)> {
    if earlier.len().min(later.len()) < LEAST_FOR_INTERVAL {
        return None;
    }
    let mut ratios: Vec<f64> = earlier.iter().flat_map(|x| later.iter().map(move |y| y / x)).collect();
    ratios.sort_by(f64::total_cmp);
    let (n, m) = (earlier.len() as f64, later.len() as f64);
    let reach = DEVIATIONS * (n * m * (n + m + 1.0) / 12.0).sqrt();
    let low = ratios.get((n * m / 2.0 - reach).floor() as usize)?;
    let high = ratios.get(((n * m / 2.0 + reach).ceil() as usize).min(ratios.len() - 1))?;
    let slack = |waits: &[f64]| quantile(waits, 0.5).map(|median| 0.02 / median.max(1e-3));
    Some((low * (1.0 - slack(earlier)?).max(0.0), high * (1.0 + slack(later)?)))
}

/// How waits grow, where the third and fourth ones tell.
#[derive(Clone, Copy, PartialEq)]
enum Law {
    Doubling,
    Steps,
}

/// The one law that the intervals of later over first waits allow: the third wait is 4 or 3 times the first,
/// the fourth 8 or 4 times.
fn law(group: &Group) -> Option<Law> {
    let intervals: Vec<_> =
        [2, 3].into_iter().filter_map(|at| Some((at, ratio(group.sorted(0), group.sorted(at))?))).collect();
    let allows = |growth: Growth| {
        intervals.iter().all(|(at, (low, high))| (*low..=*high).contains(&growth.factor(*at)))
    };
    match (allows(Growth::Times(2.0)), allows(Growth::Linear)) {
        (true, false) => Some(Law::Doubling),
        (false, true) => Some(Law::Steps),
        _ => None,
    }
}

/// The cap of waits that grew at first and no longer do. Equal steps have none that can be told from them:
/// each is less of a step than the one before.
fn cap(group: &Group, level: f64) -> Option<(f64, f64)> {
    if law(group) == Some(Law::Steps) {
        return None;
    }
    let cells = &group.cells;
    let pairs = || cells.iter().zip(cells.iter().skip(1)).enumerate();
    let (begin, _) = pairs().find(|(_, (earlier, later))| grows(&earlier.sorted, &later.sorted, level))?;
    let (stop, _) =
        pairs().skip(begin).find(|(_, (earlier, later))| stays(&earlier.sorted, &later.sorted, level))?;
    base::cap(cells.get(stop..)?)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use crate::judge::policy::Policy;
    use crate::judge::testing::{finding as finding_of, simulate, transient};

    fn z(cells: [&[f64]; 2]) -> String {
        let group = transient(&cells);
        format!("{:.3}", mann_whitney_z(group.sorted(0), group.sorted(1), GROWS_LITTLE))
    }

    fn ask_one(group: &Group) -> Ruling {
        ask(group, false, Level::shared_by(1)).unwrap().1
    }

    #[test]
    fn second_waits_are_held_against_first_ones() {
        let full: [&[f64]; 2] = [
            &[945.0, 977.0, 609.0, 803.0, 872.0, 903.0, 431.0, 985.0, 970.0, 179.0],
            &[1024.0, 163.0, 754.0, 350.0, 1089.0, 957.0, 1579.0, 741.0, 1859.0, 1219.0],
        ];
        assert_eq!(z(full), "-0.907");
        assert!(matches!(ask_one(&transient(&full)), Ruling::Insufficient { have: 10, need: 20, .. }));
        let doubles: [&[f64]; 2] = [
            &[1002.0, 1002.0, 1001.0, 1001.0, 1001.0, 1001.0, 1001.0],
            &[2001.0, 2001.0, 2001.0, 2002.0, 2001.0, 2001.0, 2001.0],
        ];
        assert_eq!(z(doubles), "3.130");
        assert!(matches!(ask_one(&transient(&doubles)), Ruling::Clear { .. }));
        let constant: [&[f64]; 2] = [&[1001.0, 1001.0, 1002.0, 1001.0, 1001.0, 1001.0, 1001.0], &[1001.0; 7]];
        assert_eq!(z(constant), "-3.130");
        assert!(matches!(ask_one(&transient(&constant)), Ruling::Found(_)));
    }

    #[test]
    fn a_deadline_excuses_drawn_waits_but_not_fixed_ones() {
        let cut = Group { truncated: true, ..transient(&[&[1000.0; 8], &[1000.0; 8]]) };
        let found = |fixed| matches!(ask(&cut, fixed, Level::shared_by(1)), Some((_, Ruling::Found(_))));
        assert_eq!((found(true), found(false)), (true, false));
        assert_eq!(ask(&transient(&[&[1000.0; 8]]), false, Level::shared_by(1)), None);
    }

    #[test]
    fn five_waits_of_each_are_too_few() {
        let group = transient(&[&[1003.0; 5], &[1002.0; 5]]);
        let of =
            "waits before first and before second retries each; two more calls that fail throughout would do";
        assert_eq!(ask_one(&group), Ruling::Insufficient { have: 5, need: 7, of: of.into() });
    }

    #[test]
    fn a_finding_tells_the_ratio() {
        let group =
            transient(&[&[1001.0, 1004.0, 1010.0, 1002.0, 1003.0, 1000.0, 1001.0, 1002.0], &[1003.0; 8]]);
        insta::assert_snapshot!(finding_of(ask_one(&group)).seen, @"Second waits are no longer than first ones (ratio 0.97–1.02, 99.8 %): 1.00 s against 1.00 s in the middle.");
    }

    #[test]
    fn the_third_and_fourth_waits_tell_doubling_from_steps_and_a_cap() {
        let seen = |growth, cap| {
            let policy = Policy::Scaled { first: 1.0, growth, share: 0.9, cap };
            match ask_one(&simulate(policy, 40, 6, 7)) {
                Ruling::Clear { seen } => seen,
                other => format!("{other:?}"),
            }
        };
        insta::assert_snapshot!(seen(Growth::Times(2.0), f64::INFINITY), @"second waits are longer than first ones, by 1.9–2.1 times (99.8 %); they double; no cap reached");
        insta::assert_snapshot!(seen(Growth::Linear, f64::INFINITY), @"second waits are longer than first ones, by 1.9–2.1 times (99.8 %); they grow by equal steps; no cap reached");
        insta::assert_snapshot!(seen(Growth::Times(2.0), 4.0), @"second waits are longer than first ones, by 1.9–2.1 times (99.8 %); capped at 3.95–4.18 s (99 %)");
    }

    #[test]
    fn its_power_is_that_of_the_tables() {
        let power = |share, growth, calls, wanted: fn(&Ruling) -> bool| {
            let policy = Policy::Scaled { first: 1.0, growth, share, cap: 20.0 };
            (0..200).filter(|&seed| wanted(&ask_one(&simulate(policy, calls, 3, seed)))).count() as f64
                / 200.0
        };
        let found: fn(&Ruling) -> bool = |ruling| matches!(ruling, Ruling::Found(_));
        let clear: fn(&Ruling) -> bool = |ruling| matches!(ruling, Ruling::Clear { .. });
        let doubling = Growth::Times(2.0);
        let rows = [
            (power(1.0, Growth::Constant, 10, found), 1.0),
            (power(0.0, Growth::Constant, 50, found), 0.48),
            (power(0.0, doubling, 50, clear), 0.65),
            (power(0.75, doubling, 10, clear), 1.0),
            (power(0.0, doubling, 50, found), 0.0),
        ];
        for (power, table) in rows {
            assert!((power - table).abs() < 0.12, "{power} is not {table}");
        }
    }
}
