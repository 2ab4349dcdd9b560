//! `hammers-broken-stream`: streams that broke, and how soon the application asks again.
//!
//! To the SDK a stream is a success once its head has come; what follows a break is the application's own
//! work, as a new call. The rule is that of `no-backoff`, over the waits between those calls.

use super::answer::{Question, counted};
use super::calls::{Call, Client};
use super::fate::Fate;
use super::finding::{Answer, Code, Severity};
use super::level::{Level, one_in};
use super::repeats::{Repeats, Side, WINDOWS};
use super::statistics::poisson_binom_sf;
use crate::number;
use crate::units::Nanos;

/// A wait that is none: what overhead alone takes at most.
const AT_ONCE: Nanos = Nanos::new(20_000_000);
/// The bound of the first wait of the mildest backoff that is accepted, in seconds; it doubles.
const MILDEST: f64 = 0.05;
/// The share of restarts that must come at once.
const NEARLY_ALL: f64 = 0.9;
/// The fewest restarts at which the level can be reached.
const FEWEST: usize = 8;

/// Whether the application asks for a broken stream again at once.
pub(super) fn ask(client: &Client<'_>, level: Level) -> Vec<Answer> {
    let question = Question::to(client, Code::HammersBrokenStream);
    let broken = client.calls.iter().filter(|call| is_broken(call)).count();
    if broken == 0 {
        return Vec::new();
    }
    let repeats = Repeats::within(&client.calls, WINDOWS[WINDOWS.len() - 1]);
    let comparison = repeats.compare(&client.calls, side);
    let related = match comparison.is_enough() {
        true => comparison.chance(),
        false => Some(comparison.by_bodies()),
    };
    let waits = waits(client, &repeats);
    let (n, k) = (waits.len(), waits.iter().filter(|wait| wait.is_none()).count());
    let ps: Vec<f64> = waits.iter().map(Wait::chance).collect();
    let chance = poisson_binom_sf(k, &ps);
    let answer = if n == 0 {
        question.clear(format!(
            "{} and none was asked for again.",
            counted(broken, "stream broke", "streams broke")
        ))
    } else if related.is_none_or(|chance| chance > level.of_a_finding()) {
        question.insufficient(
            0,
            FEWEST,
            "broken streams whose bodies come again for no other reason; vary the prompts",
        )
    } else if k as f64 >= NEARLY_ALL * n as f64 && chance <= level.of_a_finding() {
        found(&question, client, broken, &waits, chance)
    } else if n < FEWEST {
        question.insufficient(n, FEWEST, "broken streams that were asked for again")
    } else {
        question.clear(format!(
            "{} of {} came within {}.",
            number::count(k as u64),
            counted(n, "restart of a broken stream", "restarts of broken streams"),
            number::time(AT_ONCE)
        ))
    };
    vec![answer]
}

/// A wait between a stream that broke and the call that asked again.
struct Wait {
    length: Nanos,
    /// How many streams of the chain had broken before.
    ordinal: i32,
    restart: u64,
}

impl Wait {
    fn is_none(&self) -> bool {
        self.length <= AT_ONCE
    }

    /// The chance that the mildest backoff waits no longer than overhead.
    fn chance(&self) -> f64 {
        (AT_ONCE.as_secs_f64() / (MILDEST * 2f64.powi(self.ordinal))).min(1.0)
    }
}

fn is_broken(call: &Call<'_>) -> bool {
    call.last().fate == Fate::Broken
}

fn side(call: &Call<'_>) -> Side {
    match call.last().fate {
        Fate::Broken => Side::Struck,
        Fate::Answered => Side::Control,
        Fate::Failed(_) | Fate::Left | Fate::Refused => Side::Aside,
    }
}

fn waits(client: &Client<'_>, repeats: &Repeats) -> Vec<Wait> {
    let calls = &client.calls;
    let mut waits = Vec::new();
    for chain in repeats.chains() {
        let mut ordinal = 0;
        for pair in chain.windows(2) {
            let &[parent, child] = pair else { continue };
            if is_broken(&calls[parent]) {
                let length = calls[child].begin().since(calls[parent].end());
                waits.push(Wait { length, ordinal, restart: calls[child].first().exchange.number });
                ordinal += 1;
            } else {
                ordinal = 0;
            }
        }
    }
    waits
}

fn found(question: &Question, client: &Client<'_>, broken: usize, waits: &[Wait], chance: f64) -> Answer {
    let at_once = waits.iter().filter(|wait| wait.is_none());
    let tokens: u64 = client
        .calls
        .iter()
        .filter(|call| is_broken(call))
        .map(|call| u64::from(call.last().exchange.output_tokens.unwrap_or_default()))
        .sum();
    let most = waits.iter().map(|wait| wait.ordinal + 1).max().unwrap_or_default();
    let seen = format!(
        "{} of {} of broken streams came within {}, up to {most} in a row; {} had taken up to {} output tokens.",
        number::count(at_once.clone().count() as u64),
        counted(waits.len(), "restart", "restarts"),
        number::time(AT_ONCE),
        counted(broken, "broken stream", "broken streams"),
        number::count(tokens),
    );
    let expected = format!(
        "Even the shortest backoff of an SDK (50 ms, doubling, full jitter) does that in {} runs.",
        one_in(chance)
    );
    question
        .found(Severity::Warning, seen, expected)
        .by_chance(chance)
        .shown_by(at_once.map(|wait| wait.restart))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Exchange;
    use crate::judge::answer::nanos;
    use crate::judge::play::{exchanged, found, grouped, told};

    /// Streams that break after a second, each asked for again after a wait as often as there are waits.
    fn streams(bodies: u64, waits: &[f64]) -> Vec<Exchange> {
        let mut exchanges: Vec<Exchange> = Vec::new();
        for body in 0..bodies {
            let mut at = 60.0 * body as f64;
            for place in 0..=waits.len() {
                let number = exchanges.len() as u64;
                let broken = place < waits.len();
                exchanges.push(Exchange {
                    error_type: broken.then(|| "modelStreamErrorException".into()),
                    body_digest: Some(format!("{body}").into()),
                    output_tokens: Some(50),
                    ..exchanged(number, (nanos(at), nanos(at + 1.0)), number, 1, 200)
                });
                at += 1.0 + waits.get(place).copied().unwrap_or_default();
            }
        }
        exchanges
    }

    #[test]
    fn restarts_at_once_are_found() {
        insta::assert_snapshot!(told(&ask(
            &grouped(&streams(12, &[0.002, 0.003, 0.001])).clients[0],
            Level::shared_by(1)
        )));
    }

    #[test]
    fn restarts_after_a_wait_are_not() {
        let answers = ask(&grouped(&streams(12, &[0.4, 1.1, 2.0])).clients[0], Level::shared_by(1));
        assert!(found(&answers, Code::HammersBrokenStream).is_none(), "{answers:?}");
        assert!(told(&answers).contains("clear"));
    }

    #[test]
    fn a_loop_that_always_sends_the_same_body_tells_nothing() {
        let mut same = streams(8, &[0.001]);
        let mut at = 0.0;
        for exchange in &mut same {
            exchange.body_digest = Some("same".into());
            (exchange.at, exchange.done) = (nanos(at), nanos(at + 1.0));
            at += 1.001;
        }
        let answers = ask(&grouped(&same).clients[0], Level::shared_by(1));
        assert!(told(&answers).contains("insufficient"), "{answers:?}");
    }
}
