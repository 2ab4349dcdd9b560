//! The scenario language, from outside: what it reads, what it refuses and how it says so.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use bedload::engine::assembly::{self, cloud_spec};
use bedload::scenario::{
    Answers, Behaviour, CODES, Code, Inject, Input, Load, Mistakes, Names, Plan, Set, Source, Spread,
    StopReason, Target, Unreadable, When, WindowLaw, expand, faults, schema,
};
use bedload_reports::gate::Limit;
use bedload_reports::header::ClockKind;
use bedload_reports::record::Operation;
use bedload_reports::units::Nanos;
use miette::{GraphicalReportHandler, GraphicalTheme};
use proptest::prelude::*;

const FULL: &str = include_str!("scenarios/full.yaml");
const MISTAKES: &str = include_str!("scenarios/mistakes.yaml");

/// The least that is a scenario.
const SMALL: &str = "\
version: 1
name: small
about: The least that is a scenario.
target: { mock: { regions: [us-east-1, us-west-2] } }
models: { sonnet: { id: anthropic.claude-3-sonnet-20240229-v1:0 } }
clients: { plain: {} }
stages:
  - { name: quiet, for: 2m }
  - { name: storm, for: 1m }
  - { name: after, for: 1m }
flows:
  chat: { call: { converse_stream: { model: sonnet } }, client: plain, load: { open: { rate: 20/s } } }
  ask: { call: { converse: { model: sonnet } }, client: plain, load: { closed: { users: { quiet: 2 } } } }
faults:
  throttle: { during: storm, inject: { throttle: {} } }
";

fn parse(text: &str, sets: &[&str]) -> Result<Plan, Mistakes> {
    let sets: Vec<Set> = sets.iter().map(|set| set.parse().unwrap()).collect();
    Plan::parse(&source(text), &sets)
}

fn source(text: &str) -> Source {
    Source::from_bytes("scenarios/storm.yaml", text.as_bytes().to_vec()).unwrap()
}

fn rendered(mistakes: &Mistakes) -> String {
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
        .with_width(100)
        .with_links(false);
    let mut text = String::new();
    handler.render_report(&mut text, mistakes).unwrap();
    text
}

/// The mistakes of a text as `line:column code message`.
fn told(text: &str, sets: &[&str]) -> Vec<String> {
    match parse(text, sets) {
        Ok(_) => Vec::new(),
        Err(mistakes) => mistakes
            .iter()
            .map(|mistake| {
                let place = (mistake.line(), mistake.column(), mistake.code().id(), mistake.message());
                format!("{}:{} {} {}", place.0, place.1, place.2, place.3)
            })
            .collect(),
    }
}

#[test]
fn every_mistake_of_a_file_is_told_at_once() {
    let mistakes = parse(MISTAKES, &[]).unwrap_err();
    assert_eq!(mistakes.to_string(), format!("{} mistakes in scenarios/storm.yaml", mistakes.count()));
    insta::assert_snapshot!("mistakes", rendered(&mistakes));
}

/// The small scenario with one change, and what is then told.
fn changed(from: &str, to: &str) -> Vec<String> {
    assert!(SMALL.contains(from), "{from}");
    told(&SMALL.replacen(from, to, 1), &[])
}

