//! Each kind of mistake by itself.

use crate::support::{Kind, SMALL, assert_told, told};

/// Of everything but policies, faults and gates.
#[rustfmt::skip]
pub(crate) const KINDS: &[Kind] = &[
    // The whole file.
    ("name: small", "name: [small", &["3:6 S002 not YAML: illegal placement of ':' indicator"]),
    ("name: small", "name: *small", &["2:7 S002 not YAML: an alias of an anchor that is not there"]),
    ("flows:", "---\nflows:", &["12:1 S002 not YAML: a second document"]),
    ("name: small", "name: small\nname: large", &["3:1 S003 key `name` stands twice in one map"]),
    ("name: small", "name: small\nnmae: x", &["3:1 S004 unknown key `nmae`"]),
    ("name: small\n", "", &["1:1 S005 missing key `name`"]),
    ("version: 1", "version: 2", &["1:10 S015 the number `2` is not the version of the scenario language"]),
    ("version: 1", "version: one", &["1:10 S006 expected the version of the scenario language, found `one`"]),
    ("name: small", "name: A small one", &["2:7 S007 `A small one` is not a name of small letters, digits and `-`"]),
    ("name: small", "name: 2024", &["2:7 S006 expected a name of small letters, digits and `-`, found the number `2024`"]),
    ("name: small", "name:", &["2:1 S006 expected a name of small letters, digits and `-`, found nothing"]),
    ("name: small", "name: small\nseed: -1", &["3:7 S008 the number `-1` is out of bounds"]),
    ("name: small", "name: small\nclock: wall", &["3:8 S009 `wall` is not a clock"]),
    ("name: small", "name: small\nmax_in_flight: 0", &["3:16 S008 the number `0` is out of bounds"]),

    // Targets.
    ("{ mock: { regions: [us-east-1, us-west-2] } }", "mock", &["4:9 S006 expected a map with the key `mock`, found `mock`"]),
    ("{ mock:", "{ mokc:", &["4:11 S004 unknown key `mokc`"]),
    ("regions: [us-east-1, us-west-2]", "regions: []", &["4:19 S008 no region at all"]),
    ("[us-east-1, us-west-2]", "[us-east-1, us-east-1]", &["4:40 S012 region `us-east-1` stands twice"]),
    ("{ mock: { regions: [us-east-1, us-west-2] } }", "{ endpoint: localhost }",
        &["4:21 S007 `localhost` is not an address"]),
    ("{ mock: { regions: [us-east-1, us-west-2] } }", "{ endpoint: http://127.0.0.1:4580, aws: {} }",
        &["4:44 S010 `aws` is a second choice where only one can be"]),
    ("target: { mock: { regions: [us-east-1, us-west-2] } }", "target: { endpoint: http://127.0.0.1:4580 }\nclock: virtual", &[
        "5:8 S010 only a mock target can run in virtual time: another one answers by the wall clock",
        "7:12 S005 missing key `regions`",
    ]),
    ("us-west-2] } }", "us-west-2], account: 123456789012 } }", &["4:61 S006 expected the twelve digits of an account in quotes, found the number `123456789012`"]),
    ("us-west-2] } }", "us-west-2], account: \"12345\" } }", &["4:61 S007 `12345` is not the twelve digits of an account in quotes"]),
    ("us-west-2] } }", "us-west-2], profiles: { su: [us-west-2], us: [us-west-1], eu: [] } } }", &[
        "4:64 S009 there is no profile `su`",
        "4:86 S009 there is no region `us-west-1`",
        "4:98 S008 no region at all",
    ]),
    ("us-west-2] } }", "us-west-2], async: { fails: 0.05, takes: 1s }, guardrail: { blocks: bomb } } }", &[
        "4:68 S007 the number `0.05` has no unit",
        "4:74 S004 unknown key `takes`",
        "4:108 S006 expected a list, found `bomb`",
    ]),

    // Models.
    ("models: { sonnet: { id: anthropic.claude-3-sonnet-20240229-v1:0 } }", "models: {}",
        &["5:1 S005 the scenario has no model"]),
    ("v1:0 }", "v1:0, mock: { ttft: { p50: 2s, p99: 1s } } }", &["5:96 S010 the 99th percentile lies under the median"]),
    ("v1:0 }", "v1:0, mock: { ttft: { p50: 0s, p99: 1s } } }", &["5:87 S008 `0s` is out of bounds"]),
    ("v1:0 }", "v1:0, mock: { ttft: { p50: 1s } } }", &["5:74 S005 missing key `p99`"]),
    ("v1:0 }", "v1:0, mock: { ttft: { p0: 1s, p50: 2s } } }", &["5:74 S005 missing key `p100`"]),
    ("v1:0 }", "v1:0, mock: { ttft: { p0: 1s, p50: 3s, p75: 2s, p100: 4s } } }", &["5:104 S010 `p75` lies under `p50`"]),
    ("v1:0 }", "v1:0, mock: { output_tokens: 1.5 } }", &["5:89 S007 the number `1.5` is not a whole number"]),
    ("v1:0 }", "v1:0, price: { input_per_1k: -1, output_per_1k: x } }",
        &[
        "5:89 S008 the number `-1` is out of bounds",
        "5:108 S007 `x` is not a plain number",
    ]),
    ("v1:0 }", "v1:0, quota: { rpm: 0 } }", &["5:80 S008 the number `0` is out of bounds"]),
    ("v1:0 }", "v1:0, quota: { rpm: 600/min } }", &["5:80 S007 `600/min` is not a whole number"]),
    ("v1:0 }", "v1:0, quota: { tpm: 2m, rpd: 5 } }", &["5:80 S007 `2m` is not a whole number", "5:84 S004 unknown key `rpd`"]),
    ("v1:0 }", "v1:0, quota: { burndown: 0, window: minute, reserved: { input_tpm: 100k } } }", &[
        "5:85 S008 the number `0` is out of bounds",
        "5:96 S009 `minute` is not a window",
        "5:104 S005 missing key `output_tpm`",
    ]),
    ("v1:0 }", "v1:0, quota: { provisioned: { p: { units: 2, region: eu-west-1 } } } }", &[
        "5:90 S005 missing key `tpm_per_unit`",
        "5:113 S009 there is no region `eu-west-1`",
    ]),
    ("v1:0 }", "v1:0, regions: [us-east-1, eu-west-1, us-east-1] }", &[
        "5:87 S009 there is no region `eu-west-1`",
        "5:98 S012 region `us-east-1` stands twice",
    ]),
    ("v1:0 }", "v1:0, regions: [] }", &["5:66 S008 no region at all"]),
    ("v1:0 }", "v1:0, on_demand: no }", &["5:77 S006 expected `true` or `false`, found `no`"]),
    ("v1:0 }", "v1:0, on_demand: false }", &[
        "12:45 S010 model `sonnet` is served through a profile only, and its id is none",
        "13:37 S010 model `sonnet` is served through a profile only, and its id is none",
    ]),
    ("v1:0 }", "v1:0, mock: { answers: essey, capacity: 0, max_output_tokens: 0, slots: 0 } }", &[
        "5:83 S009 `essey` is not a kind of answers",
        "5:100 S008 the number `0` is out of bounds",
        "5:122 S008 the number `0` is out of bounds",
        "5:132 S008 the number `0` is out of bounds",
    ]),
    ("v1:0 }", "v1:0, mock: { optimized: { speedup: 1, rpm: 0 } } }", &[
        "5:96 S008 the number `1` is out of bounds",
        "5:104 S008 the number `0` is out of bounds",
    ]),
    ("sonnet: {", "son.net: {", &[
        "5:11 S007 `son.net` cannot be a name",
        "12:45 S009 there is no model `sonnet`",
        "13:37 S009 there is no model `sonnet`",
    ]),

    // Clients.
    ("plain: {}", "plain: { retry: { mode: off, attempts: 3 } }", &["6:51 S010 more than one attempt, but retries are off"]),
    ("plain: {}", "plain: { retry: { attempts: 21 } }", &["6:40 S008 the number `21` is out of bounds"]),
    ("plain: {}", "plain: { retry: { mode: standard, profile: v3 } }", &["6:55 S009 `v3` is not a retry profile"]),
    ("plain: {}", "plain: { timeout: { total: 60 } }", &["6:39 S007 the number `60` has no unit"]),
    ("plain: {}", "plain: { timeout: { total: 1s, attempt: 2s } }", &["6:39 S010 the whole request has less time than one attempt"]),
    ("plain: {}", "plain: { timeout: { connect: off } }", &["6:41 S007 `off` is not a duration"]),
    ("plain: {}", "plain: { regions: [us-east-2] }", &["6:31 S009 there is no region `us-east-2`"]),
    ("plain: {}", "plain: { fallback: [sonnt] }", &["6:32 S009 there is no model `sonnt`"]),
    ("plain: {}", "plain: { fallback: [sonnet, sonnet] }", &["6:40 S012 model `sonnet` stands twice"]),
    ("plain: {}", "plain: { fallback: sonnet }", &["6:31 S006 expected a list, found `sonnet`"]),
    ("plain: {}", "plain: []", &["6:12 S006 expected a map, found a list"]),
    ("plain: {}", "plain: { braker: {} }", &["6:21 S004 unknown key `braker`"]),

    // Stages.
    ("name: storm, for: 1m", "name: storm", &["9:7 S005 missing key `for`"]),
    ("name: storm, for: 1m", "name: storm, for: 0s", &["9:25 S008 `0s` is out of bounds"]),
    ("name: storm, for: 1m", "name: quiet, for: 1m",
        &["9:13 S012 stage `quiet` stands twice", "15:23 S009 there is no stage `storm`"]),
    ("name: storm, for: 1m", "name: storm, for: 1m, record: no", &["9:37 S006 expected `true` or `false`, found `no`"]),
    ("  - { name: quiet, for: 2m }\n  - { name: storm, for: 1m }\n  - { name: after, for: 1m }",
        "  - { name: quiet, for: 2m, record: false }\n  - { name: storm, for: 2m, record: false }",
        &["7:1 S016 no stage is recorded, so there is nothing to judge"]),

    // Flows.
    ("client: plain,", "client: plane,", &["12:65 S009 there is no client `plane`"]),
    ("rate: 20/s", "rate: 20", &["12:94 S007 the number `20` has no unit"]),
    ("rate: 20/s", "rate: 0/s", &["12:3 S016 a flow without any traffic"]),
    ("rate: 20/s", "rate: { strom: 1/s }", &["12:96 S009 there is no stage `strom`"]),
    ("rate: 20/s", "rate: { storm: { from: 1/s, too: 2/s } }", &["12:96 S005 missing key `to`", "12:116 S004 unknown key `too`"]),
    ("rate: 20/s", "rate: { storm: { from: 1/s, to: 2/s, steps: 1 } }", &["12:132 S008 the number `1` is out of bounds"]),
    ("rate: 20/s", "rate: { storm: { spyke: {} } }", &["12:96 S005 missing key `from`", "12:96 S005 missing key `to`", "12:105 S004 unknown key `spyke`"]),
    ("rate: 20/s", "rate: { storm: { spike: { base: 1/s, peak: 9/s, at: 50s, for: 20s } } }", &["12:96 S016 the spike is over 70.0\u{202f}s after its stage begins, and the stage is 60.0\u{202f}s long"]),
    ("rate: 20/s", "rate: { storm: { spike: { base: 1/s, peak: 9/s, at: 5s }, sine: {} } }", &["12:146 S010 `sine` is a second choice where only one can be"]),
    ("rate: 20/s", "rate: { storm: { sine: { low: 9/s, high: 1/s, period: 24h } } }", &["12:129 S010 the highest rate lies under the lowest"]),
    ("rate: 20/s", "rate: 20/s, arrivals: { gamma: { cv: 0 } }", &["12:125 S008 the number `0` is out of bounds"]),
    ("rate: 20/s", "rate: 20/s, arrivals: gamma", &["12:110 S006 expected a map with the key `gamma`, found `gamma`"]),
    ("{ open: { rate: 20/s } }", "{ queues: { jobs: 2000 } }", &["12:80 S004 unknown key `queues`"]),
    ("{ open: { rate: 20/s } }", "{ queue: { jobs: 2000, workers: 8 } }", &["12:80 S005 missing key `enqueue`"]),
    ("{ open: { rate: 20/s } }", "{ queue: { jobs: 9, enqueue: 1/s } }", &["12:3 S005 nobody takes jobs out of the queue"]),
    ("{ open: { rate: 20/s } }", "{ queue: { jobs: 9, enqueue: 1/s, workers: 2, function: {} } }", &["12:124 S010 both workers and a function take jobs out"]),
    ("{ open: { rate: 20/s } }", "{ queue: { jobs: 9, enqueue: 1/s, workers: 2, visibility: 13h } }", &["12:136 S008 a longer visibility than AWS allows"]),
    ("{ open: { rate: 20/s } }", "{ queue: { jobs: 9, enqueue: 1/s, workers: 2, heartbeat: 30s } }", &["12:135 S010 the heartbeat comes when the visibility of 30s is over"]),
    ("{ open: { rate: 20/s } }", "{ queue: { jobs: 9, enqueue: 1/s, workers: { count: 2, wait: 1500ms } } }", &["12:139 S008 a wait of a part of a second"]),
    ("{ open: { rate: 20/s } }", "{ queue: { jobs: 9, enqueue: 1/s, function: { batch: 50 } } }", &["12:112 S010 a batch that Lambda does not make"]),
    ("{ open: { rate: 20/s } }", "{ queue: { jobs: 9, enqueue: 1/s, function: {}, acknowledge: on_receive } }", &["12:139 S010 a function cannot delete its messages on receive"]),
    ("{ open: { rate: 20/s } }", "{ queue: { jobs: 9, enqueue: 1/min, workers: 2 } }", &["12:107 S016 the last job is due 8\u{202f}m\u{202f}00\u{202f}s after the start, and the timeline is 4\u{202f}m\u{202f}00\u{202f}s long"]),
    ("{ open: { rate: 20/s } }", "{ queue: { jobs: 9, enqueue: 1/s, workers: 2, existing: { queue: 'http://q', table: jobs } } }", &["12:124 S010 a queue that is there already, in a cloud that begins empty"]),
    ("{ open: { rate: 20/s } }", "{ replay: { file: none.csv } }", &["12:96 S017 tests/scenarios/none.csv cannot be read: No such file or directory (os error 2)"]),
    ("{ open: { rate: 20/s } }", "{ replay: { file: . } }", &["12:96 S017 tests/scenarios/. cannot be read: it is no file"]),
    ("{ open: { rate: 20/s } }", "{ replay: { file: trace.csv, format: splitwise } }", &["12:115 S009 `splitwise` is not a format of traces"]),
    ("{ open: { rate: 20/s } }", "{ replay: { file: trace.csv, format: mooncake } }", &["12:96 S017 trace.csv line 1: there is no column `timestamp` among `TIMESTAMP`, `ContextTokens` and `GeneratedTokens`; did you mean `TIMESTAMP`?"]),
    ("{ open: { rate: 20/s } }", "{ replay: { file: trace.csv, format: azure, columns: { time: t, times_in: s, input_tokens: i } } }",
        &["12:122 S005 missing key `output_tokens`", "12:122 S010 `columns` beside `format`"]),
    ("{ open: { rate: 20/s } }", "{ replay: { file: trace.csv, columns: { time: TIMESTAMP, times_in: ms, input_tokens: ContextTokens, output_tokens: GeneratedTokens } } }", &[
        "12:96 S017 trace.csv line 2: `2026-03-02 09:00:00.0000000` in `TIMESTAMP` is not a time in milliseconds",
        "12:96 S017 trace.csv line 3: `2026-03-02 09:00:01.2500000` in `TIMESTAMP` is not a time in milliseconds",
        "12:96 S017 trace.csv line 4: `2026-03-02 09:00:01.5000000` in `TIMESTAMP` is not a time in milliseconds",
        "12:96 S017 trace.csv line 5: `2026-03-02 09:00:04.0000000` in `TIMESTAMP` is not a time in milliseconds",
    ]),
    ("{ open: { rate: 20/s } }", "{ replay: { file: trace.csv, speed: 0, loop: never } }", &["12:114 S008 the number `0` is out of bounds", "12:123 S007 `never` is not `true`, `false` or a number of times"]),
    ("users: { quiet: 2 }", "users: { quiet: { from: 0, to: 0 } }", &["13:3 S016 a flow without any traffic"]),
    ("users: { quiet: 2 }", "users: { quiet: { from: 3 } }, turns: 0", &["13:91 S005 missing key `to`", "13:120 S008 the number `0` is out of bounds"]),
    ("converse: { model: sonnet }", "converse: { model: sonnet, cache_prefix: true }", &["13:59 S010 nothing is shared that could be cached"]),
    ("converse: { model: sonnet }", "converse: { model: sonnet, prompt: { file: none.txt } }",
        &["13:45 S017 tests/scenarios/none.txt cannot be read: No such file or directory (os error 2)"]),
    ("converse: { model: sonnet }", "converse: { model: sonnet, prompt: { file: { path: prompts.jsonl, order: random } } }",
        &["13:91 S009 `random` is not an order of prompts"]),
    ("converse: { model: sonnet }", "converse: { model: sonnet, prompt: { file: { path: prompts.jsonl } } }", &[
        "13:69 S017 prompts.jsonl line 1: there is no `prompt` among `question` and `source`",
        "13:69 S017 prompts.jsonl line 2: there is no `prompt` among `question`",
        "13:69 S017 prompts.jsonl line 3: there is no `prompt` among `question`",
    ]),
    ("converse: { model: sonnet }", "converse: { model: sonnet, prompt: { template: 'Hello {{nmae}}' } }",
        &["13:45 S007 `{{nmae}}` is none of `id`, `uuid`, `number`, `words`, `tokens`, and no variable"]),
    ("converse: { model: sonnet }", "converse: { model: sonnet, prompt: { template: 'Hello' } }", &["13:45 S010 a template that may say the same twice"]),
    ("converse: { model: sonnet }", "converse: { model: sonnet, prompt: { template: { text: '{{id}}', vars: { name: [Ada] } } } }",
        &["13:91 S010 the template does not use `name`"]),
    ("converse: { model: sonnet }", "converse: { model: sonnet, prompt: { template: { text: '{{id}} {{name}}', vars: { name: [] } } } }",
        &["13:100 S008 a variable without a text"]),
    ("converse: { model: sonnet }", "converse: { model: sonnet, max_tokens: trace, prompt: { input_tokens: trace } }",
        &["13:57 S010 as long as in a trace, but the load replays none", "13:64 S010 as long as in a trace, but the load replays none"]),
    ("{ open: { rate: 20/s } }", "{}", &["12:72 S005 nothing is chosen here"]),
    ("users: { quiet: 2 }", "users: { quiet: 0 }", &["13:3 S016 a flow without any traffic"]),
    ("converse: { model: sonnet }", "converse: { model: sonnet, max_tokens: 200001 }", &["13:57 S008 the number `200001` is out of bounds"]),
    ("converse: { model: sonnet }", "converse: { model: sonnet, temperature: 1.5 }", &["13:58 S008 the number `1.5` is out of bounds"]),
    ("converse: { model: sonnet }", "converse: { model: sonnet, prompt: { text: hi }, messages: [] }",
        &["13:67 S010 `messages` beside `prompt`"]),
    ("converse: { model: sonnet }", "converse: { model: sonnet, messages: [{ role: assistant, text: hi }] }",
        &["13:45 S010 a conversation begins and ends with the user"]),
    ("converse: { model: sonnet }", "converse: { model: sonnet, system: ' ' }", &["13:53 S007 ` ` is not a text that says something"]),
    ("converse: { model: sonnet }", "converse: { model: sonnet, tools: [{ name: t, input_schema: string }] }",
        &["13:78 S006 expected a JSON object, found `string`"]),
    ("anthropic.claude-3-sonnet-20240229-v1:0 } }\nclients", "cohere.command-r-v1:0 } }\nclients", &[]),
    ("converse: { model: sonnet }", "converse: { model: sonnet, max_tokens: off }", &["13:57 S007 `off` is not a whole number"]),
    ("converse: { model: sonnet }", "invoke: { model: sonnet, max_tokens: unset }",
        &["13:55 S014 `max_tokens: unset` on `invoke`: a body of Anthropic Messages must say"]),

    // Answers.
    ("clients:", "answers: { a: {} }\nclients:", &["6:12 S005 an answer that says nothing"]),
    ("clients:", "answers: { a: { say: '' } }\nclients:", &["6:22 S007 `` is not a text that says something"]),
    ("clients:", "answers: { a: { say: 5 } }\nclients:", &["6:22 S006 expected a text that says something, found the number `5`"]),
    ("clients:", "answers: { a: { say: x }, b: { say: y } }\nclients:", &["6:27 S010 answer `b` is never given: `a` answers everybody"]),
    ("clients:", "answers: { a: { call: { input: 3 }, stop_reason: tool } }\nclients:", &[
        "6:17 S005 missing key `tool`",
        "6:32 S006 expected a JSON object, found the number `3`",
        "6:50 S009 `tool` is not a stop reason",
    ]),
    ("clients:", "answers: { a: { where: { model: sonet, operation: count_tokens, prompt: { regexp: x } }, say: x } }\nclients:", &[
        "6:33 S009 there is no model `sonet`",
        "6:51 S009 `count_tokens` is not an operation",
        "6:65 S005 missing key `regex`",
        "6:75 S004 unknown key `regexp`",
    ]),
    ("{ mock: { regions: [us-east-1, us-west-2] } }\nmodels: { sonnet: { id: anthropic.claude-3-sonnet-20240229-v1:0 } }\nclients: { plain: {} }",
        "{ endpoint: http://127.0.0.1:4580 }\nmodels: { sonnet: { id: anthropic.claude-3-sonnet-20240229-v1:0 } }\nclients: { plain: { regions: [us-east-1] } }\nanswers: { a: { say: x } }",
        &["7:1 S014 only a mock target answers by rule"]),
];

