//! `models:` and `answers:`

use super::fault::{names, prompt};
use super::page::{Page, counts, json, list, quoted, times, word};
use crate::scenario::defaults;
use crate::scenario::plan::{
    Answer, AnswerAim, Behaviour, Model, OnDemand, Optimized, Provisioned, Quota, Target,
};
use crate::scenario::words;

pub(super) fn model(page: &mut Page, model: &Model, target: &Target) {
    page.block(model.name(), |page| {
        page.entry("id", quoted(model.id()));
        if !model.regions().is_empty() {
            let regions = list(model.regions().iter().map(|region| word(region)));
            page.entry_or_default("regions", regions, model.regions() == target.regions());
        }
        page.entry_or_default("on_demand", model.on_demand(), model.on_demand() == defaults::ON_DEMAND);
        page.block("mock", |page| behaviour(page, model.behaviour()));
        if let Some(quota) = model.quota() {
            page.block("quota", |page| self::quota(page, quota));
        }
        if let Some(price) = model.price() {
            page.block("price", |page| {
                page.entry("input_per_1k", price.input_per_1k);
                page.entry("output_per_1k", price.output_per_1k);
            });
        }
    });
}

fn behaviour(page: &mut Page, behaviour: &Behaviour) {
    let default = Behaviour::default();
    page.entry_or_default("ttft", times(behaviour.ttft), behaviour.ttft == default.ttft);
    page.entry_or_default("per_token", times(behaviour.per_token), behaviour.per_token == default.per_token);
    for (key, tokens, default) in [
        ("output_tokens", behaviour.output_tokens, default.output_tokens),
        ("reasoning_tokens", behaviour.reasoning_tokens, default.reasoning_tokens),
    ] {
        page.entry_or_default(key, counts(tokens), tokens == default);
    }
    for (key, tokens, default) in [
        ("tokens_per_event", behaviour.tokens_per_event, default.tokens_per_event),
        ("max_output_tokens", behaviour.max_output_tokens, default.max_output_tokens),
    ] {
        page.entry_or_default(key, tokens, tokens == default);
    }
    page.entry_or_default("answers", words::answers(behaviour.answers), behaviour.answers == default.answers);
    page.entry_if("capacity", behaviour.capacity);
    page.entry_if("slots", behaviour.slots);
    if let Some(optimized) = &behaviour.optimized {
        page.block("optimized", |page| self::optimized(page, optimized));
    }
}

fn optimized(page: &mut Page, optimized: &Optimized) {
    page.entry_or_default("speedup", optimized.speedup, optimized.speedup == defaults::SPEEDUP);
    page.entry_if("rpm", optimized.rpm);
    page.entry_if("tpm", optimized.tpm);
}

fn quota(page: &mut Page, quota: &Quota) {
    on_demand(page, &quota.on_demand);
    page.entry_or_default("burndown", quota.burndown, u64::from(quota.burndown) == defaults::BURNDOWN);
    let counted = quota.count_cache_reads;
    page.entry_or_default("count_cache_reads", counted, counted == defaults::COUNT_CACHE_READS);
    page.entry_or_default("window", words::window_law(quota.window), quota.window == defaults::WINDOW);
    if let Some(profile) = &quota.profile {
        page.block("profile", |page| on_demand(page, profile));
    }
    if let Some(reserved) = &quota.reserved {
        page.block("reserved", |page| {
            page.entry("input_tpm", reserved.input_tpm);
            page.entry("output_tpm", reserved.output_tpm);
        });
    }
    page.section("provisioned", &quota.provisioned, provisioned);
}

fn on_demand(page: &mut Page, quota: &OnDemand) {
    page.entry_if("rpm", quota.rpm);
    page.entry_if("tpm", quota.tpm);
    page.entry_if("tpd", quota.tpd);
}

fn provisioned(page: &mut Page, provisioned: &Provisioned) {
    page.block(&provisioned.id, |page| {
        page.entry_if("region", provisioned.region.as_deref().map(word));
        let units = provisioned.units;
        page.entry_or_default("units", units, u64::from(units) == defaults::UNITS);
        page.entry("tpm_per_unit", provisioned.tpm_per_unit);
    });
}

pub(super) fn answer(page: &mut Page, answer: &Answer) {
    page.block(answer.name(), |page| {
        if *answer.aim() != AnswerAim::default() {
            page.block("where", |page| aim(page, answer.aim()));
        }
        page.entry_if("say", answer.say().map(|text| quoted(text)));
        if let Some(call) = answer.call() {
            page.block("call", |page| {
                page.entry("tool", word(&call.tool));
                page.entry("input", json(&call.input));
            });
        }
        let reason = answer.stop_reason();
        page.entry_or_default("stop_reason", reason.name(), reason == answer.usual_stop_reason());
    });
}

fn aim(page: &mut Page, aim: &AnswerAim) {
    names(page, "model", aim.models.iter().map(|name| word(name)));
    names(page, "operation", aim.operations.iter().map(|operation| word(operation.name())));
    prompt(page, aim.prompt.as_ref());
}