/// Each kind of mistake: what to change in the small scenario, and what is then told of it.
#[rustfmt::skip]
const KINDS: &[(&str, &str, &[&str])] = &[
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
    ("v1:0 }", "v1:0, mock: { answers: essey, capacity: 0, max_output_tokens: 0 } }", &[
        "5:83 S009 `essey` is not a kind of answers",
        "5:100 S008 the number `0` is out of bounds",
        "5:122 S008 the number `0` is out of bounds",
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
    ("plain: {}", "plain: { breaker: { window: 20 } }", &["6:21 S004 unknown key `breaker`"]),

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
    ("{ open: { rate: 20/s } }", "{ queue: { jobs: 2000 } }", &["12:80 S004 unknown key `queue`"]),
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

    // Faults.
    ("during: storm", "during: strom", &["15:23 S009 there is no stage `strom`"]),
    ("during: storm", "during: 2m..5m", &["15:23 S016 the window ends after the timeline, which is 4\u{202f}m\u{202f}00\u{202f}s long"]),
    ("during: storm", "during: 3m..2m", &["15:23 S008 `3m..2m` is out of bounds"]),
    ("throttle: {} }", "throttle: { share: 0.7 } }", &["15:59 S007 the number `0.7` has no unit"]),
    ("throttle: {} }", "throttle: { share: 0% } }", &["15:59 S008 `0%` is out of bounds"]),
    ("throttle: {} }", "throttle: { message: request } }", &["15:61 S009 `request` is not a quota"]),
    ("during: storm", "during: storm, where: { flow: [chat, chatt], region: eu-west-1 }",
        &[
        "15:52 S009 there is no flow `chatt`",
        "15:68 S009 there is no region `eu-west-1`",
    ]),
    ("during: storm", "during: storm, where: { operation: convers }", &["15:50 S009 `convers` is not an operation"]),
    ("during: storm, inject", "inject", &[]),
    ("during: storm", "where: { tier: fast, attempt: [0, 2], prompt: { regex: '(' } }", &[
        "15:30 S009 `fast` is not a service tier",
        "15:46 S008 the number `0` is out of bounds",
        "15:70 S007 not a regular expression: unclosed group",
    ]),
    ("during: storm", "where: { prompt: 404 }", &["15:32 S006 expected a text that says something, found the number `404`"]),
    ("{ throttle: {} }", "{ throttle: { retry_after: 2, message: { txt: x } } }", &[
        "15:65 S007 the number `2` has no unit",
        "15:68 S005 missing key `text`",
        "15:79 S004 unknown key `txt`",
    ]),
    ("{ throttle: {} }", "{ throttle: {}, latency: { add: 1s } }", &["15:54 S010 `latency` is a second choice where only one can be"]),
    ("{ throttle: {} }", "{ throtle: {} }", &["15:40 S004 unknown key `throtle`"]),
    ("{ throttle: {} }", "{ latency: { after: 3 } }", &["15:40 S005 missing key `add`", "15:51 S004 unknown key `after`"]),
    ("{ throttle: {} }", "{ unavailable: { message: full } }", &["15:64 S009 `full` is not a reason"]),
    ("{ throttle: {} }", "{ error: {} }", &["15:30 S005 an error without `type` and `status`"]),
    ("{ throttle: {} }", "{ error: { type: ModelTimoutException } }", &["15:55 S009 Bedrock models no `ModelTimoutException`, and it has no `status`"]),
    ("{ throttle: {} }", "{ error: { type: SlowDown, status: 200, headers: { bad.name: 1, x: \"a\\nb\" } } }", &[
        "15:73 S008 the number `200` is out of bounds",
        "15:89 S007 `bad.name` cannot be a name",
        "15:105 S007 `a…` is not the value of a header in printable ASCII",
    ]),
    ("{ throttle: {} }", "{ first_byte: { add: 2 } }", &["15:59 S007 the number `2` has no unit"]),
    ("{ throttle: {} }", "{ slow_tokens: { factor: 1 } }", &["15:63 S008 the number `1` is out of bounds"]),
    ("{ throttle: {} }", "{ drip: { rate: 512 } }", &["15:54 S007 the number `512` has no unit"]),
    ("{ throttle: {} }", "{ drip: { rate: 0B/s } }", &["15:54 S008 `0B/s` is out of bounds"]),
    ("{ throttle: {} }", "{ stall: { for: ever, after: -1 } }", &["15:54 S007 `ever` is not a duration", "15:67 S008 the number `-1` is out of bounds"]),
    ("{ throttle: {} }", "{ stall: { after: 3 } }", &["15:40 S005 missing key `for`"]),
    ("{ throttle: {} }", "{ exception_frame: { type: ThrotlingException } }", &["15:65 S009 `ThrotlingException` is not an exception of Bedrock"]),
    ("{ throttle: {} }", "{ bad_crc: { part: body } }", &["15:57 S009 `body` is not a checksum"]),
    ("{ throttle: {} }", "{ truncate: { after: 1.5 } }", &["15:59 S007 the number `1.5` is not a whole number"]),
    ("{ throttle: {} }", "{ reset: { when: before_head, after: 3 } }", &["15:75 S010 `after` counts events of the body, and the connection is reset before it begins"]),
    ("{ throttle: {} }", "{ reset: { when: later } }", &["15:55 S009 `later` is not a moment"]),
    ("{ throttle: {} }", "{ refuse: { after: 3 } }", &["15:50 S004 unknown key `after`"]),
    ("{ throttle: {} }", "{ wrong_date: {} }", &["15:30 S005 a wrong date that is not wrong"]),
    ("{ throttle: {} }", "{ wrong_date: { ahead: 1h, behind: 1h } }", &["15:73 S010 a date both ahead and behind"]),
    ("{ throttle: {} }", "{ downgrade: { of: price } }", &["15:57 S009 `price` is not something to get less of"]),
    ("{ throttle: {} }", "{ outage: { region: us-east-1 } }", &["15:50 S004 unknown key `region`"]),
    ("{ throttle: {} }", "{ quota_squeeze: { to: 0%, share: 10% } }", &["15:61 S008 `0%` is out of bounds", "15:65 S004 unknown key `share`"]),
    // What could never strike.
    ("{ throttle: {} }", "{ quota_squeeze: { to: 50% } }", &["15:3 S014 fault `throttle`: there is no quota to squeeze of `sonnet`"]),
    ("inject: { throttle: {} }", "where: { flow: chat }, inject: { quota_squeeze: { to: 50% } }",
        &["15:3 S010 fault `throttle`: a quota is everybody's, so it cannot be squeezed by `flow`"]),
    ("inject: { throttle: {} }", "where: { flow: ask, operation: converse_stream }, inject: { throttle: {} }",
        &["15:3 S010 fault `throttle`: `converse_stream` is called by none of `ask`"]),
    ("inject: { throttle: {} }", "where: { flow: ask }, inject: { early_end: {} }",
        &["15:3 S010 fault `throttle`: `early_end` strikes streams, and there is none in `converse`"]),
    ("inject: { throttle: {} }", "where: { operation: [invoke, count_tokens] }, inject: { bad_crc: {} }",
        &["15:3 S010 fault `throttle`: `bad_crc` strikes streams, and there is none in `invoke` and `count_tokens`"]),
    ("inject: { throttle: {} }", "where: { operation: [invoke, invoke_stream] }, inject: { swap_events: {} }", &[]),
    ("{ mock: { regions: [us-east-1, us-west-2] } }\nmodels: { sonnet: { id: anthropic.claude-3-sonnet-20240229-v1:0 } }\nclients: { plain: {} }",
        "{ endpoint: http://127.0.0.1:4580 }\nmodels: { sonnet: { id: anthropic.claude-3-sonnet-20240229-v1:0 } }\nclients: { plain: { regions: [us-east-1] } }", &[]),
];

#[test]
fn each_kind_of_mistake_is_told_with_its_place() {
    let wrong: Vec<String> = KINDS
        .iter()
        .map(|(from, to, expected)| (to, changed(from, to), expected))
        .filter(|(_, told, expected)| told != *expected)
        .map(|(to, told, expected)| format!("{to}\n   told {told:#?}\n   not {expected:#?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Gates on the small scenario, and what is told of them.
#[rustfmt::skip]
const GATES: &[(&str, &[&str])] = &[
    ("{ metric: success.ratio, min: 99.5% }", &[]),
    ("{ metric: latency.p95, during: quiet, max: 2s }", &[]),
    ("{ metric: recovery.time, after: throttle, max: 0s }", &[]),
    ("{ metric: requests.count, equals: 10k }", &[]),
    ("{ metric: success.rate, min: 99% }", &["17:16 S009 there is no metric `success.rate`"]),
    ("{ metric: latency, max: 2s }", &["17:16 S009 there is no metric `latency`"]),
    ("{ metric: latency.p95 }", &["17:3 S005 a gate without a limit"]),
    ("{ metric: latency.p95, max: 2s, min: 1s }", &["17:3 S010 a gate with more than one limit"]),
    ("{ metric: latency.p95, max: 2 }", &["17:34 S007 the number `2` has no unit"]),
    ("{ metric: latency.p95, max: [2s] }", &["17:29 S006 expected one value in the unit of the metric, found a list"]),
    ("{ metric: latency.p95, max: 2/s }", &["17:34 S007 `2/s` is not a duration"]),
    ("{ metric: latency.p95, between: [1s] }", &["17:29 S006 `between` has two ends, found 1"]),
    ("{ metric: latency.p95, between: [2s, 1s] }", &["17:29 S010 the first end lies above the second"]),
    ("{ metric: success.ratio, min: 0.995 }", &["17:36 S007 the number `0.995` has no unit"]),
    ("{ metric: tokens.per_minute, max: 2M }", &["17:40 S007 `2M` has no unit"]),
    ("{ metric: latency.p95, flow: chatt, max: 2s }", &["17:35 S009 there is no flow `chatt`"]),
    ("{ metric: latency.p95, during: strom, max: 2s }", &["17:37 S009 there is no stage `strom`"]),
    ("{ metric: latency.p95, where: { region: eu-west-1 }, max: 2s }", &["17:46 S009 there is no region `eu-west-1`"]),
    ("{ metric: latency.p95, after: throttle, max: 2s }", &["17:36 S010 `after` has no meaning for `latency.p95`"]),
    ("{ metric: recovery.time, after: throttle, during: quiet, max: 2s }", &["17:56 S010 `during` has no meaning for `recovery.time`"]),
    ("{ metric: latency.p95, max: 2s, severity: error }", &["17:48 S009 `error` is not a severity"]),
    ("{ metric: latency.p95, max: 2s, basline: main }", &["17:38 S004 unknown key `basline`"]),
    // What could never have data.
    ("{ metric: ttft.p95, flow: ask, max: 2s }", &["17:3 S011 gate `g` can have no data: flow `ask` does not stream, so it has no ttft"]),
    ("{ metric: dropped.count, flow: ask, max: 2 }", &["17:3 S011 gate `g` can have no data: only an open load can find no room, and none is in scope"]),
    ("{ metric: goodput.ratio, min: 99% }", &["17:3 S011 gate `g` can have no data: the scenario has no `slo`"]),
    ("{ metric: cost.total, max: 1 }", &["17:3 S011 gate `g` can have no data: there is no price for `sonnet`"]),
    ("{ metric: region.share, min: 1% }", &["17:3 S011 gate `g` can have no data: it does not say which region"]),
    ("{ metric: model.share, min: 1% }", &["17:3 S011 gate `g` can have no data: it does not say which model"]),
    ("{ metric: recovery.time, max: 2s }", &["17:3 S011 gate `g` can have no data: it does not say which fault to recover from"]),
    ("{ metric: ttft.p95, during: storm, max: 2s }", &[]),
    ("{ metric: latency.p95, flow: ask, during: storm, max: 2s }", &["17:3 S011 gate `g` can have no data: flow `ask` has no traffic in stage `storm`"]),
    ("{ metric: latency.p95, where: { region: us-west-2 }, max: 2s }", &["17:3 S011 gate `g` can have no data: no client in scope asks region `us-west-2`"]),
];

#[test]
fn each_mistake_of_a_gate_is_told_with_its_place() {
    for (gate, expected) in GATES {
        let text = format!("{SMALL}gates:\n  g: {gate}\n");
        assert_eq!(told(&text, &[]), *expected, "{gate}");
    }
}

#[test]
fn a_gate_needs_recorded_time_with_traffic() {
    let text = SMALL.replace("name: quiet, for: 2m", "name: quiet, for: 2m, record: false");
    let gates = "gates:
  still: { metric: latency.p95, during: quiet, max: 1s }
  back: { metric: recovery.time, after: throttle, max: 1s }
";
    assert_eq!(
        told(&format!("{text}{gates}"), &[]),
        [
            "17:3 S011 gate `still` can have no data: stage `quiet` is not recorded",
            "18:3 S011 gate `back` can have no data: nothing is recorded before fault `throttle`, so there is no level to return to",
        ]
    );
    let late = SMALL.replace("during: storm", "during: after");
    let told =
        told(&format!("{late}gates:\n  back: {{ metric: recovery.time, after: throttle, max: 1s }}\n"), &[]);
    assert_eq!(told, ["17:3 S011 gate `back` can have no data: nothing is recorded after fault `throttle`"]);
}

#[test]
fn a_gate_needs_a_flow_that_streams_while_it_looks() {
    let text = SMALL.replace("rate: 20/s", "rate: { quiet: 20/s }").replace("{ quiet: 2 }", "2");
    assert_eq!(
        told(&format!("{text}gates:\n  g: {{ metric: itl.p95, during: storm, max: 1s }}\n"), &[]),
        ["17:3 S011 gate `g` can have no data: no flow streams in stage `storm`, so there is no itl"]
    );
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

#[test]
fn a_mistake_in_an_anchor_is_told_once_with_its_use() {
    let shared = "x-retry: &retry { mode: standard, attmpts: 5 }\n";
    let text = format!(
        "{shared}{}",
        SMALL.replace("{ plain: {} }", "{ plain: { retry: *retry }, other: { retry: *retry } }")
    );
    let mistakes = parse(&text, &[]).unwrap_err();
    assert_eq!(mistakes.count(), 1);
    insta::assert_snapshot!("anchor", rendered(&mistakes));
}

#[test]
fn every_code_is_told_somewhere() {
    let mut codes: BTreeSet<&str> = [Code::Unreadable.id(), Code::BadPath.id()].into();
    let tables = KINDS.iter().map(|(_, _, told)| told).chain(GATES.iter().map(|(_, told)| told));
    codes.extend(tables.flat_map(|told| told.iter().filter_map(|line| line.split(' ').nth(1))));
    assert_eq!(codes, CODES.iter().map(|(code, ..)| *code).collect());
}

#[test]
fn the_whole_language_is_read() {
    let plan = parse(FULL, &[]).unwrap();
    assert_eq!((&**plan.name(), plan.seed(), plan.clock()), ("every-key", 7, ClockKind::Virtual));
    assert_eq!((plan.max_in_flight(), plan.length()), (2000, Nanos::from_secs(300)));
    let Target::Mock { regions, account, profiles, async_fails, blocked_words } = plan.target() else {
        unreachable!("a mock")
    };
    assert_eq!((regions.len(), &**account, profiles.len()), (2, "000123456789", 2));

    assert_eq!((*async_fails, blocked_words.len()), (0.05, 1));

    let sonnet = plan.model("sonnet").unwrap();
    assert_eq!(sonnet.behaviour().output_tokens, Spread::LogNormal { p50: 150.0, p99: 600.0 });
    assert_eq!(sonnet.price().unwrap().output_per_1k, 0.015);

    let quota = sonnet.quota().unwrap();
    assert_eq!((quota.on_demand.rpm, quota.on_demand.tpd), (Some(2400), Some(1_000_000_000)));
    assert_eq!((quota.burndown, quota.window), (5, WindowLaw::Refill));
    assert_eq!(quota.provisioned.iter().map(|bought| bought.units).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(sonnet.behaviour().optimized.unwrap().speedup, 2.5);
    let haiku = plan.model("haiku").unwrap();
    assert_eq!((haiku.regions().len(), haiku.behaviour().answers), (1, Answers::Echo));
    let reasons: Vec<_> = plan.answers().iter().map(|answer| answer.stop_reason()).collect();
    assert_eq!(reasons, [StopReason::ToolUse, StopReason::StopSequence, StopReason::EndTurn]);

    let client = plan.client("plain").unwrap();
    assert_eq!((client.retry().attempts, client.retry().max_backoff), (5, Duration::from_secs(10)));
    assert_eq!((client.regions().len(), client.timeout().total), (1, None));

    let [chat, lookup, batch, events] = plan.flows() else { unreachable!("four flows") };
    assert_eq!(chat.call().operation, Operation::ConverseStream);
    assert_eq!(chat.call().input, Input::Tokens(Spread::LogNormal { p50: 300.0, p99: 2000.0 }));
    let Load::Open { segments, .. } = chat.load() else { unreachable!("an open load") };
    assert_eq!(
        (segments[2].from, segments[2].start_per_s, segments[2].end_per_s),
        (Nanos::from_secs(150), 20.0, 40.0)
    );
    let Load::Closed { segments, .. } = lookup.load() else { unreachable!("a closed load") };
    assert_eq!(segments.iter().map(|segment| segment.users).collect::<Vec<_>>(), [8, 16]);
    assert!(matches!(&batch.call().input, Input::Messages(messages) if messages.len() == 1));
    assert_eq!((batch.call().max_tokens, chat.call().max_tokens), (None, Some(512)));
    assert!(matches!(events.load(), Load::Closed { segments, .. } if segments.len() == 4));

    let throttle = &plan.faults()[0];
    assert_eq!(throttle.when().window(), Some((Nanos::from_secs(150), Nanos::from_secs(210))));
    assert_eq!((throttle.trigger().share, throttle.trigger().first), (0.7, Some(10_000)));
    assert!(
        matches!(throttle.inject(), Inject::Throttle { retry_after: Some(wait), .. } if wait.as_secs() == 2)
    );

    let kinds: BTreeSet<&str> = plan.faults().iter().map(|fault| fault.inject().name()).collect();
    assert_eq!(kinds.len(), 23, "{kinds:?}");
    assert_eq!(plan.faults()[4].when(), &When::Always);

    let gate = &plan.gates()[5];
    assert_eq!((gate.limit, gate.line), (Limit::Max(2e6), Some(165)));
    assert_eq!(plan.validity().min_achieved, 0.975);
    assert_eq!(plan.source_text(), FULL);
}

#[test]
fn the_whole_language_makes_a_cloud_and_its_faults() {
    let plan = parse(FULL, &[]).unwrap();
    cloud_spec(&plan).unwrap();
    let made = assembly::faults(plan.faults()).unwrap();
    assert_eq!(made.len(), plan.faults().len());
    for (made, asked) in made.iter().zip(plan.faults()) {
        assert_eq!((made.name(), made.kind().word()), (&**asked.name(), asked.inject().name()));
    }
}

#[test]
fn the_story_that_the_language_was_made_for_is_read() {
    let plan = parse(include_str!("scenarios/storm-and-failover.yaml"), &[]).unwrap();
    assert_eq!((plan.flows().len(), plan.faults().len(), plan.gates().len()), (3, 1, 5));
    assert_eq!(plan.length(), Nanos::from_secs(330));
}

#[test]
fn faults_say_what_they_do() {
    let plan = parse(FULL, &[]).unwrap();
    let about: Vec<String> =
        plan.faults().iter().map(|fault| fault.about().replace('\u{202f}', " ")).collect();
    insta::assert_snapshot!("about", about.join("\n"));
}

/// What is told of a document of faults, added to a mock that serves the small scenario, or to none.
fn told_of_faults(text: &str, plan: Option<&Plan>) -> Result<Vec<String>, Vec<String>> {
    let names = plan.map_or_else(|| Names::served(["sonnet".into()], ["us-east-1".into()]), Names::of);
    match faults(&source(text), &names, plan) {
        Ok(faults) => Ok(faults.iter().map(|fault| fault.about().replace('\u{202f}', " ")).collect()),
        Err(mistakes) => Err(mistakes
            .iter()
            .map(|mistake| format!("{}:{} {}", mistake.line(), mistake.column(), mistake.message()))
            .collect()),
    }
}

#[test]
fn faults_are_read_without_a_scenario() {
    let json = r#"{
  "slow": { "where": { "model": "sonnet", "region": "us-east-1" }, "inject": { "latency": { "add": "2s" } } },
  "late": { "during": "1m..2m", "inject": { "early_end": { "after": 3, "share": "50%" } } }
}"#;
    let about = ["2.00 s more to sonnet us-east-1", "a clean end after 3 events to 50 % of all requests"];
    assert_eq!(told_of_faults(json, None), Ok(about.map(str::to_owned).into()));
    assert_eq!(told_of_faults("{}", None), Ok(Vec::new()));

    let plan = parse(SMALL, &[]).unwrap();
    let yaml = "storm: { during: storm, where: { flow: chat, region: us-west-2 }, inject: { refuse: {} } }";
    let about = "a refused connection to chat us-west-2".to_owned();
    assert_eq!(told_of_faults(yaml, Some(&plan)), Ok(vec![about]));
}

#[test]
fn faults_without_a_scenario_are_held_against_what_is_served() {
    let plan = parse(SMALL, &[]).unwrap();
    let table: [(&str, Option<&Plan>, &[&str]); 7] = [
        ("f: { inject: { thrott: {} } }", None, &["1:16 unknown key `thrott`"]),
        (
            "f: { where: { model: opus, flow: chat }, during: storm, inject: { outage: {} } }",
            None,
            &[
                "1:22 there is no model `opus`",
                "1:34 there is no flow `chat`",
                "1:50 there is no stage `storm`",
            ],
        ),
        (
            "f: { where: { region: eu-west-1 }, during: 3m..5m, inject: { outage: {} } }",
            Some(&plan),
            &[
                "1:23 there is no region `eu-west-1`",
                "1:44 the window ends after the timeline, which is 4\u{202f}m\u{202f}00\u{202f}s long",
            ],
        ),
        (
            "f: { where: { flow: ask }, inject: { bad_crc: {} } }",
            Some(&plan),
            &["1:1 fault `f`: `bad_crc` strikes streams, and there is none in `converse`"],
        ),
        ("[]", None, &["1:1 expected a map from names, found a list"]),
        ("{", None, &["1:1 not YAML: unclosed bracket '{'"]),
        ("", None, &["1:1 the document is empty"]),
    ];
    for (text, plan, expected) in table {
        assert_eq!(
            told_of_faults(text, plan),
            Err(expected.iter().map(|it| it.to_string()).collect()),
            "{text}"
        );
    }
}

#[test]
fn before_other_targets_stand_the_faults_that_can() {
    const ENDPOINT: &str = "{ endpoint: http://127.0.0.1:4580 }";
    let table: [(&str, &str, &[&str]); 7] = [
        (ENDPOINT, "inject: { early_end: {} }", &[]),
        (ENDPOINT, "where: { flow: chat, region: us-east-1 }, inject: { unavailable: {} }", &[]),
        (
            ENDPOINT,
            "where: { region: us-west-2 }, inject: { unavailable: {} }",
            &["15:39 S009 there is no region `us-west-2`"],
        ),
        (
            ENDPOINT,
            "inject: { outage: {} }",
            &["15:3 S014 fault `throttle`: only a mock target can have `outage`"],
        ),
        (
            ENDPOINT,
            "inject: { downgrade: { of: tier } }",
            &["15:3 S014 fault `throttle`: only a mock target can have `downgrade`"],
        ),
        ("{ aws: {} }", "where: { attempt: 1 }, inject: { reset: { when: before_head } }", &[]),
        (
            "{ aws: {} }",
            "where: { flow: chat }, inject: { throttle: {} }",
            &[
                "15:3 S014 fault `throttle`: AWS is not told which flow a request is of, so no fault before it can tell",
            ],
        ),
    ];
    for (target, fault, expected) in table {
        let text = SMALL
            .replace("{ mock: { regions: [us-east-1, us-west-2] } }", target)
            .replace("{ plain: {} }", "{ plain: { regions: [us-east-1] } }")
            .replace("during: storm, inject: { throttle: {} }", fault);
        assert_eq!(told(&text, &[]), expected, "{text}");
    }
}

#[test]
fn defaults_are_printed_and_hold() {
    let plan = parse(SMALL, &[]).unwrap();
    assert_eq!(plan.model("sonnet").unwrap().behaviour(), &Behaviour::default());
    insta::assert_snapshot!("defaults", expand(&plan));
}

/// What a plan holds, without what depends on how it was written.
fn held(plan: &Plan) -> String {
    let mut gates = plan.gates().to_vec();
    gates.iter_mut().for_each(|gate| gate.line = None);
    format!(
        "{:#?}",
        (
            (plan.name(), plan.about(), plan.seed(), plan.clock(), plan.target(), plan.max_in_flight()),
            (plan.stages(), plan.models(), plan.answers(), plan.clients(), plan.flows(), plan.faults()),
            (plan.slo(), gates, plan.validity()),
        )
    )
}

fn reads_back(plan: &Plan) {
    let expanded = expand(plan);
    let again =
        parse(&expanded, &[]).unwrap_or_else(|mistakes| unreachable!("{}\n{expanded}", rendered(&mistakes)));
    assert_eq!(held(&again), held(plan));
    assert_eq!(again.digest(), plan.digest());
    assert_eq!(expand(&again), expanded);
}

#[test]
fn the_expanded_scenario_is_the_same_plan() {
    for text in [FULL, SMALL] {
        reads_back(&parse(text, &[]).unwrap());
    }
    let elsewhere = [
        "target={ aws: { profile: \"a b\", max_cost: 0.1, max_requests: 10k } }",
        "faults={}",
        "models.sonnet.regions=[us-east-1]",
        "models.sonnet.quota={ rpm: 1, provisioned: { p: { tpm_per_unit: 1 } } }",
        "clients.plain.regions=[eu-west-1]",
        "models.sonnet.price={ input_per_1k: 0.003, output_per_1k: 1e-7 }",
        "validity.min_achieved=33.3%",
        "gates={ g: { metric: cost.per_1k, max: 1e30 }, 1: { metric: latency.p99.9, max: 1ns } }",
    ];
    reads_back(&parse(SMALL, &elsewhere).unwrap());
}

#[test]
fn the_digest_is_of_the_meaning() {
    let digest = |text: &str, sets: &[&str]| parse(text, sets).unwrap().digest().to_owned();
    let plain = digest(SMALL, &[]);
    assert_eq!(plain.len(), 64);
    assert_eq!(digest(&format!("# a remark\n{SMALL}"), &["seed=1"]), plain);
    assert_eq!(digest(SMALL, &["stages.quiet.for=120s"]), plain);
    assert_ne!(digest(SMALL, &["seed=2"]), plain);
}

#[test]
fn the_command_line_changes_a_scenario() {
    let sets = [
        "seed=9",
        "clients.plain.retry.attempts=7",
        "stages.storm.for=3m",
        "stages.0.record=false",
        "flows.chat.load.open.rate={ storm: 5/s }",
        "gates.quick={ metric: latency.p95, max: 1s }",
    ];
    let plan = parse(SMALL, &sets).unwrap();
    assert_eq!(plan.seed(), 9);
    assert_eq!(plan.client("plain").unwrap().retry().attempts, 7);
    assert_eq!(plan.length(), Nanos::from_secs(360));
    assert!(!plan.stages()[0].record);
    assert_eq!(plan.gates()[0].line, None);
    assert_eq!(plan.source_text(), expand(&plan));
}

#[test]
fn a_change_with_mistakes_is_told_where_it_stands() {
    let sets = [
        "flows.chatt.client=plain",
        "stages.strom.for=2m",
        "stages.9.for=2m",
        "clients.plain.retry.atempts=5",
        "name.x=1",
        "clients.plain.timeout.total=60",
        "max_in_flight=[1",
        "flows.ask.load.closed.think=soon",
    ];
    let mistakes = parse(SMALL, &sets).unwrap_err();
    assert_eq!(mistakes.count(), sets.len());
    insta::assert_snapshot!("sets", rendered(&mistakes));
}

#[test]
fn a_path_to_nothing_is_its_own_refusal() {
    let refusal = Source::read(Path::new("no/such.yaml")).unwrap_err();
    assert!(matches!(refusal, Unreadable::Missing { .. }), "{refusal}");
}

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

/// The names of all properties in a schema.
fn properties(schema: &serde_json::Value, names: &mut BTreeSet<String>) {
    match schema {
        serde_json::Value::Object(map) => {
            if let Some(serde_json::Value::Object(keys)) = map.get("properties") {
                names.extend(keys.keys().cloned());
            }
            map.values().for_each(|value| properties(value, names));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| properties(item, names)),
        _ => {}
    }
}

#[test]
fn the_schema_and_the_full_scenario_know_the_same_keys() {
    let schema: serde_json::Value = serde_json::from_str(&schema()).unwrap();
    let mut names = BTreeSet::new();
    properties(&schema, &mut names);
    assert!(names.len() > 60, "{names:?}");
    // Other targets, and limits that another gate has.
    let elsewhere = ["endpoint", "aws", "profile", "max_cost", "max_requests"];
    for name in names.iter().filter(|name| !elsewhere.contains(&name.as_str())) {
        assert!(FULL.contains(&format!("{name}:")), "full.yaml does not use `{name}`");
    }
    let required = &schema["definitions"]["Stage"]["required"];
    assert_eq!(required, &serde_json::json!(["name", "for"]));
    assert!(!schema.to_string().contains("x-optional"));
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
            format!("flows.chat.load.open.rate={rate}/s"),
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
}
