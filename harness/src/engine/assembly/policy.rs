//! What a client of a scenario does beyond its SDK.

use std::collections::BTreeSet;

use crate::resilience::policy::{Fallback, FallbackModel, Policy, Regions, Stick, StreamPolicy, Trigger};
use crate::scenario;

/// The policy of a client that names its regions and its models, and nothing else.
pub(super) fn policy(client: &scenario::Client) -> Policy {
    let model = |model: &_| FallbackModel { model: Clone::clone(model), max_tokens: None, operation: None };
    Policy {
        regions: Regions { order: client.regions().to_vec(), stick: Stick::PerRequest },
        fallback: Fallback {
            models: client.fallback().iter().map(model).collect(),
            on: BTreeSet::from(Trigger::DEFAULT),
            calls: None,
            within: None,
        },
        stream: StreamPolicy::Fail,
        breaker: None,
        limit: None,
        routing: None,
        hedge: None,
        state_machine: None,
    }
}
