//! How a client chooses the model that it asks first.

use super::World;
use crate::resilience::policy::{ContentRule, Routing, RoutingFigure};
use crate::scenario::code::Code;
use crate::scenario::decode::{List, Optional, Row, Table};
use crate::scenario::defaults;
use crate::scenario::file;
use crate::scenario::leaf::{self, Positive, Share};
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::{At, Place};
use crate::scenario::plan::each;

pub(super) fn routing(
    raw: &Optional<file::Routing>,
    world: &World,
    notes: &mut Notes,
) -> Result<Option<Routing>, Noted> {
    let Some(At { value: raw, place }) = raw.get()? else {
        return Ok(None);
    };
    match raw {
        file::Routing::Shares(table) => shares(table, *place, world, notes),
        file::Routing::Content(rules) => content(rules, *place, world, notes),
        file::Routing::Metrics(raw) => metrics(raw, world, notes),
        file::Routing::Canary(raw) => {
            let model =
                raw.model.get().and_then(|name| world.models.find(name.value.get(), name.place, notes));
            Ok(Routing::Canary { model: model?, share: raw.share.value()?.get().get() })
        }
    }
    .map(Some)
}

fn shares(
    table: &Table<Positive<Share>>,
    place: Place,
    world: &World,
    notes: &mut Notes,
) -> Result<Routing, Noted> {
    let mut share = |row: &Row<Positive<Share>>| {
        let model = world.models.find(row.name.value.get(), row.name.place, notes);
        let share = row.value.as_ref().map_err(|noted| *noted)?.value.get().get();
        Ok((model?, share))
    };
    let shares: Vec<_> = table.rows().iter().map(&mut share).collect();
    let shares: Vec<_> = shares.into_iter().collect::<Result<_, _>>()?;
    let sum = shares.iter().fold(0.0, |sum, (_, share)| sum + share);
    if (sum - 1.0).abs() > ROUNDING {
        let sum = (sum * 1e8).round() / 1e6;
        let note = Note::new(Code::Contradiction, place, format!("the shares add up to {sum} %"))
            .label("not to 100 %")
            .help("every request goes somewhere: make the shares add up to `100%`");
        return Err(notes.add(note));
    }
    Ok(Routing::Shares(shares))
}

/// What adding up shares may lose.
const ROUNDING: f64 = 1e-9;

fn content(
    rules: &List<file::ContentRule>,
    place: Place,
    world: &World,
    notes: &mut Notes,
) -> Result<Routing, Noted> {
    if rules.items().is_empty() {
        let note = Note::new(Code::OutOfRange, place, "no rule at all")
            .label("empty")
            .help("add a rule, as in `{ model: haiku, max_tokens: 500 }`, or remove `routing`");
        return Err(notes.add(note));
    }
    let mut for_all = None;
    let mut build = |item: &Result<At<file::ContentRule>, Noted>| {
        let item = item.as_ref().map_err(|noted| *noted)?;
        let rule = rule(&item.value, world, notes)?;
        match for_all {
            Some(before) => Err(notes.add(never_reached(item.place, before))),
            None => {
                for_all = holds_always(&item.value).then_some(item.place);
                Ok(rule)
            }
        }
    };
    let built: Vec<_> = rules.items().iter().map(&mut build).collect();
    Ok(Routing::Content(built.into_iter().collect::<Result<_, _>>()?))
}

fn rule(raw: &file::ContentRule, world: &World, notes: &mut Notes) -> Result<ContentRule, Noted> {
    let model = raw.model.get().and_then(|name| world.models.find(name.value.get(), name.place, notes));
    let flows = each(&raw.flows, |flow| world.flows.find(flow.value.get(), flow.place, notes));
    let tokens = tokens(raw, notes);
    let (min_tokens, max_tokens) = tokens?;
    Ok(ContentRule {
        model: model?,
        min_tokens,
        max_tokens,
        flows: flows?,
        tools: raw.tools.value()?.copied(),
        matches: raw.matches.value()?.map(|expression| expression.get().clone()),
    })
}

fn tokens(raw: &file::ContentRule, notes: &mut Notes) -> Result<(Option<u64>, Option<u64>), Noted> {
    let min = raw.min_tokens.value()?.map(|tokens| tokens.get());
    let max = raw.max_tokens.get()?.map(|at| at.with(at.value.get()));
    match (min, &max) {
        (Some(min), Some(max)) if min > max.value => {
            let note =
                Note::new(Code::Contradiction, max.place, "no prompt is both that long and that short")
                    .label("less than `min_tokens`")
                    .help("swap the two, or remove one");
            Err(notes.add(note))
        }
        _ => Ok((min, max.map(|max| max.value))),
    }
}

fn holds_always(raw: &file::ContentRule) -> bool {
    let conditions = [
        raw.min_tokens.is_given(),
        raw.max_tokens.is_given(),
        raw.tools.is_given(),
        raw.matches.is_given(),
        raw.flows.is_given(),
    ];
    conditions == [false; 5]
}

fn never_reached(rule: Place, before: Place) -> Note {
    Note::new(Code::Contradiction, rule, "a rule behind one without conditions")
        .label("never reached")
        .also(before.span, "always holds")
        .help("put the rule without conditions last")
}

fn metrics(raw: &file::Metrics, world: &World, notes: &mut Notes) -> Result<Routing, Noted> {
    let models = raw.models.get().and_then(|list| {
        let models = world.models.each(&list.value, leaf::Name::get, notes)?;
        match models.len() {
            0 | 1 => Err(notes.add(no_choice(list.place))),
            _ => Ok(models),
        }
    });
    let by = match raw.by.value()? {
        file::RoutingFigure::Latency => RoutingFigure::Latency,
        file::RoutingFigure::Errors => RoutingFigure::Errors,
        file::RoutingFigure::InFlight => RoutingFigure::InFlight,
    };
    let half_life = match raw.half_life.get()? {
        Some(given) if by == RoutingFigure::InFlight => {
            let message = "`half_life` has no meaning for `in_flight`";
            let note = Note::new(Code::Contradiction, given.place, message)
                .label("remove this")
                .help("calls in flight are counted as they are, not averaged");
            Err(notes.add(note))
        }
        Some(given) => Ok(given.value.get().get()),
        None => Ok(defaults::HALF_LIFE),
    };
    Ok(Routing::Metrics { models: models?, by, half_life: half_life? })
}

fn no_choice(place: Place) -> Note {
    Note::new(Code::OutOfRange, place, "nothing to choose from")
        .label("two models at least")
        .help("name two models or more, or remove `routing`")
}
