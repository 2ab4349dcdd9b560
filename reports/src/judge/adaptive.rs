//! Whether a client runs adaptive mode: by its word, and by a replay of its limiter.
//!
//! Waits of such a client hold more than backoff, so they are judged by no rule of jitter. A replay can
//! only tell where throttles turned the limiter on and the client wanted more than it gave.

use super::agent::Mode;
use super::answer::{Question, counted};
use super::calls::Client;
use super::finding::{Answer, Code, Severity};
use super::limiter::Limiter;
use super::moves;
use crate::number;
use crate::record::Name;

/// The fewest throttles, and the fewest sends soon after one, that tell.
const FEWEST: (usize, usize) = (3, 30);
/// Sends so long after a throttle are compared, in seconds.
const SOON: f64 = 10.0;
/// Arrivals may lag behind sends, in seconds.
const SEND_SHIFTS: [f64; 3] = [0.0, -0.005, -0.010];
/// Clients may see the end of an answer so much later than the server, in seconds.
const END_SHIFTS: [f64; 4] = [0.0, 0.001, 0.005, 0.010];

/// What the replay says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Adaptive {
    /// Its sends wait for the limiter's tokens.
    Yes,
    /// They do not.
    No,
    /// They might.
    Undecided,
}

/// Sends soon after a throttle, against the replay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sends {
    throttles: usize,
    all: usize,
    /// Sends for which the bucket had no token.
    without: usize,
    /// Sends that found the bucket nearly empty.
    low: usize,
}

/// Whether the client runs adaptive mode, where its word and its sends do not agree.
pub(super) fn ask(client: &Client<'_>) -> Vec<Answer> {
    let question = Question::to(client, Code::LooksLike);
    let sends = busiest(client);
    let told = client.agent.mode == Some(Mode::Adaptive);
    let counts = format!(
        "of {} within {} of a throttle {} came without a token of the limiter and {} with hardly one to spare",
        counted(sends.all, "request", "requests"),
        number::seconds(SOON),
        number::count(sends.without as u64),
        number::count(sends.low.saturating_sub(sends.without) as u64),
    );
    match (told, sends.verdict()) {
        (true, Adaptive::No) => {
            let seen = format!("It says that it runs adaptive mode, but {counts}: more than one process may share its name.");
            let expected = "The limiter of one client lets no request go without a token.".to_owned();
            vec![question.found(Severity::Note, seen, expected).shown_by([])]
        }
        (true, _) => vec![question.clear(
            "Adaptive mode, by its user agent: its waits hold waits for the limiter's tokens as well, and are not \
             judged as backoff.",
        )],
        (false, Adaptive::Yes) => {
            let seen = format!("It looks like adaptive mode, which its user agent does not name: {counts}.");
            let expected = "Without a limiter requests do not wait for tokens.".to_owned();
            vec![question.found(Severity::Note, seen, expected).shown_by([])]
        }
        (false, _) => Vec::new(),
    }
}

/// A limiter belongs to a client of one region; the region with the most sends to compare speaks.
fn busiest(client: &Client<'_>) -> Sends {
    let mut regions: Vec<Option<&Name>> = client.calls.iter().map(moves::region).collect();
    regions.sort_unstable();
    regions.dedup();
    let replays = regions.into_iter().map(|region| {
        let calls = client.calls.iter().filter(|call| moves::region(call) == region);
        let exchanges = calls.flat_map(|call| call.attempts()).map(|attempt| attempt.exchange);
        let times = exchanges.map(|exchange| Exchanged {
            sent: exchange.at.as_secs_f64(),
            ended: exchange.head.unwrap_or(exchange.done).as_secs_f64(),
            throttled: exchange.throttled(),
        });
        Sends::of(&times.collect::<Vec<_>>())
    });
    replays.max_by_key(|sends| sends.all).unwrap_or_default()
}

/// When a request arrived and when its answer was handed out, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Exchanged {
    pub(super) sent: f64,
    pub(super) ended: f64,
    pub(super) throttled: bool,
}

