//! What a client does when a model does not answer.

use std::collections::BTreeSet;

use super::{World, twice};
use crate::resilience::policy::{Fallback, FallbackModel, StreamPolicy, Trigger};
use crate::scenario::code::Code;
use crate::scenario::decode::{BriefOrFull, List, Optional};
use crate::scenario::file::{self, FallbackItem, TriggerWord};
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

pub(super) fn fallback(around: &Around<'_>, world: &World, notes: &mut Notes) -> Result<Fallback, Noted> {
    let (models, rules) = match around.raw.fallback.value()? {
        None => (Ok(Vec::new()), None),
        Some(BriefOrFull::Brief(list)) => (models(list, world, notes), None),
        Some(BriefOrFull::Full(rules)) => {
            let models = rules
                .models
                .value()
                .and_then(|list| list.map_or(Ok(Vec::new()), |list| models(list, world, notes)));
            (models, Some(rules))
        }
    };
    let alone = around.regions == Some(1) && models.as_ref().is_ok_and(Vec::is_empty);
    let usual = usual_triggers(around.stream.unwrap_or(StreamPolicy::Fail), around.raw.breaker.is_given());
    let on = match rules.map(|rules| rules.on.get()) {
        None | Some(Ok(None)) => Ok(usual),
        Some(Ok(Some(given))) => around.triggers(given, alone, notes),
        Some(Err(noted)) => Err(noted),
    };
    let streams = around.stream_falls_back(alone, on.as_ref().ok(), notes);
    let budget = rules.map_or(Ok(()), |rules| around.budget(rules, alone, notes));
    let (models, on) = (models?, on?);
    streams.and(budget)?;
    Ok(Fallback {
        models,
        on,
        calls: rules.map_or(Ok(None), |rules| rules.calls.value())?.map(|calls| calls.get_u32()),
        within: rules.map_or(Ok(None), |rules| rules.within.value())?.map(|time| time.get().get()),
    })
}

fn models(list: &List<FallbackItem>, world: &World, notes: &mut Notes) -> Result<Vec<FallbackModel>, Noted> {
    let mut models: Vec<FallbackModel> = Vec::new();
    let mut broken = Ok(());
    for item in list.items() {
        match item.as_ref().map_err(|noted| *noted).and_then(|item| model(item, &models, world, notes)) {
            Ok(model) => models.push(model),
            Err(noted) => broken = Err(noted),
        }
    }
    broken.map(|()| models)
}

fn model(
    item: &At<FallbackItem>,
    before: &[FallbackModel],
    world: &World,
    notes: &mut Notes,
) -> Result<FallbackModel, Noted> {
    let (name, place) = match &item.value {
        BriefOrFull::Brief(name) => (name.get(), item.place),
        BriefOrFull::Full(full) => full.model.get().map(|name| (name.value.get(), name.place))?,
    };
    let model = world.models.find(name, place, notes)?;
    if before.iter().any(|other| other.model == model) {
        return Err(notes.add(twice(place, format!("model `{model}` stands twice"))));
    }
    match &item.value {
        BriefOrFull::Brief(_) => Ok(FallbackModel { model, max_tokens: None, operation: None }),
        BriefOrFull::Full(full) => Ok(FallbackModel {
            model,
            max_tokens: full.max_tokens.value()?.map(|tokens| tokens.get_u32()),
            operation: full.operation.value()?.map(|word| (*word).into()),
        }),
    }
}

impl Around<'_> {
    fn triggers(
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
    fn stream_falls_back(
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
    fn budget(&self, rules: &file::FallbackRules, alone: bool, notes: &mut Notes) -> Result<(), Noted> {
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
