//! `no-fallback` and `region-never-moved`: the way out that the scenario expects, and nobody took.

use super::answer::{Question, counted};
use super::calls::{Call, Client};
use super::context::Context;
use super::fate::Fate;
use super::finding::{Answer, Code, Severity};
use super::moves::{model, region};
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
        let others = others(client, &expect.regions);
        let there = |call: &Call<'_>| region(call).is_some_and(|region| others.contains(region));
        answers.push(moved(client, Code::RegionNeverMoved, "region", &others, there));
    }
    answers
}

/// The regions but for the one that the client asks first.
pub(super) fn others(client: &Client<'_>, regions: &[Name]) -> Vec<Name> {
    let home = client.calls.first().and_then(region);
    regions.iter().filter(|name| Some(*name) != home).cloned().collect()
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
        "{}, and after the first of them {} to another {what} ({names}).",
        counted(lost.len(), "call failed", "calls failed"),
        if moves == 0 { "none went".to_owned() } else { counted(moves, "call went", "calls went") },
    );
    if moves > 0 {
        return question.clear(seen);
    }
    let answered = client.calls.iter().filter(|call| call.answered()).count();
    let all = counted(client.calls.len(), "call", "calls");
    let told = format!("{seen} Of {all} {} answered.", counted(answered, "was", "were"));
    question
        .found(Severity::Error, told, format!("The scenario expects {names} to be asked when a call fails."))
        .shown_by(lost.iter().map(|call| call.last().exchange.number))
}

/// Whether a call failed for the moment: what a fallback is for. A wrong request is as wrong elsewhere.
fn is_lost(call: &Call<'_>) -> bool {
    matches!(call.last().fate, Fate::Failed(_) | Fate::Broken | Fate::Left)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Exchange;
    use crate::header::Model;
    use crate::judge::expect::Expect;
    use crate::judge::play::{calls_with, context, grouped, told};

    fn asked(exchanges: &[Exchange]) -> Vec<Answer> {
        let model = Model { name: "sonnet".into(), id: "anthropic.sonnet-v1".into(), price: None };
        let expect = Expect {
            fallback: vec!["sonnet".into()],
            regions: vec!["us-east-1".into(), "us-west-2".into()],
            ..Expect::default()
        };
        let context = Context { models: vec![model], expect: Some(expect), ..context(60, &[]) };
        ask(&grouped(exchanges).clients[0], &context)
    }

    #[test]
    fn failures_that_lead_nowhere_are_found() {
        insta::assert_snapshot!(told(&asked(&calls_with(&[&[503], &[503], &[429], &[200]]))));
    }

    #[test]
    fn a_profile_of_the_expected_model_and_another_region_will_do() {
        let mut exchanges = calls_with(&[&[503], &[503], &[503], &[200]]);
        exchanges[3].model = Some("us.anthropic.sonnet-v1".into());
        exchanges[3].region = Some("us-west-2".into());
        insta::assert_snapshot!(told(&asked(&exchanges)));
    }

    #[test]
    fn where_too_little_failed_nothing_had_to_move() {
        assert!(told(&asked(&calls_with(&[&[503], &[200]]))).contains("insufficient\n  1 of about 3"));
    }
}
