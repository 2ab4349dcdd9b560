//! What `--diagnostics` writes, and that the run does not notice.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;

use crate::support::{Desk, SMALL, Said, shipped};

/// The outputs of a run that follow from its seed alone.
const REPEATABLE: [&str; 8] = [
    "records.jsonl.zst",
    "ledger.jsonl.zst",
    "segments.jsonl",
    "summary.json",
    "summary.md",
    "junit.xml",
    "metrics.txt",
    "latency.hlog",
];

fn run(desk: &Desk, scenario: &Path, out: &str, args: &[&str]) -> Said {
    let scenario = scenario.to_str().unwrap();
    let said = desk.bedload(["run", scenario, "--out", out].iter().chain(args));
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    said
}

/// The spans of a file, and how many lines it has.
fn told(run: &Path) -> (Vec<Span>, usize) {
    let text = fs::read_to_string(run.join("diagnostics.jsonl")).expect("diagnostics");
    let requests = text.lines().map(|line| serde_json::from_str(line).expect("a request of OTLP/JSON"));
    let requests: Vec<ExportTraceServiceRequest> = requests.collect();
    let lines = requests.len();
    let resources = requests.into_iter().flat_map(|request| request.resource_spans);
    let scopes = resources.flat_map(|resource| {
        let about = &resource.resource.as_ref().expect("a resource").attributes;
        assert!(about.iter().any(|pair| pair.key == "bedload.scenario"), "{about:?}");
        resource.scope_spans
    });
    (scopes.flat_map(|scope| scope.spans).collect(), lines)
}

fn value<'a>(span: &'a Span, key: &str) -> Option<&'a Value> {
    span.attributes.iter().find(|pair| pair.key == key)?.value.as_ref()?.value.as_ref()
}

/// The line that says what became of all spans.
fn account(said: &Said) -> &str {
    said.stderr.lines().find(|line| line.starts_with("diagnostics → ")).expect("an account")
}

#[test]
fn the_run_does_not_notice() {
    let desk = Desk::new();
    let small = desk.write("s.yaml", SMALL);
    // Throttled calls draw their backoff from the generator that the SDK's spans draw their numbers from; jobs are beside
    // them to show it for queues.
    let small_queue =
        ["--set=flows.documents.load.queue.jobs=300", "--set=stages.0.for=10m", "--set=gates={}"];
    for (name, scenario, args) in
        [("small", small, &[][..]), ("queue", shipped("documents-in-trouble.yaml"), &small_queue)]
    {
        let (off, on) = (format!("{name}-off"), format!("{name}-on"));
        let said = run(&desk, &scenario, &off, args);
        assert!(!said.stderr.contains("diagnostics"), "{}", said.stderr);
        assert!(!desk.path(&off).join("diagnostics.jsonl").exists());
        run(&desk, &scenario, &on, &[args, &["--diagnostics=trace"]].concat());
        for file in REPEATABLE {
            let bytes = |run: &str| fs::read(desk.path(run).join(file)).expect(file);
            assert!(bytes(&off) == bytes(&on), "{name}: {file} is another with diagnostics");
        }
    }
}

#[test]
fn spans_of_the_sdk_stand_under_the_requests_of_the_harness() {
    let desk = Desk::new();
    let small = desk.write("s.yaml", SMALL);
    let said = run(&desk, &small, "run", &["--diagnostics"]);
    let (spans, lines) = told(&desk.path("run"));
    let path = Path::new("run").join("diagnostics.jsonl");
    let count = bedload_reports::number::count(spans.len() as u64);
    assert_eq!(account(&said), format!("diagnostics → {}: {count} spans", path.display()));
    assert!(lines >= spans.len() / 512 && lines < spans.len() / 100, "{lines} lines");

    let by_id: BTreeMap<&[u8], &Span> = spans.iter().map(|span| (&*span.span_id, span)).collect();
    assert_eq!(by_id.len(), spans.len(), "an id stands twice");
    let parent = |span: &Span| by_id.get(&*span.parent_span_id).copied();
    for span in &spans {
        assert!(
            span.parent_span_id.is_empty() || parent(span).is_some(),
            "{} has lost its parent",
            span.name
        );
    }
    let named = |name: &'static str| spans.iter().filter(move |span| span.name == name);
    // Ten a second for twenty seconds, each with a call; each fourth in the storm is throttled, and then tried again.
    assert_eq!(named("request").count(), 200);
    assert!(named("request").all(|span| span.parent_span_id.is_empty()));
    assert_eq!(named("request").map(|span| &*span.trace_id).collect::<BTreeSet<_>>().len(), 200);
    assert_eq!(named("Bedrock Runtime.Converse").count(), 200);
    assert!(named("try_attempt").count() > 220, "{}", named("try_attempt").count());
    for sdk in named("Bedrock Runtime.Converse") {
        let call = parent(sdk).expect("a parent");
        let request = parent(call).expect("a parent");
        assert_eq!((&*call.name, &*request.name), ("call", "request"));
        assert!(matches!(value(request, "id"), Some(Value::IntValue(0..200))), "{request:?}");
        assert!(matches!(value(request, "trace_id"), Some(Value::StringValue(id)) if id.len() == 32));
    }
    let summary: serde_json::Value =
        serde_json::from_slice(&fs::read(desk.path("run/summary.json")).expect("a summary")).expect("JSON");
    for (word, count, status) in
        [("FirstTry", "first_try", 0), ("Retried", "retried", 0), ("Failed", "failed", 2)]
    {
        let of_word = |span: &&Span| value(span, "outcome") == Some(&Value::StringValue(word.to_owned()));
        let ended: Vec<_> = named("request").filter(of_word).collect();
        assert_eq!(ended.len() as u64, summary["total"][count], "{word}");
        assert!(
            ended.iter().all(|span| span.status.as_ref().map_or(0, |status| status.code) == status),
            "{word}"
        );
    }
    for name in ["run", "traffic", "arrivals", "drain", "fold", "trace", "render"] {
        assert_eq!(named(name).count(), 1, "{name}");
    }
    let events =
        |name| named(name).flat_map(|span| &span.events).map(|event| &*event.name).collect::<Vec<_>>();
    let fault = "fault throttle on (";
    let traffic = events("traffic");
    assert!(traffic.starts_with(&["stage quiet begins", "stage storm begins"]), "{traffic:?}");
    assert!(traffic.iter().any(|event| event.starts_with(fault)), "{traffic:?}");
    assert_eq!(events("request").iter().filter(|event| **event == "call over").count(), 200);
    // A delay is the SDK's own word for its backoff.
    assert!(spans.iter().flat_map(|span| &span.events).any(|event| event.name.starts_with("delaying for ")));
}

