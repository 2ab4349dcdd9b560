//! The share of failing attempts at which a retry quota begins to drain.
//!
//! With three attempts that each fail with the same chance p, a call brings the quota one permit if its first attempt is
//! answered; a call answered at the second changes nothing, one answered at the third loses the price c of a retry, and
//! one that fails loses two: on average (1 − p) − c·p²(1 − p) − 2c·p³. Above the p at which that is nothing the quota of
//! 500 runs dry, however long it takes, and from then on calls fail that another attempt would have saved.
//!
//! The Rust SDK gives back more than that rule (see `quota`): the last retry of a failed call comes back with the next
//! first attempt that is answered, which moves the point up a little for a client that makes one call at a time.

use bedload::seed::Seed;
use bedload_mocks::faults::{Fault, InternalError, Kind, Share, Throttle};
use bedload_reports::record::CallEnd;

use crate::crowd::{self, was_refused};
use crate::setting::Setting;
use crate::subject::{Subject, in_virtual_time};

const CAPACITY: f64 = 500.0;
/// How far from the point a quota is tried: near enough to call it the point, and far enough that a few thousand calls
/// tell, whatever the quota's wandering.
const MARGIN: f64 = 0.04;

/// Who makes the calls.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Callers {
    /// One client after another: each is set aside after a call that failed, with the permit that it holds. So the
    /// published rule is kept.
    SetAside,
    /// One client, one call at a time.
    OneAtATime,
}

/// What a call brings the quota on average, at this chance of failing and this price of a retry.
fn drift(p: f64, price: f64, callers: Callers) -> f64 {
    let published = (1.0 - p) - price * p * p * (1.0 - p) - 2.0 * price * p.powi(3);
    match callers {
        Callers::SetAside => published,
        // After a call that failed, which p³ of them do, an answer at once brings the price back instead of one.
        Callers::OneAtATime => published + (1.0 - p) * p.powi(3) * (price - 1.0),
    }
}

/// The chance at which a call brings nothing on average.
fn break_even(price: f64, callers: Callers) -> f64 {
    let (mut holds, mut drains) = (0.0, 1.0);
    for _ in 0..60 {
        let p = (holds + drains) / 2.0;
        match drift(p, price, callers) > 0.0 {
            true => holds = p,
            false => drains = p,
        }
    }
    holds
}

/// The number of the first call that the quota refused a retry, within so many calls; and what was left at the least.
fn first_refusal(
    setting: &Setting,
    failure: &Kind,
    p: f64,
    callers: Callers,
    calls: usize,
) -> (Option<usize>, usize) {
    in_virtual_time(async |clock| {
        let mut subject = Subject::new(clock, setting);
        subject.meets(vec![Fault::new("failure", failure.clone()).share(Share::new(p).unwrap())]);
        let (mut set_aside, mut least) = (Vec::new(), usize::MAX);
        for number in 1..=calls {
            let told = subject.call().await;
            least = told.seen.quota.iter().copied().fold(least, usize::min);
            if was_refused(&told.call) {
                return (Some(number), least);
            }
            if callers == Callers::SetAside && matches!(told.call.end, CallEnd::Failed(_)) {
                let fresh = subject.twin();
                set_aside.push(std::mem::replace(&mut subject, fresh));
            }
        }
        (None, least)
    })
}

/// Below the point the quota holds for as long as it takes to run dry above it, and longer.
fn drains_above_and_holds_below(setting: &Setting, failure: &Kind, price: f64, callers: Callers) {
    let point = break_even(price, callers);
    let expected = CAPACITY / -drift(point + MARGIN, price, callers);
    let calls = (1.5 * expected) as usize;
    let name = format!("{:?} at {price}, {callers:?}, {point:.4}, in {calls} calls", setting.profile);
    let (refused, _) = first_refusal(setting, failure, point + MARGIN, callers, calls);
    assert!(refused.is_some_and(|number| number as f64 > expected / 2.0), "{name}: {refused:?}");
    let (refused, least) = first_refusal(setting, failure, point - MARGIN, callers, calls);
    assert!(refused.is_none() && least as f64 > CAPACITY / 2.0, "{name}: {refused:?}, {least} left");
}

fn five_hundred() -> Kind {
    Kind::InternalError(InternalError)
}

fn throttle() -> Kind {
    Kind::Throttle(Throttle::default())
}

#[test]
fn the_points_are_where_the_tables_say() {
    let table = [(14.0, 0.2149, 0.2277), (10.0, 0.2460, 0.2608), (5.0, 0.3207, 0.3380)];
    for (price, published, one_at_a_time) in table {
        let found = [Callers::SetAside, Callers::OneAtATime].map(|callers| break_even(price, callers));
        assert!((found[0] - published).abs() < 1e-4, "{price}: {found:?}");
        assert!((found[1] - one_at_a_time).abs() < 1e-4, "{price}: {found:?}");
    }
}

#[test]
fn server_errors_under_2_1_drain_it_above_21_percent() {
    drains_above_and_holds_below(&Setting::v2_1(), &five_hundred(), 14.0, Callers::SetAside);
}

#[test]
fn server_errors_under_2_0_drain_it_above_24_percent() {
    drains_above_and_holds_below(&Setting::v2_0(), &five_hundred(), 10.0, Callers::SetAside);
}

#[test]
fn throttles_under_2_0_drain_it_above_32_percent() {
    drains_above_and_holds_below(&Setting::v2_0(), &throttle(), 5.0, Callers::SetAside);
}

#[test]
fn throttles_under_2_1_drain_it_above_32_percent() {
    drains_above_and_holds_below(&Setting::v2_1(), &throttle(), 5.0, Callers::SetAside);
}

#[test]
fn one_client_lasts_a_little_longer() {
    drains_above_and_holds_below(&Setting::v2_1(), &five_hundred(), 14.0, Callers::OneAtATime);
}

/// Ten at once through one client, as a scenario's flows are: permits change hands and get lost, and the point is near
/// the published one again.
#[test]
fn ten_at_once_are_near_the_published_point() {
    let refused = |p: f64, calls: usize| {
        in_virtual_time(async |clock| {
            Seed::new(1).pin_sdk_jitter();
            let subject = Subject::new(clock, &Setting::v2_1().jitter_drawn());
            subject.meets(vec![Fault::new("failure", five_hundred()).share(Share::new(p).unwrap())]);
            crowd::call(vec![subject; 10], calls).await.iter().filter(|call| was_refused(call)).count()
        })
    };
    let point = break_even(14.0, Callers::SetAside);
    assert_eq!(refused(point - MARGIN, 3000), 0);
    assert!(refused(point + MARGIN, 3000) > 0);
}
