//! Every question about what a client does with failures, apart from how long it waits.

use super::adaptive;
use super::amplification;
use super::bare_budget;
use super::broken_stream;
use super::calls::{Calls, Client};
use super::connections;
use super::context::Context;
use super::destinations;
use super::duplicates;
use super::finding::Answer;
use super::level::Level;
use super::moves::Moves;
use super::nested::{self, Nesting};
use super::no_retry;
use super::non_retryable;
use super::reservation;
use super::retry_after;
use super::retry_quota;
use super::skew;
use super::stall;
use super::storm;

/// The answers about every client, in the order of the questions.
pub(super) fn ask(calls: &Calls<'_>, context: &Context) -> Vec<Answer> {
    let level = Level::shared_by(calls.clients.len());
    calls.clients.iter().flat_map(|client| ask_one(client, context, level)).collect()
}

fn ask_one(client: &Client<'_>, context: &Context, level: Level) -> Vec<Answer> {
    let (nesting, moves) = (Nesting::of(client, level), Moves::of(client));
    [
        nested::ask(client, &nesting),
        amplification::ask(client, context, &nesting, level),
        storm::ask(client, context, &nesting, level),
        bare_budget::ask(client, context),
        retry_quota::ask(client, context),
        non_retryable::ask(client, context, level),
        no_retry::ask(client, context, &moves),
        retry_after::ask(client, level),
        stall::ask(client, context),
        broken_stream::ask(client, level),
        destinations::ask(client, context),
        duplicates::ask(client),
        reservation::ask(client),
        connections::ask(client),
        skew::ask(client, context),
        adaptive::ask(client),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::finding::Ruling;
    use crate::judge::play::{Player, Rule, context, grouped, open, play};
    use crate::judge::testing::Chance;

    /// An SDK at its defaults, through a fault that fails a fifth of its attempts for half a minute.
    #[test]
    fn nothing_is_found_against_a_client_that_does_it_right() {
        for seed in 0..60 {
            let mut chance = Chance::seeded(seed);
            let bodies = [None, Some(20), Some(1)][seed as usize % 3];
            let arrivals = open(6.0, 90.0, bodies, &mut chance);
            let sdk = Player { base: [0.05, 1.0][seed as usize % 2], rule: Rule::Quota(10), ..Player::PLAIN };
            let fails = |at: f64, chance: &mut Chance| {
                ((30.0..60.0).contains(&at) && chance.between(0.0, 1.0) < 0.2).then_some(503)
            };
            let mut exchanges = play(sdk, arrivals, fails, &mut chance);
            for exchange in &mut exchanges {
                exchange.fault = (exchange.status == Some(503)).then(|| "trouble".into());
                exchange.max_tokens = Some(512);
                exchange.output_tokens = (exchange.status == Some(200)).then_some(200);
                exchange.connection = Some(exchange.number % 4);
                exchange.skew_ms = Some(-400);
            }
            let answers = ask(&grouped(&exchanges), &context(100, &[("trouble", 30.0, 60.0)]));
            let found = answers.iter().find(|answer| matches!(answer.ruling, Ruling::Found(_)));
            assert_eq!(found, None, "{seed}");
            assert!(answers.len() >= 8, "{answers:?}");
        }
    }
}