#[test]
fn at_its_usual_level_nothing_of_prompts_and_answers_is_told() {
    let desk = Desk::new();
    let prompt = "The secret of the mill is in the millrace";
    let call = format!("messages: [{{ role: user, text: {prompt} }}]");
    let small = desk.write("s.yaml", SMALL.replace("max_tokens: 64", &format!("max_tokens: 64, {call}")));
    let told = |out: &str, filter: &str| {
        run(&desk, &small, out, &[filter]);
        fs::read_to_string(desk.path(out).join("diagnostics.jsonl")).expect("diagnostics")
    };
    let (usual, all) = (told("usual", "--diagnostics"), told("all", "--diagnostics=trace"));
    let answer = "A river carries its load";
    assert!(!usual.contains("millrace") && !usual.contains(answer), "a prompt or an answer is told");
    assert!(all.contains(answer), "the SDK tells no answers any more: what is said of `trace` is wrong");
    assert!(!usual.contains("made-up") && !all.contains("made-up"), "a secret key is told");
}

#[test]
fn in_real_time_every_span_that_began_is_written_too() {
    let desk = Desk::new();
    let small = desk.write("s.yaml", SMALL.replace("for: 10s", "for: 1s"));
    let small = small.to_str().unwrap();
    let said = desk.bedload(["run", small, "--out=run", "--real-time", "--diagnostics", "--set=gates={}"]);
    // A machine that is busy may send too late for the run to be valid, which is not asked here.
    assert!(matches!(said.code, Some(0 | 4)), "{}", said.stderr);
    let (spans, _) = told(&desk.path("run"));
    let count = bedload_reports::number::count(spans.len() as u64);
    assert!(account(&said).ends_with(&format!(": {count} spans")), "{}", account(&said));
    assert_eq!(spans.iter().filter(|span| span.name == "request").count(), 20);
}

#[test]
fn each_of_several_runs_has_its_own_file() {
    let desk = Desk::new();
    desk.write("a.yaml", SMALL.replace("name: small", "name: a"));
    desk.write(
        "b.yaml",
        SMALL.replace("name: small", "name: b").replace("rate: { quiet: 10/s", "rate: { quiet: 5/s"),
    );
    let said = desk.bedload(["run", "a.yaml", "b.yaml", "--out=runs", "--diagnostics=bedload::flow=debug"]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    for (name, requests) in [("a", 200), ("b", 150)] {
        let (spans, _) = told(&desk.path("runs").join(name));
        assert_eq!(spans.iter().filter(|span| span.name == "request").count(), requests, "{name}");
        assert!(spans.iter().all(|span| span.name == "request" || span.name == "call"), "{name}");
    }
}

#[test]
fn the_variable_is_heard_and_a_filter_that_matches_nothing_is_told() {
    let desk = Desk::new();
    desk.write("s.yaml", SMALL);
    let with = |value: &str, out: &str| -> Said {
        let mut command = desk.command(["run", "s.yaml", "--out", out]);
        command.env("BEDLOAD_DIAGNOSTICS", value).output().unwrap().into()
    };
    let said = with("1", "on");
    assert!(account(&said).ends_with(" spans") && said.code == Some(0), "{}", said.stderr);
    for off in ["off", ""] {
        let said = with(off, &format!("off{off}"));
        assert!(!said.stderr.contains("diagnostics") && said.code == Some(0), "{}", said.stderr);
    }
    let said = with("nobody=trace", "nothing");
    assert!(account(&said).ends_with(": 0 spans (nothing matched `nobody=trace`)"), "{}", said.stderr);
    assert_eq!(fs::read(desk.path("nothing/diagnostics.jsonl")).unwrap(), b"");
}

#[test]
fn a_filter_that_is_none_is_refused_with_its_place() {
    let desk = Desk::new();
    desk.write("s.yaml", SMALL);
    let said = desk.bedload(["run", "s.yaml", "--out=run", "--diagnostics=bedload=info,aws=debgu"]);
    assert_eq!(said.code, Some(2), "{}", said.stderr);
    let place =
        "`aws=debgu` at character 14 of `bedload=info,aws=debgu`: a level is off, error, warn, info, debug";
    assert!(said.stderr.contains(place) && said.stderr.contains("--diagnostics"), "{}", said.stderr);
    assert!(!desk.path("run").exists());
    // The scenario behind the bare flag is no filter.
    let said = desk.bedload(["run", "--diagnostics", "s.yaml", "--out=run"]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
}
