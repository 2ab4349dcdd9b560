//! Clients against the flows that they carry.
//!
//! Whether a client's policy means anything hangs on what it is asked to carry: a fallback to the model that every
//! request asks first is none, and a model that the flow's operation cannot ask never answers. Both stand in the
//! scenario, so both are told before the first request.

mod others;
mod quotas;

use bedload_reports::record::Operation;
use others::{Other, caught_models, fallback_models, routed_models};
use quotas::shared_quotas;

use super::call::{speaks_bodies, unheard};
use super::{AnswerLimit, Client, Flow, World};
use crate::scenario::code::Code;
use crate::scenario::decode::Row;
use crate::scenario::file::{self, Routing};
use crate::scenario::notes::{Note, Notes};
use crate::scenario::place::At;
use crate::scenario::suggest;

/// Notes what a client can never do, given its flows. What is broken is noted already, and nothing follows from it.
pub(super) fn check(
    rows: &[Row<file::Client>],
    clients: &[Option<&Client>],
    flows: &[Option<&Flow>],
    world: &World,
    notes: &mut Notes,
) {
    if clients.iter().all(Option::is_some) {
        shared_quotas(rows, notes);
    }
    let Some(flows) = flows.iter().copied().collect::<Option<Vec<_>>>() else { return };
    for client in clients.iter().flatten() {
        let Some(raw) = rows.iter().find(|row| row.name.value.get() == client.name()) else { continue };
        let Ok(raw) = &raw.value else { continue };
        let flows: Vec<&Flow> = flows.iter().copied().filter(|flow| flow.client() == client.name()).collect();
        if !flows.is_empty() {
            Pair { client: &raw.value, flows, world }.check(notes);
        }
    }
}

/// A client with the flows that it carries; at least one.
struct Pair<'p> {
    client: &'p file::Client,
    flows: Vec<&'p Flow>,
    world: &'p World,
}

impl Pair<'_> {
    fn check(&self, notes: &mut Notes) {
        self.is_followed(notes);
        let routing = self.client.routing.value().ok().flatten();
        let fallback = fallback_models(self.client);
        let routed = routing.map_or_else(Vec::new, routed_models);
        if !self.client.routing.is_given() {
            fallback.iter().for_each(|other| self.is_other(other, "fallback", notes));
        }
        if let Some(Routing::Canary(_)) = routing {
            routed.iter().for_each(|other| self.is_other(other, "canary", notes));
        }
        for other in fallback.iter().chain(&routed).chain(&caught_models(self.client)) {
            self.is_heard(other, notes);
        }
        if let Some(Routing::Content(rules)) = routing {
            rules.good().for_each(|rule| self.can_hold(rule, notes));
        }
    }

    /// An asynchronous invocation is followed by the SDK alone.
    fn is_followed(&self, notes: &mut Notes) {
        let Ok(Some(At { place, .. })) = self.client.wire.get() else { return };
        let asynchronous = |flow: &&&Flow| flow.call().operation == Operation::AsyncInvoke;
        if let Some(flow) = self.flows.iter().find(asynchronous) {
            let note = Note::new(
                Code::Unsupported,
                *place,
                "a wire client does not follow asynchronous invocations",
            )
            .label(format!("flow `{}` starts them", flow.name()))
            .help("give that flow a client without `wire`");
            notes.add(note);
        }
    }

    /// A model that every flow asks first is no other.
    fn is_other(&self, other: &Other, what: &str, notes: &mut Notes) {
        if self.flows.iter().all(|flow| flow.call().model == other.model) {
            let flows = suggest::listed(self.flows.iter().map(|flow| flow.name()));
            let message = format!("`{}` is asked first anyway, so it is no {what}", other.model);
            let note = Note::new(Code::Contradiction, other.place, message)
                .label(format!("the model of {flows}"))
                .help("name another model, or remove this one");
            notes.add(note);
        }
    }

    /// A model must be one that each flow's operation can ask.
    fn is_heard(&self, other: &Other, notes: &mut Notes) {
        for flow in self.flows.iter().filter(|flow| flow.call().model != other.model) {
            let operation = other.operation.unwrap_or(flow.call().operation);
            let note = unheard(operation, &other.model, other.place, self.world)
                .or_else(|| unlimited(operation, flow, other));
            if let Some(note) = note {
                notes.add(note);
                return;
            }
        }
    }

    /// A rule that no request of the client can meet is never followed.
    fn can_hold(&self, rule: &At<file::ContentRule>, notes: &mut Notes) {
        let (Ok(named), Ok(tools)) = (rule.value.flows.value(), rule.value.tools.value()) else { return };
        let is_named = |flow: &&&Flow| {
            named.is_none_or(|many| many.items().iter().flatten().any(|name| name.value.get() == flow.name()))
        };
        let mut flows = self.flows.iter().filter(is_named).peekable();
        let why = match tools {
            _ if flows.peek().is_none() => "the client carries none of its flows",
            Some(true) if flows.all(|flow| flow.call().tools.is_empty()) => "none of its flows has tools",
            Some(false) if flows.all(|flow| !flow.call().tools.is_empty()) => "all of its flows have tools",
            _ => return,
        };
        let note = Note::new(Code::Contradiction, rule.place, format!("a rule that never holds: {why}"))
            .label("never followed")
            .help("change its conditions, or remove it");
        notes.add(note);
    }
}

/// A body of Anthropic Messages must say how much may be written.
fn unlimited(operation: Operation, flow: &Flow, other: &Other) -> Option<Note> {
    let says = flow.call().max_tokens != AnswerLimit::Unset || other.max_tokens.is_some();
    (speaks_bodies(operation) && !says).then(|| {
        let (operation, model) = (operation.name(), &other.model);
        let message =
            format!("`{operation}` on `{model}` without `max_tokens`: a body of Anthropic Messages must say");
        Note::new(Code::Unsupported, other.place, message)
            .label(format!("`unset` in flow `{}`", flow.name()))
            .help("give the model a `max_tokens` of its own, or the flow's call one")
    })
}
