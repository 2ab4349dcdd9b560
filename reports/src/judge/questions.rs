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
pub fn ask(calls: &Calls<'_>, context: &Context) -> Vec<Answer> {
    calls.clients.iter().flat_map(|client| ask_one(client, context)).collect()
}

fn ask_one(client: &Client<'_>, context: &Context) -> Vec<Answer> {
    let (nesting, moves) = (Nesting::of(client), Moves::of(client));
    [
        nested::ask(client, &nesting),
        amplification::ask(client, context, &nesting),
        storm::ask(client, context, &nesting),
        bare_budget::ask(client, context),
        retry_quota::ask(client, context),
        non_retryable::ask(client, context),
        no_retry::ask(client, context, &moves),
        retry_after::ask(client),
        stall::ask(client, context),
        broken_stream::ask(client),
        destinations::ask(client, context),
        duplicates::ask(client),
        reservation::ask(client),
        connections::ask(client),
        skew::ask(client, context),
        adaptive::ask(client),
    ]
    .concat()
}
