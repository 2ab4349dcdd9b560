//! What stands in front of a flow: its mistakes, and its defaults.

use std::time::Duration;

use crate::support::{SMALL, parse, told};

fn with_gateway(gateway: &str) -> String {
    SMALL.replace("users: { quiet: 2 } } } }", &format!("users: {{ quiet: 2 }} }} }}, gateway: {gateway} }}"))
}

/// Gateways, and what is told of them.
#[rustfmt::skip]
pub const GATEWAYS: &[(&str, &[&str])] = &[
    ("{}", &[]),
    ("{ timeout: 60s, rate: 0.5/s }", &[]),
    ("{ rate: 50, burst: 0 }", &[]),
    ("{ rateLimit: 50/s, burst_limit: 5 }", &[]),
    ("{ quota: { limit: 0, per: hour } }", &[]),
    ("{ quota: { limit: 10k, period: DAY } }", &[]),
    ("{ timeout: 29 }", &[]),
    ("{ timeout: 49ms }", &[]),
    ("{ max_body: 10 }", &[]),
    ("{ max_body: 11MB }", &[]),
    ("{ max_body: 0B }", &[]),
    ("50/s", &[]),
];

#[test]
fn each_mistake_of_a_gateway_is_told_with_its_place() {
    for (gateway, expected) in GATEWAYS {
        assert_eq!(told(&with_gateway(gateway), &[]), *expected, "{gateway}");
    }
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
