//! Whether waits are drawn from zero to a bound that doubles, whatever the bound's base.
//!
//! Waits are divided by what doubling makes of them. Given the largest one that is no hiccup, those below it
//! are spread evenly from zero to it if the policy is full jitter, so the base need not be known.

use super::finding::{Code, Finding, Ruling, Severity};
use super::fit::{ahead, behind};
use super::gaps::{Gap, Group};
use super::level::{Level, one_in};
use super::likeness::Likeness;
use super::policy::{Growth, Jitter};
use super::shortage::shortage;
use super::statistics::ks_p;
use crate::number;

/// The fewest waits that can clear a client.
const LEAST: usize = 20;

/// The fewest that can find anything.
const LEAST_TO_FIND: usize = 5;

/// What ordinary overhead adds at most, in seconds.
const OVERHEAD: f64 = 0.020;

/// The share of the largest waits that may be hiccups.
const HICCUPS: f64 = 0.06;

/// Whether waits are full jitter that doubles. `before` holds what was answered about the same waits: no
/// backoff, weak jitter or no growth exclude it as well.
pub(super) fn ask(
    group: &Group,
    before: &[(Code, Ruling)],
    likeness: &Likeness,
    level: Level,
) -> (Code, Ruling) {
    (Code::NotFullJitter, ruling(group, before, likeness, level.of(5e-4)))
}

fn ruling(group: &Group, before: &[(Code, Ruling)], likeness: &Likeness, level: f64) -> Ruling {
    let excluding = before.iter().find_map(|(_, ruling)| match ruling {
        Ruling::Found(finding) => Some(finding),
        _ => None,
    });
    if let Some(other) = excluding {
        return Ruling::Found(finding(group, other.seen.clone(), other.chance));
    }
    let n = group.tested();
    let (short, long) = p(group.gaps());
    let short = if group.truncated { 1.0 } else { short };
    if n >= LEAST_TO_FIND && short.min(long) <= level {
        return Ruling::Found(finding(group, seen(group, short < long), Some(short.min(long))));
    }
    match likeness.jitter() {
        Some((Jitter::Full, odds)) if n >= LEAST => Ruling::Clear {
            seen: format!(
                "{} waits are spread from zero to a bound that doubles ({odds:.3})",
                number::count(n as u64)
            ),
        },
        _ => shortage(group, "waits", n, if n < LEAST { LEAST } else { 2 * n }),
    }
}

/// The chances of waits as crowded to the short and to the long side as these, under full jitter.
fn p<'a>(gaps: impl Iterator<Item = &'a Gap>) -> (f64, f64) {
    let doubled = |gap: &Gap| Growth::Times(2.0).factor(gap.ordinal);
    let mut scaled: Vec<(f64, f64)> =
        gaps.map(|gap| (gap.secs() / doubled(gap), OVERHEAD / doubled(gap))).collect();
    scaled.sort_by(|a, b| a.0.total_cmp(&b.0));
    let kept = scaled.len() - (HICCUPS * scaled.len() as f64).ceil() as usize;
    let Some((&(bound, overhead), below)) = scaled.get(..kept).and_then(<[_]>::split_last) else {
        return (1.0, 1.0);
    };
    let least_bound = (bound - overhead).max(bound / 2.0);
    let place = |value: f64| value.clamp(0.0, 1.0);
    let mut latest: Vec<f64> = below.iter().map(|(wait, _)| place(wait / least_bound)).collect();
    let mut earliest: Vec<f64> =
        below.iter().map(|(wait, overhead)| place((wait - overhead).max(0.0) / bound)).collect();
    (ks_p(below.len(), ahead(&mut latest)), ks_p(below.len(), behind(&mut earliest)))
}

fn seen(group: &Group, short: bool) -> String {
    let (n, side) = (group.tested(), if short { "below" } else { "above" });
    format!(
        "{} waits crowd {side} what an even spread from zero to a doubling bound would give.",
        number::count(n as u64)
    )
}

