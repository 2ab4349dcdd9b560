//! What the scenario expects, held against what was seen.
//!
//! An expectation passes only on a sample that could have failed it. Over several clients one that fails
//! fails it, and one that shows nothing leaves it to the others.

use super::calls::{Calls, Client};
use super::context::Context;
use super::expect::{Backoff, Expect, Expectation};
use super::finding::{Answer, Code, Ruling, Severity};
use super::held::{self, Held};
use super::level::Level;
use super::nested::Nesting;
use crate::number;

/// A client with what is known of its loops.
type Judged<'a, 'b> = (&'a Client<'b>, &'a Nesting);

/// The expectations of the scenario in the order of its keys, each with its answer.
pub(super) fn expectations(calls: &Calls<'_>, context: &Context, answers: &[Answer]) -> Vec<Expectation> {
    let Some(expect) = &context.expect else { return Vec::new() };
    let level = Level::shared_by(calls.clients.len());
    let nestings: Vec<_> = calls.clients.iter().map(|client| Nesting::of(client, level)).collect();
    let over =
        |hold: &dyn Fn(Judged<'_, '_>) -> Held| held::over(calls.clients.iter().zip(&nestings).map(hold));
    let mut all = Vec::new();
    let mut note =
        |name: &str, expected: String, held: Held| all.push(expectation(expect, name, expected, held));
    if let Some(backoff) = expect.backoff {
        note("backoff", told(backoff).to_owned(), by_answers(answers, codes(backoff), &[Code::NoBackoff]));
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
        let held = by_answers(answers, &[Code::IgnoresRetryAfter], &[]);
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

/// The questions of which every one must be clear for a backoff to hold.
fn codes(backoff: Backoff) -> &'static [Code] {
    match backoff {
        Backoff::ExponentialFullJitter => &[Code::NotFullJitter],
        Backoff::V2_0 | Backoff::V2_1 => &[Code::ShorterThanDeclared, Code::LongerThanDeclared],
    }
}

/// A finding in any client and class fails. Else each question must be clear in one of them: a class with a
/// wait or two is no reason to doubt the other.
fn by_answers(answers: &[Answer], needed: &[Code], against: &[Code]) -> Held {
    let told = |answer: &Answer, seen: &str| format!("{}: {seen}", answer.client);
    let found = answers.iter().find_map(|answer| match &answer.ruling {
        Ruling::Found(finding) if needed.contains(&answer.code) || against.contains(&answer.code) => {
            Some(told(answer, &finding.seen))
        }
        _ => None,
    });
    if let Some(seen) = found {
        return Held::fail(seen);
    }
    let mut clear = Vec::new();
    for code in needed {
        let mut asked = answers.iter().filter(|answer| answer.code == *code);
        let seen = asked.clone().find_map(|answer| match &answer.ruling {
            Ruling::Clear { seen } => Some(told(answer, seen)),
            _ => None,
        });
        let open = asked.find_map(|answer| match &answer.ruling {
            Ruling::Insufficient { have, need, of } => {
                Some(told(answer, &format!("{have} of about {need} {of}")))
            }
            _ => None,
        });
        match seen {
            Some(seen) => clear.push(seen),
            None => return Held::no_data(open.unwrap_or_else(|| "no retry was there to show it".to_owned())),
        }
    }
    clear.dedup();
    Held::pass(clear.join(" "))
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
    let clear = answers.iter().filter(|answer| matches!(answer.ruling, Ruling::Clear { .. })).count();
    match (found.is_empty(), clear) {
        (false, _) => Held::fail(found.join(", ")),
        (true, 0) => Held::no_data("no question had a sample that could have shown a finding"),
        (true, clear) => Held::pass(format!("none; {clear} of {} questions are clear", answers.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Exchange;
    use crate::header::Model;
    use crate::judge::play::{calls_with, context, grouped};
    use crate::judge::questions;
    use crate::units::Nanos;

    fn expect() -> Expect {
        Expect {
            max_attempts: Some(3),
            max_amplification: Some(2.0),
            fallback: vec!["sonnet".into()],
            regions: vec!["us-east-1".into(), "us-west-2".into()],
            stream_idle: Some(Nanos::from_secs(5)),
            retry_after: Some(true),
            findings: Some(Severity::Warning),
            lines: vec![("regions".into(), 12)],
            ..Expect::default()
        }
    }

    fn held(expect: Expect, exchanges: &[Exchange]) -> String {
        let model = Model { name: "sonnet".into(), id: "anthropic.sonnet-v1".into(), price: None };
        let context = Context { models: vec![model], expect: Some(expect), ..context(60, &[]) };
        let calls = grouped(exchanges);
        let answers = questions::ask(&calls, &context);
        let told = expectations(&calls, &context, &answers).into_iter().map(|one| {
            let line = one.line.map_or_else(String::new, |line| format!(" (line {line})"));
            format!("{}{line}: {}\n  {}\n  {}", one.name, one.verdict.word(), one.expected, one.seen)
        });
        told.collect::<Vec<_>>().join("\n").replace('\u{202f}', " ")
    }

    #[test]
    fn a_client_that_holds_to_all_passes_all_that_was_tried() {
        let mut exchanges =
            calls_with(&[&[503, 200], &[503, 503], &[200], &[200], &[200], &[200], &[200], &[200]]);
        exchanges[4].model = Some("us.anthropic.sonnet-v1".into());
        exchanges[5].region = Some("us-west-2".into());
        for at in [0, 2] {
            exchanges[at].retry_after_ms = Some(2_000);
            exchanges[at + 1].at = exchanges[at].done.plus(Nanos::from_secs(2));
        }
        insta::assert_snapshot!(held(expect(), &exchanges));
    }

    #[test]
    fn a_client_that_holds_to_nothing_fails_all_that_was_tried() {
        let mut exchanges = calls_with(&[&[503; 4][..]; 10]);
        for exchange in &mut exchanges {
            exchange.max_attempts = Some(4);
            exchange.retry_after_ms = Some(2_000);
        }
        insta::assert_snapshot!(held(expect(), &exchanges));
    }

    #[test]
    fn where_nothing_failed_nothing_was_shown() {
        insta::assert_snapshot!(held(expect(), &calls_with(&[&[200], &[200]])));
    }

    #[test]
    fn a_finding_that_is_allowed_does_not_fail() {
        let exchanges = calls_with(&[&[400, 400], &[400, 400]]);
        let only =
            |allow: Vec<Code>| Expect { findings: Some(Severity::Warning), allow, ..Expect::default() };
        assert!(held(only(Vec::new()), &exchanges).starts_with("findings: fail"));
        let allowed = held(only(vec![Code::RetriesNonRetryable]), &exchanges);
        assert!(allowed.starts_with("findings: no data"), "{allowed}");
        assert!(allowed.contains("no finding that is a warning or worse, but for retries-non-retryable"));
    }
}
