//! When a client asks a second time without waiting for the first answer.

use crate::client::policy::Timeouts;
use crate::resilience::policy::{HedgeAfter, HedgePolicy};
use crate::scenario::code::Code;
use crate::scenario::decode::Optional;
use crate::scenario::defaults;
use crate::scenario::file;
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::At;

pub(super) fn hedge(
    raw: &Optional<file::Hedge>,
    regions: Option<usize>,
    timeout: Option<&Timeouts>,
    notes: &mut Notes,
) -> Result<Option<HedgePolicy>, Noted> {
    let Some(raw) = raw.value()? else {
        return Ok(None);
    };
    let after = raw.after.get().and_then(|after| in_time(after.with(after.value.get()), timeout, notes));
    let elsewhere = raw.elsewhere.get().and_then(|given| match given {
        Some(At { value: true, place }) if regions == Some(1) => {
            let note = Note::new(Code::Contradiction, *place, "`elsewhere` with one region only")
                .label("nowhere to go")
                .help("add a region to `regions`, or remove this");
            Err(notes.add(note))
        }
        given => Ok(given.map_or(defaults::HEDGE_ELSEWHERE, |given| given.value)),
    });
    Ok(Some(HedgePolicy {
        after: after?,
        at_most: raw.at_most.map_or(defaults::HEDGE_AT_MOST, |share| share.get().get())?,
        elsewhere: elsewhere?,
    }))
}

/// A hedge that comes when the request is over never comes.
fn in_time(
    after: At<HedgeAfter>,
    timeout: Option<&Timeouts>,
    notes: &mut Notes,
) -> Result<HedgeAfter, Noted> {
    let HedgeAfter::Fixed(wait) = after.value else {
        return Ok(after.value);
    };
    if timeout.and_then(|timeout| timeout.total).is_some_and(|total| total <= wait) {
        let message = "the whole request has no more time than the hedge waits";
        let note = Note::new(Code::Contradiction, after.place, message)
            .label("never comes")
            .help("lower `after`, or raise `timeout.total`");
        return Err(notes.add(note));
    }
    Ok(after.value)
}
