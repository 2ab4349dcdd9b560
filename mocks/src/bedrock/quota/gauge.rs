//! The meters of one quota: requests and tokens by the minute, beside the day that lanes share.

use super::asked::Squeeze;
use super::decision::Exhausted;
use super::limits::{Quota, WindowLaw};
use super::meter::{MINUTE, Mark, Meter};

/// The minute meters of a [`Quota`].
#[derive(Clone, Debug)]
pub(super) struct Gauge {
    requests: Meter,
    tokens: Meter,
}

/// A charge to a [`Gauge`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Charge {
    requests: Mark,
    tokens: Mark,
    day: Mark,
    amount: u64,
}

/// How a charge ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// The request ran and used so much.
    Ran(u64),
    /// It never ran, and counts for nothing.
    Void,
}

/// The limits of a quota while a squeeze lasts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    requests: u64,
    tokens: u64,
    day: u64,
}

impl Limits {
    pub(super) fn of(quota: &Quota, squeeze: Squeeze) -> Self {
        // No traffic comes near the largest figure, so it stands for no limit.
        let limit = |limit: Option<u64>| limit.map_or(u64::MAX, |limit| squeeze.of(limit));
        Limits { requests: limit(quota.rpm()), tokens: limit(quota.tpm()), day: limit(quota.tpd()) }
    }
}

impl Gauge {
    pub(super) fn new(law: WindowLaw) -> Self {
        Gauge { requests: Meter::new(law, MINUTE), tokens: Meter::new(law, MINUTE) }
    }

    /// Charges a request; or says which quota is used up, and charges nothing.
    pub(super) fn admit(
        &mut self,
        day: &mut Meter,
        now_ns: u64,
        limits: &Limits,
        amount: u64,
    ) -> Result<Charge, Exhausted> {
        if !day.has_room(now_ns, amount, limits.day) {
            return Err(Exhausted::TokensPerDay);
        }
        if !self.requests.has_room(now_ns, 1, limits.requests) {
            return Err(Exhausted::Requests);
        }
        if !self.tokens.has_room(now_ns, amount, limits.tokens) {
            return Err(Exhausted::Tokens);
        }
        let (requests, tokens) = (self.requests.charge(1), self.tokens.charge(amount));
        Ok(Charge { requests, tokens, day: day.charge(amount), amount })
    }

    /// Puts a charge right whose request has ended.
    pub(super) fn close(
        &mut self,
        day: &mut Meter,
        now_ns: u64,
        limits: &Limits,
        charge: &Charge,
        ending: Ending,
    ) {
        let actual = match ending {
            Ending::Ran(actual) => actual,
            Ending::Void => {
                self.requests.settle(now_ns, limits.requests, charge.requests, 1, 0);
                0
            }
        };
        self.tokens.settle(now_ns, limits.tokens, charge.tokens, charge.amount, actual);
        day.settle(now_ns, limits.day, charge.day, charge.amount, actual);
    }
}
