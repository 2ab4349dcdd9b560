//! `hangs-on-stall`: streams that fell silent, and when the client gave them up.
//!
//! How long a stall lasts is what can be told: a stall of 10 s cannot show a timeout of 60. A close at the
//! end of the record is none of the client's, and closes of many streams in one moment are its end.

use super::answer::{Question, counted};
use super::calls::{Attempt, Client};
use super::context::Context;
use super::finding::{Answer, Code, Severity};
use super::repeats::{Repeats, WINDOWS};
use super::timeout::Timeout;
use crate::exchange::Exchange;
use crate::header::FaultKind;
use crate::number;
use crate::units::Nanos;

/// The longest silence that is borne by mistake: twice botocore's read timeout.
pub(super) const LONGEST: Nanos = Nanos::from_secs(120);
/// A silence before a close that is a stall where no fault is known that made it.
const SILENCE: Nanos = Nanos::from_secs(2);
/// Closes nearer to the end of the record are its own.
const END: Nanos = Nanos::from_secs(1);
/// Streams that close within this time, closed together.
const TOGETHER: Nanos = Nanos::new(50_000_000);

/// A stream that fell silent.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stall {
    /// Its exchange.
    pub(super) number: u64,
    /// From the request to the silence, in seconds.
    pub(super) begin: f64,
    /// How long the client bore it as far as was seen, in seconds.
    pub(super) borne: f64,
    /// Whether the client then went away.
    pub(super) abandoned: bool,
    /// The place of its call.
    place: usize,
    /// When it was over.
    done: Nanos,
    /// Tokens of the answer.
    tokens: u32,
}

/// Whether the client holds silent streams open.
pub(super) fn ask(client: &Client<'_>, context: &Context) -> Vec<Answer> {
    let stalls = stalls(client, context);
    let Some(longest) = stalls.iter().max_by(|a, b| a.borne.total_cmp(&b.borne)) else { return Vec::new() };
    let question = Question::to(client, Code::HangsOnStall);
    let limit =
        context.expect.as_ref().and_then(|expect| expect.stream_idle).unwrap_or(LONGEST).as_secs_f64();
    let answer = if longest.borne >= limit + tolerance(limit)
        || (!longest.abandoned && longest.borne >= limit)
    {
        found(&question, &stalls, longest, limit)
    } else if stalls.iter().any(|stall| stall.abandoned) {
        question.clear(given_up(client, &stalls))
    } else {
        question.insufficient(
            longest.borne as usize,
            limit.ceil() as usize,
            format!(
                "seconds of silence; {} held to the end, so that at most {} of streams can have a timeout below {}",
                counted(stalls.len(), "stall was", "stalls were"),
                number::share(1.0 - 0.001f64.powf(1.0 / stalls.len() as f64)),
                number::seconds(longest.borne),
            ),
        )
    };
    vec![answer]
}

/// How much later than its limit a timeout may fire, in seconds.
pub(super) fn tolerance(limit: f64) -> f64 {
    (0.02 * limit).max(0.3)
}

/// The streams that fell silent, in order of their requests.
pub(super) fn stalls(client: &Client<'_>, context: &Context) -> Vec<Stall> {
    let calls = client.calls.iter().enumerate();
    let attempts = calls.flat_map(|(place, call)| call.attempts().map(move |attempt| (place, attempt)));
    let mut stalls: Vec<_> =
        attempts.filter_map(|(place, attempt)| Stall::of(place, attempt, context)).collect();
    let together: Vec<bool> = stalls.iter().map(|stall| closed_together(stall, &stalls)).collect();
    for (stall, together) in stalls.iter_mut().zip(together) {
        stall.abandoned &= !together;
    }
    stalls
}

impl Stall {
    fn of(place: usize, attempt: &Attempt<'_>, context: &Context) -> Option<Self> {
        let exchange = attempt.exchange;
        exchange.status.filter(|status| *status < 400)?;
        let head = exchange.head.unwrap_or(exchange.at);
        let silent_from = exchange.last_event.unwrap_or(head);
        let silence = exchange.done.since(silent_from);
        let borne = match kind(exchange, context) {
            Some(FaultKind::Stall { lasts: Some(lasts) }) if !exchange.hung_up => lasts,
            // It may have gone on and been closed later: how long it was borne is not known.
            Some(FaultKind::Stall { lasts: Some(lasts) }) if silent_from.since(head) >= lasts => return None,
            Some(FaultKind::Stall { .. }) => silence,
            Some(_) => return None,
            None if exchange.fault.is_some() && exchange.hung_up && silence >= SILENCE => silence,
            None => return None,
        };
        Some(Stall {
            number: exchange.number,
            begin: silent_from.since(exchange.at).as_secs_f64(),
            borne: borne.as_secs_f64(),
            abandoned: exchange.hung_up && context.end.since(exchange.done) >= END,
            place,
            done: exchange.done,
            tokens: exchange.output_tokens.unwrap_or_default(),
        })
    }

    fn silent_from(&self) -> f64 {
        self.done.as_secs_f64() - self.borne
    }
}

/// What the fault does that struck it, where the run knows the fault.
fn kind(exchange: &Exchange, context: &Context) -> Option<FaultKind> {
    let name = exchange.fault.as_ref()?;
    context.faults.iter().find(|fault| fault.name == *name).map(|fault| fault.kind)
}

/// Whether three streams or more closed with it that had not fallen silent together: the client ended.
fn closed_together(stall: &Stall, stalls: &[Stall]) -> bool {
    let near = |other: &&Stall| {
        other.abandoned && other.done.since(stall.done).max(stall.done.since(other.done)) <= TOGETHER
    };
    let closed = stalls.iter().filter(near);
    let (count, least, most) = closed.fold((0, f64::MAX, f64::MIN), |(count, least, most), other| {
        (count + 1, least.min(other.silent_from()), most.max(other.silent_from()))
    });
    stall.abandoned && count >= 3 && most - least > TOGETHER.as_secs_f64()
}

