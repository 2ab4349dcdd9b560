//! A client's own limit.

use crate::resilience::policy::{LimitPolicy, WhenEmpty};
use crate::scenario::code::Code;
use crate::scenario::decode::Optional;
use crate::scenario::defaults;
use crate::scenario::file;
use crate::scenario::leaf::{Positive, Rate};
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::At;

pub(super) fn limit(raw: &Optional<file::Limit>, notes: &mut Notes) -> Result<Option<LimitPolicy>, Noted> {
    let Some(At { value: raw, place }) = raw.get()? else {
        return Ok(None);
    };
    if ![raw.in_flight.is_given(), raw.requests.is_given(), raw.tokens.is_given()].contains(&true) {
        let note = Note::new(Code::MissingKey, *place, "a limit on nothing")
            .label("what does it limit?")
            .help("add `in_flight: 10`, `requests: 60/min`, `tokens: 100k/min`, or several of them");
        return Err(notes.add(note));
    }
    let rate =
        |raw: &Optional<Positive<Rate>>| raw.value().map(|rate| rate.map(|rate| rate.get().per_minute()));
    let burst = raw.burst.map_or(defaults::BURST, |share| share.get().get())?;
    Ok(Some(LimitPolicy {
        in_flight: raw.in_flight.value()?.map(|most| most.get_u32()),
        requests_per_minute: room_for_one(raw, burst, notes)?,
        tokens_per_minute: rate(&raw.tokens)?,
        burst,
        when_empty: when_empty(&raw.when_empty)?,
    }))
}

/// A bucket that never holds a whole request lets none through.
fn room_for_one(raw: &file::Limit, burst: f64, notes: &mut Notes) -> Result<Option<f64>, Noted> {
    let Some(given) = raw.requests.get()? else {
        return Ok(None);
    };
    let rate = given.value.get().per_minute();
    if rate * burst < 1.0 {
        let message = "a bucket that never holds a whole request";
        let note = Note::new(Code::Contradiction, given.place, message)
            .label("lets nothing through")
            .help("raise `requests` or `burst`, so that a minute's allowance times `burst` is one at least");
        return Err(notes.add(note));
    }
    Ok(Some(rate))
}

fn when_empty(raw: &Optional<file::WhenEmpty>) -> Result<WhenEmpty, Noted> {
    Ok(match raw.value()? {
        None => defaults::WHEN_EMPTY,
        Some(file::WhenEmpty::Shed) => WhenEmpty::Shed,
        Some(file::WhenEmpty::Wait(wait)) => {
            WhenEmpty::Wait { at_most: wait.at_most.map_or(None, |time| time.get())? }
        }
    })
}
