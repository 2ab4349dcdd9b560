//! The circuit breakers of a client.

use crate::resilience::policy::{BreakerPolicy, SlidingWindow};
use crate::scenario::code::Code;
use crate::scenario::decode::Optional;
use crate::scenario::defaults;
use crate::scenario::file;
use crate::scenario::leaf::{Positive, Share, Time};
use crate::scenario::notes::{Note, Noted, Notes};

/// The fewest calls that a breaker judges, where a scenario does not say: no more than a window of calls can hold.
pub(crate) fn fewest_calls(window: SlidingWindow) -> u32 {
    let default = defaults::breaker().minimum_number_of_calls;
    match window {
        SlidingWindow::Count(calls) => default.min(calls),
        SlidingWindow::Time(_) => default,
    }
}

pub(super) fn breaker(
    raw: &Optional<file::Breaker>,
    notes: &mut Notes,
) -> Result<Option<BreakerPolicy>, Noted> {
    let Some(raw) = raw.value()? else {
        return Ok(None);
    };
    let default = defaults::breaker();
    let share = |raw: &Optional<Positive<Share>>, default| raw.map_or(default, |share| share.get().get());
    let time = |raw: &Optional<Positive<Time>>, default| raw.map_or(default, |time| time.get().get());
    let window = raw.sliding_window.map_or(default.sliding_window, file::SlidingWindow::get);
    let fewest = window.and_then(|window| fewest(raw, window, notes));
    Ok(Some(BreakerPolicy {
        failure_rate_threshold: share(&raw.failure_rate_threshold, default.failure_rate_threshold)?,
        slow_call_rate_threshold: share(&raw.slow_call_rate_threshold, default.slow_call_rate_threshold)?,
        slow_call_duration_threshold: time(
            &raw.slow_call_duration_threshold,
            default.slow_call_duration_threshold,
        )?,
        sliding_window: window?,
        minimum_number_of_calls: fewest?,
        wait_duration_in_open_state: time(
            &raw.wait_duration_in_open_state,
            default.wait_duration_in_open_state,
        )?,
        permitted_number_of_calls_in_half_open_state: raw
            .permitted_number_of_calls_in_half_open_state
            .map_or(default.permitted_number_of_calls_in_half_open_state, |calls| calls.get_u32())?,
        max_wait_duration_in_half_open_state: raw
            .max_wait_duration_in_half_open_state
            .map_or(default.max_wait_duration_in_half_open_state, |limit| limit.get())?,
    }))
}

/// resilience4j takes no more than the window holds, and does not say so.
fn fewest(raw: &file::Breaker, window: SlidingWindow, notes: &mut Notes) -> Result<u32, Noted> {
    let Some(given) = raw.minimum_number_of_calls.get()? else {
        return Ok(fewest_calls(window));
    };
    let fewest = given.value.get_u32();
    match window {
        SlidingWindow::Count(calls) if fewest > calls => {
            let message = format!("{fewest} calls to judge by, and the window holds {calls}");
            let note = Note::new(Code::Contradiction, given.place, message)
                .label("more than the window")
                .help(format!("write {calls} or less, or a larger `sliding_window`; resilience4j would quietly take {calls}"));
            Err(notes.add(note))
        }
        _ => Ok(fewest),
    }
}
