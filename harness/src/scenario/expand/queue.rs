//! `load: { queue: … }`

use super::page::{Page, quoted};
use crate::queue::policy::{
    Acknowledge, Consumer, Existing, Function, Idempotency, OnFailure, QueuePolicy, Workers,
};
use crate::scenario::defaults;
use crate::scenario::leaf::{Rate, Time, TimeOrOff};

pub(super) fn queue(page: &mut Page, queue: &QueuePolicy) {
    page.entry("jobs", queue.jobs);
    page.entry("enqueue", Rate::written(queue.enqueue_per_s));
    count(page, "send_batch", queue.send_batch, defaults::SEND_BATCH);
    page.entry_or_default("delay", Time::written(queue.delay), queue.delay == defaults::DELAY);
    let visibility = queue.visibility;
    page.entry_or_default("visibility", Time::written(visibility), visibility == defaults::VISIBILITY);
    count(page, "max_receives", queue.max_receives, defaults::MAX_RECEIVES);
    page.entry_if("deadline", queue.deadline.map(Time::written));
    page.entry_if("groups", queue.groups);
    match &queue.consumer {
        Consumer::Workers(workers) => page.block("workers", |page| self::workers(page, *workers)),
        Consumer::Function(function) => page.block("function", |page| self::function(page, *function)),
    }
    handling(page, queue);
    page.block_if("existing", queue.existing.as_ref(), existing);
}

fn workers(page: &mut Page, workers: Workers) {
    page.entry("count", workers.count);
    count(page, "in_flight", workers.in_flight, defaults::WORKER_IN_FLIGHT);
    count(page, "batch", workers.batch, defaults::RECEIVE_BATCH);
    page.entry_or_default("wait", Time::written(workers.wait), workers.wait == defaults::RECEIVE_WAIT);
    page.entry_or_default("idle", Time::written(workers.idle), workers.idle == defaults::RECEIVE_IDLE);
}

fn function(page: &mut Page, function: Function) {
    count(page, "batch", function.batch, defaults::FUNCTION_BATCH);
    let (window, timeout) = (function.window, function.timeout);
    page.entry_or_default("window", Time::written(window), window == defaults::FUNCTION_WINDOW);
    count(page, "max_concurrency", function.max_concurrency, defaults::MAX_CONCURRENCY);
    page.entry_if("reserved", function.reserved);
    count(page, "in_flight", function.in_flight, defaults::FUNCTION_IN_FLIGHT);
    page.entry_or_default("timeout", Time::written(timeout), timeout == defaults::FUNCTION_TIMEOUT);
    page.entry_or_default("partial", function.partial, function.partial == defaults::PARTIAL);
    page.block("scaling", |page| {
        count(page, "start", function.scaling.start, defaults::SCALING_START);
        count(page, "per_minute", function.scaling.per_minute, defaults::SCALING_PER_MINUTE);
        count(page, "most", function.scaling.most, defaults::SCALING_MOST);
    });
}

fn handling(page: &mut Page, queue: &QueuePolicy) {
    let handling = &queue.handling;
    let idempotency = match handling.idempotency {
        Idempotency::Careful => "careful",
        Idempotency::Off => "off",
    };
    page.entry_or_default("idempotency", idempotency, handling.idempotency == Idempotency::Careful);
    let acknowledge = match handling.acknowledge {
        Acknowledge::WhenStored => "when_stored",
        Acknowledge::OnReceive => "on_receive",
    };
    page.entry_or_default("acknowledge", acknowledge, handling.acknowledge == Acknowledge::WhenStored);
    match handling.on_failure {
        OnFailure::Leave => page.entry_or_default("on_failure", "leave", true),
        OnFailure::GiveUp => page.entry("on_failure", "give_up"),
        OnFailure::Release(after) => page.block("on_failure", |page| {
            page.block("release", |page| {
                page.entry_or_default("after", Time::written(after), after == defaults::RELEASE_AFTER);
            });
        }),
    }
    let heartbeat = handling.heartbeat;
    page.entry_or_default("heartbeat", TimeOrOff::written(heartbeat), heartbeat.is_none());
    page.entry_or_default("lease", Time::written(handling.lease), handling.lease == queue.visibility);
}

fn existing(page: &mut Page, existing: &Existing) {
    page.entry("queue", quoted(&existing.queue_url));
    page.entry_if("dead_letters", existing.dead_letter_url.as_deref().map(quoted));
    page.entry("table", quoted(&existing.table));
}

fn count(page: &mut Page, key: &str, value: u32, usual: u64) {
    page.entry_or_default(key, value, u64::from(value) == usual);
}
