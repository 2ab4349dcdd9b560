//! What clients do beyond their SDK: its mistakes, and what could never come of it.

use crate::support::{SMALL, assert_each, parse, rendered, told};

/// The small scenario with more models and a client that has this.
fn with_client(client: &str) -> String {
    SMALL
        .replace("v1:0 } }", "v1:0 }, haiku: { id: anthropic.claude-3-haiku-20240307-v1:0 }, command: { id: cohere.command-r-v1:0 } }")
        .replace("{ plain: {} }", &format!("{{ plain: {client} }}"))
}

/// Clients, and what is told of them.
#[rustfmt::skip]
pub(crate) const CLIENTS: &[(&str, &[&str])] = &[
    // Retries and timeouts.
    ("{ retry: { quota: shared } }", &["6:37 S006 expected a map with the key `shared`, found `shared`"]),
    ("{ retry: { quota: { own: {} } } }", &["6:39 S006 `own` has no settings"]),
    ("{ retry: { quota: { shared: pool } } }", &["6:30 S010 retry quota `pool` is shared with nobody"]),
    ("{ retry: { mode: off, quota: { shared: pool } } }", &["6:41 S010 a shared retry quota, but retries are off"]),
    ("{ timeout: { attempt: 5s, operation: 2s } }", &["6:56 S010 one call has less time than one attempt"]),
    ("{ timeout: { operation: 5s, total: 2s } }", &["6:54 S010 the whole request has less time than one call"]),
    ("{ timeout: { attempt: 2s, operation: 5s, total: 10s } }", &[]),

    // Wire clients.
    ("{ wire: {} }", &[]),
    ("{ wire: { http: http1, retry: { attempts: 1, base: 1s, max: 1s } }, timeout: { read: 5s } }", &[]),
    ("{ wire: { http: http2 } }", &["6:35 S006 expected a map with the key `http2`, found `http2`"]),
    ("{ wire: { http: http3 } }", &["6:35 S009 `http3` is not a version of HTTP"]),
    ("{ wire: { http: { http2: { connections: 0 } } } }", &["6:59 S008 the number `0` is out of bounds"]),
    ("{ wire: { retry: { mode: adaptive, profile: v2_1 } } }", &["6:38 S004 unknown key `mode`", "6:54 S004 unknown key `profile`"]),
    ("{ wire: { retry: { base: 5s, max: 1s } } }", &["6:44 S010 the first wait is longer than the longest"]),
    ("{ wire: { retry: { base: 30s } } }", &["6:44 S010 the first wait is longer than the longest"]),
    ("{ retry: { profile: v2_1 }, wire: {} }", &["6:21 S010 the retries of an SDK, but the client has none"]),

    // Streams.
    ("{ stream: restart }", &["6:29 S006 expected a map with the key `restart`, found `restart`"]),
    ("{ stream: retry }", &["6:29 S009 `retry` is not a stream policy"]),
    ("{ stream: { fail: {} } }", &["6:31 S006 `fail` has no settings"]),
    ("{ stream: { restart: { times: 0 } } }", &["6:49 S008 the number `0` is out of bounds"]),
    ("{ stream: { restart: {}, fall_back: {} } }", &["6:44 S010 `fall_back` is a second choice where only one can be"]),
    ("{ stream: [fail] }", &["6:21 S006 expected a stream policy, found a list"]),
    ("{ stream: {} }", &["6:21 S006 expected a stream policy, found a map"]),
    ("{ stream: fall_back }", &["6:29 S010 `stream: fall_back` without a second destination"]),
    ("{ stream: fall_back, fallback: [haiku] }", &[]),
    ("{ stream: fall_back, regions: [us-east-1, us-west-2] }", &[]),
    ("{ stream: fall_back, fallback: { models: [haiku], on: [throttled] } }", &["6:29 S010 `stream: fall_back` without the trigger `stream_broken`"]),

    // Regions.
    ("{ regions: us-east-1 }", &["6:30 S006 expected a list, found `us-east-1`"]),
    ("{ regions: { order: [us-east-2], stick: sticky } }", &[
        "6:40 S009 there is no region `us-east-2`",
        "6:59 S006 expected a map with the key `sticky`, found `sticky`",
    ]),
    ("{ regions: { order: [], stick: per_request } }", &["6:32 S008 no region at all"]),
    ("{ regions: { stick: { sticky: {} } } }", &["6:32 S010 one region to stick to"]),
    ("{ regions: { order: [us-east-1, us-west-2], stick: { sticky: { return_after: 0s } } } }", &["6:96 S008 `0s` is out of bounds"]),
    ("{ regions: { order: [us-east-1, us-west-2], stick: { sticky: {} } } }", &[]),

    // Fallback.
    ("{ fallback: [{ model: haiku, max_token: 5 }, { max_tokens: 5 }] }", &["6:48 S004 unknown key `max_token`", "6:66 S005 missing key `model`"]),
    ("{ fallback: [haiku, { model: haiku, max_tokens: 5 }] }", &["6:48 S012 model `haiku` stands twice"]),
    ("{ fallback: { models: [haiku], on: [throttle, timeout, timeout] } }", &["6:55 S009 `throttle` is not a trigger", "6:74 S012 a trigger stands twice"]),
    ("{ fallback: { models: [haiku], on: [] } }", &["6:50 S008 no trigger at all"]),
    ("{ fallback: { models: [haiku], on: [stream_broken, breaker_open, throttled] } }", &[
        "6:55 S010 `stream_broken` moves nothing without `stream: fall_back`",
        "6:70 S010 `breaker_open` moves nothing without a breaker",
    ]),
    ("{ fallback: { models: [haiku], calls: 0, within: 10 } }", &["6:57 S008 the number `0` is out of bounds", "6:68 S007 the number `10` has no unit"]),
    ("{ fallback: { on: [throttled] } }", &["6:33 S010 triggers without a second destination"]),
    ("{ fallback: { calls: 3 } }", &["6:40 S010 a budget of calls without a second destination"]),
    ("{ fallback: { within: 3s } }", &["6:41 S010 a budget of time without a second destination"]),
    ("{ fallback: { calls: 3 }, stream: { restart: {} } }", &[]),
    ("{ regions: [us-east-1, us-west-2], fallback: { on: [throttled], calls: 2 } }", &[]),
    ("{ fallback: [sonnet] }", &["6:32 S010 `sonnet` is asked first anyway, so it is no fallback"]),
    ("{ fallback: [command] }", &[]),

    // Breakers.
    ("{ breaker: { failure_rate: 50%, window: 20, open_for: 10s, half_open: 3 } }", &[
        "6:32 S004 unknown key `failure_rate`",
        "6:51 S004 unknown key `window`",
        "6:63 S004 unknown key `open_for`",
        "6:78 S004 unknown key `half_open`",
    ]),
    ("{ breaker: { failureRateThreshold: 50% } }", &["6:32 S004 unknown key `failureRateThreshold`"]),
    ("{ breaker: { failure_rate_threshold: 50 } }", &["6:56 S007 the number `50` has no unit"]),
    ("{ breaker: { failure_rate_threshold: 0%, slow_call_rate_threshold: 101% } }", &["6:56 S008 `0%` is out of bounds", "6:86 S008 `101%` is out of bounds"]),
    ("{ breaker: { sliding_window: 20 } }", &["6:48 S006 expected a map with one key, found the number `20`"]),
    ("{ breaker: { sliding_window: { time: 500ms } } }", &["6:56 S008 `500ms` is out of bounds"]),
    ("{ breaker: { sliding_window: { count: 0, time: 1s } } }", &["6:60 S010 `time` is a second choice where only one can be"]),
    ("{ breaker: { sliding_window: { count: 20 }, minimum_number_of_calls: 21 } }", &["6:88 S010 21 calls to judge by, and the window holds 20"]),
    ("{ breaker: { minimum_number_of_calls: 101 } }", &["6:57 S010 101 calls to judge by, and the window holds 100"]),
    ("{ breaker: { sliding_window: { time: 20s }, minimum_number_of_calls: 500 } }", &[]),
    ("{ breaker: { sliding_window: { count: 20 } } }", &[]),
    ("{ breaker: { wait_duration_in_open_state: off, max_wait_duration_in_half_open_state: off } }", &["6:61 S007 `off` is not a duration"]),
    ("{ breaker: on }", &["6:30 S006 expected a map, found `on`"]),

    // Limits.
    ("{ limit: {} }", &["6:21 S005 a limit on nothing"]),
    ("{ limit: { rpm: 60 } }", &["6:21 S005 a limit on nothing", "6:30 S004 unknown key `rpm`"]),
    ("{ limit: { requests: 60, tokens: 0/min } }", &["6:40 S007 the number `60` has no unit", "6:52 S008 `0/min` is out of bounds"]),
    ("{ limit: { requests: 1/min, burst: 50% } }", &["6:40 S010 a bucket that never holds a whole request"]),
    ("{ limit: { tokens: 1k/min, burst: 0.5, when_empty: wait } }", &[
        "6:53 S007 the number `0.5` has no unit",
        "6:70 S006 expected a map with the key `wait`, found `wait`",
    ]),
    ("{ limit: { requests: 1/s, when_empty: { shed: {} } } }", &["6:59 S006 `shed` has no settings"]),
    ("{ limit: { requests: 1/s, when_empty: { wait: { at_most: off } } } }", &["6:76 S007 `off` is not a duration"]),

    // Routing.
    ("{ routing: { shares: { sonnet: 70%, haiku: 20% } } }", &["6:21 S010 the shares add up to 90 %"]),
    ("{ routing: { shares: { sonnet: 33.3%, haiku: 66.7% } } }", &[]),
    ("{ routing: { shares: { sonnet: 70%, hiaku: 30% } } }", &["6:55 S009 there is no model `hiaku`"]),
    ("{ routing: { shares: { sonnet: 100%, haiku: 0% } } }", &["6:63 S008 `0%` is out of bounds"]),
    ("{ routing: { shares: {} } }", &["6:21 S010 the shares add up to 0 %"]),
    ("{ routing: { share: {} } }", &["6:32 S004 unknown key `share`"]),
    ("{ routing: { content: [] } }", &["6:21 S008 no rule at all"]),
    ("{ routing: { content: [{ model: haiku, matches: '(' }, { flows: [chatt] }] } }", &[
        "6:67 S007 not a regular expression: unclosed group",
        "6:76 S005 missing key `model`",
        "6:84 S009 there is no flow `chatt`",
    ]),
    ("{ routing: { content: [{ model: haiku, min_tokens: 500, max_tokens: 100 }] } }", &["6:87 S010 no prompt is both that long and that short"]),
    ("{ routing: { content: [{ model: haiku }, { model: sonnet, max_tokens: 500 }] } }", &["6:62 S010 a rule behind one without conditions"]),
    ("{ routing: { content: [{ model: haiku, regex: a, flow: chat }] } }", &["6:58 S004 unknown key `regex`", "6:68 S004 unknown key `flow`"]),
    ("{ routing: { content: [{ model: haiku, tools: true }, { model: haiku, tools: no }] } }", &["6:96 S006 expected `true` or `false`, found `no`"]),
    ("{ routing: { content: [{ model: haiku, flows: ask, tools: false }] } }", &[]),
    ("{ routing: { metrics: { models: [haiku], by: cost } } }", &["6:43 S008 nothing to choose from", "6:64 S009 `cost` is not a figure"]),
    ("{ routing: { metrics: { models: [haiku, haiku], by: latency, half_life: 0s } } }", &[
        "6:59 S012 model `haiku` stands twice",
        "6:91 S008 `0s` is out of bounds",
    ]),
    ("{ routing: { metrics: { models: [haiku], by: latency } } }", &["6:43 S008 nothing to choose from"]),
    ("{ routing: { metrics: { models: [haiku, sonnet], by: in_flight, half_life: 10s } } }", &["6:94 S010 `half_life` has no meaning for `in_flight`"]),
    ("{ routing: { canary: { model: sonnet, share: 5% } } }", &["6:49 S010 `sonnet` is asked first anyway, so it is no canary"]),
    ("{ routing: { canary: { share: 5 } } }", &["6:32 S005 missing key `model`", "6:49 S007 the number `5` has no unit"]),
    ("{ routing: { canary: { model: haiku, share: 5% } }, fallback: [sonnet] }", &[]),

    // Hedging.
    ("{ hedge: {} }", &["6:21 S005 missing key `after`"]),
    ("{ hedge: { after: p100 } }", &["6:37 S008 `p100` is out of bounds"]),
    ("{ hedge: { after: 95 } }", &["6:37 S007 the number `95` has no unit"]),
    ("{ hedge: { after: 95% } }", &["6:37 S007 `95%` is not a duration or a percentile"]),
    ("{ hedge: { after: 5s }, timeout: { total: 5s } }", &["6:37 S010 the whole request has no more time than the hedge waits"]),
    ("{ hedge: { after: p99.9, at_most: 0% } }", &["6:53 S008 `0%` is out of bounds"]),
    ("{ hedge: { after: 1s, elsewhere: true } }", &["6:52 S010 `elsewhere` with one region only"]),
    ("{ hedge: { after: 1s, elsewhere: true }, regions: [us-east-1, us-west-2] }", &[]),

    // State machines.
    ("{ state_machine: {} }", &["6:21 S005 a state machine that does nothing"]),
    ("{ state_machine: { retry: [{}] } }", &["6:46 S005 missing key `error_equals`"]),
    ("{ state_machine: { retry: [{ error_equals: [] }] } }", &["6:48 S008 no error at all"]),
    ("{ state_machine: { retry: [{ error_equals: [States.ALL], IntervalSeconds: 2, MaxDelaySeconds: 30, BackoffRate: 1.5 }] } }", &[
        "6:76 S004 unknown key `IntervalSeconds`",
        "6:96 S004 unknown key `MaxDelaySeconds`",
        "6:117 S004 unknown key `BackoffRate`",
    ]),
    ("{ state_machine: { retry: [{ error_equals: [States.ALL], interval: 2, max_delay: 500ms, backoff_rate: 0.5, max_attempts: -1 }] } }", &[
        "6:86 S007 the number `2` has no unit",
        "6:100 S008 `500ms` is out of bounds",
        "6:121 S008 the number `0.5` is out of bounds",
        "6:140 S008 the number `-1` is out of bounds",
    ]),
    ("{ state_machine: { retry: [{ error_equals: [States.ALL], interval: 5s, max_delay: 2s, jitter_strategy: full }] } }", &[
        "6:101 S010 the longest wait is shorter than the first",
        "6:122 S009 `full` is not a jitter strategy",
    ]),
    ("{ state_machine: { retry: [{ error_equals: [States.ALL, States.Timeout] }] } }", &["6:63 S010 `States.ALL` among others"]),
    ("{ state_machine: { retry: [{ error_equals: [States.ALL] }, { error_equals: [States.Timeout] }] } }", &["6:63 S010 `States.ALL` among others"]),
    ("{ state_machine: { retry: [{ error_equals: [States.All, States.Timout, a b] }] } }", &[
        "6:63 S009 `States.All` is not an error of a state machine's task",
        "6:75 S009 `States.Timout` is not an error of a state machine's task",
        "6:90 S007 `a b` is not the name of an error",
    ]),
    ("{ state_machine: { retry: [{ error_equals: [Bedrock.ThrotlingException, SlowDown] }] } }", &["6:63 S009 Bedrock models no `ThrotlingException`"]),
    ("{ state_machine: { retry: [{ error_equals: [States.Timeout, States.Timeout] }] } }", &["6:79 S012 error `States.Timeout` stands twice"]),
    ("{ state_machine: { catch: [{ error_equals: [States.ALL] }] } }", &["6:48 S005 missing key `next`"]),
    ("{ state_machine: { catch: [{ error_equals: [States.ALL], next: opus }] } }", &["6:82 S009 there is no model `opus`"]),
    ("{ state_machine: { catch: [{ error_equals: [States.ALL], next: fail }] } }", &[]),
];

