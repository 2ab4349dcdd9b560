//! From a plan to the requesters that carry its traffic.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_bedrockruntime::Client;
use bedload_reports::record::Name;

use super::cloud::{count_spread, time_spread};
use super::{AssemblyError, schedule};
use crate::client::ask::Ask;
use crate::client::operation::Caller;
use crate::client::policy::RetryMode;
use crate::client::sdk::{self, Way};
use crate::clock::Clock;
use crate::engine::{Load, Traffic, Users};
use crate::flow::prompt::Prompts;
use crate::flow::request::Requester;
use crate::resilience::route::route;
use crate::scenario::{self, Input, Plan};
use crate::seed::Seed;

/// The traffic of every flow. Flows that name the same client share its SDK clients, and so its
/// connections and its retry quota.
pub fn traffic(plan: &Plan, way: &Way, clock: Clock) -> Result<Vec<Traffic>, AssemblyError> {
    let clients = sdk_clients(plan, way, clock);
    plan.flows()
        .iter()
        .map(|flow| {
            let client = client(plan, flow)?;
            let route = callers(plan, flow, client, &clients, way, clock)?;
            let requester = Requester::new(
                flow.name().clone(),
                clock,
                prompts(plan, flow)?,
                route,
                client.timeout().total,
            );
            Ok(Traffic { flow: flow.name().clone(), requester: Arc::new(requester), load: load(plan, flow)? })
        })
        .collect()
}

type SdkClients = BTreeMap<(Name, Name), Client>;

fn sdk_clients(plan: &Plan, way: &Way, clock: Clock) -> SdkClients {
    let regions =
        plan.clients().iter().flat_map(|client| client.regions().iter().map(move |region| (client, region)));
    regions
        .map(|(client, region)| {
            let sdk = sdk::client(way, region, client.retry(), client.timeout(), clock);
            ((client.name().clone(), region.clone()), sdk)
        })
        .collect()
}

fn client<'a>(plan: &'a Plan, flow: &scenario::Flow) -> Result<&'a scenario::Client, AssemblyError> {
    plan.client(flow.client()).ok_or_else(|| unknown("client", flow.client()))
}

fn callers(
    plan: &Plan,
    flow: &scenario::Flow,
    client: &scenario::Client,
    clients: &SdkClients,
    way: &Way,
    clock: Clock,
) -> Result<Vec<Caller>, AssemblyError> {
    let call = flow.call();
    let fallback: Vec<Name> =
        client.policy().fallback.models.iter().map(|fallback| fallback.model.clone()).collect();
    route(&call.model, &fallback, client.regions())
        .into_iter()
        .map(|to| {
            let model = plan.model(&to.model).ok_or_else(|| unknown("model", &to.model))?;
            let key = (client.name().clone(), to.region.clone());
            let sdk = clients.get(&key).ok_or_else(|| unknown("region", &to.region))?;
            Ok(Caller {
                client: sdk.clone(),
                region: to.region,
                model: to.model,
                model_id: model.id().clone(),
                operation: call.operation,
                clock,
                // AWS has no use for our names of things.
                flow_label: matches!(way, Way::Mock { .. }).then(|| flow.name().clone()),
                max_attempts: match client.retry().mode {
                    RetryMode::Off => 1,
                    RetryMode::Standard | RetryMode::Adaptive => client.retry().attempts,
                },
                stream_idle: client.timeout().stream_idle,
            })
        })
        .collect()
}

fn prompts(plan: &Plan, flow: &scenario::Flow) -> Result<Prompts, AssemblyError> {
    let call = flow.call();
    let seed = Seed::new(plan.seed());
    let frame = |messages| Ask {
        messages,
        system: call.system.clone(),
        max_tokens: call.max_tokens,
        temperature: call.temperature,
        top_p: call.top_p,
        stop_sequences: call.stop_sequences.clone(),
        tools: call.tools.clone(),
    };
    Ok(match &call.input {
        Input::Tokens(length) => {
            Prompts::generated(frame(Vec::new()), count_spread(*length)?, seed, flow.name())
        }
        Input::Messages(messages) => Prompts::fixed(frame(messages.clone()), seed),
    })
}

fn load(plan: &Plan, flow: &scenario::Flow) -> Result<Load, AssemblyError> {
    Ok(match (flow.load(), schedule(plan, flow)) {
        (scenario::Load::Closed { segments, think }, _) => Load::Closed {
            users: segments
                .iter()
                .map(|stretch| Users { from: stretch.from, to: stretch.to, count: stretch.users })
                .collect(),
            think: time_spread(*think)?,
        },
        (scenario::Load::Open { .. }, Some(schedule)) => Load::Open(Box::new(schedule)),
        (scenario::Load::Open { .. }, None) => return Err(unknown("schedule of flow", flow.name())),
    })
}

fn unknown(kind: &'static str, name: &str) -> AssemblyError {
    AssemblyError::Unknown { kind, name: name.to_owned() }
}
