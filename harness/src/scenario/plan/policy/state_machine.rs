//! The retriers and catchers of a Step Functions task around a client's calls.

use super::{World, twice};
use crate::resilience::policy::{Catcher, ErrorName, Retrier, StateMachine};
use crate::scenario::code::Code;
use crate::scenario::decode::{List, Optional, Required};
use crate::scenario::defaults;
use crate::scenario::file;
use crate::scenario::leaf::StateError;
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::{At, Place};

pub(super) fn state_machine(
    raw: &Optional<file::StateMachine>,
    world: &World,
    notes: &mut Notes,
) -> Result<Option<StateMachine>, Noted> {
    let Some(At { value: raw, place }) = raw.get()? else {
        return Ok(None);
    };
    let retry = all(&raw.retry, notes, self::retrier);
    let catch =
        all(&raw.catch, notes, |catcher, is_last, notes| self::catcher(catcher, is_last, world, notes));
    let (retry, catch) = (retry?, catch?);
    if retry.is_empty() && catch.is_empty() {
        let note = Note::new(Code::MissingKey, *place, "a state machine that does nothing")
            .label("neither retries nor catches")
            .help("add `retry: [{ error_equals: [States.ALL] }]`, or `catch`");
        return Err(notes.add(note));
    }
    Ok(Some(StateMachine { retry, catch }))
}

/// The items of a list that may be left out, each with whether it is the last.
fn all<T, U>(
    raw: &Optional<List<T>>,
    notes: &mut Notes,
    mut make: impl FnMut(&T, bool, &mut Notes) -> Result<U, Noted>,
) -> Result<Vec<U>, Noted> {
    let items = raw.value()?.map_or(&[] as &[_], |list| list.items());
    let built: Vec<_> = items
        .iter()
        .enumerate()
        .map(|(place, item)| {
            make(&item.as_ref().map_err(|noted| *noted)?.value, place + 1 == items.len(), notes)
        })
        .collect();
    built.into_iter().collect()
}

fn retrier(raw: &file::Retrier, is_last: bool, notes: &mut Notes) -> Result<Retrier, Noted> {
    let error_equals = errors(&raw.error_equals, is_last, notes);
    let interval = raw.interval.map_or(defaults::STATES_INTERVAL, |seconds| seconds.get())?;
    let max_delay = raw.max_delay.get()?.map(|at| at.with(at.value.get()));
    let max_delay = match max_delay {
        Some(delay) if delay.value < interval => {
            let note =
                Note::new(Code::Contradiction, delay.place, "the longest wait is shorter than the first")
                    .label("less than `interval`")
                    .help("raise `max_delay`, or lower `interval`");
            Err(notes.add(note))
        }
        delay => Ok(delay.map(|delay| delay.value)),
    };
    Ok(Retrier {
        error_equals: error_equals?,
        interval,
        backoff_rate: raw.backoff_rate.map_or(defaults::STATES_BACKOFF_RATE, |rate| rate.get())?,
        max_attempts: raw
            .max_attempts
            .map_or(defaults::STATES_MAX_ATTEMPTS as u32, |attempts| attempts.get_u32())?,
        max_delay: max_delay?,
        full_jitter: raw.jitter_strategy.map_or(false, |strategy| *strategy == file::Jitter::Full)?,
    })
}

fn catcher(raw: &file::Catcher, is_last: bool, world: &World, notes: &mut Notes) -> Result<Catcher, Noted> {
    let error_equals = errors(&raw.error_equals, is_last, notes);
    let next = raw.next.get().and_then(|next| match &next.value {
        file::Next::Fail => Ok(None),
        file::Next::Model(name) => world.models.find(name.get(), next.place, notes).map(Some),
    });
    Ok(Catcher { error_equals: error_equals?, next: next? })
}

/// The errors that a retrier or catcher is for. The States Language wants `States.ALL` alone, and last.
fn errors(
    raw: &Required<List<StateError>>,
    is_last: bool,
    notes: &mut Notes,
) -> Result<Vec<ErrorName>, Noted> {
    let list = raw.get()?;
    if list.value.items().is_empty() {
        let note = Note::new(Code::OutOfRange, list.place, "no error at all")
            .label("never matches")
            .help("name at least one error, as in `[States.ALL]`");
        return Err(notes.add(note));
    }
    let alone = list.value.items().len() == 1;
    let mut names: Vec<ErrorName> = Vec::new();
    let mut broken = Ok(());
    for item in list.value.items() {
        let name = item.as_ref().map_err(|noted| *noted);
        match name.and_then(|name| error(name, &names, alone && is_last, notes)) {
            Ok(name) => names.push(name),
            Err(noted) => broken = Err(noted),
        }
    }
    broken.map(|()| names)
}

fn error(
    given: &At<StateError>,
    before: &[ErrorName],
    all_may_stand: bool,
    notes: &mut Notes,
) -> Result<ErrorName, Noted> {
    let name = given.value.get();
    if before.contains(name) {
        let message = format!("error `{}` stands twice", StateError::written(name));
        return Err(notes.add(twice(given.place, message)));
    }
    if *name == ErrorName::All && !all_may_stand {
        return Err(notes.add(not_alone(given.place)));
    }
    Ok(name.clone())
}

fn not_alone(place: Place) -> Note {
    Note::new(Code::Contradiction, place, "`States.ALL` among others")
        .label("alone, and last")
        .help("Step Functions wants `States.ALL` alone in `error_equals`, in the last of the list")
}