fn finding(group: &Group, seen: String, chance: Option<f64>) -> Finding {
    Finding {
        severity: Severity::Warning,
        seen: format!("The scenario expects exponential full jitter. {seen}"),
        expected: match chance {
            Some(chance) => format!("Full jitter that doubles looks like that in {} runs.", one_in(chance)),
            None => "Full jitter that doubles does not look like that.".to_owned(),
        },
        why: "What is drawn from zero spreads retries best and sheds most load.".to_owned(),
        change: "Wait rand(0, 1) × min(cap, base × 2ⁱ) before the retry i, counted from 0.".to_owned(),
        chance,
        evidence: group.gaps().map(|gap| gap.retry).take(20).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::policy::Policy;
    use crate::judge::testing::{finding as finding_of, simulate, three_digits, transient};
    use crate::judge::{growth, jitter};

    fn ask_one(group: &Group) -> Ruling {
        let level = Level::shared_by(1);
        let before: Vec<_> =
            [jitter::ask(group, level)].into_iter().chain(growth::ask(group, true, level)).collect();
        ask(group, &before, &Likeness::of(group, None), level).1
    }

    fn chances(cells: &[&[f64]]) -> (String, String) {
        let (short, long) = p(transient(cells).gaps());
        (format!("{short:.3}"), three_digits(long))
    }

    #[test]
    fn full_jitter_of_any_base_is_spread_from_zero() {
        let one_second: [&[f64]; 2] = [
            &[945.0, 977.0, 609.0, 803.0, 872.0, 903.0, 431.0, 985.0, 970.0, 179.0],
            &[1024.0, 163.0, 754.0, 350.0, 1089.0, 957.0, 1579.0, 741.0, 1859.0, 1219.0],
        ];
        assert_eq!(chances(&one_second), ("0.994".into(), "3.56e-1".into()));
        assert!(matches!(ask_one(&transient(&one_second)), Ruling::Clear { .. }));
        let fifty_millis: [&[f64]; 2] = [
            &[49.0, 50.0, 32.0, 41.0, 44.0, 46.0, 22.0, 50.0, 50.0, 10.0],
            &[52.0, 9.0, 39.0, 18.0, 55.0, 50.0, 80.0, 38.0, 94.0, 62.0],
        ];
        assert_eq!(chances(&fifty_millis), ("1.000".into(), "1.00e0".into()));
    }

    #[test]
    fn a_quarter_of_jitter_is_not() {
        let openai: [&[f64]; 2] = [
            &[477.0, 441.0, 383.0, 427.0, 382.0, 458.0, 430.0],
            &[953.0, 823.0, 847.0, 763.0, 1001.0, 810.0, 995.0],
        ];
        assert_eq!(chances(&openai), ("0.973".into(), "1.13e-6".into()));
        let finding = finding_of(ask_one(&transient(&openai)));
        insta::assert_snapshot!(finding.seen, @"The scenario expects exponential full jitter. 14 waits crowd above what an even spread from zero to a doubling bound would give.");
    }

    #[test]
    fn what_excludes_it_before_is_its_finding_too() {
        let finding = finding_of(ask_one(&transient(&[&[1000.0; 6], &[1000.0; 6]])));
        insta::assert_snapshot!(finding.seen, @"The scenario expects exponential full jitter. The 6 first retries waited 1.000 s, the 6 second ones 1.000 s: jitter is at most 1.00 % of the wait.");
        let four = transient(&[&[100.0, 900.0], &[500.0, 1500.0]]);
        assert!(matches!(ask_one(&four), Ruling::Insufficient { have: 4, need: 20, .. }));
    }

    #[test]
    fn its_power_is_that_of_the_tables() {
        let power = |policy, calls| {
            let found = |&seed: &u64| {
                let (short, long) = p(simulate(policy, calls, 3, seed).gaps());
                short.min(long) <= 5e-4
            };
            (0..300).filter(found).count() as f64 / 300.0
        };
        let half = Policy::Scaled { first: 1.0, growth: Growth::Times(2.0), share: 0.5, cap: 20.0 };
        let litellm = Policy::Added { base: 0.5, spread: 0.75, cap: 8.0 };
        let rows = [
            (power(half, 10), 1.0),
            (power(half, 5), 0.08),
            (power(litellm, 10), 0.51),
            (power(Policy::full_jitter(1.0), 25), 0.0),
        ];
        for (power, table) in rows {
            assert!((power - table).abs() < 0.1, "{power} is not {table}");
        }
    }
}
