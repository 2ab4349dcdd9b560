//! Whether many calls that failed at different times come back at one instant.
//!
//! Arrivals of retries cannot be tested for bursts as they are: retries are the echo of a burst of failures,
//! and a perfect client would be called a herd. So each retry is placed by the end of the attempt that
//! failed: if its wait is spread over even a quarter of its length, as the narrowest jitter in the field is,
//! a window can hold only so many, and a count beyond that has a bound on its chance.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::calls::{Calls, Client};
use super::context::Context;
use super::finding::{Answer, Class, Code, Finding, Ruling, Severity};
use super::level::{Level, one_in};
use super::statistics::{all_but_a_tenth, chernoff_ln, shortest_window};
use crate::number;
use crate::record::Name;
use crate::units::Nanos;

/// Windows that are looked through, in nanoseconds.
const WINDOWS: [u64; 2] = [20_000_000, 50_000_000];

/// The narrowest jitter of a good client, as a share of its mean wait (the OpenAI SDK's).
const SPREAD: f64 = 0.28;

/// A window is this much of the spread at most: in a longer one good retries cluster as well.
const RESOLVED: f64 = 0.75;

/// A retry is waited for until so many times its mean wait.
const LATEST: f64 = 2.2;

/// The fewest calls that are a herd.
const LEAST: usize = 5;

/// A retry, placed by the attempt before it.
struct Retry<'a> {
    client: &'a Name,
    call: usize,
    number: u64,
    cell: (&'a Name, Class, u32, Option<u64>),
    failed: u64,
    arrival: u64,
}

impl Retry<'_> {
    fn wait(&self) -> u64 {
        self.arrival - self.failed
    }
}

/// A window, with what it holds and what it would hold if retries were spread.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Window {
    from: u64,
    length: u64,
    first: usize,
    held: usize,
    waiting: usize,
    expected: f64,
}

impl Window {
    /// The logarithm of a bound on the chance of so full a window, for one of those looked through.
    fn ln_chance(&self, held: usize) -> f64 {
        chernoff_ln(held as f64, self.expected)
    }
}

/// Whether retries come in herds, over all clients; answered of the client that has most of them.
pub(super) fn ask(calls: &Calls<'_>, context: &Context) -> Vec<Answer> {
    let mut retries: Vec<_> = calls.clients.iter().flat_map(|client| of_client(client, context)).collect();
    retries.sort_by_key(|retry| (retry.arrival, retry.number));
    let Some(client) = most(&retries) else { return Vec::new() };
    let search = Search::of(&retries);
    let (client, ruling) = match search.herd() {
        Some((herd, chance)) => {
            let held = &retries[herd.first..herd.first + herd.held];
            (most(held).unwrap_or(client), Ruling::Found(finding(&herd, held, chance)))
        }
        None => (client, search.otherwise()),
    };
    vec![Answer { code: Code::RetryHerd, client, class: None, ruling }]
}

fn of_client<'a>(client: &'a Client<'_>, context: &'a Context) -> impl Iterator<Item = Retry<'a>> {
    let pairs = client.calls.iter().flat_map(|call| {
        let id = call.first().exchange.number as usize;
        call.pairs().map(move |pair| (id, pair))
    });
    pairs.filter_map(move |(call, (failed, next))| {
        let (begin, arrival) = (failed.exchange.done, next.exchange.at);
        let timed = begin <= arrival && !context.paused(begin, arrival);
        timed.then_some(())?;
        Some(Retry {
            client: &client.name,
            call,
            number: next.exchange.number,
            cell: (&client.name, failed.fate.class()?, failed.number, failed.exchange.retry_after_ms),
            failed: begin.get(),
            arrival: arrival.get(),
        })
    })
}

/// The client that has most of these retries; the first by name of equals.
fn most(retries: &[Retry<'_>]) -> Option<Name> {
    let mut counts: BTreeMap<&Name, usize> = BTreeMap::new();
    for retry in retries {
        *counts.entry(retry.client).or_default() += 1;
    }
    counts.into_iter().min_by_key(|(_, count)| Reverse(*count)).map(|(name, _)| name.clone())
}

/// All windows of all lengths that the waits resolve.
struct Search<'a> {
    retries: &'a [Retry<'a>],
    means: Vec<f64>,
}

