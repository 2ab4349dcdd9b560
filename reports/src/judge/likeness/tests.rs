use super::*;
use crate::judge::testing::{simulate, transient};

const ONE_SECOND: [&[f64]; 2] = [
    &[945.0, 977.0, 609.0, 803.0, 872.0, 903.0, 431.0, 985.0, 970.0, 179.0],
    &[1024.0, 163.0, 754.0, 350.0, 1089.0, 957.0, 1579.0, 741.0, 1859.0, 1219.0],
];
const FIFTY_MILLIS: [&[f64]; 2] = [
    &[49.0, 50.0, 32.0, 41.0, 44.0, 46.0, 22.0, 50.0, 50.0, 10.0],
    &[52.0, 9.0, 39.0, 18.0, 55.0, 50.0, 80.0, 38.0, 94.0, 62.0],
];
const OPENAI: [&[f64]; 2] =
    [&[477.0, 441.0, 383.0, 427.0, 382.0, 458.0, 430.0], &[953.0, 823.0, 847.0, 763.0, 1001.0, 810.0, 995.0]];
const DOUBLING: [&[f64]; 2] = [
    &[1002.0, 1002.0, 1001.0, 1001.0, 1001.0, 1001.0, 1001.0],
    &[2001.0, 2001.0, 2001.0, 2002.0, 2001.0, 2001.0, 2001.0],
];
const A_TENTH: [&[f64]; 2] = [
    &[1081.0, 1052.0, 1006.0, 1042.0, 1006.0, 1066.0, 1044.0, 1091.0, 1040.0, 1068.0, 1057.0, 1089.0],
    &[2162.0, 2058.0, 2078.0, 2010.0, 2201.0, 2048.0, 2196.0, 2170.0, 2099.0, 2014.0, 2055.0, 2014.0],
];

fn posterior(cells: &[&[f64]]) -> Posterior {
    let group = transient(cells);
    Posterior::of(&Sample::of(group.gaps().collect()), None)
}

fn likeliest(cells: &[&[f64]]) -> (&'static str, String) {
    posterior(cells).likeliest().map_or(("", String::new()), |(row, odds)| (row.name, format!("{odds:.4}")))
}

#[test]
fn the_vectors_are_named_with_their_odds() {
    assert_eq!(likeliest(&ONE_SECOND), ("1 s full jitter ×2", "0.9996".into()));
    assert_eq!(likeliest(&FIFTY_MILLIS), ("50 ms full jitter ×2", "0.9992".into()));
    assert_eq!(likeliest(&OPENAI), ("0.5 s ×2 less up to a quarter", "0.9996".into()));
    assert_eq!(likeliest(&DOUBLING).0, "1 s ×2 without jitter");
    let narrow = posterior(&A_TENTH);
    assert_eq!((narrow.jitter().0, format!("{:.2}", narrow.jitter().1)), (Jitter::Narrow, "1.00".into()));
    assert!(narrow.likeliest().is_none_or(|(_, odds)| odds < 0.01));
}

fn told(cells: &[&[f64]], sdk: Option<Sdk>) -> String {
    let group = transient(cells);
    match Likeness::of(&group, sdk).answer(&group).1 {
        Ruling::Clear { seen } => seen,
        Ruling::Insufficient { have, need, of } => format!("{have} of {need} {of}"),
        Ruling::Found(_) => unreachable!("a likeness is no finding"),
    }
}

#[test]
fn likenesses_are_told_with_what_they_rest_on() {
    insta::assert_snapshot!(told(&FIFTY_MILLIS, None), @"probably 50 ms full jitter ×2 (0.9992): AWS retries 2.1; base 30–65 ms (99 %); full jitter (1.00); growing waits; 20 waits");
    insta::assert_snapshot!(told(&FIFTY_MILLIS, Some(Sdk::Python)), @"AWS retries 2.1 (over 1,000 to 1); base 30–65 ms (99 %); full jitter (1.00); growing waits; 20 waits");
    insta::assert_snapshot!(told(&OPENAI, None), @"14 of 20 waits (so far: narrow jitter (1.00), growing waits, 14 waits); three more calls that fail throughout would do");
    insta::assert_snapshot!(told(&A_TENTH, None), @"no policy of the catalogue for certain; narrow jitter (1.00); growing waits; 24 waits");
    insta::assert_snapshot!(told(&[&[1000.0, 900.0], &[100.0, 200.0]], None), @"4 of 20 waits; 8 more calls that fail throughout would do");
}

#[test]
fn waits_of_no_policy_are_called_unknown() {
    // 200 ms or 2 s at random.
    let mut chance = crate::judge::testing::Chance::seeded(3);
    let mut wait = || if chance.between(0.0, 1.0) < 0.5 { 200.0 } else { 2000.0 } + chance.between(0.0, 8.0);
    let cells = [(0..25).map(|_| wait()).collect::<Vec<_>>(), (0..25).map(|_| wait()).collect()];
    let group = transient(&[&cells[0], &cells[1]]);
    assert_eq!(Likeness::of(&group, None).verdict, Verdict::Unknown);
}

/// The tables give .99 and .92 right of the names, and none wrong, at 50 waits.
#[test]
fn names_are_right_as_often_as_the_tables_say() {
    let rows = catalogue::ROWS.iter().filter(|row| row.users.starts_with("AWS retries"));
    for row in rows {
        let called = |seed| match Likeness::of(&simulate(row.policy, 25, 3, seed), None).verdict {
            Verdict::Named(named, _) => Some(named.name),
            _ => None,
        };
        let names: Vec<_> = (0..12).filter_map(called).collect();
        assert!(names.len() >= 8 && names.iter().all(|name| *name == row.name), "{}: {names:?}", row.name);
    }
}
