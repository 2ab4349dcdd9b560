//! What stands in front of a flow: its mistakes, and its defaults.

use std::time::Duration;

use crate::support::{SMALL, assert_each, parse};

fn with_gateway(gateway: &str) -> String {
    SMALL.replace("users: { quiet: 2 } } } }", &format!("users: {{ quiet: 2 }} }} }}, gateway: {gateway} }}"))
}

/// Gateways, and what is told of them.
#[rustfmt::skip]
pub(crate) const GATEWAYS: &[(&str, &[&str])] = &[
    ("{}", &[]),
    ("{ timeout: 60s, rate: 0.5/s }", &[]),
    ("{ rate: 50, burst: 0 }", &["13:124 S007 the number `50` has no unit", "13:135 S008 the number `0` is out of bounds"]),
    ("{ rateLimit: 50/s, burst_limit: 5 }", &["13:118 S004 unknown key `rateLimit`", "13:135 S004 unknown key `burst_limit`"]),
    ("{ quota: { limit: 0, per: hour } }", &["13:134 S008 the number `0` is out of bounds", "13:142 S009 `hour` is not a period"]),
    ("{ quota: { limit: 10k, period: DAY } }", &["13:118 S005 missing key `per`", "13:139 S004 unknown key `period`"]),
    ("{ timeout: 29 }", &["13:127 S007 the number `29` has no unit"]),
    ("{ timeout: 49ms }", &["13:127 S008 a limit that API Gateway cannot have"]),
    ("{ max_body: 10 }", &["13:128 S007 the number `10` has no unit"]),
    ("{ max_body: 11MB }", &["13:128 S008 a limit that API Gateway cannot have"]),
    ("{ max_body: 0B }", &["13:128 S008 `0B` is out of bounds"]),
    ("50/s", &["13:116 S006 expected a map, found `50/s`"]),
];

#[test]
fn each_mistake_of_a_gateway_is_told_with_its_place() {
    assert_each(GATEWAYS, with_gateway);
}

#[test]
fn a_gateway_that_says_nothing_has_the_limits_of_an_account() {
    let plan = parse(&with_gateway("{ quota: { limit: 1k, per: week } }"), &[]).unwrap();
    let [chat, ask] = plan.flows() else { unreachable!("two flows") };
    assert_eq!(chat.gateway(), None);
    let gateway = ask.gateway().unwrap();
    assert_eq!((gateway.rate, gateway.burst), (10_000.0, 5_000.0));
    assert_eq!((gateway.timeout, gateway.max_body_bytes), (Duration::from_secs(29), 10_000_000));
    assert_eq!(gateway.quota.map(|quota| quota.period), Some(Duration::from_secs(7 * 24 * 3600)));
}
