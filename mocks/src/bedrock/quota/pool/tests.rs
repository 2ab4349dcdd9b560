//! The meters of a pool by example, and what holds whatever comes.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed unwrap is a failed test")]

use std::num::NonZeroU32;

use proptest::prelude::*;

use super::super::limits::{Optimized, Provisioned, Reserved};
use super::super::tariff::Need;
use super::*;
use crate::bedrock::profile::Geography;

const NEED: Need =
    Need { input_tokens: 100, cache_read_tokens: 0, cache_write_tokens: 0, max_tokens: Some(900) };
const ASKED: Asked = Asked {
    lane: Lane::OnDemand,
    tier: ServiceTier::Default,
    latency: LatencyMode::Standard,
    need: NEED,
    squeeze: Squeeze::NONE,
};
const US: Lane = Lane::Profile(Geography::Us);

fn terms(quota: Quota) -> Terms {
    Terms {
        on_demand: quota,
        profile: quota,
        metering: Metering {
            burndown: NonZeroU32::MIN,
            reserves_cache_reads: true,
            max_output_tokens: NonZeroU32::MIN.saturating_add(4095),
        },
        reserved: None,
        optimized: None,
        provisioned: Vec::new(),
    }
}

fn spent(output_tokens: u32) -> Spent {
    Spent { input_tokens: 100, output_tokens, ..Spent::default() }
}

