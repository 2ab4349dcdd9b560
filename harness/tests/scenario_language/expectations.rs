//! What the judge must find true: its mistakes, and where each key stands.

use bedload_reports::judge::expect::{Backoff, Expect};
use bedload_reports::judge::finding::{Code, Severity};
use bedload_reports::units::Nanos;

use crate::support::{FULL, SMALL, assert_each, parse};

/// Expectations, and what is told of them.
#[rustfmt::skip]
pub(crate) const EXPECTATIONS: &[(&str, &[&str])] = &[
    ("{}", &["16:1 S005 an expectation of nothing"]),
    ("{ findings: none }", &[]),
    ("{ backoff: full_jitter }", &["16:20 S009 `full_jitter` is not a backoff"]),
    ("{ backoff: v2.1 }", &["16:20 S009 `v2.1` is not a backoff"]),
    ("{ max_attempts: 0, max_amplification: 0.5 }", &["16:25 S008 the number `0` is out of bounds", "16:47 S008 the number `0.5` is out of bounds"]),
    ("{ max_amplification: 2x }", &["16:30 S007 `2x` is not a number of 1 or more"]),
    ("{ fallback: [haiku], regions: [us-east-1, us-east-1, eu-west-1] }", &[
        "16:22 S009 there is no model `haiku`",
        "16:51 S012 region `us-east-1` stands twice",
        "16:62 S009 there is no region `eu-west-1`",
    ]),
    ("{ fallback: [], regions: us-west-2 }", &["16:11 S008 no model at all", "16:34 S006 expected a list, found `us-west-2`"]),
    ("{ stream_idle: 60 }", &["16:24 S007 the number `60` has no unit"]),
    ("{ retry_after: true }", &["16:24 S006 expected an answer to `x-amz-retry-after`: `honoured` and `ignored`, found `true`"]),
    ("{ retry_after: honored }", &["16:24 S009 `honored` is not an answer to `x-amz-retry-after`"]),
    ("{ findings: errors }", &["16:21 S009 `errors` is not a severity"]),
    ("{ findings: error, allow: [no_growth, no-growth, no-growth, herd] }", &[
        "16:36 S009 `no_growth` is not a finding of the judge",
        "16:58 S012 finding `no-growth` stands twice",
        "16:69 S009 `herd` is not a finding of the judge",
    ]),
    ("{ jitter: full }", &["16:1 S005 an expectation of nothing", "16:11 S004 unknown key `jitter`"]),
];

#[test]
fn each_mistake_of_an_expectation_is_told_with_its_place() {
    assert_each(EXPECTATIONS, |expect| format!("{SMALL}expect: {expect}\n"));
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
