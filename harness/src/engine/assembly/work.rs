//! From a plan to what one job of a queue is expected to need: the ground that sizing stands on.
//!
//! Only a mock model says how long it takes, so a run against another target has no mean; the longest way that a client's
//! attempts and waits can take stands in the client's own settings, whatever the target.

use std::time::Duration;

use bedload_reports::sizing::{Consumer, QueueSetup, Work};
use bedload_reports::units::Nanos;

use super::prompt_length::prompt_tokens;
use crate::client::policy::Retry;
use crate::queue::policy::{self, Idempotency, QueuePolicy};
use crate::resilience::course::destinations;
use crate::scenario::{Behaviour, CallSpec, Client, Flow, Load, Model, Plan, Spread};

/// The 99th percentile of the standard normal distribution.
const Z99: f64 = 2.326_347_874;

/// The queue of a flow, if it has one.
pub fn queue_setup(plan: &Plan, flow: &Flow) -> Option<QueueSetup> {
    let Load::Queue { policy, .. } = flow.load() else { return None };
    Some(QueueSetup {
        jobs: policy.jobs,
        deadline: policy.deadline.map(Nanos::from),
        visibility: policy.visibility.into(),
        heartbeat: policy.handling.heartbeat.map(Nanos::from),
        max_receives: policy.max_receives,
        consumer: consumer(policy),
        checks: policy.handling.idempotency == Idempotency::Careful,
        work: work(plan, flow),
    })
}

fn consumer(policy: &QueuePolicy) -> Consumer {
    match &policy.consumer {
        policy::Consumer::Workers(workers) => {
            Consumer::Workers { count: workers.count, in_flight: workers.in_flight }
        }
        policy::Consumer::Function(function) => Consumer::Function {
            concurrency: function.concurrency(),
            in_flight: function.in_flight,
            timeout: function.timeout.into(),
        },
    }
}

fn work(plan: &Plan, flow: &Flow) -> Work {
    let (Some(model), Some(client)) = (plan.model(&flow.call().model), plan.client(flow.client())) else {
        return Work::default();
    };
    let call = flow.call();
    let behaviour = plan.target().is_mock().then(|| model.behaviour());
    let regions = client.regions().len() as f64;
    let on_demand = model.quota().map(|quota| quota.on_demand);
    let over_regions = |limit: Option<u64>| limit.map(|limit| limit as f64 * regions);
    Work {
        mean: behaviour.map(|behaviour| seconds(mean_answer_s(behaviour, call))),
        longest: (longest(client, call, model) * turns(flow)).into(),
        total_timeout: client.timeout().total.map(Nanos::from),
        reserved_tokens: Some(reserved_tokens(call, model)),
        quota_rpm: over_regions(on_demand.and_then(|quota| quota.rpm)),
        quota_tpm: over_regions(on_demand.and_then(|quota| quota.tpm)),
    }
}

/// How many jobs one after the other a message may have to wait for in its worker's hands, itself included.
fn turns(flow: &Flow) -> u32 {
    match flow.load() {
        Load::Queue { policy, .. } => policy.consumer.turns(),
        Load::Open { .. } | Load::Closed { .. } | Load::Replay { .. } => 1,
    }
}

/// The mean time of an answer: its first token, and the gaps after it. `max_tokens` cuts the median of long answers, and
/// their mean less than this says.
fn mean_answer_s(behaviour: &Behaviour, call: &CallSpec) -> f64 {
    let most = f64::from(call.most_output(behaviour));
    let tokens = mean(behaviour.output_tokens).min(most);
    mean(behaviour.ttft) + (tokens - 1.0).max(0.0) * mean(behaviour.per_token)
}

/// What a call reserves: its prompt, and the most that it may write.
fn reserved_tokens(call: &CallSpec, model: &Model) -> u64 {
    let most = call.most_output(model.behaviour());
    prompt_tokens(call, mean).ceil() as u64 + u64::from(most)
}

/// Every attempt at its longest, and every wait at its longest, at each destination in turn.
fn longest(client: &Client, call: &CallSpec, model: &Model) -> Duration {
    let slow = slow_answer_s(model.behaviour(), call);
    let attempt = client.timeout().attempt.unwrap_or(Duration::from_secs_f64(slow));
    let attempts = client.attempts();
    let waits = match client.wire() {
        Some(wire) => (1..attempts).map(|failed| wire.retry.ceiling(failed)).sum(),
        None => waits(client.retry(), attempts),
    };
    let one_call = attempt * attempts + waits;
    let bounded = client.timeout().operation.map_or(one_call, |operation| operation.min(one_call));
    let calls = destinations(client.policy(), &call.model).len().max(1);
    let all = bounded * u32::try_from(calls).unwrap_or(u32::MAX);
    client.timeout().total.map_or(all, |total| total.min(all))
}

/// An answer that one in a hundred is slower than, as far as ttft, pace and length go each by itself.
fn slow_answer_s(behaviour: &Behaviour, call: &CallSpec) -> f64 {
    let most = f64::from(call.most_output(behaviour));
    let tokens = p99(behaviour.output_tokens).min(most);
    p99(behaviour.ttft) + (tokens - 1.0).max(0.0) * p99(behaviour.per_token)
}

/// The SDK's backoffs without jitter: a second, doubled each time, up to the longest.
fn waits(retry: &Retry, attempts: u32) -> Duration {
    (0..attempts.saturating_sub(1))
        .map(|retry_number| Duration::from_secs(1 << retry_number.min(20)).min(retry.max_backoff))
        .sum()
}

fn mean(spread: Spread) -> f64 {
    match spread {
        Spread::Constant(value) => value,
        Spread::LogNormal { p50, p99 } => {
            let sigma = (p99 / p50).ln() / Z99;
            p50 * (sigma * sigma / 2.0).exp()
        }
        Spread::Through(quantiles) => quantiles.mean(),
    }
}

fn p99(spread: Spread) -> f64 {
    match spread {
        Spread::Constant(value) => value,
        Spread::LogNormal { p99, .. } => p99,
        Spread::Through(quantiles) => quantiles.at(99.0),
    }
}

fn seconds(secs: f64) -> Nanos {
    Nanos::from(Duration::from_secs_f64(secs.clamp(0.0, 1e9)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::policy::{RetryMode, RetryProfile, RetryQuota};

    #[test]
    fn the_mean_of_a_log_normal_lies_above_its_median() {
        assert_eq!(mean(Spread::Constant(3.0)), 3.0);
        // σ = ln(2) / 2.326 = 0.298; e^(σ²/2) = 1.0454.
        assert!((mean(Spread::LogNormal { p50: 8.0, p99: 16.0 }) - 8.363).abs() < 0.001);
    }

    #[test]
    fn waits_double_up_to_the_longest() {
        let retry = Retry {
            mode: RetryMode::Standard,
            profile: RetryProfile::V2_0,
            attempts: 7,
            max_backoff: Duration::from_secs(20),
            quota: RetryQuota::Own,
        };
        assert_eq!(waits(&retry, 7), Duration::from_secs(1 + 2 + 4 + 8 + 16 + 20));
        assert_eq!(waits(&retry, 1), Duration::ZERO);
    }
}
