//! What clients do beyond their SDK: its mistakes, and what could never come of it.

use crate::support::{SMALL, parse, rendered, told};

/// The small scenario with more models and a client that has this.
fn with_client(client: &str) -> String {
    SMALL
        .replace("v1:0 } }", "v1:0 }, haiku: { id: anthropic.claude-3-haiku-20240307-v1:0 }, command: { id: cohere.command-r-v1:0 } }")
        .replace("{ plain: {} }", &format!("{{ plain: {client} }}"))
}

/// Clients, and what is told of them.
#[rustfmt::skip]
pub const CLIENTS: &[(&str, &[&str])] = &[
    // Retries and timeouts.
    ("{ retry: { quota: shared } }", &[]),
    ("{ retry: { quota: { own: {} } } }", &[]),
    ("{ retry: { quota: { shared: pool } } }", &[]),
    ("{ retry: { mode: off, quota: { shared: pool } } }", &[]),
    ("{ timeout: { attempt: 5s, operation: 2s } }", &[]),
    ("{ timeout: { operation: 5s, total: 2s } }", &[]),
    ("{ timeout: { attempt: 2s, operation: 5s, total: 10s } }", &[]),

    // Streams.
    ("{ stream: restart }", &[]),
    ("{ stream: retry }", &[]),
    ("{ stream: { fail: {} } }", &[]),
    ("{ stream: { restart: { times: 0 } } }", &[]),
    ("{ stream: { restart: {}, fall_back: {} } }", &[]),
    ("{ stream: [fail] }", &[]),
    ("{ stream: {} }", &[]),
    ("{ stream: fall_back }", &[]),
    ("{ stream: fall_back, fallback: [haiku] }", &[]),
    ("{ stream: fall_back, regions: [us-east-1, us-west-2] }", &[]),
    ("{ stream: fall_back, fallback: { models: [haiku], on: [throttled] } }", &[]),

    // Regions.
    ("{ regions: us-east-1 }", &[]),
    ("{ regions: { order: [us-east-2], stick: sticky } }", &[]),
    ("{ regions: { order: [], stick: per_request } }", &[]),
    ("{ regions: { stick: { sticky: {} } } }", &[]),
    ("{ regions: { order: [us-east-1, us-west-2], stick: { sticky: { return_after: 0s } } } }", &[]),
    ("{ regions: { order: [us-east-1, us-west-2], stick: { sticky: {} } } }", &[]),

    // Fallback.
    ("{ fallback: [{ model: haiku, max_token: 5 }, { max_tokens: 5 }] }", &[]),
    ("{ fallback: [haiku, { model: haiku, max_tokens: 5 }] }", &[]),
    ("{ fallback: { models: [haiku], on: [throttle, timeout, timeout] } }", &[]),
    ("{ fallback: { models: [haiku], on: [] } }", &[]),
    ("{ fallback: { models: [haiku], on: [stream_broken, breaker_open, throttled] } }", &[]),
    ("{ fallback: { models: [haiku], calls: 0, within: 10 } }", &[]),
    ("{ fallback: { on: [throttled] } }", &[]),
    ("{ fallback: { calls: 3 } }", &[]),
    ("{ fallback: { within: 3s } }", &[]),
    ("{ fallback: { calls: 3 }, stream: { restart: {} } }", &[]),
    ("{ regions: [us-east-1, us-west-2], fallback: { on: [throttled], calls: 2 } }", &[]),
    ("{ fallback: [sonnet] }", &[]),
    ("{ fallback: [command] }", &[]),

    // Breakers.
    ("{ breaker: { failure_rate: 50%, window: 20, open_for: 10s, half_open: 3 } }", &[]),
    ("{ breaker: { failureRateThreshold: 50% } }", &[]),
    ("{ breaker: { failure_rate_threshold: 50 } }", &[]),
    ("{ breaker: { failure_rate_threshold: 0%, slow_call_rate_threshold: 101% } }", &[]),
    ("{ breaker: { sliding_window: 20 } }", &[]),
    ("{ breaker: { sliding_window: { time: 500ms } } }", &[]),
    ("{ breaker: { sliding_window: { count: 0, time: 1s } } }", &[]),
    ("{ breaker: { sliding_window: { count: 20 }, minimum_number_of_calls: 21 } }", &[]),
    ("{ breaker: { minimum_number_of_calls: 101 } }", &[]),
    ("{ breaker: { sliding_window: { time: 20s }, minimum_number_of_calls: 500 } }", &[]),
    ("{ breaker: { sliding_window: { count: 20 } } }", &[]),
    ("{ breaker: { wait_duration_in_open_state: off, max_wait_duration_in_half_open_state: off } }", &[]),
    ("{ breaker: on }", &[]),

    // Limits.
    ("{ limit: {} }", &[]),
    ("{ limit: { rpm: 60 } }", &[]),
    ("{ limit: { requests: 60, tokens: 0/min } }", &[]),
    ("{ limit: { requests: 1/min, burst: 50% } }", &[]),
    ("{ limit: { tokens: 1k/min, burst: 0.5, when_empty: wait } }", &[]),
    ("{ limit: { requests: 1/s, when_empty: { shed: {} } } }", &[]),
    ("{ limit: { requests: 1/s, when_empty: { wait: { at_most: off } } } }", &[]),

    // Routing.
    ("{ routing: { shares: { sonnet: 70%, haiku: 20% } } }", &[]),
    ("{ routing: { shares: { sonnet: 33.3%, haiku: 66.7% } } }", &[]),
    ("{ routing: { shares: { sonnet: 70%, hiaku: 30% } } }", &[]),
    ("{ routing: { shares: { sonnet: 100%, haiku: 0% } } }", &[]),
    ("{ routing: { shares: {} } }", &[]),
    ("{ routing: { share: {} } }", &[]),
    ("{ routing: { content: [] } }", &[]),
    ("{ routing: { content: [{ model: haiku, matches: '(' }, { flows: [chatt] }] } }", &[]),
    ("{ routing: { content: [{ model: haiku, min_tokens: 500, max_tokens: 100 }] } }", &[]),
    ("{ routing: { content: [{ model: haiku }, { model: sonnet, max_tokens: 500 }] } }", &[]),
    ("{ routing: { content: [{ model: haiku, regex: a, flow: chat }] } }", &[]),
    ("{ routing: { content: [{ model: haiku, tools: true }, { model: haiku, tools: no }] } }", &[]),
    ("{ routing: { content: [{ model: haiku, flows: ask, tools: false }] } }", &[]),
    ("{ routing: { metrics: { models: [haiku], by: cost } } }", &[]),
    ("{ routing: { metrics: { models: [haiku, haiku], by: latency, half_life: 0s } } }", &[]),
    ("{ routing: { metrics: { models: [haiku], by: latency } } }", &[]),
    ("{ routing: { metrics: { models: [haiku, sonnet], by: in_flight, half_life: 10s } } }", &[]),
    ("{ routing: { canary: { model: sonnet, share: 5% } } }", &[]),
    ("{ routing: { canary: { share: 5 } } }", &[]),
    ("{ routing: { canary: { model: haiku, share: 5% } }, fallback: [sonnet] }", &[]),

    // Hedging.
    ("{ hedge: {} }", &[]),
    ("{ hedge: { after: p100 } }", &[]),
    ("{ hedge: { after: 95 } }", &[]),
    ("{ hedge: { after: 95% } }", &[]),
    ("{ hedge: { after: 5s }, timeout: { total: 5s } }", &[]),
    ("{ hedge: { after: p99.9, at_most: 0% } }", &[]),
    ("{ hedge: { after: 1s, elsewhere: true } }", &[]),
    ("{ hedge: { after: 1s, elsewhere: true }, regions: [us-east-1, us-west-2] }", &[]),

    // State machines.
    ("{ state_machine: {} }", &[]),
    ("{ state_machine: { retry: [{}] } }", &[]),
    ("{ state_machine: { retry: [{ error_equals: [] }] } }", &[]),
    ("{ state_machine: { retry: [{ error_equals: [States.ALL], IntervalSeconds: 2, MaxDelaySeconds: 30, BackoffRate: 1.5 }] } }", &[]),
    ("{ state_machine: { retry: [{ error_equals: [States.ALL], interval: 2, max_delay: 500ms, backoff_rate: 0.5, max_attempts: -1 }] } }", &[]),
    ("{ state_machine: { retry: [{ error_equals: [States.ALL], interval: 5s, max_delay: 2s, jitter_strategy: full }] } }", &[]),
    ("{ state_machine: { retry: [{ error_equals: [States.ALL, States.Timeout] }] } }", &[]),
    ("{ state_machine: { retry: [{ error_equals: [States.ALL] }, { error_equals: [States.Timeout] }] } }", &[]),
    ("{ state_machine: { retry: [{ error_equals: [States.All, States.Timout, a b] }] } }", &[]),
    ("{ state_machine: { retry: [{ error_equals: [Bedrock.ThrotlingException, SlowDown] }] } }", &[]),
    ("{ state_machine: { retry: [{ error_equals: [States.Timeout, States.Timeout] }] } }", &[]),
    ("{ state_machine: { catch: [{ error_equals: [States.ALL] }] } }", &[]),
    ("{ state_machine: { catch: [{ error_equals: [States.ALL], next: opus }] } }", &[]),
    ("{ state_machine: { catch: [{ error_equals: [States.ALL], next: fail }] } }", &[]),
];

