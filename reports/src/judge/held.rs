//! Whether one client holds to one expectation.

use std::collections::BTreeSet;

use super::answer::counted;
use super::calls::{Call, Client};
use super::cohort::cohorts;
use super::context::Context;
use super::destinations::{asks_model, others};
use super::fate::Fate;
use super::moves::region;
use super::nested::Nesting;
use super::stall::{stalls, tolerance};
use crate::gate::Verdict;
use crate::number;
use crate::record::Name;
use crate::units::Nanos;

/// An answer to an expectation, with what was seen.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Held {
    pub(super) verdict: Verdict,
    pub(super) seen: String,
}

impl Held {
    pub(super) fn pass(seen: impl Into<String>) -> Self {
        Held { verdict: Verdict::Pass, seen: seen.into() }
    }

    pub(super) fn fail(seen: impl Into<String>) -> Self {
        Held { verdict: Verdict::Fail, seen: seen.into() }
    }

    pub(super) fn no_data(seen: impl Into<String>) -> Self {
        Held { verdict: Verdict::NoData, seen: seen.into() }
    }

    /// The answer to the opposite expectation.
    pub(super) fn reversed(self) -> Self {
        let verdict = match self.verdict {
            Verdict::Pass => Verdict::Fail,
            Verdict::Fail => Verdict::Pass,
            verdict => verdict,
        };
        Held { verdict, ..self }
    }

    fn of(client: &Client<'_>, holds: bool, seen: impl std::fmt::Display) -> Self {
        let seen = format!("{}: {seen}", client.name);
        if holds { Held::pass(seen) } else { Held::fail(seen) }
    }
}

/// The answer for all clients: the first failure, else the first pass, else no data.
pub(super) fn over(all: impl Iterator<Item = Held>) -> Held {
    let order = |held: &Held| match held.verdict {
        Verdict::Fail => 0,
        Verdict::Inconclusive => 1,
        Verdict::Pass => 2,
        Verdict::NoData => 3,
    };
    all.min_by_key(order).unwrap_or_else(|| Held::no_data("no client was seen"))
}

/// At most so many attempts of a call. What a client says that it would make counts as well, since a fault
/// may end before it does.
pub(super) fn attempts(client: &Client<'_>, most: u32) -> Held {
    let made = client.calls.iter().map(|call| call.last().number).max().unwrap_or_default();
    let told = client.calls.iter().filter_map(Call::most_attempts).max();
    let seen = counted(made as usize, "attempt", "attempts");
    let failed = client.calls.iter().any(|call| call.first().fate != Fate::Answered);
    match told {
        _ if made > most => Held::of(client, false, seen),
        Some(told) if told > most => Held::of(client, false, format!("it says that it makes {told}")),
        Some(told) => Held::of(client, true, format!("{seen}; it says that it makes {told}")),
        None if failed => Held::of(client, true, seen),
        None => Held::no_data(format!("{}: nothing failed, so nothing was retried", client.name)),
    }
}

/// At most so many attempts for each request in the worst fault.
pub(super) fn amplification(client: &Client<'_>, context: &Context, nesting: &Nesting, most: f64) -> Held {
    let failed = client.calls.iter().any(|call| call.first().fate != Fate::Answered);
    let worst = cohorts(client, context, nesting).into_iter().next();
    match worst.and_then(|worst| Some((worst.amplification()?, super::amplification::told(&worst)))) {
        Some((measured, told)) if failed => Held::of(client, measured <= most, told),
        _ => Held::no_data(format!("{}: nothing failed, so nothing was retried", client.name)),
    }
}

/// The models in the order in which they were first asked after the first failure.
pub(super) fn fallback(client: &Client<'_>, context: &Context, expected: &[Name]) -> Held {
    let asked = |call: &Call<'_>| expected.iter().find(|name| asks_model(call, context, name)).cloned();
    in_order(client, expected, "model", asked)
}

/// The regions in the order in which they were first asked after the first failure.
pub(super) fn regions(client: &Client<'_>, expected: &[Name]) -> Held {
    let others = others(client, expected);
    let asked = |call: &Call<'_>| region(call).filter(|region| others.contains(region)).cloned();
    in_order(client, &others, "region", asked)
}

