//! What the scenario expects, held against what was seen.
//!
//! An expectation passes only on a sample that could have failed it. Over several clients one that fails
//! fails it, and one that shows nothing leaves it to the others.

use super::calls::{Calls, Client};
use super::context::Context;
use super::expect::{Backoff, Expect, Expectation};
use super::finding::{Answer, Code, Ruling, Severity};
use super::held::{self, Held};
use super::nested::Nesting;
use crate::gate::Verdict;
use crate::number;

/// A client with what is known of its loops.
type Judged<'a, 'b> = (&'a Client<'b>, &'a Nesting);

/// The expectations of the scenario in the order of its keys, each with its answer.
pub fn expectations(calls: &Calls<'_>, context: &Context, answers: &[Answer]) -> Vec<Expectation> {
    let Some(expect) = &context.expect else { return Vec::new() };
    let nestings: Vec<_> = calls.clients.iter().map(Nesting::of).collect();
    let over =
        |hold: &dyn Fn(Judged<'_, '_>) -> Held| held::over(calls.clients.iter().zip(&nestings).map(hold));
    let mut all = Vec::new();
    let mut note =
        |name: &str, expected: String, held: Held| all.push(expectation(expect, name, expected, held));
    if let Some(backoff) = expect.backoff {
        note("backoff", told(backoff).to_owned(), by_answers(answers, codes(backoff)));
    }
    if let Some(most) = expect.max_attempts {
        let expected = format!("at most {most} attempts of a call");
        note("max_attempts", expected, over(&|(client, _)| held::attempts(client, most)));
    }
    if let Some(most) = expect.max_amplification {
        let expected = format!("at most {most:.2} attempts for each request, in the worst fault");
        note(
            "max_amplification",
            expected,
            over(&|(client, nesting)| held::amplification(client, context, nesting, most)),
        );
    }
    if !expect.fallback.is_empty() {
        let expected = format!("after a failure {}", expect.fallback.join(", then "));
        note("fallback", expected, over(&|(client, _)| held::fallback(client, context, &expect.fallback)));
    }
    if !expect.regions.is_empty() {
        let expected = format!("after a failure {}", expect.regions.join(", then "));
        note("regions", expected, over(&|(client, _)| held::regions(client, &expect.regions)));
    }
    if let Some(limit) = expect.stream_idle {
        let expected = format!("a silent stream is given up within {}", number::time(limit));
        note("stream_idle", expected, over(&|(client, _)| held::stream_idle(client, context, limit)));
    }
    if let Some(kept) = expect.retry_after {
        let expected = if kept { "`x-amz-retry-after` is kept" } else { "`x-amz-retry-after` is not kept" };
        let held = by_answers(answers, &[Code::IgnoresRetryAfter]);
        note("retry_after", expected.to_owned(), if kept { held } else { held.reversed() });
    }
    if let Some(severity) = expect.findings {
        note("findings", limit(severity, &expect.allow), findings(answers, severity, &expect.allow));
    }
    all
}

fn expectation(expect: &Expect, name: &str, expected: String, held: Held) -> Expectation {
    let line = expect.lines.iter().find(|(key, _)| &**key == name).map(|(_, line)| *line);
    let Held { verdict, seen } = held;
    Expectation { name: name.into(), expected, seen, verdict, line }
}

fn told(backoff: Backoff) -> &'static str {
    match backoff {
        Backoff::ExponentialFullJitter => "waits drawn from zero to a bound that grows",
        Backoff::V2_0 => "AWS retries 2.0: waits up to 1 s, doubling, full jitter",
        Backoff::V2_1 => "AWS retries 2.1: waits up to 50 ms, or 1 s when throttled, doubling, full jitter",
    }
}

/// The questions whose answers decide about a backoff.
fn codes(backoff: Backoff) -> &'static [Code] {
    match backoff {
        Backoff::ExponentialFullJitter => &[Code::NoBackoff, Code::NotFullJitter],
        Backoff::V2_0 | Backoff::V2_1 => {
            &[Code::NoBackoff, Code::ShorterThanDeclared, Code::LongerThanDeclared]
        }
    }
}

/// Any finding fails; else any question that a sample could not decide leaves it open.
fn by_answers(answers: &[Answer], codes: &[Code]) -> Held {
    let mut asked = answers.iter().filter(|answer| codes.contains(&answer.code)).peekable();
    if asked.peek().is_none() {
        return Held::no_data("no retry was there to show it");
    }
    let mut open = None;
    let mut clear = None;
    for answer in asked {
        match &answer.ruling {
            Ruling::Found(finding) => return Held::fail(format!("{}: {}", answer.client, finding.seen)),
            Ruling::Clear { seen } => clear = clear.or(Some(format!("{}: {seen}", answer.client))),
            Ruling::Insufficient { have, need, of } => {
                open = open.or(Some(format!("{}: {have} of about {need} {of}", answer.client)));
            }
        }
    }
    match (open, clear) {
        (Some(open), _) => Held::no_data(open),
        (None, clear) => Held::pass(clear.unwrap_or_default()),
    }
}

fn limit(severity: Severity, allow: &[Code]) -> String {
    let level = match severity {
        Severity::Error => "no finding that is an error",
        Severity::Warning => "no finding that is a warning or worse",
        Severity::Note => "no finding",
    };
    if allow.is_empty() {
        return level.to_owned();
    }
    format!("{level}, but for {}", allow.iter().map(|code| code.name()).collect::<Vec<_>>().join(", "))
}

fn findings(answers: &[Answer], limit: Severity, allow: &[Code]) -> Held {
    let found = |answer: &&Answer| match &answer.ruling {
        Ruling::Found(finding) => finding.severity <= limit && !allow.contains(&answer.code),
        Ruling::Clear { .. } | Ruling::Insufficient { .. } => false,
    };
    let found: Vec<_> =
        answers.iter().filter(found).map(|answer| format!("{} ({})", answer.code, answer.client)).collect();
    match (found.is_empty(), answers.is_empty()) {
        (false, _) => Held { verdict: Verdict::Fail, seen: found.join(", ") },
        (true, true) => Held::no_data("no exchange was there to judge"),
        (true, false) => Held::pass("none"),
    }
}