#[test]
fn each_kind_of_mistake_is_told_with_its_place() {
    assert_told(KINDS);
}

#[test]
fn bodies_are_spoken_with_anthropic_models_only() {
    let text = SMALL
        .replace("anthropic.claude-3-sonnet-20240229-v1:0", "cohere.command-r-v1:0")
        .replace("converse:", "invoke:");
    assert_eq!(
        told(&text, &[]),
        ["13:35 S014 `invoke` on `sonnet`: only Anthropic Messages bodies are spoken so far"]
    );
    let profile = text.replace("cohere.command-r-v1:0", "us.anthropic.claude-3-haiku-20240307-v1:0");
    assert_eq!(told(&profile, &[]), [""; 0]);
}

#[test]
fn what_is_no_scenario_at_all_is_told() {
    let table: [(&str, &[&str]); 5] = [
        ("", &["1:1 S002 the scenario is empty"]),
        ("# only a remark\n", &["1:16 S002 the scenario is empty"]),
        ("just text", &["1:1 S006 expected a map, found `just text`"]),
        ("- a\n- b\n", &["1:1 S006 expected a map, found a list"]),
        ("a: &a [*a]", &["1:8 S002 not YAML: an anchor that holds itself"]),
    ];
    for (text, expected) in table {
        assert_eq!(told(text, &[]), expected, "{text}");
    }
}

#[test]
fn a_mistake_in_a_definition_is_no_mistake_of_its_mentions() {
    let table: [(&str, &str, &[&str]); 4] = [
        ("v1:0 } }", "v1:0, mock: 3 } }", &["5:72 S006 expected a map, found the number `3`"]),
        (
            "clients: { plain: {} }",
            "clients: 3",
            &["6:10 S006 expected a map from names, found the number `3`"],
        ),
        ("for: 2m", "for: 2", &["8:25 S007 the number `2` has no unit"]),
        ("inject: { throttle: {} }", "inject: { throttel: {} }", &["15:40 S004 unknown key `throttel`"]),
    ];
    let gates = "gates: { back: { metric: recovery.time, after: throttle, max: 1s }, quick: { metric: latency.p95, during: quiet, max: 1s } }\n";
    for (from, to, expected) in table {
        let text = format!("{}{gates}", SMALL.replacen(from, to, 1));
        assert_eq!(told(&text, &[]), expected, "{to}");
    }
}
