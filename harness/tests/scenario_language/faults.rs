//! Faults: their mistakes, those that could never strike, and documents that hold nothing else.

use bedload::scenario::{Names, Plan, faults};

use crate::support::{FULL, Kind, SMALL, assert_told, parse, source, told};

/// Each kind of mistake in a fault.
#[rustfmt::skip]
pub(crate) const KINDS: &[Kind] = &[
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
fn each_mistake_of_a_fault_is_told_with_its_place() {
    assert_told(KINDS);
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
            &["15:32 S009 there is no region `us-west-2`"],
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