impl<'a> Search<'a> {
    fn of(retries: &'a [Retry<'a>]) -> Self {
        let mut cells: BTreeMap<_, (u128, u128)> = BTreeMap::new();
        for retry in retries {
            let (sum, count) = cells.entry(retry.cell).or_default();
            *sum += u128::from(retry.wait());
            *count += 1;
        }
        let mean = |retry: &Retry<'_>| {
            cells.get(&retry.cell).map_or(0.0, |(sum, count)| *sum as f64 / *count as f64)
        };
        Search { retries, means: retries.iter().map(mean).collect() }
    }

    fn lengths(&self) -> impl Iterator<Item = u64> {
        let mut means = self.means.clone();
        means.sort_by(f64::total_cmp);
        let median = means.get(means.len() / 2).copied().unwrap_or_default();
        WINDOWS.into_iter().filter(move |length| *length as f64 <= RESOLVED * SPREAD * median)
    }

    /// What looking through all windows costs.
    fn ln_looks(&self) -> f64 {
        (WINDOWS.len() as f64 * self.retries.len() as f64).ln()
    }

    fn is_unlikely(&self, ln_chance: f64) -> bool {
        ln_chance + self.ln_looks() <= Level::shared_by(1).of_a_finding().ln()
    }

    /// The least likely window that is a herd, with the bound on its chance.
    fn herd(&self) -> Option<(Window, f64)> {
        let is_herd = |window: &Window| {
            self.is_unlikely(window.ln_chance(window.held)) && self.distinct_calls(window) >= LEAST
        };
        let herds = self.lengths().flat_map(|length| self.windows(length)).filter(is_herd);
        let herd = herds.reduce(|a, b| if b.ln_chance(b.held) < a.ln_chance(a.held) { b } else { a })?;
        Some((herd, (herd.ln_chance(herd.held) + self.ln_looks()).exp()))
    }

    fn distinct_calls(&self, window: &Window) -> usize {
        let held = &self.retries[window.first..window.first + window.held];
        held.iter().map(|retry| (retry.client, retry.call)).collect::<BTreeSet<_>>().len()
    }

    /// Every window of a length that begins at an arrival, in order of time.
    fn windows(&self, length: u64) -> Vec<Window> {
        let share = |at: usize| (length as f64 / (SPREAD * self.means[at])).min(1.0);
        let latest = |at: usize| {
            let retry = &self.retries[at];
            retry.arrival.max(retry.failed.saturating_add((LATEST * self.means[at]) as u64).saturating_sub(1))
        };
        let mut entering: Vec<usize> = (0..self.retries.len()).collect();
        entering.sort_by_key(|&at| (self.retries[at].failed, at));
        let mut leaving: Vec<usize> = (0..self.retries.len()).collect();
        leaving.sort_by_key(|&at| (latest(at), at));
        let (mut entered, mut left, mut end, mut expected) = (0, 0, 0, 0.0_f64);
        let mut windows = Vec::with_capacity(self.retries.len());
        for (first, retry) in self.retries.iter().enumerate() {
            let (from, to) = (retry.arrival, retry.arrival.saturating_add(length));
            while let Some(&at) = entering.get(entered).filter(|&&at| self.retries[at].failed < to) {
                expected += share(at);
                entered += 1;
            }
            while let Some(&at) = leaving.get(left).filter(|&&at| latest(at) < from) {
                expected -= share(at);
                left += 1;
            }
            while self.retries.get(end).is_some_and(|retry| retry.arrival <= to) {
                end += 1;
            }
            windows.push(Window {
                from,
                length,
                first,
                held: end - first,
                waiting: entered - left,
                expected,
            });
        }
        windows
    }

    /// Clear where all that waited at once would have been found, had they come together.
    fn otherwise(&self) -> Ruling {
        let Some(length) = self.lengths().next() else {
            let long =
                self.means.iter().filter(|mean| **mean >= WINDOWS[0] as f64 / (RESOLVED * SPREAD)).count();
            let of =
                "calls that wait 100 ms or more before a retry: shorter waits repeat the shape of the fault";
            return Ruling::Insufficient {
                have: long as u64,
                need: (long.max(LEAST) + 1) as u64,
                of: of.to_owned(),
            };
        };
        let windows = self.windows(length);
        let fullest = windows.iter().copied().max_by_key(|window| (window.waiting, Reverse(window.from)));
        let Some(fullest) = fullest else { return Ruling::Clear { seen: String::new() } };
        let could_tell = fullest.waiting >= LEAST && self.is_unlikely(fullest.ln_chance(fullest.waiting));
        if !could_tell {
            let of = "calls that wait for a retry at once; more load or a longer fault would do";
            let (have, need) = (fullest.waiting, self.need(&fullest));
            return Ruling::Insufficient { have: have as u64, need: need as u64, of: of.to_owned() };
        }
        let peak =
            windows.into_iter().max_by_key(|window| (window.held, Reverse(window.from))).unwrap_or(fullest);
        Ruling::Clear {
            seen: format!(
                "at most {} of {} waiting calls were retried within {}",
                number::count(peak.held as u64),
                number::count(peak.waiting as u64),
                number::time(Nanos::new(length))
            ),
        }
    }

    /// How many that wait at once would tell, if all came together.
    fn need(&self, fullest: &Window) -> usize {
        let share = (fullest.expected / fullest.waiting as f64).clamp(1e-6, 0.9);
        let of_one = -share.ln() - 1.0 + share;
        let bound = self.ln_looks() - Level::shared_by(1).of_a_finding().ln();
        ((bound / of_one).ceil() as usize).max(LEAST).max(fullest.waiting + 1)
    }
}

