//! What clients do beyond their SDK: each pattern that a client has, with its defaults.

use super::page::{Page, list, quoted, word};
use crate::resilience::policy::{
    BreakerPolicy, Catcher, ContentRule, ErrorName, HedgePolicy, LimitPolicy, Retrier, Routing,
    RoutingFigure, SlidingWindow, StateMachine, WhenEmpty,
};
use crate::scenario::defaults;
use crate::scenario::leaf::{HedgeAfter, Share, StateError, Time, TimeOrForever, TimeOrOff};
use crate::scenario::plan::fewest_calls;
use crate::scenario::words;

pub(super) fn breaker(page: &mut Page, breaker: &BreakerPolicy) {
    let default = defaults::breaker();
    for (key, share, default) in [
        ("failure_rate_threshold", breaker.failure_rate_threshold, default.failure_rate_threshold),
        ("slow_call_rate_threshold", breaker.slow_call_rate_threshold, default.slow_call_rate_threshold),
    ] {
        page.entry_or_default(key, Share::written(share), share == default);
    }
    let slow = breaker.slow_call_duration_threshold;
    page.entry_or_default(
        "slow_call_duration_threshold",
        Time::written(slow),
        slow == default.slow_call_duration_threshold,
    );
    page.block("sliding_window", |page| {
        let is_default = breaker.sliding_window == default.sliding_window;
        match breaker.sliding_window {
            SlidingWindow::Count(calls) => page.entry_or_default("count", calls, is_default),
            SlidingWindow::Time(seconds) => {
                page.entry_or_default("time", format!("{seconds}s"), is_default);
            }
        }
    });
    let fewest = breaker.minimum_number_of_calls;
    page.entry_or_default("minimum_number_of_calls", fewest, fewest == fewest_calls(breaker.sliding_window));
    let wait = breaker.wait_duration_in_open_state;
    page.entry_or_default(
        "wait_duration_in_open_state",
        Time::written(wait),
        wait == default.wait_duration_in_open_state,
    );
    let permitted = breaker.permitted_number_of_calls_in_half_open_state;
    page.entry_or_default(
        "permitted_number_of_calls_in_half_open_state",
        permitted,
        permitted == default.permitted_number_of_calls_in_half_open_state,
    );
    let most = breaker.max_wait_duration_in_half_open_state;
    page.entry_or_default(
        "max_wait_duration_in_half_open_state",
        TimeOrOff::written(most),
        most == default.max_wait_duration_in_half_open_state,
    );
}

pub(super) fn limit(page: &mut Page, limit: &LimitPolicy) {
    let per_minute = |rate: f64| format!("{rate}/min");
    page.entry_if("in_flight", limit.in_flight);
    page.entry_if("requests", limit.requests_per_minute.map(per_minute));
    page.entry_if("tokens", limit.tokens_per_minute.map(per_minute));
    page.entry_or_default("burst", Share::written(limit.burst), limit.burst == defaults::BURST);
    let is_default = limit.when_empty == defaults::WHEN_EMPTY;
    match limit.when_empty {
        WhenEmpty::Shed => page.entry_or_default("when_empty", "shed", is_default),
        WhenEmpty::Wait { at_most } => page.block("when_empty", |page| {
            page.block("wait", |page| {
                page.entry_or_default("at_most", TimeOrForever::written(at_most), is_default);
            });
        }),
    }
}

pub(super) fn routing(page: &mut Page, routing: &Routing) {
    match routing {
        Routing::Shares(shares) => page.section("shares", shares, |page, (model, share)| {
            page.entry(model, Share::written(*share));
        }),
        Routing::Content(rules) => page.section("content", rules, rule),
        Routing::Metrics { models, by, half_life } => page.block("metrics", |page| {
            page.entry("models", list(models.iter().map(|model| word(model))));
            page.entry("by", words::routing_figure(*by));
            if *by != RoutingFigure::InFlight {
                let is_default = *half_life == defaults::HALF_LIFE;
                page.entry_or_default("half_life", Time::written(*half_life), is_default);
            }
        }),
        Routing::Canary { model, share } => page.block("canary", |page| {
            page.entry("model", word(model));
            page.entry("share", Share::written(*share));
        }),
    }
}

fn rule(page: &mut Page, rule: &ContentRule) {
    page.item(|page| {
        page.entry("model", word(&rule.model));
        page.entry_if("min_tokens", rule.min_tokens);
        page.entry_if("max_tokens", rule.max_tokens);
        page.entry_if("tools", rule.tools);
        page.entry_if("matches", rule.matches.as_ref().map(|expression| quoted(expression.as_str())));
        if !rule.flows.is_empty() {
            page.entry("flows", list(rule.flows.iter().map(|flow| word(flow))));
        }
    });
}

pub(super) fn hedge(page: &mut Page, hedge: &HedgePolicy) {
    page.entry("after", HedgeAfter::written(hedge.after));
    page.entry_or_default("at_most", Share::written(hedge.at_most), hedge.at_most == defaults::HEDGE_AT_MOST);
    page.entry_or_default("elsewhere", hedge.elsewhere, hedge.elsewhere == defaults::HEDGE_ELSEWHERE);
}

pub(super) fn state_machine(page: &mut Page, machine: &StateMachine) {
    match machine.retry.as_slice() {
        [] => page.entry_or_default("retry", "[]", true),
        retriers => page.section("retry", retriers, retrier),
    }
    match machine.catch.as_slice() {
        [] => page.entry_or_default("catch", "[]", true),
        catchers => page.section("catch", catchers, catcher),
    }
}

fn retrier(page: &mut Page, retrier: &Retrier) {
    page.item(|page| {
        page.entry("error_equals", errors(&retrier.error_equals));
        let interval = retrier.interval;
        page.entry_or_default("interval", Time::written(interval), interval == defaults::STATES_INTERVAL);
        let rate = retrier.backoff_rate;
        page.entry_or_default("backoff_rate", rate, rate == defaults::STATES_BACKOFF_RATE);
        let attempts = retrier.max_attempts;
        page.entry_or_default("max_attempts", attempts, u64::from(attempts) == defaults::STATES_MAX_ATTEMPTS);
        page.entry_if("max_delay", retrier.max_delay.map(Time::written));
        let strategy = if retrier.full_jitter { "FULL" } else { "NONE" };
        page.entry_or_default("jitter_strategy", strategy, !retrier.full_jitter);
    });
}

fn catcher(page: &mut Page, catcher: &Catcher) {
    page.item(|page| {
        page.entry("error_equals", errors(&catcher.error_equals));
        page.entry("next", catcher.next.as_deref().map_or_else(|| "fail".to_owned(), word));
    });
}

fn errors(names: &[ErrorName]) -> String {
    list(names.iter().map(|name| word(StateError::written(name))))
}
