//! A plan's faults in front of a target that is not ours.

use std::sync::Arc;

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use bedload_mocks::Epoch;
use bedload_mocks::faults::{Front, Script};

use super::AssemblyError;
use super::cloud::bare_model;
use super::fault::faults;
use crate::client::sdk::Way;
use crate::scenario::Plan;
use crate::seed::Seed;
use crate::transport::http::Http;
use crate::transport::injected::InjectedDoor;
use crate::transport::wire::WireDoor;

/// The faults of a plan, with their windows counted from `epoch`; none if it has none.
pub(super) fn front(plan: &Plan, epoch: Epoch) -> Result<Option<Arc<Front>>, AssemblyError> {
    if plan.faults().is_empty() {
        return Ok(None);
    }
    let models = plan.models().iter().map(bare_model).collect::<Result<_, _>>()?;
    let seed = Seed::new(plan.seed()).derive("cloud");
    Ok(Some(Front::new(seed, models, Script::new(faults(plan.faults())?)?, epoch)))
}

/// A door with faults before it, if there are any.
pub(super) fn before(front: Option<&Arc<Front>>, http: Http) -> Http {
    match front {
        Some(front) => http.behind(front),
        None => http,
    }
}

/// The way to AWS with faults before its doors. Credentials are fetched through the door itself.
pub(super) fn before_aws(front: Option<&Arc<Front>>, config: SdkConfig) -> Way {
    let config = match (front, config.http_client()) {
        (Some(front), Some(door)) => {
            let door = SharedHttpClient::new(InjectedDoor::new(front.clone(), door));
            config.into_builder().http_client(door).build()
        }
        _ => config,
    };
    let wire = WireDoor::network();
    let wire = front.map_or(wire.clone(), |front| wire.behind(front.clone()));
    Way::Aws { config: Box::new(config), wire }
}
