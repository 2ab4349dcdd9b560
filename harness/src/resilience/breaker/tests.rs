use proptest::prelude::*;

use super::*;

fn policy() -> BreakerPolicy {
    BreakerPolicy {
        failure_rate_threshold: 0.5,
        slow_call_rate_threshold: 1.0,
        slow_call_duration_threshold: Duration::from_secs(60),
        sliding_window: SlidingWindow::Count(10),
        minimum_number_of_calls: 4,
        wait_duration_in_open_state: Duration::from_secs(30),
        permitted_number_of_calls_in_half_open_state: 3,
        max_wait_duration_in_half_open_state: None,
    }
}

const fn at(second: u64) -> Nanos {
    Nanos::from_secs(second)
}

const GOOD: Ended = Ended { failed: false, took: Duration::from_secs(1) };
const FAILED: Ended = Ended { failed: true, took: Duration::from_secs(1) };
const SLOW: Ended = Ended { failed: false, took: Duration::from_secs(61) };

fn opened(policy: BreakerPolicy) -> Breaker {
    let mut breaker = Breaker::new(policy);
    for _ in 0..policy.minimum_number_of_calls {
        breaker.ended(at(0), FAILED);
    }
    assert_eq!(breaker.state(), BreakerState::Open);
    breaker
}

fn moved(second: u64, from: BreakerState, to: BreakerState) -> Vec<Moved> {
    vec![Moved { at: at(second), from, to }]
}

#[test]
fn the_documented_table_is_the_table() {
    let all_events = [Event::Bad, Event::Good, Event::WaitOver, Event::HalfOpenTooLong];
    for from in [BreakerState::Closed, BreakerState::Open, BreakerState::HalfOpen] {
        for event in all_events {
            let expected = match (from, event) {
                (BreakerState::Closed | BreakerState::HalfOpen, Event::Bad) => Some(BreakerState::Open),
                (BreakerState::Open, Event::WaitOver) => Some(BreakerState::HalfOpen),
                (BreakerState::HalfOpen, Event::Good) => Some(BreakerState::Closed),
                (BreakerState::HalfOpen, Event::HalfOpenTooLong) => Some(BreakerState::Open),
                _ => None,
            };
            assert_eq!(next(from, event), expected, "{from:?} {event:?}");
        }
    }
}

#[test]
fn it_opens_at_its_threshold_and_not_before_its_least_number_of_calls() {
    let mut breaker = Breaker::new(policy());
    for (ended, expected) in [(FAILED, vec![]), (FAILED, vec![]), (GOOD, vec![])] {
        assert_eq!(breaker.ended(at(1), ended), expected);
    }
    assert_eq!(breaker.ended(at(2), GOOD), moved(2, BreakerState::Closed, BreakerState::Open), "2 of 4");
    assert_eq!(breaker.ask(at(3)), (false, vec![]));
}

#[test]
fn slow_calls_open_it_too() {
    let mut breaker = Breaker::new(BreakerPolicy { slow_call_rate_threshold: 0.75, ..policy() });
    for ended in [SLOW, GOOD, SLOW] {
        assert_eq!(breaker.ended(at(1), ended), vec![]);
    }
    assert_eq!(breaker.ended(at(2), SLOW).len(), 1);
    let at_the_threshold = Ended { took: Duration::from_secs(60), ..GOOD };
    let mut breaker = Breaker::new(BreakerPolicy { slow_call_rate_threshold: 0.01, ..policy() });
    for _ in 0..9 {
        assert_eq!(breaker.ended(at(1), at_the_threshold), vec![], "a call is slow beyond the threshold");
    }
}

#[test]
fn it_half_opens_when_asked_and_lets_its_permits_pass() {
    let mut breaker = opened(policy());
    assert_eq!(breaker.ask(at(29)), (false, vec![]));
    assert_eq!(breaker.ask(at(40)), (true, moved(40, BreakerState::Open, BreakerState::HalfOpen)));
    assert_eq!([breaker.ask(at(40)).0, breaker.ask(at(41)).0, breaker.ask(at(42)).0], [true, true, false]);
}

#[test]
fn good_probes_close_it_and_bad_ones_open_it_again() {
    let mut breaker = opened(policy());
    for _ in 0..3 {
        assert!(breaker.ask(at(30)).0);
    }
    assert_eq!([breaker.ended(at(31), GOOD), breaker.ended(at(31), FAILED)], [vec![], vec![]]);
    assert_eq!(
        breaker.ended(at(32), GOOD),
        moved(32, BreakerState::HalfOpen, BreakerState::Closed),
        "1 of 3"
    );
    assert!(breaker.ask(at(33)).0);

    let mut breaker = opened(policy());
    for _ in 0..3 {
        assert!(breaker.ask(at(30)).0);
    }
    let _ = (breaker.ended(at(31), FAILED), breaker.ended(at(31), GOOD));
    assert_eq!(breaker.ended(at(32), FAILED), moved(32, BreakerState::HalfOpen, BreakerState::Open));
    assert!(!breaker.ask(at(61)).0, "open since 32");
    assert!(breaker.ask(at(62)).0);
}

