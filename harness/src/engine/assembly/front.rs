//! A plan's faults in front of a target that is not ours.

use std::sync::Arc;

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use bedload_mocks::Epoch;
use bedload_mocks::faults::{Front, Script};

use super::AssemblyError;
use super::cloud::bare_model;
use super::fault::faults;
use crate::scenario::Plan;
use crate::seed::Seed;
use crate::transport::injected::InjectedDoor;

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
pub(super) fn before(front: Option<Arc<Front>>, door: SharedHttpClient) -> SharedHttpClient {
    match front {
        Some(front) => SharedHttpClient::new(InjectedDoor::new(front, door)),
        None => door,
    }
}

/// AWS's configuration with faults before its door. Credentials are fetched through the door itself.
pub(super) fn before_aws(front: Option<Arc<Front>>, config: SdkConfig) -> SdkConfig {
    match config.http_client() {
        Some(door) => {
            let door = before(front, door);
            config.into_builder().http_client(door).build()
        }
        None => config,
    }
}
