//! `clients:` and `stages:`

use std::slice;

use bedload_reports::header::Stage;

use super::nanos;
use super::page::{Page, list, word};
use crate::client::policy::{Retry, RetryMode, Timeouts};
use crate::scenario::defaults;
use crate::scenario::leaf::{Time, TimeOrOff};
use crate::scenario::plan::{Client, Target, default_retry, default_timeouts};
use crate::scenario::words;

pub(super) fn client(page: &mut Page, client: &Client, target: &Target) {
    page.block(client.name(), |page| {
        page.block("retry", |page| retry(page, client.retry()));
        page.block("timeout", |page| timeouts(page, client.timeout()));
        let regions = list(client.regions().iter().map(|region| word(region)));
        page.entry_or_default(
            "regions",
            regions,
            target.home().map(slice::from_ref) == Some(client.regions()),
        );
        let fallback = &client.policy().fallback.models;
        let models = list(fallback.iter().map(|fallback| word(&fallback.model)));
        page.entry_or_default("fallback", models, fallback.is_empty());
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
}

fn timeouts(page: &mut Page, timeouts: &Timeouts) {
    let default = default_timeouts();
    page.entry_or_default("connect", Time::written(timeouts.connect), timeouts.connect == default.connect);
    for (key, limit, default) in [
        ("read", timeouts.read, default.read),
        ("attempt", timeouts.attempt, default.attempt),
        ("total", timeouts.total, default.total),
        ("stream_idle", timeouts.stream_idle, default.stream_idle),
    ] {
        page.entry_or_default(key, TimeOrOff::written(limit), limit == default);
    }
}

pub(super) fn stage(page: &mut Page, stage: &Stage) {
    page.item(|page| {
        page.entry("name", word(&stage.name));
        page.entry("for", nanos(stage.to.since(stage.from)));
        page.entry_or_default("record", stage.record, stage.record == defaults::RECORD);
    });
}
