//! `storm-outlives-fault`: retries that keep a service down after the fault that began them.
//!
//! A fault ends; the last retry that it caused is due within the policy's longest waits. What is retried
//! after that has causes of its own, and if it is many times what was retried before the fault, the cause
//! is the storm.

use super::answer::{Question, at, counted, nanos};
use super::calls::Client;
use super::context::Context;
use super::finding::{Answer, Code, Severity};
use super::level::{Level, one_in};
use super::nested::Nesting;
use super::profile::last_retry;
use super::statistics::chernoff_ln;
use crate::header::FaultWindow;
use crate::number;
use crate::units::Nanos;

/// How long after the last retry is due the traffic is looked at.
const WINDOW: Nanos = Nanos::from_secs(10);
/// How long before the fault shows what is usual.
const BEFORE: Nanos = Nanos::from_secs(60);
/// The least share of retries that is a storm.
const LEAST: f64 = 0.05;
/// A second of arrivals is still troubled at this share of retries.
const TROUBLED: f64 = 0.1;
/// The fewest arrivals after a fault that tell.
const FEWEST: usize = 10;

/// Whether retries went on after a fault.
pub(super) fn ask(client: &Client<'_>, context: &Context, nesting: &Nesting, level: Level) -> Vec<Answer> {
    let question = Question::to(client, Code::StormOutlivesFault);
    let arrivals = Arrivals::of(client, nesting);
    let last_due = nanos(last_retry(client, context) + 1.0);
    let mut best: Option<Answer> = None;
    for fault in &context.faults {
        let from = fault.to.plus(last_due);
        let to = from.plus(WINDOW);
        if arrivals.count(fault.from, fault.to).0 == 0 {
            continue;
        }
        let disturbed = context
            .faults
            .iter()
            .any(|other| other.name != fault.name && other.from < to && other.to > fault.to);
        let (n, k) = arrivals.count(from, to);
        if to > context.end || disturbed || n < FEWEST {
            best = best.or_else(|| Some(question.insufficient(n, FEWEST, told_short(fault, from, to))));
            continue;
        }
        let usual = arrivals.usual_share(fault.from);
        let ln = chernoff_ln(k as f64, usual * n as f64);
        if k as f64 >= LEAST * n as f64 && ln <= level.of_a_finding().ln() {
            return vec![found(&question, &arrivals, fault, context, (n, k, usual, ln.exp()))];
        }
        best = Some(question.clear(format!(
            "{} ended at {}; from {} on, when the policy's last retry had been due, {} of {} were retries.",
            fault.name,
            at(fault.to),
            at(from),
            number::count(k as u64),
            counted(n, "arrival", "arrivals"),
        )));
    }
    best.into_iter().collect()
}

/// When exchanges arrived, and which of them were retries of any layer, in order of time.
struct Arrivals(Vec<(Nanos, bool, u64)>);

impl Arrivals {
    fn of(client: &Client<'_>, nesting: &Nesting) -> Self {
        let mut arrivals = Vec::new();
        for (place, call) in client.calls.iter().enumerate() {
            let again = nesting.is_outer_retry(&client.calls, place);
            for attempt in call.attempts() {
                let exchange = attempt.exchange;
                arrivals.push((exchange.at, again || attempt.number > 1, exchange.number));
            }
        }
        arrivals.sort_unstable();
        Arrivals(arrivals)
    }

    fn within(&self, from: Nanos, to: Nanos) -> &[(Nanos, bool, u64)] {
        let place = |time: Nanos| self.0.partition_point(|(at, ..)| *at < time);
        self.0.get(place(from)..place(to)).unwrap_or_default()
    }

    /// Arrivals from a time to another, and the retries among them.
    fn count(&self, from: Nanos, to: Nanos) -> (usize, usize) {
        let within = self.within(from, to);
        (within.len(), within.iter().filter(|(_, retry, _)| *retry).count())
    }

