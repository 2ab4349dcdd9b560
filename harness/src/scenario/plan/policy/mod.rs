//! What a client does beyond its SDK.

mod breaker;
mod fallback;
mod hedge;
mod limit;
mod regions;
mod routing;
mod state_machine;
mod triggers;

pub(crate) use breaker::fewest_calls;
pub(crate) use triggers::usual_triggers;

use super::World;
use super::target::{regions as region_list, twice};
use crate::client::policy::Timeouts;
use crate::resilience::policy::{Policy, StreamPolicy};
use crate::scenario::decode::Optional;
use crate::scenario::defaults;
use crate::scenario::file;
use crate::scenario::notes::{Noted, Notes};
use crate::scenario::place::Place;

/// Reads the policy of a client that is defined at a place.
pub(super) fn policy(
    raw: &file::Client,
    client: Place,
    timeout: Option<&Timeouts>,
    world: &World,
    notes: &mut Notes,
) -> Result<Policy, Noted> {
    let regions = regions::regions(&raw.regions, client, world, notes);
    let stream = stream(&raw.stream);
    let breaker = breaker::breaker(&raw.breaker, notes);
    let limit = limit::limit(&raw.limit, notes);
    let routing = routing::routing(&raw.routing, world, notes);
    let count = regions.as_ref().ok().map(|regions| regions.order.len());
    let hedge = hedge::hedge(&raw.hedge, count, timeout, notes);
    let state_machine = state_machine::state_machine(&raw.state_machine, world, notes);
    let around = triggers::Around { raw, regions: count, stream: stream.ok() };
    let fallback = fallback::fallback(&around, world, notes);
    Ok(Policy {
        regions: regions?,
        fallback: fallback?,
        stream: stream?,
        breaker: breaker?,
        limit: limit?,
        routing: routing?,
        hedge: hedge?,
        state_machine: state_machine?,
    })
}

fn stream(raw: &Optional<file::StreamPolicy>) -> Result<StreamPolicy, Noted> {
    Ok(match raw.value()? {
        None => defaults::STREAM,
        Some(file::StreamPolicy::Fail) => StreamPolicy::Fail,
        Some(file::StreamPolicy::FallBack) => StreamPolicy::FallBack,
        Some(file::StreamPolicy::Restart(restart)) => StreamPolicy::Restart {
            times: restart.times.map_or(defaults::RESTARTS as u32, |times| times.get_u32())?,
        },
    })
}
