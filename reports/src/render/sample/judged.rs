//! What an invented judge says of the invented clients.

use crate::gate::Verdict;
use crate::judge::expect::Expectation;
use crate::judge::finding::{Answer, Class, Code, Finding, Ruling, Severity};
use crate::judge::judgement::{Judgement, Portrait, Waits};
use crate::record::Record;
use crate::units::Nanos;

use super::after;

/// The judge's word on the storm's client.
pub(super) fn careful(records: &[Record]) -> Judgement {
    let client = "careful";
    let all: Vec<&Record> = records.iter().collect();
    let answers = vec![
        found(
            client,
            None,
            Code::StormOutlivesFault,
            Severity::Error,
            [
                "The fault ended at 3:30; retries stayed at 31 % of arrivals until 3:51.",
                "The policy's last retry of a call that was struck was due by 3:45: five attempts wait 15 s at most.",
                "A service that is well again is kept busy by its clients, and callers wait for it.",
                "Let the breaker's probes count as passed at their first content, so that the way back opens sooner.",
            ],
        ),
        found(
            client,
            None,
            Code::OversizedReservation,
            Severity::Warning,
            [
                "max_tokens of 512 reserves 3.4 times what answers take: 151 tokens in the mean.",
                "A reservation near the 95th percentile of answers, 390 tokens.",
                "The token quota is reserved at the start of a request: it throttles at a third of the traffic that it could carry.",
                "Set max_tokens to 400.",
            ],
        ),
        found(
            client,
            None,
            Code::ConnectionChurn,
            Severity::Warning,
            [
                "2,310 connections for 8,200 exchanges.",
                "A connection for each call in flight: 61 at most.",
                "Each new connection costs a handshake before the first byte.",
                "Keep the pool's idle timeout above the pause between calls.",
            ],
        ),
        found(
            client,
            None,
            Code::LooksLike,
            Severity::Note,
            [
                "Waits of retries of 429s are spread evenly from 0 to 1, 2, 4 and 8 s.",
                "",
                "Retries 2.0, 2.1 and full jitter from 1 s are the same for throttles.",
                "",
            ],
        ),
        clear(client, Some(Class::Throttling), Code::NoBackoff, "14 of 1,688 waits were under 20 ms"),
        clear(
            client,
            Some(Class::Throttling),
            Code::WeakJitter,
            "1,688 waits, each retry's spread over more than its fifth",
        ),
        clear(
            client,
            Some(Class::Throttling),
            Code::NoGrowth,
            "second waits are 1.9 to 2.1 times as long as first ones",
        ),
        clear(client, None, Code::NoRetry, "1,201 of 1,240 throttles with attempts left were retried"),
        clear(client, None, Code::RegionNeverMoved, "812 calls went on to us-west-2"),
        clear(client, None, Code::NoFallback, "204 calls went on to haiku"),
        clear(client, None, Code::ClockSkew, "the client's clock was within 1 s"),
        unsure(client, Code::HangsOnStall, 0, 1, "stalled streams; inject `stall` for two minutes"),
        unsure(client, Code::RetryHerd, 1, 5, "clients; run five or more"),
        unsure(client, Code::IgnoresRetryAfter, 0, 2, "answers with `x-amz-retry-after`"),
    ];
    let expectations = vec![
        expected(
            "backoff",
            "exponential full jitter",
            "1,688 waits spread from zero, doubling, as expected",
            Verdict::Pass,
        ),
        expected(
            "fallback",
            "haiku after sonnet",
            "204 of 219 calls that sonnet failed went on to haiku",
            Verdict::Pass,
        ),
        expected(
            "max_amplification",
            "at most 2.0 attempts a request",
            "1.52 in the storm's cohort",
            Verdict::Pass,
        ),
        expected(
            "stream_idle",
            "a silent stream given up after 5 s",
            "no stream was silent for 5 s",
            Verdict::NoData,
        ),
    ];
    let waits = (1..5).map(|retry| waits(&all, client, Class::Throttling, retry, 1.0));
    Judgement {
        clients: vec![portrait(
            client,
            "aws-sdk-rust 1.3.14",
            "probably full jitter from 1 s, doubling (0.9997)",
        )],
        answers,
        expectations,
        waits: waits.collect(),
        traffic: Vec::new(),
        exchanges: 9164,
        left_out: 0,
    }
}

