//! `no-fallback` and `region-never-moved`: the way out that the scenario expects, and nobody took.

use super::answer::{Question, counted};
use super::calls::{Call, Client};
use super::context::Context;
use super::fate::Fate;
use super::finding::{Answer, Code, Severity};
use super::moves::{model, region};
use crate::number;
use crate::record::Name;
use crate::units::Nanos;

/// The fewest failed calls after which a client should have moved.
const FEWEST: usize = 3;

/// Whether the client went where the scenario expects it to go after a failure.
pub(super) fn ask(client: &Client<'_>, context: &Context) -> Vec<Answer> {
    let Some(expect) = &context.expect else { return Vec::new() };
    let mut answers = Vec::new();
    if !expect.fallback.is_empty() {
        let there = |call: &Call<'_>| expect.fallback.iter().any(|name| asks_model(call, context, name));
        answers.push(moved(client, Code::NoFallback, "model", &expect.fallback, there));
    }
    if !expect.regions.is_empty() {
        let there = |call: &Call<'_>| {
            let home = client.calls.first().and_then(region);
            region(call).is_some_and(|region| Some(region) != home && expect.regions.contains(region))
        };
        answers.push(moved(client, Code::RegionNeverMoved, "region", &expect.regions, there));
    }
    answers
}

/// Whether a call asks the model that the scenario calls `name`, by its id, a profile of it or an ARN.
pub(super) fn asks_model(call: &Call<'_>, context: &Context, name: &Name) -> bool {
    let id = context.models.iter().find(|model| model.name == *name).map_or(name, |model| &model.id);
    model(call).is_some_and(|asked| asked == id || asked.ends_with(&**id))
}

fn moved(
    client: &Client<'_>,
    code: Code,
    what: &str,
    expected: &[Name],
    there: impl Fn(&Call<'_>) -> bool,
) -> Answer {
    let question = Question::to(client, code);
    let lost: Vec<_> = client.calls.iter().filter(|call| !there(call) && is_lost(call)).collect();
    let first = lost.iter().map(|call| call.end()).min().unwrap_or(Nanos::ZERO);
    let moves = client.calls.iter().filter(|call| there(call) && call.begin() >= first).count();
    let names = expected.iter().map(|name| &**name).collect::<Vec<_>>().join(", ");
    if lost.is_empty() || (lost.len() < FEWEST && moves == 0) {
        return question.insufficient(
            lost.len(),
            FEWEST,
            format!("calls that failed before any other {what} was asked"),
        );
    }
    let seen = format!(
        "{}, and {} went to another {what} ({names}) after the first of them.",
        counted(lost.len(), "call failed", "calls failed"),
        counted(moves, "call", "calls"),
    );
    if moves > 0 {
        return question.clear(seen);
    }
    let answered = client.calls.iter().filter(|call| call.answered()).count();
    let told =
        format!("{seen} Of all {} {} were answered.", client.calls.len(), number::count(answered as u64));
    question
        .found(Severity::Error, told, format!("The scenario expects {names} to be asked when a call fails."))
        .shown_by(lost.iter().map(|call| call.last().exchange.number))
}

/// Whether a call failed for the moment: what a fallback is for. A wrong request is as wrong elsewhere.
fn is_lost(call: &Call<'_>) -> bool {
    matches!(call.last().fate, Fate::Failed(_) | Fate::Broken | Fate::Left)
}
