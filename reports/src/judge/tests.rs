use std::collections::BTreeMap;

use super::context::Context;
use super::expect::{Backoff, Expect};
use super::finding::{Class, Code, Ruling, Severity};
use super::judgement::Judgement;
use super::policy::{Growth, Policy};
use super::testing::{Chance, Overhead, finding};
use super::{judge, judge_first};
use crate::exchange::Exchange;
use crate::record::Name;
use crate::units::Nanos;

/// A client whose calls fail throughout, one a second.
struct Failing<'a> {
    policy: Policy,
    calls: usize,
    attempts: u32,
    status: u16,
    agent: &'a str,
    flow: Option<&'a str>,
}

const BOTO3: &str = "Boto3/1.44.5 ua/2.1 lang/python#3.12 m/E cfg/retry-mode#standard";

impl Failing<'_> {
    fn with(policy: Policy) -> Failing<'static> {
        Failing { policy, calls: 25, attempts: 3, status: 503, agent: BOTO3, flow: None }
    }

    fn exchanges(&self, seed: u64) -> Vec<Exchange> {
        let mut chance = Chance::seeded(seed);
        let overhead = Overhead::draw(&mut chance);
        let mut exchanges = Vec::new();
        for call in 0..self.calls {
            let mut at = call as f64;
            let mut before = None;
            for attempt in 1..=self.attempts {
                exchanges.push(self.exchange(call, attempt, at));
                let band = self.policy.band(attempt - 1, before);
                let wait = chance.between(band.low, band.high);
                before = Some(wait);
                at += 0.005 + wait + overhead.of_a_wait(&mut chance) / 1e3;
            }
        }
        number(&mut exchanges);
        exchanges
    }

    fn exchange(&self, call: usize, attempt: u32, at: f64) -> Exchange {
        let at = Nanos::new((at * 1e9) as u64);
        Exchange {
            at,
            done: at.plus(Nanos::new(5_000_000)),
            invocation_id: Some(format!("{}-{call}", self.flow.unwrap_or_default()).into()),
            attempt: Some(attempt),
            max_attempts: Some(self.attempts),
            user_agent: Some(self.agent.into()),
            peer: Some("10.0.0.7".into()),
            flow: self.flow.map(Into::into),
            status: Some(self.status),
            ..Exchange::default()
        }
    }
}

fn number(exchanges: &mut [Exchange]) {
    exchanges.sort_by_key(|exchange| exchange.at);
    for (number, exchange) in (0..).zip(exchanges) {
        exchange.number = number;
    }
}

fn context(backoff: Option<Backoff>) -> Context {
    let expect = backoff.map(|backoff| Expect { backoff: Some(backoff), ..Expect::default() });
    Context { end: Nanos::from_secs(600), expect, ..Context::default() }
}

fn found(judgement: &Judgement) -> Vec<Code> {
    let findings = judgement.answers.iter().filter(|answer| matches!(answer.ruling, Ruling::Found(_)));
    findings.map(|answer| answer.code).collect()
}

fn fixed(first: f64) -> Policy {
    Policy::Scaled { first, growth: Growth::Constant, share: 1.0, cap: f64::INFINITY }
}