#[test]
fn each_mistake_of_a_policy_is_told_with_its_place() {
    let wrong: Vec<String> = CLIENTS
        .iter()
        .map(|(client, expected)| (client, told(&with_client(client), &[]), expected))
        .filter(|(_, told, expected)| told != *expected)
        .map(|(client, told, expected)| format!("{client}\n   told {told:#?}\n   not {expected:#?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn names_that_others_use_are_answered_with_ours() {
    let text = with_client(
        "
    breaker: { failure_rate: 50%, window: 20, open_for: 10s, half_open: 3, slidingWindowSize: 5 }
    limit: { rpm: 60/min }
    stream: restart
    retry: { quota: { own: {} } }
    state_machine:
      retry: [{ error_equals: [States.All], IntervalSeconds: 2, max_delay_seconds: 30, jitter_strategy: full }]
 ",
    );
    insta::assert_snapshot!("elsewhere", rendered(&parse(&text, &[]).unwrap_err()));
}

/// A model is asked by the operation of the flow, unless it has one of its own.
#[test]
fn other_models_must_hear_the_flow() {
    let clients: [(&str, &[&str]); 9] = [
        ("{ fallback: [command] }", &[]),
        ("{ fallback: [{ model: command, operation: converse }] }", &[]),
        ("{ fallback: [{ model: command, operation: invoke_stream }] }", &[]),
        ("{ routing: { shares: { sonnet: 50%, command: 50% } } }", &[]),
        ("{ routing: { content: [{ model: command, max_tokens: 5 }] } }", &[]),
        ("{ routing: { metrics: { models: [sonnet, command], by: errors } } }", &[]),
        ("{ routing: { canary: { model: command, share: 1% } } }", &[]),
        ("{ state_machine: { catch: [{ error_equals: [States.ALL], next: command }] } }", &[]),
        ("{ routing: { canary: { model: haiku, share: 1% } } }", &[]),
    ];
    for (client, expected) in clients {
        let text = with_client(client).replace("converse: {", "invoke: {");
        assert_eq!(told(&text, &[]), expected, "{client}");
    }
}

#[test]
fn a_body_that_must_say_says() {
    let text = |client: &str| {
        with_client(client)
            .replace("converse: { model: sonnet }", "converse: { model: command, max_tokens: unset }")
    };
    let invoke = |more: &str| text(&format!("{{ fallback: [{{ model: haiku, operation: invoke{more} }}] }}"));
    assert_eq!(told(&invoke(""), &[]), [""]);
    assert_eq!(told(&invoke(", max_tokens: 256"), &[]), [""; 0]);
}

#[test]
fn a_profile_is_what_some_models_are_served_by() {
    let text =
        with_client("{ fallback: [haiku] }").replace("20240307-v1:0 }", "20240307-v1:0, on_demand: false }");
    assert_eq!(told(&text, &[]), [""]);
}

#[test]
fn a_fallback_serves_the_flows_that_ask_another_model_first() {
    let text = with_client("{ fallback: [haiku] }")
        .replace("converse: { model: sonnet }", "converse: { model: haiku }");
    assert_eq!(told(&text, &[]), [""; 0]);
    let text = text.replace("converse_stream: { model: sonnet }", "converse_stream: { model: haiku }");
    assert_eq!(told(&text, &[]), [""]);
}

#[test]
fn a_shared_quota_is_shared_with_somebody() {
    let clients = |first: &str, second: &str| {
        let quota = |name: &str| format!("{{ retry: {{ quota: {{ shared: {name} }} }} }}");
        let text = with_client(&quota(first));
        told(&text.replace("} }\nstages", &format!("}}, other: {} }}\nstages", quota(second))), &[])
    };
    assert_eq!(clients("pool", "pool"), [""; 0]);
    assert_eq!(clients("pool", "pol"), [""]);
}

#[test]
fn rules_are_for_flows_that_the_client_carries() {
    let client = "{ routing: { content: [{ model: haiku, flows: ask }] } }, other: {}";
    let text = with_client(client).replace(
        "ask: { call: { converse: { model: sonnet } }, client: plain",
        "ask: { call: { converse: { model: sonnet } }, client: other",
    );
    assert_eq!(told(&text, &[]), [""]);
}

#[test]
fn an_error_that_a_fault_injects_may_be_caught() {
    let client = "{ state_machine: { retry: [{ error_equals: [ThrottledException] }] } }";
    let text = with_client(client);
    assert_eq!(told(&text, &[]), [""]);
    let text = text.replace("{ throttle: {} }", "{ error: { type: ThrottledException, status: 429 } }");
    assert_eq!(told(&text, &[]), [""; 0]);
}

#[test]
fn gates_know_where_policies_lead() {
    let gate = |client: &str| {
        told(
            &format!(
                "{}gates:\n  g: {{ metric: latency.p95, where: {{ model: haiku }}, max: 2s }}\n",
                with_client(client)
            ),
            &[],
        )
    };
    for client in [
        "{ fallback: [haiku] }",
        "{ routing: { shares: { sonnet: 50%, haiku: 50% } } }",
        "{ routing: { metrics: { models: [sonnet, haiku], by: latency } } }",
        "{ routing: { canary: { model: haiku, share: 1% } } }",
        "{ routing: { content: [{ model: haiku, max_tokens: 50 }] } }",
        "{ state_machine: { catch: [{ error_equals: [States.ALL], next: haiku }] } }",
    ] {
        assert_eq!(gate(client), [""; 0], "{client}");
    }
    assert_eq!(gate("{ routing: { canary: { model: command, share: 1% } } }"), [""]);
}
