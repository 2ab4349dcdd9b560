//! `flows:`

use bedload_reports::header::Stage;
use bedload_reports::units::Nanos;

use super::nanos;
use super::page::{Page, counts, json, list, quoted, times, word};
use super::queue::queue;
use crate::client::ask::{Message, Tool};
use crate::pace::{Arrivals, Passes, Shape, Stretch};
use crate::resilience::policy::GatewayPolicy;
use crate::scenario::defaults;
use crate::scenario::file::TRACE;
use crate::scenario::leaf::{MaxTokens, Passes as PassesLeaf, Rate, Size, Time};
use crate::scenario::plan::{
    AnswerLimit, CallSpec, Flow, Input, Load, PromptFile, PromptTemplate, Spread, UserSegment, period_word,
};
use crate::scenario::trace::{Layout, Trace};
use crate::scenario::words;

pub(super) fn flow(page: &mut Page, flow: &Flow, stages: &[Stage]) {
    page.block(flow.name(), |page| {
        let replayed = flow.load().replay().is_some();
        page.block("call", |page| {
            page.block(flow.call().operation.name(), |page| call(page, flow.call(), replayed));
        });
        page.entry("client", word(flow.client()));
        page.block("load", |page| load(page, flow.load(), stages));
        page.block_if("gateway", flow.gateway(), gateway);
    });
}

fn gateway(page: &mut Page, gateway: &GatewayPolicy) {
    let (rate, burst) = (gateway.rate, gateway.burst);
    page.entry_or_default("rate", Rate::written(rate), rate == defaults::GATEWAY_RATE_PER_S);
    page.entry_or_default("burst", burst, burst == defaults::GATEWAY_BURST as f64);
    page.block_if("quota", gateway.quota.as_ref(), |page, quota| {
        page.entry("limit", quota.limit);
        page.entry("per", period_word(quota.period));
    });
    let timeout = gateway.timeout;
    page.entry_or_default("timeout", Time::written(timeout), timeout == defaults::GATEWAY_TIMEOUT);
    let bytes = gateway.max_body_bytes;
    page.entry_or_default("max_body", Size::written(bytes), bytes == defaults::GATEWAY_MAX_BODY_BYTES);
}

fn call(page: &mut Page, call: &CallSpec, replayed: bool) {
    page.entry("model", word(&call.model));
    let usual = if replayed { AnswerLimit::Traced } else { AnswerLimit::Tokens(defaults::MAX_TOKENS as u32) };
    page.entry_or_default("max_tokens", MaxTokens::written(call.max_tokens), call.max_tokens == usual);
    page.entry_if("temperature", call.temperature);
    page.entry_if("top_p", call.top_p);
    let stops = list(call.stop_sequences.iter().map(|text| quoted(text)));
    page.entry_or_default("stop_sequences", stops, call.stop_sequences.is_empty());
    page.entry_if("system", call.system.as_deref().map(quoted));
    if let Some(tokens) = call.prefix_tokens {
        page.entry("prefix_tokens", tokens);
        page.entry_or_default("cache_prefix", call.cache_prefix, call.cache_prefix == defaults::CACHE_PREFIX);
    }
    match &call.input {
        Input::Tokens(tokens) => page.block("prompt", |page| {
            let is_default = !replayed && *tokens == defaults::INPUT_TOKENS;
            page.entry_or_default("input_tokens", counts(*tokens), is_default);
        }),
        Input::Traced => page.block("prompt", |page| page.entry_or_default("input_tokens", TRACE, true)),
        Input::File(file) => page.block("prompt", |page| page.block("file", |page| prompt_file(page, file))),
        Input::Template(prompt) => {
            page.block("prompt", |page| page.block("template", |page| template(page, prompt)));
        }
        Input::Messages(messages) => page.section("messages", messages, message),
    }
    match call.tools.as_slice() {
        [] => page.entry_or_default("tools", "[]", true),
        tools => page.section("tools", tools, tool),
    }
    if let Some(polling) = &call.polling {
        page.entry("output", quoted(&polling.output));
        page.block("poll", |page| {
            let (every, most, deadline) = (polling.every, polling.most, polling.deadline);
            page.entry_or_default("every", Time::written(every), every == defaults::POLL_EVERY);
            page.entry_or_default("most", Time::written(most), most == defaults::POLL_MOST);
            page.entry_or_default("deadline", Time::written(deadline), deadline == defaults::POLL_DEADLINE);
        });
    }
}

fn prompt_file(page: &mut Page, file: &PromptFile) {
    page.entry("path", quoted(&file.path));
    page.entry_or_default("field", quoted(&file.field), &*file.field == defaults::PROMPT_FIELD);
    let order = if file.shuffled { "shuffled" } else { "in_turn" };
    page.entry_or_default("order", order, !file.shuffled);
    page.entry_or_default("distinct", file.distinct, file.distinct == defaults::DISTINCT);
}

