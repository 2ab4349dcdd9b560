//! `oversized-reservation`: what `max_tokens` takes from the quota, against what is written.
//!
//! Bedrock deducts input and `max_tokens` when a request starts and gives the surplus back when it ends. So
//! what is lost is the surplus times the requests that are open at once; a figure that grows with latency
//! and load, and shows in no metric of the service.

use std::collections::BTreeMap;

use super::answer::{Question, counted};
use super::calls::Client;
use super::fate::Fate;
use super::finding::{Answer, Code, Severity};
use crate::exchange::Exchange;
use crate::number;

/// The fewest whole answers that show how long answers get.
const FEWEST: usize = 20;
/// A reservation so many times the longest answer is oversized,
const TIMES: u64 = 4;
/// if it is so many tokens more.
const SURPLUS: u64 = 1_000;
/// What is reserved where nothing is set: the maximum of today's models.
const MODEL_MAXIMUM: &str = "64,000 to 128,000 tokens with today's models";

/// Whether the client reserves far more tokens than it uses.
pub(super) fn ask(client: &Client<'_>) -> Vec<Answer> {
    let question = Question::to(client, Code::OversizedReservation);
    let uses = uses(client);
    let Some(most) = uses.values().map(|used| used.answers).max() else { return Vec::new() };
    if most < FEWEST {
        return vec![question.insufficient(most, FEWEST, "whole answers of one model")];
    }
    let judged = || uses.iter().filter(|(_, used)| used.answers >= FEWEST);
    let oversized: Vec<_> = judged().filter(|(_, used)| used.is_oversized()).collect();
    let answer = if oversized.is_empty() {
        let told = judged().map(|(model, used)| used.told_fit(model)).collect::<Vec<_>>();
        question.clear(told.join(" "))
    } else {
        let told = oversized.iter().map(|(model, used)| used.told(model)).collect::<Vec<_>>();
        let throttled = oversized.iter().any(|(_, used)| used.throttled > 0);
        let severity = if throttled { Severity::Warning } else { Severity::Note };
        let expected = format!("A `max_tokens` below {TIMES} times the longest answer that is wanted.");
        let numbers = oversized.iter().flat_map(|(_, used)| used.numbers.iter().copied());
        question.found(severity, told.join(" "), expected).shown_by(numbers)
    };
    vec![answer]
}

/// What a client asked of one model, and got.
#[derive(Debug, Default)]
struct Used {
    /// The smallest `max_tokens`; none where a request had none.
    reserved: Option<u64>,
    unset: usize,
    answers: usize,
    written: u64,
    longest: u64,
    throttled: usize,
    /// Seconds that requests were open, over all of them.
    open: f64,
    from: f64,
    to: f64,
    numbers: Vec<u64>,
}

fn uses<'a>(client: &Client<'a>) -> BTreeMap<&'a str, Used> {
    let mut uses: BTreeMap<&str, Used> = BTreeMap::new();
    for attempt in client.calls.iter().flat_map(|call| call.attempts()) {
        let exchange = attempt.exchange;
        let Some(model) = exchange.model.as_deref() else { continue };
        let used = uses.entry(model).or_default();
        used.throttled += usize::from(exchange.throttled());
        // A ledger without digests is one of a version that did not know `max_tokens` either.
        let known = attempt.fate == Fate::Answered && exchange.body_digest.is_some();
        if known && let Some(tokens) = exchange.output_tokens {
            used.note(exchange, u64::from(tokens));
        }
    }
    uses
}

impl Used {
    fn note(&mut self, exchange: &Exchange, tokens: u64) {
        let (at, done) = (exchange.at.as_secs_f64(), exchange.done.as_secs_f64());
        self.from = if self.answers == 0 { at } else { self.from.min(at) };
        self.to = self.to.max(done);
        self.open += done - at;
        self.answers += 1;
        self.written += tokens;
        self.longest = self.longest.max(tokens);
        match exchange.max_tokens.map(u64::from) {
            None => self.unset += 1,
            Some(most) => self.reserved = Some(self.reserved.map_or(most, |least| least.min(most))),
        }
        self.numbers.push(exchange.number);
    }

    fn is_oversized(&self) -> bool {
        let too_much = |most: u64| most >= TIMES * self.longest && most - self.longest >= SURPLUS;
        self.unset * 2 > self.answers || self.reserved.is_some_and(too_much)
    }

    /// Requests that were open at once, on average (Little's law).
    fn at_once(&self) -> f64 {
        self.open / (self.to - self.from).max(f64::MIN_POSITIVE)
    }

    fn told(&self, model: &str) -> String {
        let wrote = format!(
            "{} of {model} wrote {} tokens on average and {} at most",
            counted(self.answers, "answer", "answers"),
            number::significant(self.written as f64 / self.answers as f64),
            number::count(self.longest),
        );
        let reserved = match self.reserved {
            Some(most) if self.unset * 2 <= self.answers => {
                let surplus = most.saturating_sub(self.longest);
                format!(
                    "`max_tokens` reserves {}: {} too many for each request, and {} of the quota of tokens a minute \
                     held for nothing with {} open at once.",
                    number::count(most),
                    number::count(surplus),
                    number::short(surplus as f64 * self.at_once()),
                    number::significant(self.at_once()),
                )
            }
            _ => format!(
                "{} of them set no `max_tokens`, which reserves the model's maximum, {MODEL_MAXIMUM}, for each of {} \
                 open at once.",
                number::count(self.unset as u64),
                number::significant(self.at_once()),
            ),
        };
        let throttled = match self.throttled {
            0 => String::new(),
            count => format!(" {} throttled.", counted(count, "attempt was", "attempts were")),
        };
        format!("{wrote}; {reserved}{throttled}")
    }

    fn told_fit(&self, model: &str) -> String {
        format!(
            "{model} wrote {} tokens at most of {} reserved.",
            number::count(self.longest),
            self.reserved.map_or_else(|| "an unknown number".to_owned(), number::count),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::play::{calls_with, grouped, told};

    fn asked(max_tokens: Option<u32>, written: u32, throttled: bool) -> String {
        let mut answers = vec![&[200][..]; 25];
        answers.extend(throttled.then_some(&[429][..]));
        let mut exchanges = calls_with(&answers);
        for exchange in &mut exchanges {
            exchange.max_tokens = max_tokens;
            exchange.output_tokens = (exchange.status == Some(200)).then_some(written);
        }
        told(&ask(&grouped(&exchanges).clients[0]))
    }

    #[test]
    fn a_reservation_far_above_the_answers_is_told_with_its_arithmetic() {
        insta::assert_snapshot!(asked(Some(4_096), 300, true));
    }

    #[test]
    fn no_max_tokens_at_all_reserves_the_maximum() {
        insta::assert_snapshot!(asked(None, 300, false));
    }

    #[test]
    fn a_reservation_near_the_answers_is_clear() {
        for (most, written) in [(512, 200), (1_000, 20), (4_096, 1_100)] {
            assert!(asked(Some(most), written, false).contains("clear"), "{most} {written}");
        }
    }
}