#[test]
fn a_probe_that_is_given_up_gives_its_permit_back() {
    let one = BreakerPolicy { permitted_number_of_calls_in_half_open_state: 1, ..policy() };
    let mut breaker = opened(one);
    assert_eq!([breaker.ask(at(30)).0, breaker.ask(at(30)).0], [true, false]);
    breaker.released();
    assert_eq!([breaker.ask(at(31)).0, breaker.ask(at(31)).0], [true, false]);
    assert_eq!(breaker.ended(at(32), GOOD), moved(32, BreakerState::HalfOpen, BreakerState::Closed));
}

#[test]
fn half_open_for_too_long_is_open_since_then() {
    let patience = Some(Duration::from_secs(5));
    let mut breaker = opened(BreakerPolicy { max_wait_duration_in_half_open_state: patience, ..policy() });
    assert!(breaker.ask(at(30)).0);
    assert_eq!(breaker.ask(at(64)), (false, moved(35, BreakerState::HalfOpen, BreakerState::Open)));
    assert_eq!(breaker.ask(at(65)), (true, moved(65, BreakerState::Open, BreakerState::HalfOpen)));
    let both = breaker.ask(at(200));
    let expected = [
        moved(70, BreakerState::HalfOpen, BreakerState::Open),
        moved(200, BreakerState::Open, BreakerState::HalfOpen),
    ];
    assert_eq!(both, (true, expected.concat()));
}

#[test]
fn a_late_end_decides_nothing_in_the_open_state() {
    let mut breaker = opened(policy());
    assert_eq!(breaker.ended(at(10), GOOD), vec![]);
    assert_eq!(breaker.state(), BreakerState::Open);
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Ask,
    End { failed: bool, took_s: u64 },
    Release,
}

fn acts() -> impl Strategy<Value = Vec<(u64, Act)>> {
    let act = prop_oneof![
        3 => Just(Act::Ask),
        3 => (any::<bool>(), 0..120u64).prop_map(|(failed, took_s)| Act::End { failed, took_s }),
        1 => Just(Act::Release),
    ];
    prop::collection::vec((0..20u64, act), 1..200)
}

proptest! {
    #[test]
    fn every_move_is_in_the_table_and_follows_the_one_before(
        acts in acts(),
        window in prop_oneof![(1..20u32).prop_map(SlidingWindow::Count), (1..20u32).prop_map(SlidingWindow::Time)],
        least in 1..8u32,
        permitted in 1..5u32,
        patience_s in prop::option::of(1..40u64),
    ) {
        let policy = BreakerPolicy {
            sliding_window: window,
            minimum_number_of_calls: least,
            permitted_number_of_calls_in_half_open_state: permitted,
            max_wait_duration_in_half_open_state: patience_s.map(Duration::from_secs),
            ..policy()
        };
        let mut breaker = Breaker::new(policy);
        let (mut now, mut state, mut last_move) = (Nanos::ZERO, BreakerState::Closed, Nanos::ZERO);
        let mut probes = 0u32;
        for (gap, act) in acts {
            now = now.plus(Nanos::from_secs(gap));
            let (passed, moved) = match act {
                Act::Ask => breaker.ask(now),
                Act::End { failed, took_s } => {
                    (false, breaker.ended(now, Ended { failed, took: Duration::from_secs(took_s) }))
                }
                Act::Release => {
                    // Only whoever passed has anything to give back.
                    if probes > 0 {
                        breaker.released();
                        probes -= 1;
                    }
                    (false, Vec::new())
                }
            };
            for Moved { at, from, to } in moved {
                prop_assert!(TABLE.iter().any(|(one, _, other)| (*one, *other) == (from, to)));
                prop_assert_eq!(from, state);
                prop_assert!(last_move <= at && at <= now);
                if from == BreakerState::Open {
                    prop_assert!(at.since(last_move) >= Nanos::from(policy.wait_duration_in_open_state));
                }
                (state, last_move, probes) = (to, at, 0);
            }
            prop_assert_eq!(breaker.state(), state);
            if passed {
                prop_assert!(state != BreakerState::Open);
                probes += u32::from(state == BreakerState::HalfOpen);
            }
            prop_assert!(probes <= permitted);
        }
    }
}