fn found(question: &Question, stalls: &[Stall], longest: &Stall, limit: f64) -> Answer {
    let held: Vec<_> = stalls.iter().filter(|stall| stall.borne >= limit).collect();
    let end = if longest.abandoned { "before the client gave it up" } else { "and still held open" };
    let seen = format!(
        "Stream {} was silent for {} {end}; {} of {} were held for {} or longer. No idle timeout below {}.",
        longest.number,
        number::seconds(longest.borne),
        number::count(held.len() as u64),
        counted(stalls.len(), "stalled stream", "stalled streams"),
        number::seconds(limit),
        number::seconds(limit),
    );
    let expected = format!(
        "A client with an idle timeout lets go of a silent stream within {}.",
        number::seconds(limit)
    );
    question.found(Severity::Error, seen, expected).shown_by(held.iter().map(|stall| stall.number))
}

fn given_up(client: &Client<'_>, stalls: &[Stall]) -> String {
    let abandoned: Vec<_> = stalls.iter().filter(|stall| stall.abandoned).collect();
    let times: Vec<_> = abandoned.iter().map(|stall| (stall.begin, stall.borne)).collect();
    let longest = abandoned.iter().map(|stall| stall.borne).fold(0.0, f64::max);
    let repeats = Repeats::within(&client.calls, WINDOWS[WINDOWS.len() - 1]);
    let again: Vec<_> = abandoned.iter().filter(|stall| repeats.next(stall.place).is_some()).collect();
    let tokens: u64 = again.iter().map(|stall| u64::from(stall.tokens)).sum();
    let paid = match tokens {
        0 => String::new(),
        tokens => format!(
            " {} asked for again; {} output tokens were paid for twice.",
            counted(again.len(), "was", "were"),
            number::count(tokens)
        ),
    };
    format!(
        "{} of {} given up, the last after {} of silence{}.{paid}",
        number::count(abandoned.len() as u64),
        counted(stalls.len(), "stalled stream was", "stalled streams were"),
        number::seconds(longest),
        Timeout::of(&times).told(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::answer::nanos;
    use crate::judge::expect::Expect;
    use crate::judge::play::{context, exchanged, grouped, told};

    /// Streams that begin a minute apart: after how long each fell silent, how long that was borne, and
    /// whether the client then went away.
    fn streams(stalls: &[(f64, f64, bool)]) -> Vec<Exchange> {
        let stream = |(number, &(begin, borne, hung_up)): (u64, &(f64, f64, bool))| {
            let at = 60.0 * number as f64;
            Exchange {
                head: Some(nanos(at + 0.2)),
                last_event: Some(nanos(at + begin)),
                output_tokens: Some(100),
                fault: Some("silence".into()),
                hung_up,
                ..exchanged(number, (nanos(at), nanos(at + begin + borne)), number, 1, 200)
            }
        };
        (0..).zip(stalls).map(stream).collect()
    }

    fn asked(exchanges: &[Exchange], lasts: Option<u64>, idle: Option<u64>) -> Vec<Answer> {
        let mut context = context(3_600, &[("silence", 0.0, 3_600.0)]);
        context.faults[0].kind = FaultKind::Stall { lasts: lasts.map(Nanos::from_secs) };
        context.expect = Some(Expect { stream_idle: idle.map(Nanos::from_secs), ..Expect::default() });
        ask(&grouped(exchanges).clients[0], &context)
    }

    #[test]
    fn two_minutes_of_silence_are_a_fact() {
        let held = streams(&[(1.2, 120.0, false), (0.4, 130.0, false)]);
        insta::assert_snapshot!(told(&asked(&held, Some(130), None)));
    }

    #[test]
    fn a_shorter_stall_shows_no_longer_timeout() {
        let held = streams(&[(1.2, 30.0, false), (0.4, 30.0, false), (0.9, 30.0, false)]);
        insta::assert_snapshot!(told(&asked(&held, Some(30), None)));
    }

    #[test]
    fn silences_that_end_alike_are_an_idle_timeout() {
        let given_up = streams(&[(1.2, 60.003, true), (4.9, 60.011, true), (0.4, 60.002, true)]);
        insta::assert_snapshot!(told(&asked(&given_up, None, None)));
        // The scenario wants less.
        assert!(told(&asked(&given_up, None, Some(5))).starts_with("hangs-on-stall: Error"));
    }

    #[test]
    fn a_client_that_ends_gives_up_no_stream() {
        let mut ended = streams(&[(1.2, 50.0, true), (4.9, 50.0, true), (0.4, 50.0, true)]);
        ended.iter_mut().for_each(|exchange| exchange.done = nanos(200.0));
        assert!(told(&asked(&ended, None, Some(300))).starts_with("hangs-on-stall: insufficient"));
    }

    #[test]
    fn a_stream_asked_for_again_is_paid_for_twice() {
        let mut exchanges = streams(&[(1.0, 10.0, true)]);
        exchanges.push(Exchange {
            body_digest: exchanges[0].body_digest.clone(),
            ..exchanged(1, (nanos(12.0), nanos(13.0)), 7, 1, 200)
        });
        assert!(told(&asked(&exchanges, None, None)).contains("100 output tokens were paid for twice"));
    }

    #[test]
    fn a_stream_that_no_fault_struck_is_no_stall() {
        let mut whole = streams(&[(1.0, 0.0, false)]);
        whole.iter_mut().for_each(|exchange| exchange.fault = None);
        assert_eq!(asked(&whole, None, None), []);
    }
}