fn finding(herd: &Window, held: &[Retry<'_>], chance: f64) -> Finding {
    let (cause, severity, change) = cause(held);
    Finding {
        severity,
        seen: format!(
            "{} of {} waiting calls were retried within {} at {:.3} s: {cause}.",
            number::count(herd.held as u64),
            number::count(herd.waiting as u64),
            number::time(Nanos::new(herd.length)),
            Nanos::new(herd.from).as_secs_f64()
        ),
        expected: format!(
            "Spread retries would have given about {:.0}; so many come together in {} runs.",
            herd.expected.max(1.0),
            one_in(chance)
        ),
        why: "The load that broke the service comes back all at once, and breaks it again.".to_owned(),
        change: change.to_owned(),
        chance: Some(chance),
        evidence: held.iter().map(|retry| retry.number).take(20).collect(),
    }
}

/// What drives the herd, how bad it is of the client, and what helps.
fn cause(held: &[Retry<'_>]) -> (String, Severity, &'static str) {
    let most = all_but_a_tenth(held.len()).max(1);
    let mut asked: BTreeMap<u64, usize> = BTreeMap::new();
    for retry_after in held.iter().filter_map(|retry| retry.cell.3) {
        *asked.entry(retry_after).or_default() += 1;
    }
    if let Some((ms, _)) = asked.into_iter().find(|(_, count)| *count >= most) {
        let cause = format!("the service asked all of them to wait {}", number::seconds(ms as f64 / 1e3));
        return (cause, Severity::Warning, "The service made this herd: let it ask each for another wait.");
    }
    let mut waits: Vec<f64> = held.iter().map(|retry| Nanos::new(retry.wait()).as_secs_f64()).collect();
    waits.sort_by(f64::total_cmp);
    let (low, high) = shortest_window(&waits, most).unwrap_or_default();
    if high - low <= 0.020 + 0.05 * high {
        return (
            format!("their waits of {} have no jitter", number::range(low, high)),
            Severity::Error,
            "Multiply the wait by a number drawn from 0 to 1.",
        );
    }
    (
        format!("their waits differ ({}), but a common clock ends them", number::range(low, high)),
        Severity::Error,
        "Let each call wait by itself, from its own failure on, for a time drawn from 0 up.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Exchange;
    use crate::judge::calls::calls;
    use crate::judge::testing::{Chance, Overhead, finding as finding_of, three_digits};

    const FAILED: [f64; 12] = [0.0, 3.0, 5.0, 6.0, 8.0, 9.0, 11.0, 12.0, 14.0, 15.0, 17.0, 19.0];

    /// A call for each time of failure, in ms, with the wait before its retry.
    fn exchanges(waits: &[(f64, f64)], retry_after_ms: Option<u64>) -> Vec<Exchange> {
        let millis = |ms: f64| Nanos::new((ms * 1e6) as u64);
        let attempt = |call: usize, attempt: u32, at: f64, status| Exchange {
            number: (2 * call) as u64 + u64::from(attempt - 1),
            at: millis(at),
            done: millis(at),
            invocation_id: Some(call.to_string().into()),
            attempt: Some(attempt),
            status: Some(status),
            retry_after_ms: retry_after_ms.filter(|_| attempt == 1),
            ..Exchange::default()
        };
        let both = |(call, &(failed, wait)): (usize, &(f64, f64))| {
            [attempt(call, 1, failed, 503), attempt(call, 2, failed + wait, 200)]
        };
        waits.iter().enumerate().flat_map(both).collect()
    }

    fn ask_one(waits: &[(f64, f64)], retry_after_ms: Option<u64>) -> Ruling {
        let exchanges = exchanges(waits, retry_after_ms);
        let grouped = calls(&exchanges, &BTreeMap::new());
        ask(&grouped, &Context::default()).remove(0).ruling
    }

    fn together() -> Vec<(f64, f64)> {
        let waits =
            [1002.0, 1003.0, 1001.0, 1004.0, 1002.0, 1003.0, 1002.0, 1005.0, 1002.0, 1001.0, 1003.0, 1002.0];
        FAILED.into_iter().zip(waits).collect()
    }

    fn found(ruling: &Ruling) -> bool {
        matches!(ruling, Ruling::Found(_))
    }

    #[test]
    fn equal_waits_bring_all_back_at_once() {
        let finding = finding_of(ask_one(&together(), None));
        assert_eq!(finding.chance.map(three_digits), Some("2.84e-8".into()));
        insta::assert_snapshot!(finding.seen, @"12 of 12 waiting calls were retried within 20.0 ms at 1.002 s: their waits of 1.001–1.003 s have no jitter.");
        insta::assert_snapshot!(finding.expected, @"Spread retries would have given about 1; so many come together in 1 in 35,000,000 runs.");
    }

    #[test]
    fn drawn_waits_do_not() {
        let waits = [612.0, 118.0, 934.0, 377.0, 205.0, 761.0, 489.0, 52.0, 858.0, 290.0, 671.0, 143.0];
        let ruling = ask_one(&FAILED.into_iter().zip(waits).collect::<Vec<_>>(), None);
        insta::assert_debug_snapshot!(ruling, @r#"
        Clear {
            seen: "at most 1 of 12 waiting calls were retried within 20.0\u{202f}ms",
        }
        "#);
    }

    #[test]
    fn the_service_and_a_common_clock_are_causes_too() {
        let asked = finding_of(ask_one(&together(), Some(1000)));
        assert_eq!(asked.severity, Severity::Warning);
        let clock: Vec<_> =
            (0..12).map(|call| (f64::from(call) * 60.0, 1000.0 - f64::from(call) * 60.0)).collect();
        let clock = finding_of(ask_one(&clock, None));
        insta::assert_snapshot!(clock.seen, @"12 of 12 waiting calls were retried within 20.0 ms at 1.000 s: their waits differ (400–940 ms), but a common clock ends them.");
    }

    #[test]
    fn few_calls_and_short_waits_tell_nothing() {
        let few = ask_one(&together()[..5], None);
        assert!(matches!(few, Ruling::Insufficient { have: 5, .. }), "{few:?}");
        let short: Vec<_> = FAILED.into_iter().map(|failed| (failed, 50.0)).collect();
        assert!(matches!(ask_one(&short, None), Ruling::Insufficient { have: 0, need: 6, .. }));
    }

    #[test]
    fn nobody_retried_is_no_question() {
        assert_eq!(ask(&Calls::default(), &Context::default()), []);
    }

    fn share_found(clients: usize, within: f64, wait: impl Fn(&mut Chance) -> f64) -> f64 {
        let herd = |&seed: &u64| {
            let mut chance = Chance::seeded(seed);
            let overhead = Overhead::draw(&mut chance);
            let waits: Vec<_> = (0..clients)
                .map(|_| (chance.between(0.0, within), wait(&mut chance) + overhead.of_a_wait(&mut chance)))
                .collect();
            found(&ask_one(&waits, None))
        };
        (0..100).filter(herd).count() as f64 / 100.0
    }

    #[test]
    fn its_power_is_that_of_the_tables_and_full_jitter_is_no_herd() {
        let fixed = |_: &mut Chance| 1000.0;
        let full = |chance: &mut Chance| chance.between(0.0, 1000.0);
        let rows = [
            (share_found(10, 20.0, fixed), 0.96),
            (share_found(50, 100.0, fixed), 0.93),
            (share_found(20, 300.0, fixed), 0.0),
            (share_found(50, 20.0, full), 0.0),
            (share_found(100, 100.0, full), 0.0),
        ];
        for (power, table) in rows {
            assert!((power - table).abs() < 0.12, "{power} is not {table}");
        }
    }
}
