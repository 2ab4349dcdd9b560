//! The models that a client names, each with its place.

use bedload_reports::record::{Name, Operation};

use crate::scenario::decode::{BriefOrFull, List};
use crate::scenario::file::{self, Next, Routing};
use crate::scenario::leaf;
use crate::scenario::place::{At, Place};

/// A model that a client may ask besides a flow's own.
pub(super) struct Other {
    pub model: Name,
    pub place: Place,
    pub operation: Option<Operation>,
    pub max_tokens: Option<u32>,
}

/// Those that it falls back to.
pub(super) fn fallback_models(client: &file::Client) -> Vec<Other> {
    let list = match client.fallback.value() {
        Ok(Some(BriefOrFull::Brief(list))) => Some(list),
        Ok(Some(BriefOrFull::Full(rules))) => rules.models.value().ok().flatten(),
        _ => None,
    };
    let other = |item: &At<file::FallbackItem>| match &item.value {
        BriefOrFull::Brief(name) => Some(plain(name, item.place)),
        BriefOrFull::Full(full) => {
            let name = full.model.get().ok()?;
            Some(Other {
                operation: full.operation.value().ok()?.map(|word| (*word).into()),
                max_tokens: full.max_tokens.value().ok()?.map(|tokens| tokens.get_u32()),
                ..plain(&name.value, name.place)
            })
        }
    };
    list.into_iter().flat_map(List::good).filter_map(other).collect()
}

/// Those that it may ask first.
pub(super) fn routed_models(routing: &Routing) -> Vec<Other> {
    let of = |name: &At<leaf::Name>| plain(&name.value, name.place);
    match routing {
        Routing::Shares(table) => table.rows().iter().map(|row| of(&row.name)).collect(),
        Routing::Content(rules) => {
            rules.good().filter_map(|rule| rule.value.model.get().ok()).map(of).collect()
        }
        Routing::Metrics(metrics) => {
            metrics.models.value().into_iter().flat_map(List::good).map(of).collect()
        }
        Routing::Canary(canary) => canary.model.get().into_iter().map(of).collect(),
    }
}

/// Those that a state machine asks after an error.
pub(super) fn caught_models(client: &file::Client) -> Vec<Other> {
    let model = |catcher: &At<file::Catcher>| {
        let next = catcher.value.next.get().ok()?;
        match &next.value {
            Next::Fail => None,
            Next::Model(name) => Some(plain(name, next.place)),
        }
    };
    let machine = client.state_machine.value().ok().flatten();
    machine.into_iter().flat_map(|machine| machine.catch.good()).filter_map(model).collect()
}

fn plain(name: &leaf::Name, place: Place) -> Other {
    Other { model: name.get().clone(), place, operation: None, max_tokens: None }
}
