//! From a plan to the requesters that carry its traffic.

use std::collections::BTreeMap;
use std::sync::Arc;

use bedload_reports::record::Name;

use super::cloud::{count_spread, time_spread};
use super::{AssemblyError, Queues, schedule};
use crate::client::ask::Ask;
use crate::client::operation::Caller;
use crate::client::sdk::{Quotas, Way};
use crate::client::stack::Stack;
use crate::client::wire::Wire;
use crate::clock::Clock;
use crate::engine::{Load, Traffic, Users};
use crate::flow::client_state::ClientState;
use crate::flow::prompt::{List, Prompts, Said};
use crate::flow::request::{Requester, Setup};
use crate::resilience::course::{Destination, destinations};
use crate::scenario::{self, AnswerLimit, Input, Plan};
use crate::seed::Seed;

/// The traffic of every flow. Flows that name the same client share its clients for each region, and so its connections and its
/// retry quota, and the state of its policies.
pub fn traffic(plan: &Plan, way: &Way, queues: &Queues, clock: Clock) -> Result<Vec<Traffic>, AssemblyError> {
    let clients = clients(plan, way, clock)?;
    plan.flows()
        .iter()
        .map(|flow| {
            let client = clients.get(flow.client()).ok_or_else(|| unknown("client", flow.client()))?;
            let setup = Setup {
                flow: flow.name().clone(),
                prompts: prompts(plan, flow, clock)?,
                model: flow.call().model.clone(),
                operation: flow.call().operation,
                client: client.state.clone(),
                callers: callers(plan, flow, client, way, clock)?,
                total: client.settings.timeout().total,
                gateway: flow.gateway().copied(),
                propagate: plan.trace().propagate,
            };
            let requester = Arc::new(Requester::new(setup, clock, Seed::new(plan.seed())));
            Ok(Traffic { flow: flow.name().clone(), requester, load: load(plan, flow, queues)? })
        })
        .collect()
}

/// A client of the scenario, ready to carry flows.
struct Carrier<'a> {
    settings: &'a scenario::Client,
    state: Arc<ClientState>,
    /// By region.
    stacks: BTreeMap<Name, Stack>,
}

fn clients<'a>(
    plan: &'a Plan,
    way: &Way,
    clock: Clock,
) -> Result<BTreeMap<Name, Carrier<'a>>, AssemblyError> {
    let (quotas, seed) = (Quotas::of_a_run(), Seed::new(plan.seed()));
    plan.clients()
        .iter()
        .map(|client| {
            let policy = client.policy();
            let stack = |region: &Name| {
                let timeouts = client.timeout();
                let stack = match client.wire() {
                    Some(settings) => {
                        Wire::new(way, region, *settings, timeouts, clock, (seed, client.name()))?.into()
                    }
                    None => quotas.client(way, region, client.retry(), timeouts, clock).into(),
                };
                Ok((region.clone(), stack))
            };
            let stacks = policy.regions.order.iter().map(stack).collect::<Result<_, AssemblyError>>()?;
            let state = Arc::new(ClientState::new(policy.clone(), clock));
            Ok((client.name().clone(), Carrier { settings: client, state, stacks }))
        })
        .collect()
}

fn callers(
    plan: &Plan,
    flow: &scenario::Flow,
    client: &Carrier<'_>,
    way: &Way,
    clock: Clock,
) -> Result<BTreeMap<Destination, Caller>, AssemblyError> {
    let call = flow.call();
    destinations(client.settings.policy(), &call.model)
        .into_iter()
        .map(|to| {
            let model = plan.model(&to.model).ok_or_else(|| unknown("model", &to.model))?;
            let stack = client.stacks.get(&to.region).ok_or_else(|| unknown("region", &to.region))?;
            let caller = Caller {
                client: stack.clone(),
                region: to.region.clone(),
                model: to.model.clone(),
                model_id: model.id().clone(),
                operation: call.operation,
                clock,
                // AWS has no use for our names of things.
                flow_label: matches!(way, Way::Mock { .. }).then(|| flow.name().clone()),
                max_attempts: client.settings.attempts(),
                stream_idle: client.settings.timeout().stream_idle,
                polling: call.polling.clone(),
            };
            Ok((to, caller))
        })
        .collect()
}

fn prompts(plan: &Plan, flow: &scenario::Flow, clock: Clock) -> Result<Prompts, AssemblyError> {
    let call = flow.call();
    let seed = Seed::new(plan.seed());
    let frame = |messages| Ask {
        messages,
        system: call.system.clone(),
        max_tokens: call.max_tokens.fixed(),
        temperature: call.temperature,
        top_p: call.top_p,
        stop_sequences: call.stop_sequences.clone(),
        tools: call.tools.clone(),
        cache_system: call.prefix_tokens.is_some() && call.cache_prefix,
        ..Ask::default()
    };
    let said = match &call.input {
        Input::Tokens(length) => Said::Drawn(count_spread(*length)?),
        Input::Traced => Said::Traced,
        Input::File(file) => {
            let list = List::new(file.texts().clone(), file.distinct);
            Said::Listed(if file.shuffled { list.shuffled(seed, flow.name()) } else { list })
        }
        Input::Template(prompt) => Said::Filled(prompt.template.clone()),
        Input::Messages(_) => Said::Nothing,
    };
    let written = match &call.input {
        Input::Messages(messages) => messages.clone(),
        _ => Vec::new(),
    };
    let prompts = Prompts::new(frame(written), said, seed, flow.name());
    let prompts = match call.prefix_tokens {
        Some(tokens) => prompts.with_prefix(tokens, seed, flow.name()),
        None => prompts,
    };
    let prompts = match call.max_tokens {
        AnswerLimit::Traced => prompts.limited_by_trace(),
        AnswerLimit::Tokens(_) | AnswerLimit::Unset => prompts,
    };
    // Unique in an account: by the time of the run, which in virtual time is the same for all runs of a seed.
    let run = clock.wall_epoch().duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_millis();
    Ok(match call.polling {
        Some(_) => prompts.with_tokens(format!("bedload-{run:x}-{}", flow.name())),
        None => prompts,
    })
}

fn load(plan: &Plan, flow: &scenario::Flow, queues: &Queues) -> Result<Load, AssemblyError> {
    Ok(match (flow.load(), schedule(plan, flow)) {
        (scenario::Load::Closed { segments, think, turns }, _) => Load::Closed {
            users: segments
                .iter()
                .map(|stretch| Users {
                    from: stretch.from,
                    to: stretch.to,
                    count: stretch.users,
                    end_count: stretch.end_users,
                })
                .collect(),
            think: time_spread(*think)?,
            turns: Box::new(count_spread(**turns)?),
        },
        (scenario::Load::Open { .. } | scenario::Load::Replay { .. }, Some(schedule)) => {
            Load::Open(Box::new(schedule))
        }
        (scenario::Load::Queue { .. }, _) => {
            let load = queues.load(plan, flow).ok_or_else(|| unknown("queue of flow", flow.name()))?;
            Load::Queue(Box::new(load))
        }
        (scenario::Load::Open { .. } | scenario::Load::Replay { .. }, None) => {
            return Err(unknown("schedule of flow", flow.name()));
        }
    })
}

pub(super) fn unknown(kind: &'static str, name: &str) -> AssemblyError {
    AssemblyError::Unknown { kind, name: name.to_owned() }
}
