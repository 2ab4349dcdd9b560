//! `clients:`

use std::slice;

use super::page::{Page, list, word};
use super::policy;
use crate::client::policy::{Retry, RetryMode, RetryQuota, Timeouts};
use crate::client::wire::{WireRetry, WireSettings};
use crate::resilience::policy::{Fallback, FallbackModel, Policy, Regions, Stick, StreamPolicy};
use crate::scenario::defaults;
use crate::scenario::leaf::{Time, TimeOrOff};
use crate::scenario::plan::{
    Client, Target, default_retry, default_timeouts, default_wire_retry, usual_triggers,
};
use crate::scenario::words;
use crate::transport::wire::Protocol;

pub(super) fn client(page: &mut Page, client: &Client, target: &Target) {
    let policy = client.policy();
    page.block(client.name(), |page| {
        match client.wire() {
            Some(settings) => page.block_about("wire", "no SDK: these retries are bedload's own", |page| {
                wire(page, settings);
            }),
            None => page.block("retry", |page| retry(page, client.retry())),
        }
        page.block("timeout", |page| timeouts(page, client.timeout()));
        stream(page, policy.stream);
        page.block("regions", |page| regions(page, &policy.regions, target));
        page.block("fallback", |page| fallback(page, policy));
        page.block_if("breaker", policy.breaker.as_ref(), policy::breaker);
        page.block_if("limit", policy.limit.as_ref(), policy::limit);
        page.block_if("routing", policy.routing.as_ref(), policy::routing);
        page.block_if("hedge", policy.hedge.as_ref(), policy::hedge);
        page.block_if("state_machine", policy.state_machine.as_ref(), policy::state_machine);
    });
}

fn retry(page: &mut Page, retry: &Retry) {
    let default = default_retry();
    let attempts = if retry.mode == RetryMode::Off { 1 } else { default.attempts };
    page.entry_or_default("mode", words::retry_mode(retry.mode), retry.mode == default.mode);
    page.entry_or_default("profile", words::retry_profile(retry.profile), retry.profile == default.profile);
    page.entry_or_default("attempts", retry.attempts, retry.attempts == attempts);
    page.entry_or_default(
        "max_backoff",
        Time::written(retry.max_backoff),
        retry.max_backoff == default.max_backoff,
    );
    match &retry.quota {
        RetryQuota::Own => page.entry_or_default("quota", "own", true),
        RetryQuota::Shared(name) => page.block("quota", |page| page.entry("shared", word(name))),
    }
}

fn wire(page: &mut Page, wire: &WireSettings) {
    match wire.protocol {
        Protocol::Http1 => page.entry_or_default("http", "http1", true),
        Protocol::Http2 { connections } => page.block("http", |page| {
            page.block("http2", |page| {
                let is_default = connections as u64 == defaults::HTTP2_CONNECTIONS;
                page.entry_or_default("connections", connections, is_default);
            });
        }),
    }
    let (WireRetry { attempts, base, max }, default) = (wire.retry, default_wire_retry());
    page.block("retry", |page| {
        page.entry_or_default("attempts", attempts, attempts == default.attempts);
        page.entry_or_default("base", Time::written(base), base == default.base);
        page.entry_or_default("max", Time::written(max), max == default.max);
    });
}

fn timeouts(page: &mut Page, timeouts: &Timeouts) {
    let default = default_timeouts();
    page.entry_or_default("connect", Time::written(timeouts.connect), timeouts.connect == default.connect);
    for (key, limit, default) in [
        ("read", timeouts.read, default.read),
        ("attempt", timeouts.attempt, default.attempt),
        ("operation", timeouts.operation, default.operation),
        ("total", timeouts.total, default.total),
        ("stream_idle", timeouts.stream_idle, default.stream_idle),
    ] {
        page.entry_or_default(key, TimeOrOff::written(limit), limit == default);
    }
}

fn stream(page: &mut Page, policy: StreamPolicy) {
    let is_default = policy == defaults::STREAM;
    match policy {
        StreamPolicy::Fail => page.entry_or_default("stream", "fail", is_default),
        StreamPolicy::FallBack => page.entry_or_default("stream", "fall_back", is_default),
        StreamPolicy::Restart { times } => page.block("stream", |page| {
            page.block("restart", |page| {
                page.entry_or_default("times", times, u64::from(times) == defaults::RESTARTS);
            });
        }),
    }
}

fn regions(page: &mut Page, regions: &Regions, target: &Target) {
    let order = list(regions.order.iter().map(|region| word(region)));
    page.entry_or_default("order", order, target.home().map(slice::from_ref) == Some(&regions.order));
    match regions.stick {
        Stick::PerRequest => page.entry_or_default("stick", "per_request", true),
        Stick::Sticky { return_after } => page.block("stick", |page| {
            page.block("sticky", |page| {
                let is_default = return_after == defaults::RETURN_AFTER;
                page.entry_or_default("return_after", Time::written(return_after), is_default);
            });
        }),
    }
}

/// Triggers and budgets mean nothing without a second destination, so they are not written then.
fn fallback(page: &mut Page, policy: &Policy) {
    let Fallback { models, on, calls, within } = &policy.fallback;
    match models.iter().all(is_plain) {
        true => {
            let names = list(models.iter().map(|fallback| word(&fallback.model)));
            page.entry_or_default("models", names, models.is_empty());
        }
        false => page.section("models", models, fallback_model),
    }
    if !models.is_empty() || policy.regions.order.len() > 1 {
        let usual = usual_triggers(policy.stream, policy.breaker.is_some());
        let words = list(on.iter().map(|trigger| words::trigger(*trigger).to_owned()));
        page.entry_or_default("on", words, *on == usual);
    }
    page.entry_if("calls", *calls);
    page.entry_if("within", within.map(Time::written));
}

fn is_plain(fallback: &FallbackModel) -> bool {
    fallback.max_tokens.is_none() && fallback.operation.is_none()
}

fn fallback_model(page: &mut Page, fallback: &FallbackModel) {
    page.item(|page| {
        page.entry("model", word(&fallback.model));
        page.entry_if("max_tokens", fallback.max_tokens);
        page.entry_if("operation", fallback.operation.map(|operation| operation.name()));
    });
}
