//! The scenario as it is understood: every default written out, in one order, in YAML that reads back as
//! the same plan.
//!
//! `check --expand` prints it, the digest is taken of it, and a test reads it back, so nothing that a plan
//! holds can be left out here unnoticed.

mod calibrated;
mod client;
mod expect;
mod fault;
mod flow;
mod model;
mod page;
mod policy;
mod queue;
mod rules;
mod stage;

use bedload_reports::calibration::Calibrated;
use bedload_reports::header::{ClockKind, Header};
use bedload_reports::record::Name;
use bedload_reports::units::Nanos;

use super::defaults;
use super::leaf::{Share, Time};
use super::plan::{Content, Target};
use page::{Page, list, quoted, word};

/// Fitted models, as `models:` of a scenario.
pub(super) fn calibrated(header: &Header, models: &[Calibrated]) -> String {
    let mut page = Page::default();
    calibrated::calibrated(&mut page, header, models);
    page.finish()
}

/// The expanded scenario.
pub(super) fn expand(content: &Content) -> String {
    let mut page = Page::default();
    head(&mut page, content);
    page.block("models", |page| {
        content.models.iter().for_each(|model| model::model(page, model, &content.target))
    });
    page.section("answers", &content.answers, model::answer);
    page.block("clients", |page| {
        content.clients.iter().for_each(|client| client::client(page, client, &content.target))
    });
    page.block("stages", |page| content.stages.iter().for_each(|stage| stage::stage(page, stage)));
    page.block("flows", |page| content.flows.iter().for_each(|flow| flow::flow(page, flow, &content.stages)));
    page.section("faults", &content.faults, fault::fault);
    rules::slo(&mut page, &content.slo);
    page.section("gates", &content.gates, rules::gate);
    page.section("stop_if", &content.stop_if, rules::stop_if);
    rules::validity(&mut page, &content.validity);
    page.block_if("expect", content.expect.as_ref(), expect::expect);
    rules::trace(&mut page, &content.trace);
    page.block_if("plan", content.plan.as_ref(), rules::plan);
    page.finish()
}

fn head(page: &mut Page, content: &Content) {
    page.entry("version", "1");
    page.entry("name", word(&content.name));
    page.entry("about", quoted(&content.about));
    page.entry_or_default("seed", content.seed, content.seed == defaults::SEED);
    let clock = match content.clock {
        ClockKind::Virtual => "virtual",
        ClockKind::Real => "real",
    };
    page.entry_or_default("clock", clock, (content.clock == ClockKind::Virtual) == content.target.is_mock());
    page.block("target", |page| target(page, &content.target));
    let cap = content.max_in_flight;
    page.entry_or_default("max_in_flight", cap, cap as u64 == defaults::MAX_IN_FLIGHT);
}

fn target(page: &mut Page, target: &Target) {
    match target {
        Target::Mock { regions, account, profiles, async_fails, blocked_words } => {
            page.block("mock", |page| {
                let names = |regions: &[Name]| list(regions.iter().map(|region| word(region)));
                page.entry("regions", names(regions));
                page.entry_or_default("account", quoted(account), &**account == defaults::ACCOUNT);
                page.section("profiles", profiles, |page, (prefix, regions)| {
                    page.entry(prefix, names(regions))
                });
                page.block("async", |page| {
                    page.entry_or_default(
                        "fails",
                        Share::written(*async_fails),
                        *async_fails == defaults::ASYNC_FAILS,
                    );
                });
                page.block("guardrail", |page| {
                    let blocks = list(blocked_words.iter().map(|word| quoted(word)));
                    page.entry_or_default("blocks", blocks, blocked_words.is_empty());
                });
            })
        }
        Target::Endpoint(endpoints) if endpoints.is_one() => {
            page.entry("endpoint", quoted(&endpoints.bedrock))
        }
        Target::Endpoint(endpoints) => page.block("endpoint", |page| {
            page.entry("bedrock", quoted(&endpoints.bedrock));
            page.entry("sqs", quoted(&endpoints.sqs));
            page.entry("dynamodb", quoted(&endpoints.dynamodb));
        }),
        Target::Aws { profile, max_cost, max_requests } => page.block("aws", |page| {
            page.entry_if("profile", profile.as_ref().map(|profile| quoted(profile)));
            page.entry_if("max_cost", *max_cost);
            page.entry_if("max_requests", *max_requests);
        }),
    }
}

/// An offset or length of time as a scenario writes it.
fn nanos(time: Nanos) -> String {
    Time::written(time.into())
}
