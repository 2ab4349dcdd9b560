//! Whether waits vary enough that clients which failed together do not come back together.
//!
//! In each cell the shortest window that holds nearly all waits is compared with what jitter of a width
//! would give: the chance of so tight a cluster is a scan probability. The width is relative to the wait
//! itself, so no policy need be known, and overhead only widens a cluster, so noise raises no finding.

use super::finding::{Code, Finding, Ruling, Severity};
use super::gaps::{Cell, Group};
use super::level::{Level, one_in};
use super::shortage::shortage;
use super::statistics::{all_but_a_tenth, cell_p, fisher, quantile, shortest_window};
use crate::number;

/// Jitter narrower than this share of the wait is weak.
const WEAK: f64 = 0.20;

/// Jitter narrower than this share of the wait is none.
const NONE: f64 = 0.05;

/// A cell that can clear a client has so many waits.
const CLEARING: usize = 5;

/// Whether waits vary.
pub(super) fn ask(group: &Group, level: Level) -> (Code, Ruling) {
    let (weak, none) = (p(group, WEAK, WEAK), p(group, NONE, NONE));
    let level = level.of_a_finding();
    if weak <= level && none <= level {
        return (Code::NoJitter, Ruling::Found(finding(group, NONE, level, none)));
    }
    if weak <= level {
        return (Code::WeakJitter, Ruling::Found(finding(group, WEAK, level, weak)));
    }
    (Code::WeakJitter, otherwise(group))
}

/// The chance of waits as alike as these with jitter of a share of the wait, or of so many seconds where that
/// is less: it spares those who add a constant spread to long waits.
fn p(group: &Group, relative: f64, absolute: f64) -> f64 {
    let cells = group.cells.iter().filter(|cell| cell.sorted.len() >= 2);
    fisher(&cells.map(|cell| cell_p(&cell.sorted, relative, absolute)).collect::<Vec<_>>())
}

/// The widest jitter, as a share of the wait, that these waits leave possible.
///
/// It is rounded up to half per cents.
fn widest(group: &Group, level: f64) -> f64 {
    let (mut possible, mut excluded) = (0.0, WEAK);
    for _ in 0..30 {
        let middle = f64::midpoint(possible, excluded);
        if p(group, middle, f64::INFINITY) > level { possible = middle } else { excluded = middle }
    }
    (excluded * 200.0).ceil() / 200.0
}

fn finding(group: &Group, share: f64, level: f64, chance: f64) -> Finding {
    let width = number::share(widest(group, level));
    Finding {
        severity: Severity::Warning,
        seen: format!("{}: jitter is at most {width} of the wait.", waited(group).replacen("the", "The", 1)),
        expected: format!(
            "Jitter of {} of the wait looks like that in {} runs.",
            number::share(share),
            one_in(chance)
        ),
        why: "All clients that one fault hit come back together.".to_owned(),
        change: "Multiply the wait by a number drawn from 0 to 1.".to_owned(),
        chance: Some(chance),
        evidence: group.gaps().map(|gap| gap.retry).take(20).collect(),
    }
}

/// What was waited, for the first three ordinals: `the 5 first retries waited 1.002–1.007 s, …`.
fn waited(group: &Group) -> String {
    let told: Vec<_> = group.cells.iter().filter_map(waited_in).take(3).collect();
    format!("the {}", told.join(", the "))
}

fn waited_in(cell: &Cell) -> Option<String> {
    let all = cell.sorted.len();
    // Below ten, none is passed over as a hiccup: the reader sees them all.
    let most = if all < 10 { all } else { all_but_a_tenth(all) };
    let (low, high) = shortest_window(&cell.sorted, most)?;
    let (ordinal, range) = (number::ordinal(cell.ordinal), number::range(low, high));
    let retries = if cell.ordinal == 0 { "retries waited " } else { "ones " };
    let passed_over = if most == all { String::new() } else { format!(" but for {}", all - most) };
    Some(format!("{} {ordinal} {retries}{range}{passed_over}", number::count(all as u64)))
}