impl Sends {
    /// Of all shifts of the two sides' clocks the one that suits a limiter best.
    pub(super) fn of(exchanges: &[Exchanged]) -> Self {
        if exchanges.iter().filter(|exchange| exchange.throttled).count() < FEWEST.0 {
            return Sends::default();
        }
        let shifts = SEND_SHIFTS.into_iter().flat_map(|send| END_SHIFTS.map(|end| (send, end)));
        let replays = shifts.map(|(send, end)| replay(exchanges, send, end));
        replays.min_by_key(|sends| sends.without).unwrap_or_default()
    }

    /// What they say.
    pub(super) fn verdict(&self) -> Adaptive {
        let (all, without, low) = (self.all as f64, self.without as f64, self.low as f64);
        if self.throttles < FEWEST.0 || self.all < FEWEST.1 {
            Adaptive::Undecided
        } else if without >= 0.3 * all {
            Adaptive::No
        } else if without <= 0.12 * all && low - without >= 0.25 * all {
            Adaptive::Yes
        } else {
            Adaptive::Undecided
        }
    }
}

fn replay(exchanges: &[Exchanged], send_shift: f64, end_shift: f64) -> Sends {
    let mut events: Vec<(f64, Option<bool>)> = Vec::with_capacity(2 * exchanges.len());
    for exchange in exchanges {
        events.push((exchange.sent + send_shift, None));
        events.push((exchange.ended + end_shift, Some(exchange.throttled)));
    }
    events.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.is_some().cmp(&a.1.is_some())));
    let mut limiter = Limiter::new(events.first().map_or(0.0, |event| event.0));
    let mut sends = Sends::default();
    let mut throttled_at = f64::NEG_INFINITY;
    for (at, event) in events {
        match event {
            Some(throttled) => {
                limiter.answer(at, throttled);
                if throttled {
                    throttled_at = at;
                    sends.throttles += 1;
                }
            }
            None => {
                if let Some((level, fill)) = limiter.level(at).filter(|_| at - throttled_at <= SOON) {
                    sends.all += 1;
                    sends.without += usize::from(level + 0.03 * fill + 0.1 < 1.0);
                    sends.low += usize::from(level < 1.0 + (0.06 * fill).max(0.3));
                }
                limiter.send(at);
            }
        }
    }
    sends
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::Chance;

    /// A client that wants more than the service takes (so many requests a second), for a minute.
    fn run(adaptive: bool, seed: u64) -> Sends {
        let mut chance = Chance::seeded(seed);
        let (mut limiter, mut exchanges) = (Limiter::new(0.0), Vec::new());
        let capacity = 4.0 + 4.0 * chance.between(0.0, 1.0);
        let (mut at, mut room, mut seen) = (0.0, capacity, 0.0);
        while at < 60.0 {
            if adaptive
                && let Some((level, fill)) = limiter.level(at)
                && level < 1.0
            {
                at += (1.0 - level) / fill;
            }
            limiter.send(at);
            room = (room + (at - seen) * capacity).min(capacity);
            seen = at;
            let throttled = room < 1.0;
            room -= if throttled { 0.0 } else { 1.0 };
            let ended = at + 0.005;
            exchanges.push(Exchanged { sent: at, ended, throttled });
            limiter.answer(ended, throttled);
            at = ended + chance.between(0.0, if adaptive { 0.02 } else { 0.2 });
        }
        Sends::of(&exchanges)
    }

    #[test]
    fn a_client_that_waits_for_tokens_is_recognised() {
        let told = (0..40).map(|seed| run(true, seed).verdict());
        let (yes, no) = told.fold((0, 0), |(yes, no), told| {
            (yes + usize::from(told == Adaptive::Yes), no + usize::from(told == Adaptive::No))
        });
        assert!(yes >= 35 && no == 0, "{yes} recognised, {no} denied");
    }

    #[test]
    fn a_standard_client_is_never_taken_for_an_adaptive_one() {
        for seed in 0..40 {
            assert_ne!(run(false, seed).verdict(), Adaptive::Yes, "{seed}: {:?}", run(false, seed));
        }
    }

    #[test]
    fn without_throttles_nothing_can_be_told() {
        let quiet: Vec<_> = (0..100)
            .map(|place| f64::from(place) * 0.1)
            .map(|sent| Exchanged { sent, ended: sent + 0.01, throttled: false })
            .collect();
        assert_eq!(Sends::of(&quiet).verdict(), Adaptive::Undecided);
    }
}