/// Whether a client that failed asked these, the first of them first and no other one out of turn.
fn in_order(
    client: &Client<'_>,
    expected: &[Name],
    what: &str,
    asked: impl Fn(&Call<'_>) -> Option<Name>,
) -> Held {
    let lost =
        |call: &&Call<'_>| asked(call).is_none() && !call.answered() && call.last().fate != Fate::Refused;
    let failures = client.calls.iter().filter(lost).count();
    let Some(first) = client.calls.iter().filter(lost).map(Call::end).min() else {
        return Held::no_data(format!("{}: no call failed", client.name));
    };
    let mut seen = BTreeSet::new();
    let later = client.calls.iter().filter(|call| call.begin() >= first).filter_map(&asked);
    let order: Vec<Name> = later.filter(|name| seen.insert(name.clone())).collect();
    let told = if order.is_empty() {
        format!("after {} no other {what} was asked", counted(failures, "failed call", "failed calls"))
    } else {
        format!("after {} {}", counted(failures, "failed call", "failed calls"), order.join(", then "))
    };
    Held::of(client, !order.is_empty() && expected.starts_with(&order), told)
}

/// Whether silent streams were given up in time.
pub(super) fn stream_idle(client: &Client<'_>, context: &Context, limit: Nanos) -> Held {
    let stalls = stalls(client, context);
    let limit = limit.as_secs_f64();
    let borne = stalls.iter().map(|stall| stall.borne).fold(0.0, f64::max);
    let given_up = stalls.iter().filter(|stall| stall.abandoned).count();
    if borne >= limit + tolerance(limit) {
        return Held::of(client, false, format!("a silence of {} was borne", number::seconds(borne)));
    }
    if given_up == 0 {
        return Held::no_data(format!("{}: no silence was as long as that", client.name));
    }
    let told = format!(
        "{} given up within {}",
        counted(given_up, "stream was", "streams were"),
        number::seconds(borne)
    );
    Held::of(client, true, told)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header::FaultKind;
    use crate::judge::answer::nanos;
    use crate::judge::play::{calls_with, context, grouped};

    /// A stream that fell silent for so long, after which its client went away or did not.
    fn idle(silence: f64, hung_up: bool) -> Verdict {
        let mut exchanges = calls_with(&[&[200]]);
        let stream = &mut exchanges[0];
        stream.last_event = Some(nanos(1.0));
        stream.done = nanos(1.0 + silence);
        stream.hung_up = hung_up;
        stream.fault = Some("silence".into());
        let mut context = context(600, &[("silence", 0.0, 600.0)]);
        context.faults[0].kind = FaultKind::Stall { lasts: (!hung_up).then(|| nanos(silence)) };
        stream_idle(&grouped(&exchanges).clients[0], &context, Nanos::from_secs(5)).verdict
    }

    #[test]
    fn only_a_silence_that_was_long_enough_shows_a_timeout() {
        assert_eq!(idle(5.1, true), Verdict::Pass);
        assert_eq!(idle(6.0, true), Verdict::Fail);
        assert_eq!(idle(30.0, false), Verdict::Fail);
        assert_eq!(idle(3.0, false), Verdict::NoData);
    }

    #[test]
    fn one_client_that_fails_fails_for_all_and_one_without_data_says_nothing() {
        let (pass, fail, none) = (Held::pass("p"), Held::fail("f"), Held::no_data("n"));
        let over = |all: &[&Held]| super::over(all.iter().map(|held| (*held).clone())).verdict;
        assert_eq!(over(&[&pass, &fail, &none]), Verdict::Fail);
        assert_eq!(over(&[&none, &pass]), Verdict::Pass);
        assert_eq!(over(&[&none]), Verdict::NoData);
        assert_eq!(over(&[]), Verdict::NoData);
        assert_eq!((pass.reversed().verdict, none.reversed().verdict), (Verdict::Fail, Verdict::NoData));
    }

    #[test]
    fn models_out_of_turn_are_no_fallback_order() {
        let mut exchanges = calls_with(&[&[503], &[503], &[200]]);
        exchanges[1].model = Some("second".into());
        exchanges[2].model = Some("first".into());
        let order = |expected: &[&str]| {
            let expected: Vec<Name> = expected.iter().map(|name| (*name).into()).collect();
            fallback(&grouped(&exchanges).clients[0], &context(60, &[]), &expected).verdict
        };
        assert_eq!(order(&["second", "first"]), Verdict::Pass);
        assert_eq!(order(&["first", "second"]), Verdict::Fail);
    }
}