#[test]
fn each_mistake_of_a_policy_is_told_with_its_place() {
    assert_each(CLIENTS, with_client);
}

#[test]
fn names_that_others_use_are_answered_with_ours() {
    let client = "clients:
  plain:
    breaker: { failure_rate: 50%, window: 20, open_for: 10s, half_open: 3, slidingWindowSize: 5 }
    limit: { requests: 60/min, tpm: 100k/min }
    stream: restart
    retry: { quota: { own: {} } }
    state_machine:
      retry: [{ error_equals: [States.All], IntervalSeconds: 2, max_delay_seconds: 30, jitter_strategy: full }]";
    let text = SMALL.replace("clients: { plain: {} }", client);
    insta::assert_snapshot!("elsewhere", rendered(&parse(&text, &[]).unwrap_err()));
}

/// A model is asked by the operation of the flow, unless it has one of its own.
#[test]
fn other_models_must_hear_the_flow() {
    for (client, column) in [
        ("{ fallback: [command] }", Some(32)),
        ("{ fallback: [{ model: command, operation: converse }] }", None),
        ("{ fallback: [{ model: command, operation: invoke_stream }] }", Some(41)),
        ("{ routing: { shares: { sonnet: 50%, command: 50% } } }", Some(55)),
        ("{ routing: { content: [{ model: command, max_tokens: 5 }] } }", Some(51)),
        ("{ routing: { metrics: { models: [sonnet, command], by: errors } } }", Some(60)),
        ("{ routing: { canary: { model: command, share: 1% } } }", Some(49)),
        ("{ state_machine: { catch: [{ error_equals: [States.ALL], next: command }] } }", Some(82)),
        ("{ routing: { canary: { model: haiku, share: 1% } } }", None),
    ] {
        let text = with_client(client).replace("converse: {", "invoke: {");
        let operation = if client.contains("invoke_stream") { "invoke_stream" } else { "invoke" };
        let expected = column.map(|column| {
            format!(
                "6:{column} S014 `{operation}` on `command`: only Anthropic Messages bodies are spoken so far"
            )
        });
        assert_eq!(told(&text, &[]), Vec::from_iter(expected), "{client}");
    }
}

