//! What stands in front of a flow.

use std::time::Duration;

use crate::resilience::policy::{GatewayPolicy, UsageQuota};
use crate::scenario::code::Code;
use crate::scenario::decode::Optional;
use crate::scenario::defaults;
use crate::scenario::file;
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::Place;

/// API Gateway's shortest integration limit.
const SHORTEST_TIMEOUT: Duration = Duration::from_millis(50);

/// A day of a usage plan.
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A week of a usage plan.
const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);

/// A month of a usage plan. Ours: counted from the start of a run, months have no calendar.
const MONTH: Duration = Duration::from_secs(30 * 24 * 3600);

/// The word for a period.
pub(crate) fn period_word(period: Duration) -> &'static str {
    match period {
        DAY => "day",
        WEEK => "week",
        _ => "month",
    }
}

pub(super) fn gateway(
    raw: &Optional<file::Gateway>,
    notes: &mut Notes,
) -> Result<Option<GatewayPolicy>, Noted> {
    let Some(raw) = raw.value()? else {
        return Ok(None);
    };
    let timeout = timeout(raw, notes);
    let max_body_bytes = max_body_bytes(raw, notes);
    Ok(Some(GatewayPolicy {
        rate: raw.rate.map_or(defaults::GATEWAY_RATE_PER_S, |rate| rate.get().per_second())?,
        burst: raw.burst.map_or(defaults::GATEWAY_BURST, |burst| burst.get())? as f64,
        quota: raw.quota.value()?.map(quota).transpose()?,
        timeout: timeout?,
        max_body_bytes: max_body_bytes?,
    }))
}

fn quota(raw: &file::UsageQuota) -> Result<UsageQuota, Noted> {
    let period = match raw.per.value()? {
        file::Period::Day => DAY,
        file::Period::Week => WEEK,
        file::Period::Month => MONTH,
    };
    Ok(UsageQuota { limit: raw.limit.value()?.get(), period })
}

fn timeout(raw: &file::Gateway, notes: &mut Notes) -> Result<Duration, Noted> {
    let Some(given) = raw.timeout.get()? else {
        return Ok(defaults::GATEWAY_TIMEOUT);
    };
    match given.value.get().get() {
        timeout if timeout < SHORTEST_TIMEOUT => {
            Err(notes.add(beyond(given.place, "the shortest integration limit of API Gateway is `50ms`")))
        }
        timeout => Ok(timeout),
    }
}

fn max_body_bytes(raw: &file::Gateway, notes: &mut Notes) -> Result<u64, Noted> {
    let Some(given) = raw.max_body.get()? else {
        return Ok(defaults::GATEWAY_MAX_BODY_BYTES);
    };
    match given.value.get().bytes() {
        bytes if bytes > defaults::GATEWAY_MAX_BODY_BYTES => {
            Err(notes.add(beyond(given.place, "API Gateway lets `10MB` pass at most")))
        }
        bytes => Ok(bytes),
    }
}

fn beyond(place: Place, help: &str) -> Note {
    Note::new(Code::OutOfRange, place, "a limit that API Gateway cannot have")
        .label("out of bounds")
        .help(help)
}
