//! `faults:`

use super::nanos;
use super::page::{Page, list, quoted, times, word};
use crate::queue::misfortune::Misfortune;
use crate::scenario::defaults;
use crate::scenario::leaf::{ByteRate, Share, Time, TimeOrForever};
use crate::scenario::plan::{
    Aim, DowngradeOf, ErrorAnswer, Fault, Inject, Pattern, Reset, ThrottleMessage, Trigger,
    UnavailableMessage, When, WrongDate,
};
use crate::scenario::words;

pub(super) fn fault(page: &mut Page, fault: &Fault) {
    page.block(fault.name(), |page| {
        match fault.when() {
            When::Always => {}
            When::Stage { name, .. } => page.entry("during", word(name)),
            When::Between(from, to) => page.entry("during", format!("{}..{}", nanos(*from), nanos(*to))),
        }
        if *fault.aim() != Aim::default() {
            page.block("where", |page| aim(page, fault.aim()));
        }
        page.block("inject", |page| {
            page.block(fault.inject().name(), |page| inject(page, fault.inject(), fault.trigger()));
        });
    });
}

fn aim(page: &mut Page, aim: &Aim) {
    names(page, "service", aim.services.iter().map(|service| word(service.name())));
    names(page, "flow", aim.flows.iter().map(|name| word(name)));
    names(page, "operation", aim.operations.iter().map(|operation| word(operation.name())));
    names(page, "model", aim.models.iter().map(|name| word(name)));
    names(page, "region", aim.regions.iter().map(|name| word(name)));
    names(page, "tier", aim.tiers.iter().map(|tier| word(tier.name())));
    prompt(page, aim.prompt.as_ref());
    names(page, "attempt", aim.attempts.iter().map(u32::to_string));
}

/// A list, if there is anything in it.
pub(super) fn names(page: &mut Page, key: &str, names: impl ExactSizeIterator<Item = String>) {
    let names = (names.len() > 0).then(|| list(names));
    page.entry_if(key, names);
}

/// What a prompt must hold, if anything.
pub(super) fn prompt(page: &mut Page, pattern: Option<&Pattern>) {
    match pattern {
        None => {}
        Some(Pattern::Text(text)) => page.entry("prompt", quoted(text)),
        Some(Pattern::Regex(regex)) => page.block("prompt", |page| page.entry("regex", quoted(regex))),
    }
}

/// The settings of the kind, and behind them those of every kind.
fn inject(page: &mut Page, inject: &Inject, when: &Trigger) {
    match inject {
        Inject::Throttle { message, retry_after } => {
            throttle_message(page, message);
            page.entry_if("retry_after", retry_after.map(Time::written));
        }
        Inject::Unavailable { message } => unavailable_message(page, message),
        Inject::Error(error) => self::error(page, error),
        Inject::Latency { add } | Inject::FirstByte { add } => page.entry("add", times(*add)),
        Inject::SlowTokens { factor } => page.entry("factor", factor),
        Inject::Drip { bytes_per_s } => page.entry("rate", ByteRate::written(*bytes_per_s)),
        Inject::Stall { after, lasts } => {
            events(page, *after);
            page.entry("for", TimeOrForever::written(*lasts));
        }
        Inject::ExceptionFrame { exception, message, after } => {
            page.entry("type", exception.name());
            page.entry_if("message", message.as_deref().map(quoted));
            events(page, *after);
        }
        Inject::ErrorFrame { code, message, after } => {
            page.entry_or_default("code", quoted(code), &**code == defaults::ERROR_CODE);
            page.entry_or_default("message", quoted(message), &**message == defaults::ERROR_MESSAGE);
            events(page, *after);
        }
        Inject::BadCrc { part, after } => {
            page.entry_or_default("part", words::crc_part(*part), *part == defaults::CRC_PART);
            events(page, *after);
        }
        Inject::Truncate { after }
        | Inject::EarlyEnd { after }
        | Inject::DuplicateEvent { after }
        | Inject::SwapEvents { after } => events(page, *after),
        Inject::Reset(reset) => self::reset(page, *reset),
        Inject::WrongDate(WrongDate::Ahead(by)) => page.entry("ahead", Time::written(*by)),
        Inject::WrongDate(WrongDate::Behind(by)) => page.entry("behind", Time::written(*by)),
        Inject::Downgrade(of) => downgrade(page, *of),
        // What squeezes a quota squeezes everybody's.
        Inject::QuotaSqueeze { to } => return page.entry("to", Share::written(*to)),
        Inject::Misfortune(misfortune) => self::misfortune(page, *misfortune),
        Inject::InternalError
        | Inject::Refuse
        | Inject::MalformedJson
        | Inject::Outage
        | Inject::DuplicateDelivery
        | Inject::OutOfOrder
        | Inject::EmptyReceive => {}
    }
    trigger(page, when);
}

fn misfortune(page: &mut Page, misfortune: Misfortune) {
    match misfortune {
        Misfortune::Crash { at, restart_after } => {
            page.entry_or_default("at", at.name(), at == defaults::CRASH_POINT);
            let usual = restart_after == Some(defaults::RESTART_AFTER);
            page.entry_or_default("restart_after", TimeOrForever::written(restart_after), usual);
        }
        Misfortune::Freeze { at, lasts } => {
            page.entry_or_default("at", at.name(), at == defaults::CRASH_POINT);
            page.entry("for", Time::written(lasts));
        }
        Misfortune::ClockJump { by } => page.entry("by", Time::written(by)),
        Misfortune::Poison => {}
    }
}

fn throttle_message(page: &mut Page, message: &ThrottleMessage) {
    match (words::throttle_message(message), message) {
        (None, ThrottleMessage::Other(text)) => {
            page.block("message", |page| page.entry("text", quoted(text)));
        }
        (usual, _) => page.entry_or_default(
            "message",
            usual.unwrap_or_default(),
            *message == defaults::THROTTLE_MESSAGE,
        ),
    }
}

fn unavailable_message(page: &mut Page, message: &UnavailableMessage) {
    match (words::unavailable_message(message), message) {
        (None, UnavailableMessage::Other(text)) => {
            page.block("message", |page| page.entry("text", quoted(text)));
        }
        (usual, _) => page.entry_or_default(
            "message",
            usual.unwrap_or_default(),
            *message == defaults::UNAVAILABLE_MESSAGE,
        ),
    }
}

fn error(page: &mut Page, error: &ErrorAnswer) {
    page.entry_if("type", error.kind.as_deref().map(word));
    page.entry_or_default("status", error.status, error.usual_status() == Some(error.status));
    page.entry_if("message", error.message.as_deref().map(quoted));
    page.section("headers", &error.headers, |page, (name, value)| page.entry(name, quoted(value)));
}

fn reset(page: &mut Page, reset: Reset) {
    match reset {
        Reset::BeforeHead => page.entry("when", "before_head"),
        Reset::WithinHead => page.entry("when", "within_head"),
        Reset::WithinBody(after) => {
            page.entry("when", "within_body");
            events(page, after);
        }
    }
}

fn downgrade(page: &mut Page, of: DowngradeOf) {
    page.entry("of", words::downgrade_of(of));
}

fn events(page: &mut Page, after: u64) {
    page.entry_or_default("after", after, after == defaults::EVENTS_BEFORE);
}

fn trigger(page: &mut Page, trigger: &Trigger) {
    page.entry_or_default("share", Share::written(trigger.share), trigger.share == defaults::SHARE);
    page.entry_if("first", trigger.first);
    page.entry_if("every", trigger.every);
}