/// Clear where waits certainly vary: in every cell that can tell, nearly all fill more than what a client
/// without jitter would, by overhead and a slow timer.
fn otherwise(group: &Group) -> Ruling {
    let telling: Vec<_> = group.cells.iter().filter(|cell| cell.sorted.len() >= CLEARING).collect();
    if !telling.is_empty() && telling.iter().all(|cell| spread(cell)) {
        return Ruling::Clear { seen: waited(group) };
    }
    shortage(group, "waits", group.tested(), need(group))
}

fn spread(cell: &Cell) -> bool {
    shortest_window(&cell.sorted, all_but_a_tenth(cell.sorted.len()))
        .is_some_and(|(low, top)| top - low > 0.020 + NONE * top)
}

/// About how many waits tell, by their length: the shorter they are, the more of them overhead hides.
fn need(group: &Group) -> usize {
    let first = group.cells.first().and_then(|cell| quantile(&cell.sorted, 0.5)).unwrap_or_default();
    let enough = match first {
        secs if secs >= 0.3 => 10,
        secs if secs >= 0.06 => 20,
        _ => 50,
    };
    enough.max(CLEARING * group.cells.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::policy::{Growth, Policy};
    use crate::judge::testing::{finding as finding_of, simulate, three_digits, transient};

    const FIXED: [&[f64]; 2] =
        [&[1003.0, 1002.0, 1004.0, 1003.0, 1007.0], &[1002.0, 1003.0, 1005.0, 1003.0, 1002.0]];

    fn ask_one(cells: &[&[f64]]) -> (Code, Ruling) {
        ask(&transient(cells), Level::shared_by(1))
    }

    fn chances(cells: &[&[f64]]) -> (String, String) {
        let group = transient(cells);
        (three_digits(p(&group, WEAK, WEAK)), three_digits(p(&group, NONE, NONE)))
    }

    fn code_found(cells: &[&[f64]]) -> Option<Code> {
        let (code, ruling) = ask_one(cells);
        matches!(ruling, Ruling::Found(_)).then_some(code)
    }

    #[test]
    fn a_fixed_delay_has_no_jitter() {
        assert_eq!(chances(&FIXED), ("1.53e-9".into(), "4.75e-5".into()));
        assert_eq!(code_found(&FIXED), Some(Code::NoJitter));
        insta::assert_snapshot!(finding_of(ask_one(&FIXED).1).seen, @"The 5 first retries waited 1.002–1.007 s, the 5 second ones 1.002–1.005 s: jitter is at most 3.50 % of the wait.");
    }

    #[test]
    fn a_hiccup_or_a_small_sample_only_softens_the_words() {
        let hiccup: [&[f64]; 2] = [FIXED[0], &[1002.0, 1081.0, 1005.0, 1003.0, 1002.0]];
        assert_eq!(chances(&hiccup), ("1.86e-7".into(), "1.22e-3".into()));
        assert_eq!(code_found(&hiccup), Some(Code::WeakJitter));
        let six: [&[f64]; 2] = [&[1002.0, 1004.0, 1003.0], &[2003.0, 2001.0, 2004.0]];
        assert_eq!(chances(&six), ("1.14e-4".into(), "1.51e-2".into()));
        assert_eq!(code_found(&six), Some(Code::WeakJitter));
    }

    #[test]
    fn six_spread_waits_tell_nothing() {
        let cells: [&[f64]; 2] = [&[410.0, 880.0, 660.0], &[1730.0, 120.0, 1210.0]];
        assert_eq!(chances(&cells).0, "1.00e0");
        assert!(matches!(ask_one(&cells).1, Ruling::Insufficient { have: 6, need: 10, .. }));
    }

    #[test]
    fn waits_without_jitter_are_found_whether_or_not_they_grow() {
        let grows: [&[f64]; 2] = [
            &[1002.0, 1002.0, 1001.0, 1001.0, 1001.0, 1001.0, 1001.0],
            &[2001.0, 2001.0, 2001.0, 2002.0, 2001.0, 2001.0, 2001.0],
        ];
        assert_eq!(chances(&grows), ("1.27e-18".into(), "1.26e-11".into()));
        let constant: [&[f64]; 2] = [&[1001.0, 1001.0, 1002.0, 1001.0, 1001.0, 1001.0, 1001.0], &[1001.0; 7]];
        assert_eq!(chances(&constant), ("1.32e-19".into(), "1.36e-12".into()));
        assert_eq!((code_found(&grows), code_found(&constant)), (Some(Code::NoJitter), Some(Code::NoJitter)));
    }

    #[test]
    fn jitter_of_a_tenth_is_neither_found_nor_cleared_yet() {
        let cells: [&[f64]; 2] = [
            &[1081.0, 1052.0, 1006.0, 1042.0, 1006.0, 1066.0, 1044.0, 1091.0, 1040.0, 1068.0, 1057.0, 1089.0],
            &[2162.0, 2058.0, 2078.0, 2010.0, 2201.0, 2048.0, 2196.0, 2170.0, 2099.0, 2014.0, 2055.0, 2014.0],
        ];
        assert_eq!(chances(&cells).0, "1.14e-2");
        assert!(matches!(ask_one(&cells).1, Ruling::Insufficient { .. }));
    }

    /// The document's own figure is 0 of 576,000; five alarms in a thousand runs of a test whose level is
    /// one would come once in 270.
    #[test]
    fn a_true_full_jitter_client_raises_no_false_alarm_in_a_thousand_seeds() {
        for policy in [Policy::full_jitter(1.0), Policy::full_jitter(0.05)] {
            let alarm = |&seed: &u64| {
                let calls = [3, 5, 10, 25][seed as usize % 4];
                let group = simulate(policy, calls, 3 + seed as u32 % 2 * 2, seed);
                matches!(ask(&group, Level::shared_by(1)).1, Ruling::Found(_))
            };
            let alarms: Vec<u64> = (0..1000).filter(alarm).collect();
            assert!(alarms.len() <= 1, "{policy:?}: seeds {alarms:?}");
        }
    }

    fn share_of(policy: Policy, calls: usize, wanted: impl Fn(&(Code, Ruling)) -> bool) -> f64 {
        let hit = |&seed: &u64| wanted(&ask(&simulate(policy, calls, 3, seed), Level::shared_by(1)));
        (0..200).filter(hit).count() as f64 / 200.0
    }

    #[test]
    fn its_power_is_that_of_the_tables() {
        let fixed = |first| Policy::Scaled { first, growth: Growth::Constant, share: 1.0, cap: 20.0 };
        let found = |answer: &(Code, Ruling)| matches!(answer.1, Ruling::Found(_));
        let none = |answer: &(Code, Ruling)| found(answer) && answer.0 == Code::NoJitter;
        let rows = [(share_of(fixed(1.0), 5, found), 1.0), (share_of(fixed(1.0), 5, none), 0.76)];
        let short = [(share_of(fixed(0.2), 5, found), 0.69), (share_of(fixed(0.05), 10, found), 0.31)];
        for (power, table) in rows.into_iter().chain(short) {
            assert!((power - table).abs() < 0.12, "{power} is not {table}");
        }
    }

    #[test]
    fn full_jitter_is_cleared_as_often_as_the_tables_say() {
        let clear = |answer: &(Code, Ruling)| matches!(answer.1, Ruling::Clear { .. });
        assert!(share_of(Policy::full_jitter(1.0), 5, clear) >= 0.97);
        let short = share_of(Policy::full_jitter(0.05), 10, clear);
        assert!((short - 0.96).abs() < 0.05, "{short}");
    }
}
