//! One kind of traffic.

use bedload_reports::record::Name;

use super::World;
use super::call::CallSpec;
use super::gateway::gateway;
use super::load::Load;
use crate::resilience::policy::GatewayPolicy;
use crate::scenario::decode::Row;
use crate::scenario::file;
use crate::scenario::notes::{Noted, Notes};

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

    pub(super) fn build(
        row: &Row<file::Flow>,
        raw: &file::Flow,
        world: &World,
        notes: &mut Notes,
    ) -> Result<Self, Noted> {
        let call = raw.call.value().and_then(|call| CallSpec::build(call, world, notes));
        let client =
            raw.client.get().and_then(|name| world.clients.find(name.value.get(), name.place, notes));
        let load =
            raw.load.value().and_then(|load| Load::build(load, row.name.place, &world.timeline, notes));
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
