//! Loads that replay a trace.

use bedload::pace::{Lengths, Passes};
use bedload::scenario::{Plan, expand, settings};
use bedload_reports::units::Nanos;

use crate::expanded::reads_back;
use crate::support::{SMALL, parse, source};

fn replaying(settings: &str) -> Plan {
    parse(SMALL, &[&format!("flows.chat.load={{ replay: {{ {settings} }} }}")]).unwrap()
}

/// When the first flow's arrivals are due, in seconds, and how long they are.
fn due(plan: &Plan) -> Vec<(f64, u32, u32)> {
    let replay = plan.flows()[0].load().replay().unwrap();
    let told = |at: Nanos, Lengths { input, output }| (at.as_secs_f64(), input, output);
    replay.map(|due| told(due.at, due.lengths.unwrap())).collect()
}

#[test]
fn a_trace_is_played_at_its_speed_as_often_as_asked() {
    let once = due(&replaying("file: trace.csv"));
    assert_eq!(once, [(0.0, 374, 44), (1.25, 1396, 109), (1.5, 879, 55), (4.0, 91, 16)]);
    let twice = due(&replaying("file: trace.csv, speed: 2, loop: 2"));
    assert_eq!((twice.len(), twice[3], twice[4].1), (8, (2.0, 91, 16), 374));
    let times: Vec<f64> =
        due(&replaying("file: trace.csv, loop: true")).into_iter().map(|(at, ..)| at).collect();
    assert!(times.is_sorted() && times.last().is_some_and(|last| (235.0..240.0).contains(last)), "{times:?}");
}

#[test]
fn a_replay_survives_the_way_out_and_back() {
    for settings in [
        "file: trace.csv",
        "file: ./trace.csv, format: auto, speed: 0.25, loop: false",
        "file: trace.csv, format: azure, speed: 1e-3, loop: 1k",
        "file: trace.jsonl, columns: { time: at, times_in: date_time, input_tokens: in, output_tokens: out }, loop: true",
    ]
    .map(|settings| settings.replace("date_time", "us"))
    {
        reads_back(&replaying(&settings));
    }
    let sets = [
        "flows.chat.load={ replay: { file: trace.csv } }",
        "flows.chat.call={ converse: { model: sonnet, max_tokens: 512, prompt: { input_tokens: 200 } } }",
    ];
    reads_back(&parse(SMALL, &sets).unwrap());
    let replay = replaying("file: trace.csv, loop: 2");
    assert!(
        expand(&replay).contains("loop: 2\n") && expand(&replay).contains("max_tokens: trace  # default")
    );
}

#[test]
fn the_digest_is_of_the_trace_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace.csv");
    let digest = |tokens: u32| {
        std::fs::write(
            &path,
            format!("TIMESTAMP,ContextTokens,GeneratedTokens\n2026-03-02 09:00:00,{tokens},1\n"),
        )
        .unwrap();
        replaying(&format!("file: {:?}", path.display().to_string())).digest().to_owned()
    };
    assert_ne!(digest(1), digest(2));
    assert_eq!(digest(1), digest(1));
}

#[test]
fn a_scenario_is_recalled_without_its_trace() {
    let text = SMALL.replace("{ open: { rate: 20/s } }", "{ replay: { file: gone.csv, loop: 2 } }");
    let gates = "gates: { calm: { metric: latency.p95, flow: chat, during: after, max: 1s } }\n";
    let plan = Plan::recall(&source(&format!("{text}{gates}"))).unwrap();
    assert_eq!(settings(&plan)["flows.chat.load.replay.file"], "gone.csv");
    assert!(parse(&text, &[]).is_err());
}

#[test]
fn a_trace_at_one_instant_is_played_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace.jsonl");
    std::fs::write(&path, "{\"timestamp\":5,\"input_length\":1,\"output_length\":1}\n").unwrap();
    let load = |passes| {
        format!("flows.chat.load={{ replay: {{ file: {:?}, loop: {passes} }} }}", path.display().to_string())
    };
    let mistakes = parse(SMALL, &[&load("true")]).unwrap_err();
    let messages: Vec<_> = mistakes.iter().map(|mistake| mistake.message()).collect();
    assert_eq!(messages, ["a trace without length cannot be played again"]);
    assert_eq!(due(&parse(SMALL, &[&load("false")]).unwrap()), [(0.0, 1, 1)]);
    assert!(
        matches!(parse(SMALL, &[&load("1")]), Ok(plan) if matches!(plan.flows()[0].load(), bedload::scenario::Load::Replay { passes: Passes::Times(1), .. }))
    );
}

#[test]
fn the_first_mistakes_of_a_trace_are_told_and_the_others_counted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace.csv");
    let rows: String = (0..8).map(|row| format!("then,{row},{row}\n")).collect();
    std::fs::write(&path, format!("TIMESTAMP,ContextTokens,GeneratedTokens\n{rows}")).unwrap();
    let load = format!("flows.chat.load={{ replay: {{ file: {:?} }} }}", path.display().to_string());
    let mistakes = parse(SMALL, &[&load]).unwrap_err();
    let told: Vec<_> = mistakes.iter().map(|mistake| mistake.message().to_owned()).collect();
    assert_eq!(told.len(), 6);
    assert!(
        told[0].ends_with("trace.csv line 2: `then` in `TIMESTAMP` is not a date with a time"),
        "{told:?}"
    );
    assert!(told[5].ends_with("trace.csv: 3 more mistakes of such kinds"), "{told:?}");
}