fn granted(decision: Decision) -> Grant {
    match decision {
        Decision::Admitted(grant) => grant,
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_quota_is_blamed_in_its_own_words() {
    let cases = [
        (Quota::unlimited().requests_per_minute(0), "Too many requests, please wait before trying again."),
        (Quota::unlimited().tokens_per_minute(999), "Too many tokens, please wait before trying again."),
        (Quota::unlimited().tokens_per_day(999), "Too many tokens per day, please wait before trying again."),
        (
            Quota::unlimited().requests_per_minute(0).tokens_per_minute(0),
            "Too many requests, please wait before trying again.",
        ),
        (
            Quota::unlimited().requests_per_minute(0).tokens_per_day(0),
            "Too many tokens per day, please wait before trying again.",
        ),
    ];
    for (quota, text) in cases {
        let terms = terms(quota);
        match Pool::new(&terms).admit(&terms, 0, &ASKED) {
            Decision::Throttled(exhausted) => assert_eq!(exhausted.message(), text, "{quota:?}"),
            other => panic!("{quota:?}: {other:?}"),
        }
    }
}

#[test]
fn what_was_reserved_and_not_used_lets_the_next_one_in() {
    let terms = terms(Quota::unlimited().tokens_per_minute(1500));
    let mut pool = Pool::new(&terms);
    let grant = granted(pool.admit(&terms, 0, &ASKED));
    assert_eq!(pool.admit(&terms, 0, &ASKED), Decision::Throttled(Exhausted::Tokens));
    pool.settle(&terms, 0, &grant.receipt, &spent(10));
    granted(pool.admit(&terms, 0, &ASKED));
}

#[test]
fn output_burns_down_what_was_never_reserved() {
    let mut terms = terms(Quota::unlimited().tokens_per_minute(5600));
    terms.metering.burndown = NonZeroU32::MIN.saturating_add(4);
    let mut pool = Pool::new(&terms);
    let grant = granted(pool.admit(&terms, 0, &ASKED));
    pool.settle(&terms, 0, &grant.receipt, &spent(900));
    // 100 in and 900 out at five times are 4,600: another reservation of 1,000 just fits.
    granted(pool.admit(&terms, 0, &ASKED));
    assert_eq!(pool.admit(&terms, 0, &ASKED), Decision::Throttled(Exhausted::Tokens));
}

#[test]
fn lanes_share_the_day_and_nothing_else() {
    let terms = terms(Quota::unlimited().requests_per_minute(1).tokens_per_day(2500));
    let mut pool = Pool::new(&terms);
    granted(pool.admit(&terms, 0, &ASKED));
    assert_eq!(pool.admit(&terms, 0, &ASKED), Decision::Throttled(Exhausted::Requests));
    granted(pool.admit(&terms, 0, &Asked { lane: US, ..ASKED }));
    let eu = Asked { lane: Lane::Profile(Geography::Eu), ..ASKED };
    assert_eq!(pool.admit(&terms, 0, &eu), Decision::Throttled(Exhausted::TokensPerDay));
}

#[test]
fn a_request_that_never_ran_counts_for_nothing() {
    let terms = terms(Quota::unlimited().requests_per_minute(1).tokens_per_minute(1000));
    let mut pool = Pool::new(&terms);
    let grant = granted(pool.admit(&terms, 0, &ASKED));
    pool.void(&terms, 0, &grant.receipt);
    granted(pool.admit(&terms, 0, &ASKED));
}

#[test]
fn three_tiers_share_and_reserved_flows_over() {
    let mut terms = terms(Quota::unlimited().requests_per_minute(2));
    terms.reserved = Some(Reserved::new(200, 1000).unwrap());
    let mut pool = Pool::new(&terms);
    let mut tier = |tier| match pool.admit(&terms, 0, &Asked { tier, ..ASKED }) {
        Decision::Admitted(grant) => Some(grant.tier),
        _ => None,
    };
    // The reserved output of a second request does not fit.
    assert_eq!(tier(ServiceTier::Reserved), Some(ServiceTier::Reserved));
    assert_eq!(tier(ServiceTier::Reserved), Some(ServiceTier::Default));
    assert_eq!(tier(ServiceTier::Priority), Some(ServiceTier::Priority));
    assert_eq!(tier(ServiceTier::Flex), None);
    assert_eq!(tier(ServiceTier::Default), None);
}

#[test]
fn reserved_capacity_must_be_there() {
    let terms = terms(Quota::unlimited());
    let asked = Asked { tier: ServiceTier::Reserved, ..ASKED };
    assert_eq!(Pool::new(&terms).admit(&terms, 0, &asked), Decision::NoReservation);
}

#[test]
fn optimised_latency_has_a_quota_of_its_own_and_ends_in_standard() {
    let mut terms = terms(Quota::unlimited().requests_per_minute(1));
    let quota = Quota::unlimited().requests_per_minute(1);
    terms.optimized = Some(Optimized::new(quota, 2.0).unwrap());
    let mut pool = Pool::new(&terms);
    let asked = Asked { latency: LatencyMode::Optimized, ..ASKED };
    let mut latency = || match pool.admit(&terms, 0, &asked) {
        Decision::Admitted(grant) => Some(grant.latency),
        _ => None,
    };
    assert_eq!(latency(), Some(LatencyMode::Optimized));
    assert_eq!(latency(), Some(LatencyMode::Standard));
    assert_eq!(latency(), None);
}

#[test]
fn a_model_without_optimised_latency_serves_as_standard() {
    let terms = terms(Quota::unlimited());
    let asked = Asked { latency: LatencyMode::Optimized, ..ASKED };
    assert_eq!(granted(Pool::new(&terms).admit(&terms, 0, &asked)).latency, LatencyMode::Standard);
}

#[test]
fn provisioned_units_are_apart_from_quotas() {
    let mut terms = terms(Quota::unlimited().requests_per_minute(0));
    terms.provisioned = vec![Provisioned::new("abc", "us-east-1", NonZeroU32::MIN, 1500).unwrap()];
    let mut pool = Pool::new(&terms);
    let asked = Asked { lane: Lane::Provisioned(0), ..ASKED };
    let grant = granted(pool.admit(&terms, 0, &asked));
    assert_eq!(pool.admit(&terms, 0, &asked), Decision::Throttled(Exhausted::Tokens));
    pool.settle(&terms, 0, &grant.receipt, &spent(100));
    granted(pool.admit(&terms, 0, &asked));
}

#[test]
fn a_squeeze_leaves_a_share() {
    let terms = terms(Quota::unlimited().requests_per_minute(10));
    let mut pool = Pool::new(&terms);
    let squeezed = Asked { squeeze: Squeeze::to_millionths(250_000), ..ASKED };
    let admitted =
        |pool: &mut Pool, asked: &Asked| matches!(pool.admit(&terms, 0, asked), Decision::Admitted(_));
    assert!(admitted(&mut pool, &squeezed) && admitted(&mut pool, &squeezed));
    assert!(!admitted(&mut pool, &squeezed));
    assert!(admitted(&mut pool, &ASKED));
}

proptest! {
    /// Whatever comes and ends when, a clock minute admits no more requests and reserves no more tokens
    /// than its quota, and what is refused leaves no trace.
    #[test]
    fn a_minute_holds_its_quota(
        rpm in 0_u64..20,
        tpm in 0_u64..20_000,
        steps in prop::collection::vec((0_u64..20, 0_u32..1000, 0_u32..2000, 0_usize..8), 1..80),
    ) {
        let terms = terms(Quota::unlimited().requests_per_minute(rpm).tokens_per_minute(tpm));
        let mut pool = Pool::new(&terms);
        let (mut now, mut minute, mut requests) = (0_u64, 0, 0_u64);
        let mut open: Vec<(u64, u64, Receipt)> = Vec::new();
        let (mut held, mut done) = (0_u64, 0_u64);
        for &(gap_s, input_tokens, output, ends) in &steps {
            now += gap_s * 1_000_000_000;
            if now / MINUTE != minute {
                (minute, requests, held, done) = (now / MINUTE, 0, 0, 0);
            }
            if ends < open.len() {
                let (since, reserved, receipt) = open.swap_remove(ends);
                let spent = Spent { output_tokens: output, ..Spent::default() };
                pool.settle(&terms, now, &receipt, &spent);
                if since == minute {
                    held -= reserved;
                    done += u64::from(output);
                } else {
                    done += u64::from(output).saturating_sub(reserved);
                }
            }
            let need = Need { input_tokens, max_tokens: Some(100), ..NEED };
            let amount = u64::from(input_tokens) + 100;
            let fits = requests < rpm && held + done + amount <= tpm;
            let before = pool.clone();
            match pool.admit(&terms, now, &Asked { need, ..ASKED }) {
                Decision::Admitted(grant) => {
                    prop_assert!(fits);
                    requests += 1;
                    held += amount;
                    open.push((minute, amount, grant.receipt));
                }
                _ => {
                    prop_assert!(!fits);
                    let mut after = pool.clone();
                    let mut before = before;
                    let probe = Asked { need: Need { input_tokens: 0, max_tokens: Some(0), ..NEED }, ..ASKED };
                    prop_assert_eq!(after.admit(&terms, now, &probe), before.admit(&terms, now, &probe));
                }
            }
            prop_assert!(requests <= rpm);
        }
    }
}