    /// The share of retries before a fault, one more of each allowed.
    fn usual_share(&self, fault: Nanos) -> f64 {
        let (arrivals, retries) = self.count(Nanos::new(fault.get().saturating_sub(BEFORE.get())), fault);
        (retries as f64 + 1.0) / (arrivals as f64 + 1.0)
    }

    /// The end of the last second after `from` that was still troubled, before `to`.
    fn troubled_until(&self, from: Nanos, to: Nanos) -> Nanos {
        let second = Nanos::from_secs(1);
        let mut until = from;
        let mut start = from;
        while start < to {
            let (all, retries) = self.count(start, start.plus(second));
            if retries > 0 && retries as f64 >= TROUBLED * all as f64 {
                until = start.plus(second);
            }
            start = start.plus(second);
        }
        until
    }
}

fn told_short(fault: &FaultWindow, from: Nanos, to: Nanos) -> String {
    format!(
        "arrivals from {} to {}, after {} and the policy's last retry, with no other fault in between; let the run \
         go on for longer",
        at(from),
        at(to),
        fault.name
    )
}

fn found(
    question: &Question,
    arrivals: &Arrivals,
    fault: &FaultWindow,
    context: &Context,
    (n, k, usual, chance): (usize, usize, f64, f64),
) -> Answer {
    let next = context.faults.iter().map(|other| other.from).filter(|from| *from >= fault.to).min();
    let end = next.unwrap_or(context.end).min(context.end);
    let until = arrivals.troubled_until(fault.to, end);
    let seen = format!(
        "{} ended at {}; once the policy's last retry had been due, {} of {} were still retries, and a tenth or more of \
         each second until {}.",
        fault.name,
        at(fault.to),
        number::share(k as f64 / n as f64),
        counted(n, "arrival", "arrivals"),
        at(until),
    );
    let expected = format!(
        "Before the fault at most {} were; so many more would come by chance in {} runs. Compare with a client that does not \
         retry: a service with a backlog of its own needs time to drain as well.",
        number::share(usual),
        one_in(chance)
    );
    let retries =
        arrivals.within(fault.to, until).iter().filter(|(_, retry, _)| *retry).map(|(.., number)| *number);
    question.found(Severity::Error, seen, expected).by_chance(chance).shown_by(retries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::play::{Player, context, found, grouped, open, play, told};
    use crate::judge::testing::Chance;

    /// A minute of quiet, 30 s of outage, then `share` of attempts failing until the end of a run of 160 s.
    fn asked(natural: f64, after: f64, seed: u64) -> Vec<Answer> {
        let mut chance = Chance::seeded(seed);
        let arrivals = open(12.0, 160.0, None, &mut chance);
        let fails = move |at: f64, chance: &mut Chance| {
            let share = match at {
                at if (60.0..90.0).contains(&at) => 1.0,
                at if at > 90.0 => after.max(natural),
                _ => natural,
            };
            (chance.between(0.0, 1.0) < share).then_some(503)
        };
        let exchanges = play(Player { base: 1.0, ..Player::PLAIN }, arrivals, fails, &mut chance);
        let calls = grouped(&exchanges);
        let (client, level) = (&calls.clients[0], Level::shared_by(1));
        ask(client, &context(170, &[("outage", 60.0, 90.0)]), &Nesting::of(client, level), level)
    }

    #[test]
    fn a_storm_that_keeps_itself_up_is_told() {
        insta::assert_snapshot!(told(&asked(0.0, 0.6, 1)));
    }

    #[test]
    fn natural_failures_after_a_fault_are_no_storm() {
        for seed in 0..120 {
            let natural = [0.0, 0.02, 0.1][seed as usize % 3];
            let answers = asked(natural, 0.0, seed);
            assert!(found(&answers, Code::StormOutlivesFault).is_none(), "{seed}: {answers:?}");
            assert!(told(&answers).contains("clear"), "{seed}: {answers:?}");
        }
    }
}
