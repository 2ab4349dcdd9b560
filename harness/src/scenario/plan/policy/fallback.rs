//! What a client does when a model does not answer.

use super::triggers::{Around, usual_triggers};
use super::{World, twice};
use crate::resilience::policy::{Fallback, FallbackModel, StreamPolicy};
use crate::scenario::decode::{BriefOrFull, List};
use crate::scenario::file::FallbackItem;
use crate::scenario::notes::{Noted, Notes};
use crate::scenario::place::At;

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