#[test]
fn a_python_client_is_told_whole() {
    let judgement = judge(Failing::with(Policy::full_jitter(0.05)).exchanges(3), &context(None));
    insta::assert_debug_snapshot!(judgement.clients, @r#"
    [
        Portrait {
            name: "boto3 1.44.5 standard at 10.0.0.7",
            sdk: Some(
                "boto3 1.44.5, mode standard; AWS retries 2.1 by default",
            ),
            looks_like: Some(
                "AWS retries 2.1 (over 1,000 to 1)",
            ),
            calls: 25,
            attempts: 75,
            failed: 25,
        },
    ]
    "#);
    let told: Vec<_> = judgement
        .answers
        .iter()
        .map(|answer| {
            format!("{:?} {:?}: {:?}", answer.code, answer.class, answer.ruling).replace('\u{202f}', " ")
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    NoBackoff Some(Transient): Clear { seen: "12 of 50 waits were within 20 ms" }
    FirstRetryImmediate Some(Transient): Clear { seen: "6 of 25 waits were within 20 ms" }
    WeakJitter Some(Transient): Clear { seen: "the 25 first retries waited 10–43\u{202f}ms but for 3, the 25 second ones 10–82\u{202f}ms but for 3" }
    RetryQuotaExhausted None: Clear { seen: "50 of 50 failures with attempts left were retried." }
    PartialRetry None: Clear { seen: "50 of 50 failures with attempts left were retried." }
    NoRetry None: Clear { seen: "50 failures were sent again." }
    LooksLike Some(Transient): Clear { seen: "AWS retries 2.1 (over 1,000 to 1); base 31–53\u{202f}ms (99 %); full jitter (1.00); growing waits; 50 waits" }
    NoGrowth Some(Transient): Insufficient { have: 25, need: 50, of: "waits before first and before second retries each; 25 more calls that fail throughout would do" }
    RetryHerd None: Insufficient { have: 0, need: 6, of: "calls that wait 100 ms or more before a retry: shorter waits repeat the shape of the fault" }
    NestedRetries None: Insufficient { have: 0, need: 10, of: "calls, 5 that failed and 5 that were answered" }
    "#);
}

#[test]
fn a_sleep_in_a_loop_has_its_findings_first() {
    let client = Failing { agent: "acme/1.0", ..Failing::with(fixed(1.0)) };
    let judgement = judge(client.exchanges(3), &context(None));
    assert_eq!(found(&judgement), [Code::NoJitter, Code::NoGrowth]);
    let finding = finding(judgement.answers[0].ruling.clone());
    insta::assert_debug_snapshot!(finding, @r#"
    Finding {
        severity: Warning,
        seen: "The 25 first retries waited 1.001–1.003\u{202f}s but for 3, the 25 second ones 1.001–1.003\u{202f}s but for 3: jitter is at most 1.00\u{202f}% of the wait.",
        expected: "Jitter of 5.00\u{202f}% of the wait looks like that in less than 1 in a billion runs.",
        why: "All clients that one fault hit come back together.",
        change: "Multiply the wait by a number drawn from 0 to 1.",
        chance: Some(
            4.416678581762901e-37,
        ),
        evidence: [
            2,
            4,
            7,
            10,
            13,
            16,
            19,
            22,
            25,
            28,
            31,
            34,
            37,
            40,
            43,
            46,
            49,
            52,
            55,
            58,
        ],
    }
    "#);
}

#[test]
fn an_immediate_client_is_an_error() {
    let judgement = judge(Failing::with(fixed(0.0)).exchanges(3), &context(None));
    let finding = finding(judgement.answers[0].ruling.clone());
    assert_eq!((found(&judgement), finding.severity), (vec![Code::NoBackoff], Severity::Error));
    assert_eq!(finding.evidence.len(), 20);
    assert_eq!(judgement.clients[0].looks_like.as_deref(), Some("retries at once"));
}

#[test]
fn a_declared_profile_is_held_against_both_classes() {
    let throttled = Failing { status: 429, ..Failing::with(Policy::full_jitter(1.0)) };
    let broken = Failing { flow: Some("b"), ..Failing::with(Policy::full_jitter(0.05)) };
    let mut exchanges = [throttled.exchanges(1), broken.exchanges(2)].concat();
    number(&mut exchanges);
    assert_eq!(found(&judge(exchanges.clone(), &context(Some(Backoff::V2_1)))), []);
    let as_2_0 = judge(exchanges, &context(Some(Backoff::V2_0)));
    let shorter = as_2_0.answers.first().map(|answer| (answer.code, answer.class));
    assert_eq!(shorter, Some((Code::ShorterThanDeclared, Some(Class::Transient))));
    let envelopes: Vec<_> =
        as_2_0.waits.iter().filter_map(|waits| waits.envelope).map(|(_, high)| high).collect();
    assert_eq!(envelopes, [1, 2, 1, 2].map(Nanos::from_secs));
}

#[test]
fn two_clients_of_one_run_are_judged_apart() {
    let old = Failing { flow: Some("old"), ..Failing::with(Policy::full_jitter(1.0)) };
    let new = Failing { flow: Some("new"), ..Failing::with(Policy::full_jitter(0.05)) };
    let mut exchanges = [old.exchanges(1), new.exchanges(2)].concat();
    number(&mut exchanges);
    let clients: BTreeMap<Name, Name> =
        [("old", "steady"), ("new", "eager")].map(|(flow, client)| (flow.into(), client.into())).into();
    let judgement = judge(exchanges, &Context { clients, ..context(None) });
    let told: Vec<_> = judgement
        .clients
        .iter()
        .map(|client| (&*client.name, client.looks_like.as_deref().unwrap_or_default()))
        .collect();
    assert_eq!(
        told,
        [("eager", "AWS retries 2.1 (over 1,000 to 1)"), ("steady", "AWS retries 2.0 (over 1,000 to 1)")]
    );
}

#[test]
fn an_adaptive_client_is_not_held_against_backoff() {
    let agent = "Boto3/1.44.5 m/F cfg/retry-mode#adaptive";
    let judgement = judge(Failing { agent, ..Failing::with(fixed(1.0)) }.exchanges(3), &context(None));
    assert_eq!(found(&judgement), []);
    let of = judgement.answers.iter().find_map(|answer| match (&answer.code, &answer.ruling) {
        (Code::NoBackoff, Ruling::Insufficient { of, .. }) => Some(of.as_str()),
        _ => None,
    });
    assert!(of.is_some_and(|of| of.contains("in adaptive mode")), "{of:?}");
}

#[test]
fn a_record_that_ends_in_a_fault_is_not_judged_to_its_end() {
    let mut exchanges = Failing::with(Policy::full_jitter(1.0)).exchanges(3);
    let end = Nanos::new(24_500_000_000);
    exchanges.retain(|exchange| exchange.done <= end);
    let judgement = judge(exchanges, &Context { end, ..context(Some(Backoff::V2_0)) });
    let waits = judgement.answers.iter().filter(|answer| answer.class.is_some());
    let clear = waits.filter(|answer| matches!(answer.ruling, Ruling::Clear { .. })).count();
    assert!(clear == 0 && found(&judgement).is_empty(), "{:?}", judgement.answers);
    assert!(judgement.waits.iter().all(|waits| waits.count > 0), "they are shown all the same");
}

#[test]
fn what_is_too_much_to_hold_is_counted_and_ends_the_record() {
    let exchanges = Failing::with(Policy::full_jitter(1.0)).exchanges(3);
    let judgement = judge_first(29, exchanges.into_iter(), &context(None));
    assert_eq!((judgement.exchanges, judgement.left_out), (29, 46));
    let tail = judgement.answers.iter().any(|answer| match &answer.ruling {
        Ruling::Insufficient { of, .. } => of.contains("that the end of the record may have cut"),
        _ => false,
    });
    assert!(tail, "{:?}", judgement.answers);
}

#[test]
fn the_order_of_the_ledger_does_not_matter() {
    let exchanges = Failing::with(Policy::full_jitter(1.0)).exchanges(9);
    let reversed: Vec<_> = exchanges.iter().rev().cloned().collect();
    assert_eq!(judge(exchanges, &context(None)), judge(reversed, &context(None)));
}

/// Nothing may be found against a client that does it right: here by whole judgements, herd and all, in
/// 2 × 25 runs; the thousand seeds of the jitter test stand with it.
#[test]
fn nothing_is_found_against_a_well_behaved_client() {
    for (policy, declared) in
        [(Policy::full_jitter(1.0), Backoff::V2_0), (Policy::full_jitter(0.05), Backoff::V2_1)]
    {
        let alarms: Vec<_> = (0..25)
            .map(|seed| {
                let calls = [3, 10, 25, 40][seed as usize % 4];
                let client = Failing { calls, ..Failing::with(policy) };
                (seed, found(&judge(client.exchanges(seed), &context(Some(declared)))))
            })
            .filter(|(_, codes)| !codes.is_empty())
            .collect();
        assert!(alarms.is_empty(), "{alarms:?}");
    }
}
