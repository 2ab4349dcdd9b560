//! What the judge must find true: its mistakes, and where each key stands.

use bedload_reports::judge::expect::{Backoff, Expect};
use bedload_reports::judge::finding::{Code, Severity};
use bedload_reports::units::Nanos;

use crate::support::{FULL, SMALL, parse, told};

/// Expectations, and what is told of them.
#[rustfmt::skip]
pub const EXPECTATIONS: &[(&str, &[&str])] = &[
    ("{}", &[]),
    ("{ findings: none }", &[]),
    ("{ backoff: full_jitter }", &[]),
    ("{ backoff: v2.1 }", &[]),
    ("{ max_attempts: 0, max_amplification: 0.5 }", &[]),
    ("{ max_amplification: 2x }", &[]),
    ("{ fallback: [haiku], regions: [us-east-1, us-east-1, eu-west-1] }", &[]),
    ("{ fallback: [], regions: us-west-2 }", &[]),
    ("{ stream_idle: 60 }", &[]),
    ("{ retry_after: true }", &[]),
    ("{ retry_after: honored }", &[]),
    ("{ findings: errors }", &[]),
    ("{ findings: error, allow: [no_growth, no-growth, no-growth, herd] }", &[]),
    ("{ jitter: full }", &[]),
];

#[test]
fn each_mistake_of_an_expectation_is_told_with_its_place() {
    for (expect, expected) in EXPECTATIONS {
        assert_eq!(told(&format!("{SMALL}expect: {expect}\n"), &[]), *expected, "{expect}");
    }
}

#[test]
fn expectations_are_read_with_their_lines() {
    let plan = parse(FULL, &[]).unwrap();
    let expect = plan.expect().unwrap();
    let first = FULL.lines().position(|line| line == "expect:").unwrap() as u32 + 2;
    let keys = [
        "backoff",
        "max_attempts",
        "max_amplification",
        "fallback",
        "regions",
        "stream_idle",
        "retry_after",
        "findings",
        "allow",
    ];
    let expected = Expect {
        backoff: Some(Backoff::ExponentialFullJitter),
        max_attempts: Some(3),
        max_amplification: Some(2.0),
        fallback: vec!["haiku".into()],
        regions: vec!["us-west-2".into()],
        stream_idle: Some(Nanos::from_secs(60)),
        retry_after: Some(true),
        findings: Some(Severity::Warning),
        allow: vec![Code::NoGrowth, Code::ConnectionChurn],
        lines: (first..).zip(keys).map(|(line, key)| (key.into(), line)).collect(),
    };
    assert_eq!(*expect, expected);
}

#[test]
fn what_the_command_line_expects_stands_on_no_line() {
    let text = format!("{SMALL}expect:\n  regions:\n    - us-west-2\n");
    let plan = parse(&text, &["expect.max_attempts=3"]).unwrap();
    let expect = plan.expect().unwrap();
    assert_eq!((expect.max_attempts, &expect.lines), (Some(3), &vec![("regions".into(), 17)]));
    assert_eq!(parse(SMALL, &[]).unwrap().expect(), None);
}