#[test]
fn a_body_that_must_say_says() {
    let text = |client: &str| {
        with_client(client)
            .replace("converse: { model: sonnet }", "converse: { model: command, max_tokens: unset }")
    };
    let invoke = |more: &str| text(&format!("{{ fallback: [{{ model: haiku, operation: invoke{more} }}] }}"));
    assert_eq!(
        told(&invoke(""), &[]),
        ["6:41 S014 `invoke` on `haiku` without `max_tokens`: a body of Anthropic Messages must say"]
    );
    assert_eq!(told(&invoke(", max_tokens: 256"), &[]), [""; 0]);
}

#[test]
fn a_profile_is_what_some_models_are_served_by() {
    let text =
        with_client("{ fallback: [haiku] }").replace("20240307-v1:0 }", "20240307-v1:0, on_demand: false }");
    assert_eq!(
        told(&text, &[]),
        ["6:32 S010 model `haiku` is served through a profile only, and its id is none"]
    );
}

#[test]
fn a_fallback_serves_the_flows_that_ask_another_model_first() {
    let text = with_client("{ fallback: [haiku] }")
        .replace("converse: { model: sonnet }", "converse: { model: haiku }");
    assert_eq!(told(&text, &[]), [""; 0]);
    let text = text.replace("converse_stream: { model: sonnet }", "converse_stream: { model: haiku }");
    assert_eq!(told(&text, &[]), ["6:32 S010 `haiku` is asked first anyway, so it is no fallback"]);
}