fn template(page: &mut Page, prompt: &PromptTemplate) {
    page.entry("text", quoted(&prompt.text));
    page.section("vars", &prompt.variables, |page, variable| {
        page.entry(&variable.name, list(variable.texts.iter().map(|text| quoted(text))));
    });
    page.entry_or_default("distinct", prompt.distinct, prompt.distinct == defaults::DISTINCT);
}

fn message(page: &mut Page, message: &Message) {
    page.item(|page| {
        page.entry("role", words::role(message.role));
        page.entry("text", quoted(&message.text));
    });
}

fn tool(page: &mut Page, tool: &Tool) {
    page.item(|page| {
        page.entry("name", word(&tool.name));
        page.entry_if("description", tool.description.as_deref().map(quoted));
        page.entry("input_schema", json(&tool.input_schema));
    });
}

fn load(page: &mut Page, load: &Load, stages: &[Stage]) {
    match load {
        Load::Open { arrivals, stretches } => {
            page.block("open", |page| open(page, *arrivals, stretches, stages))
        }
        Load::Closed { segments, think, turns } => {
            page.block("closed", |page| closed(page, segments, (*think, **turns), stages))
        }
        Load::Queue { policy, .. } => page.block("queue", |page| queue(page, policy)),
        Load::Replay { trace, speed, passes, .. } => {
            page.block("replay", |page| replay(page, trace, *speed, *passes));
        }
    }
}

fn replay(page: &mut Page, trace: &Trace, speed: f64, passes: Passes) {
    page.entry("file", quoted(trace.file()));
    match trace.layout() {
        Layout::Auto => page.entry_or_default("format", "auto", true),
        Layout::Format(format) => page.entry("format", format.name()),
        Layout::Columns(columns) => page.block("columns", |page| {
            page.entry("time", quoted(&columns.time));
            page.entry("times_in", columns.times.name());
            page.entry("input_tokens", quoted(&columns.input_tokens));
            page.entry("output_tokens", quoted(&columns.output_tokens));
        }),
    }
    page.entry_or_default("speed", speed, speed == defaults::SPEED);
    page.entry_or_default("loop", PassesLeaf::written(passes), passes == defaults::PASSES);
}

fn open(page: &mut Page, arrivals: Arrivals, stretches: &[Stretch], stages: &[Stage]) {
    page.entry_or_default("arrivals", words::arrivals(arrivals), arrivals == defaults::ARRIVALS);
    page.block("rate", |page| {
        for stretch in stretches {
            page.entry(stage_at(stretch.from, stages), shape(stretch.shape));
        }
    });
}

fn shape(shape: Shape) -> String {
    let rate = Rate::written;
    match shape {
        Shape::Ramp { from_per_s, to_per_s } if from_per_s == to_per_s => rate(from_per_s),
        Shape::Ramp { from_per_s, to_per_s } => {
            format!("{{ from: {}, to: {} }}", rate(from_per_s), rate(to_per_s))
        }
        Shape::Steps { from_per_s, to_per_s, count } => {
            format!("{{ from: {}, to: {}, steps: {count} }}", rate(from_per_s), rate(to_per_s))
        }
        Shape::Spike { base_per_s, peak_per_s, at, lasts } => format!(
            "{{ spike: {{ base: {}, peak: {}, at: {}, for: {} }} }}",
            rate(base_per_s),
            rate(peak_per_s),
            nanos(at),
            nanos(lasts)
        ),
        Shape::Sine { low_per_s, high_per_s, period } => {
            let (low, high) = (rate(low_per_s), rate(high_per_s));
            format!("{{ sine: {{ low: {low}, high: {high}, period: {} }} }}", nanos(period))
        }
    }
}

fn closed(page: &mut Page, segments: &[UserSegment], (think, turns): (Spread, Spread), stages: &[Stage]) {
    page.block("users", |page| {
        for segment in segments {
            let (from, to) = (segment.users, segment.end_users);
            let users = if from == to { from.to_string() } else { format!("{{ from: {from}, to: {to} }}") };
            page.entry(stage_at(segment.from, stages), users);
        }
    });
    page.entry_or_default("think", times(think), think == defaults::THINK);
    page.entry_or_default("turns", counts(turns), turns == defaults::TURNS);
}

/// The stage that begins at an offset. Segments are made of stages, so there always is one.
fn stage_at(from: Nanos, stages: &[Stage]) -> &str {
    stages.iter().find(|stage| stage.from == from).map_or("", |stage| &stage.name)
}
