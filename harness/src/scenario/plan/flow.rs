//! One kind of traffic.

use bedload_reports::record::Name;

use super::call::{CallSpec, Input, Replayed};
use super::gateway::gateway;
use super::load::Load;
use super::{Target, World};
use crate::resilience::policy::GatewayPolicy;
use crate::scenario::code::Code;
use crate::scenario::decode::Row;
use crate::scenario::file;
use crate::scenario::notes::{Note, Noted, Notes};

/// One kind of traffic.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    name: Name,
    call: CallSpec,
    client: Name,
    load: Load,
    gateway: Option<GatewayPolicy>,
}

impl Flow {
    /// The scenario's name of it.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// What each request asks for.
    pub fn call(&self) -> &CallSpec {
        &self.call
    }

    /// The client that carries it, by its name in the scenario.
    pub fn client(&self) -> &Name {
        &self.client
    }

    /// How much of it there is, over time.
    pub fn load(&self) -> &Load {
        &self.load
    }

    /// What stands in front of it.
    pub fn gateway(&self) -> Option<&GatewayPolicy> {
        self.gateway.as_ref()
    }

    /// The digests of the files that it names.
    pub(super) fn digests(&self) -> impl Iterator<Item = &str> {
        let trace = match &self.load {
            Load::Replay { trace, .. } => Some(trace.digest()),
            Load::Open { .. } | Load::Closed { .. } | Load::Queue { .. } => None,
        };
        let prompts = match &self.call.input {
            Input::File(file) => Some(file.digest()),
            Input::Tokens(_) | Input::Traced | Input::Template(_) | Input::Messages(_) => None,
        };
        trace.into_iter().chain(prompts)
    }

    pub(super) fn build(
        row: &Row<file::Flow>,
        raw: &file::Flow,
        world: &World,
        notes: &mut Notes,
    ) -> Result<Self, Noted> {
        let replayed = Replayed::by(raw.load.value());
        let call = raw.call.value().and_then(|call| CallSpec::build(call, replayed, world, notes));
        let client =
            raw.client.get().and_then(|name| world.clients.find(name.value.get(), name.place, notes));
        let load = raw.load.value().and_then(|load| Load::build(load, row.name.place, world, notes));
        let load = load.and_then(|load| in_place(load, raw, world, notes));
        let gateway = gateway(&raw.gateway, notes);
        Ok(Flow {
            name: row.name.value.get().clone(),
            call: call?,
            client: client?,
            load: load?,
            gateway: gateway?,
        })
    }
}

/// A cloud of our own begins empty: no queue can be there already.
fn in_place(load: Load, raw: &file::Flow, world: &World, notes: &mut Notes) -> Result<Load, Noted> {
    let file::Load::Queue(queue) = raw.load.value()? else { return Ok(load) };
    match (queue.existing.get()?, &world.target) {
        (Some(existing), Ok(Target::Mock { .. })) => {
            let message = "a queue that is there already, in a cloud that begins empty";
            let note = Note::new(Code::Contradiction, existing.place, message).label("nothing is there");
            Err(notes.add(note.help("remove `existing`, or aim at an endpoint or at AWS")))
        }
        _ => Ok(load),
    }
}