/// The judge's word on a client of which nothing else is known.
pub(super) fn stranger() -> Judgement {
    let client = "boto3 1.40.1 at 127.0.0.1";
    let waits = Waits {
        client: client.into(),
        class: Class::Throttling,
        ordinal: 0,
        count: 12,
        points: (0..12)
            .map(|n| (Nanos::from_secs(n * 3), after(Nanos::ZERO, 1.002 + n as f64 * 1e-4)))
            .collect(),
        envelope: None,
    };
    Judgement {
        clients: vec![portrait(client, "boto3 1.40.1", "a fixed wait of 1.00 s")],
        answers: vec![found(
            client,
            Some(Class::Throttling),
            Code::NoJitter,
            Severity::Error,
            [
                "The 12 first retries waited 1.002 to 1.003 s: jitter is at most 0.3 % of the wait.",
                "Full jitter spreads 12 waits over more than 200 ms but once in 650,000,000 runs.",
                "All clients hit by one fault come back together.",
                "Multiply the wait by a random number from 0 to 1.",
            ],
        )],
        expectations: vec![expected(
            "backoff",
            "exponential full jitter",
            "waits of 1.00 s that do not vary",
            Verdict::Fail,
        )],
        waits: vec![waits],
        traffic: Vec::new(),
        exchanges: 24,
        left_out: 0,
    }
}

/// A judgement of which every text wants to be markup.
pub(super) fn hostile(text: &str) -> Judgement {
    let mut judgement = stranger();
    judgement.clients = vec![portrait(text, text, text)];
    judgement.answers = vec![
        found(text, None, Code::NoBackoff, Severity::Error, [text; 4]),
        clear(text, None, Code::NoGrowth, text),
        unsure(text, Code::RetryHerd, 1, 5, text),
    ];
    judgement.expectations = vec![expected(text, text, text, Verdict::Fail)];
    judgement.waits.iter_mut().for_each(|waits| waits.client = text.into());
    judgement
}

/// The waits before the n-th retry in these records, with full jitter's band from `base` on.
pub(super) fn waits(records: &[&Record], client: &str, class: Class, retry: u32, base: f64) -> Waits {
    let attempts = records.iter().flat_map(|record| record.attempts());
    let all: Vec<(Nanos, Nanos)> = attempts
        .filter(|attempt| attempt.number == retry + 1)
        .map(|attempt| (Nanos::new(attempt.sent.get() - attempt.backoff.get()), attempt.backoff))
        .collect();
    let bound = after(Nanos::ZERO, base * f64::from(1 << (retry - 1)));
    let points = all.iter().step_by(all.len().div_ceil(500).max(1)).copied().collect();
    Waits {
        client: client.into(),
        class,
        ordinal: retry - 1,
        count: all.len() as u64,
        points,
        envelope: Some((Nanos::ZERO, bound)),
    }
}

fn portrait(name: &str, sdk: &str, looks_like: &str) -> Portrait {
    let (sdk, looks_like) = (Some(sdk.into()), Some(looks_like.into()));
    Portrait { name: name.into(), sdk, looks_like, calls: 7012, attempts: 9164, failed: 219 }
}

fn found(client: &str, class: Option<Class>, code: Code, severity: Severity, told: [&str; 4]) -> Answer {
    let [seen, expected, why, change] = told.map(str::to_owned);
    let chance = (severity == Severity::Error).then_some(5.12e-4);
    let finding =
        Finding { severity, seen, expected, why, change, chance, evidence: vec![4127, 4131, 4138, 4160] };
    Answer { code, client: client.into(), class, ruling: Ruling::Found(finding) }
}

fn clear(client: &str, class: Option<Class>, code: Code, seen: &str) -> Answer {
    Answer { code, client: client.into(), class, ruling: Ruling::Clear { seen: seen.into() } }
}

fn unsure(client: &str, code: Code, have: u64, need: u64, of: &str) -> Answer {
    let ruling = Ruling::Insufficient { have, need, of: of.into() };
    Answer { code, client: client.into(), class: None, ruling }
}

fn expected(name: &str, expected: &str, seen: &str, verdict: Verdict) -> Expectation {
    Expectation { name: name.into(), expected: expected.into(), seen: seen.into(), verdict, line: Some(52) }
}