#[test]
fn a_shared_quota_is_shared_with_somebody() {
    let clients = |first: &str, second: &str| {
        let quota = |name: &str| format!("{{ retry: {{ quota: {{ shared: {name} }} }} }}");
        let text = with_client(&quota(first));
        told(&text.replace("} }\nstages", &format!("}}, other: {} }}\nstages", quota(second))), &[])
    };
    assert_eq!(clients("pool", "pool"), [""; 0]);
    assert_eq!(
        clients("pool", "pol"),
        [
            "6:30 S010 retry quota `pool` is shared with nobody",
            "6:77 S010 retry quota `pol` is shared with nobody",
        ]
    );
}

#[test]
fn rules_are_for_flows_that_the_client_carries() {
    let client = "{ routing: { content: [{ model: haiku, flows: ask }] } }, other: {}";
    let text = with_client(client).replace(
        "ask: { call: { converse: { model: sonnet } }, client: plain",
        "ask: { call: { converse: { model: sonnet } }, client: other",
    );
    assert_eq!(told(&text, &[]), ["6:44 S010 a rule that never holds: the client carries none of its flows"]);
}

#[test]
fn an_error_that_a_fault_injects_may_be_caught() {
    let client = "{ state_machine: { retry: [{ error_equals: [ThrottledException] }] } }";
    let text = with_client(client);
    assert_eq!(told(&text, &[]), ["6:63 S009 Bedrock models no `ThrottledException`"]);
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
    assert_eq!(
        gate("{ routing: { canary: { model: command, share: 1% } } }"),
        ["17:3 S011 gate `g` can have no data: no flow in scope asks model `haiku`"]
    );
}

#[test]
fn a_wire_client_starts_nothing_that_it_cannot_follow() {
    let ask = "ask: { call: { converse: { model: sonnet } }";
    let start =
        "ask: { call: { async_invoke: { model: sonnet, max_tokens: 64, output: \"s3://results/here\" } }";
    let text = with_client("{ wire: {} }").replace(ask, start);
    assert_eq!(told(&text, &[]), ["6:21 S014 a wire client does not follow asynchronous invocations"]);
    assert_eq!(told(&with_client("{}").replace(ask, start), &[]), [""; 0]);
}
