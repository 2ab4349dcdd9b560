//! Any text: read or refused, and never more than that.

use bedload::scenario::{Plan, Set, Source};
use proptest::prelude::*;

use crate::expanded::reads_back;
use crate::support::{FULL, SMALL, parse, rendered, source};

#[test]
fn hostile_files_are_refused_in_little_time_and_memory() {
    let chain: String = (1..5_000).map(|n| format!("x-{n}: &a{n} [*a{}]\n", n - 1)).collect();
    let bomb: String = (1..40).map(|n| format!("x-{n}: &a{n} [*a{0}, *a{0}, *a{0}]\n", n - 1)).collect();
    for text in [
        format!("x-0: &a0 [x]\n{chain}"),
        format!("x-0: &a0 [x]\n{bomb}"),
        "[".repeat(100_000),
        "a:\n ".repeat(10_000),
        "x: ".repeat(10_000),
        format!("{SMALL}{}", "junk: 1\n".repeat(50_000)),
    ] {
        let mistakes = parse(&text, &[]).unwrap_err();
        assert!(mistakes.count() > 0 && rendered(&mistakes).len() < 1_000_000);
    }
}

/// One damage to a text: a stretch of it replaced by something.
fn damage() -> impl Strategy<Value = (prop::sample::Index, usize, String)> {
    let patch = prop_oneof![
        "[ -~\\n]{0,6}",
        prop::sample::select(vec![
            "null",
            "[]",
            "{}",
            "-1",
            "1e999",
            ".nan",
            "*patient",
            "<<: *patient",
            "true",
            "0s",
            "é",
            "\t",
            ": "
        ])
        .prop_map(str::to_owned),
    ];
    (any::<prop::sample::Index>(), 0..12_usize, patch)
}

fn damaged(text: &str, damages: &[(prop::sample::Index, usize, String)]) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for (place, len, patch) in damages {
        let start = place.index(chars.len().max(1)).min(chars.len());
        let end = (start + len).min(chars.len());
        chars.splice(start..end, patch.chars());
    }
    chars.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(source) = Source::from_bytes("any", bytes) {
            let _ = Plan::parse(&source, &[]);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[a-z0-9:{}\\[\\],&*<!|>'\"#\\- \\n]{0,80}") {
        if let Err(mistakes) = parse(&text, &[]) {
            prop_assert!(mistakes.count() > 0);
            rendered(&mistakes);
        }
    }

    #[test]
    fn a_damaged_scenario_is_read_or_refused(damages in prop::collection::vec(damage(), 1..4)) {
        match parse(&damaged(FULL, &damages), &[]) {
            Ok(plan) => reads_back(&plan),
            Err(mistakes) => {
                prop_assert!(mistakes.count() > 0);
                rendered(&mistakes);
            }
        }
    }

    #[test]
    fn any_change_is_made_or_refused(path in "[a-z.0-9]{1,20}", value in "[ -~]{0,20}") {
        let sets: Vec<Set> = format!("{path}={value}").parse().into_iter().collect();
        if let Err(mistakes) = Plan::parse(&source(SMALL), &sets) {
            rendered(&mistakes);
        }
    }

    #[test]
    fn any_text_and_number_survives_the_way_out_and_back(
        system in "\\PC{0,30}",
        secret in any::<String>(),
        ttft in 0..600_000_000_000_000_u64,
        share in 1..1_000_000_u32,
        rate in 1e-6..1e6_f64,
        cv in 0.01..10.0_f64,
        price in 0.0..1e6_f64,
        temperature in 0.0..=1.0_f64,
    ) {
        let text = |text: &str| serde_json::to_string(text).unwrap();
        let sets = [
            format!("flows.ask.call.converse.system={}", text(&format!("x{system}"))),
            format!("flows.ask.call.converse.temperature={temperature}"),
            format!("flows.ask.call.converse.tools=[{{ name: t, input_schema: {{ a: {} }} }}]", text(&system)),
            format!("models.sonnet.mock.ttft={ttft}ns"),
            format!("faults.throttle.inject.throttle.share={}%", f64::from(share) / 1e4),
            format!(
                "flows.chat.load.open={{ arrivals: {{ gamma: {{ cv: {cv} }} }}, rate: {{ \
                 quiet: {{ from: 0/s, to: {rate}/s, steps: 7 }}, \
                 storm: {{ spike: {{ base: {rate}/s, peak: {rate}/h, at: 0s, for: {}ns }} }}, \
                 after: {{ sine: {{ low: 0/s, high: {rate}/min, period: {}ns }} }} }} }}",
                1 + ttft % 60_000_000_000,
                1 + ttft
            ),
            format!("models.sonnet.price={{ input_per_1k: {price}, output_per_1k: 0 }}"),
        ];
        let sets: Vec<&str> = sets.iter().map(String::as_str).collect();
        reads_back(&parse(SMALL, &sets).map_err(|mistakes| TestCaseError::fail(rendered(&mistakes)))?);
        // A text in the file itself, with every character that YAML lets stand in quotes.
        let about = SMALL.replace("The least that is a scenario.", &text(&format!("x{secret}")));
        if let Ok(plan) = parse(&about, &[]) {
            reads_back(&plan);
        }
    }

    #[test]
    fn any_figure_of_a_policy_survives_the_way_out_and_back(
        rate in 1.0..1e6_f64,
        share in 1..1_000_000_u32,
        percentile in 1..1_000_000_u32,
        backoff_rate in 1.0..100.0_f64,
        nanos in 1..600_000_000_000_000_u64,
        bytes in 1..10_000_000_u64,
        expression in "[a-z0-9 .*+?|^$é\"'#:-]{0,20}",
    ) {
        let percent = |millionths: u32| f64::from(millionths) / 1e4;
        let matches = serde_json::to_string(&format!("x{expression}")).unwrap();
        let client = format!(
            "clients.plain={{ breaker: {{ failure_rate_threshold: {share}%, wait_duration_in_open_state: {nanos}ns }}, \
             limit: {{ requests: {rate}/min, tokens: {rate}/s, when_empty: {{ wait: {{ at_most: {nanos}ns }} }} }}, \
             routing: {{ content: [{{ model: sonnet, matches: {matches} }}] }}, \
             hedge: {{ after: p{percentile}, at_most: {share}% }}, \
             state_machine: {{ retry: [{{ error_equals: [X], backoff_rate: {backoff_rate} }}] }} }}",
            share = percent(share),
            percentile = percent(percentile).min(99.9999),
        );
        let gateway = format!("flows.ask.gateway={{ rate: {rate}/h, timeout: {}ns, max_body: {bytes}B }}", nanos + 50_000_000);
        let expect = format!("expect={{ max_amplification: {backoff_rate}, stream_idle: {nanos}ns }}");
        match parse(SMALL, &[&client, &gateway, &expect]) {
            Ok(plan) => reads_back(&plan),
            // Not every text is a regular expression.
            Err(mistakes) => prop_assert!(mistakes.iter().all(|it| it.message().starts_with("not a regular")), "{}", rendered(&mistakes)),
        }
    }
}
