//! What makes a client go on to another destination, and how far.
//!
//! A trigger that cannot happen, or that has nowhere to lead, is a promise that nobody keeps, so it is refused.

use std::collections::BTreeSet;

use super::twice;
use crate::resilience::policy::{StreamPolicy, Trigger};
use crate::scenario::code::Code;
use crate::scenario::decode::{List, Optional};
use crate::scenario::file::{self, TriggerWord};
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::{At, Place};

/// What else a client does, on which the meaning of its fallback hangs.
pub(super) struct Around<'f> {
    pub raw: &'f file::Client,
    /// How many regions it asks, where that is known.
    pub regions: Option<usize>,
    /// What it does when a stream breaks, where that is known.
    pub stream: Option<StreamPolicy>,
}

/// What moves a client that says nothing of triggers: all that can happen to it.
pub(crate) fn usual_triggers(stream: StreamPolicy, breaker: bool) -> BTreeSet<Trigger> {
    let can_happen = |trigger: &Trigger| match trigger {
        Trigger::StreamBroken => stream == StreamPolicy::FallBack,
        Trigger::BreakerOpen => breaker,
        _ => true,
    };
    Trigger::DEFAULT.into_iter().filter(can_happen).collect()
}

impl Around<'_> {
    /// The triggers that are given. `alone`: there is no second destination.
    pub(super) fn triggers(
        &self,
        given: &At<List<TriggerWord>>,
        alone: bool,
        notes: &mut Notes,
    ) -> Result<BTreeSet<Trigger>, Noted> {
        if given.value.items().is_empty() {
            let note = Note::new(Code::OutOfRange, given.place, "no trigger at all")
                .label("never goes on")
                .help("name at least one, as in `[throttled]`, or remove `on` for all of them");
            return Err(notes.add(note));
        }
        if alone {
            return Err(notes.add(nowhere(given.place, "triggers", "`on`")));
        }
        let mut triggers = BTreeSet::new();
        let mut broken = Ok(());
        for item in given.value.items() {
            let trigger = item.as_ref().map_err(|noted| *noted).and_then(|word| self.trigger(word, notes));
            match trigger {
                Ok(trigger) if triggers.insert(trigger.value) => {}
                Ok(again) => broken = Err(notes.add(twice(again.place, "a trigger stands twice".to_owned()))),
                Err(noted) => broken = Err(noted),
            }
        }
        broken.map(|()| triggers)
    }

    fn trigger(&self, word: &At<TriggerWord>, notes: &mut Notes) -> Result<At<Trigger>, Noted> {
        let trigger = match word.value {
            TriggerWord::Throttled => Trigger::Throttled,
            TriggerWord::Unavailable => Trigger::Unavailable,
            TriggerWord::ServerError => Trigger::ServerError,
            TriggerWord::Timeout => Trigger::Timeout,
            TriggerWord::Connection => Trigger::Connection,
            TriggerWord::StreamBroken => Trigger::StreamBroken,
            TriggerWord::BreakerOpen => Trigger::BreakerOpen,
        };
        let idle = match trigger {
            Trigger::StreamBroken if self.stream.is_some_and(|policy| policy != StreamPolicy::FallBack) => {
                Some(("`stream_broken` moves nothing without `stream: fall_back`", "`stream: fall_back`"))
            }
            Trigger::BreakerOpen if !self.raw.breaker.is_given() => {
                Some(("`breaker_open` moves nothing without a breaker", "`breaker: {}`"))
            }
            _ => None,
        };
        match idle {
            None => Ok(word.with(trigger)),
            Some((message, remedy)) => {
                let note = Note::new(Code::Contradiction, word.place, message)
                    .label("never happens")
                    .help(format!("add {remedy} to the client, or remove this"));
                Err(notes.add(note))
            }
        }
    }

    /// A stream that falls back needs somewhere to go, and the leave to go there.
    pub(super) fn stream_falls_back(
        &self,
        alone: bool,
        on: Option<&BTreeSet<Trigger>>,
        notes: &mut Notes,
    ) -> Result<(), Noted> {
        let Some(stream) = self.raw.stream.get()?.filter(|_| self.stream == Some(StreamPolicy::FallBack))
        else {
            return Ok(());
        };
        if alone {
            return Err(notes.add(nowhere(stream.place, "`stream: fall_back`", "it")));
        }
        if on.is_some_and(|on| !on.contains(&Trigger::StreamBroken)) {
            let message = "`stream: fall_back` without the trigger `stream_broken`";
            let note = Note::new(Code::Contradiction, stream.place, message)
                .label("never goes on")
                .help("add `stream_broken` to `fallback.on`, or choose `stream: fail`");
            return Err(notes.add(note));
        }
        Ok(())
    }

    /// A budget needs something that could use it up.
    pub(super) fn budget(
        &self,
        rules: &file::FallbackRules,
        alone: bool,
        notes: &mut Notes,
    ) -> Result<(), Noted> {
        let again = self.raw.hedge.is_given()
            || self.raw.state_machine.is_given()
            || matches!(self.stream, Some(StreamPolicy::Restart { .. }) | None);
        if !alone || again {
            return Ok(());
        }
        let calls = place(&rules.calls)?.map(|place| nowhere(place, "a budget of calls", "`calls`"));
        let within = place(&rules.within)?.map(|place| nowhere(place, "a budget of time", "`within`"));
        match calls.or(within) {
            Some(note) => Err(notes.add(note)),
            None => Ok(()),
        }
    }
}

fn place<T>(raw: &Optional<T>) -> Result<Option<Place>, Noted> {
    Ok(raw.get()?.map(|at| at.place))
}

fn nowhere(place: Place, what: &str, it: &str) -> Note {
    Note::new(Code::Contradiction, place, format!("{what} without a second destination"))
        .label("nowhere to go")
        .help(format!("add a region to `regions` or a model to `fallback`, or remove {it}"))
}
