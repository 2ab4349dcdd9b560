//! Capacity plans: what is found against what is known, what binds, and how a plan ends.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{Desk, Said};

/// A mock whose limits are the test's to set, and a load.
fn scenario(mock: &str, quota: &str, client: &str, load: &str, max_tokens: &str) -> String {
    format!(
        "version: 1
name: truth
about: A target whose capacity is known.
seed: 1
target: {{ mock: {{ regions: [us-east-1] }} }}
models:
  haiku:
    id: anthropic.claude-3-haiku-20240307-v1:0
    mock: {{ ttft: 400ms, per_token: 40ms, output_tokens: 41{mock} }}
    quota: {{ {quota} }}
    price: {{ input_per_1k: 0.00025, output_per_1k: 0.00125 }}
clients: {{ app: {{ retry: {{ mode: standard, attempts: 3 }}{client} }} }}
stages: [{{ name: all, for: 30m }}]
flows:
  ask:
    call: {{ converse: {{ model: haiku, max_tokens: {max_tokens}, prompt: {{ input_tokens: 200 }} }} }}
    client: app
    load: {load}
"
    )
}

const OPEN: &str = "{ open: { arrivals: poisson, rate: 2/s } }";
const EVEN: &str = "{ open: { arrivals: constant, rate: 2/s } }";
/// An answer of the mock takes 400 ms, and 40 gaps of 40 ms.
const TAKES_S: f64 = 2.0;

/// A truth: the scenario, what more to say, the level, and what binds.
struct Truth {
    scenario: String,
    args: &'static [&'static str],
    level: f64,
    binds: &'static str,
}

fn truth(binds: &'static str) -> Truth {
    let (settled, held) = (200.0 + 41.0, 200.0 + 2000.0 - (200.0 + 41.0));
    let eight_at_once = 8.0 / TAKES_S;
    let of = |scenario, args, level| Truth { scenario, args, level, binds };
    match binds {
        "rpm" => of(scenario("", "rpm: 240", "", OPEN, "100"), &["--for", "success.ratio >= 90%"], 4.0),
        // 60 λ S + (λ W + 1) (R − S) is the limit.
        "tpm_reserved" => of(
            scenario("", "tpm: 80k", "", EVEN, "2k"),
            &["--for", "success.ratio >= 90%"],
            (80_000.0 - held) / (60.0 * settled + TAKES_S * held),
        ),
        // The same where next to nothing is reserved that is not used.
        "tpm_settled" => of(
            scenario("", "tpm: 60k", "", EVEN, "50"),
            &["--for", "success.ratio >= 90%"],
            (60_000.0 - 9.0) / (60.0 * settled + TAKES_S * 9.0),
        ),
        "tpd" => of(
            scenario("", "tpd: 30M", "", EVEN, "100"),
            &["--for", "success.ratio >= 90%", "--hours-a-day", "8"],
            30e6 / (8.0 * 3600.0 * settled),
        ),
        // A service that has no capacity for more than eight at once, and says so.
        "capacity" => of(
            scenario(", capacity: 8", "", "", EVEN, "100"),
            &["--for", "attempts.per_request <= 1.005"],
            eight_at_once,
        ),
        // A model that answers eight at once; the others wait.
        "goal" => of(
            scenario(", slots: 8", "", "", EVEN, "100"),
            &["--for", "latency.p95 <= 4s", "--hold", "3m"],
            eight_at_once,
        ),
        // A generator that holds eight in flight.
        "generator" => of(
            scenario("", "", "", EVEN, "100").replace("seed: 1", "seed: 1\nmax_in_flight: 8"),
            &["--for", "latency.p95 <= 4s"],
            eight_at_once,
        ),
        // A client that holds eight in flight.
        "client_concurrency" => of(
            scenario("", "", ", limit: { in_flight: 8 }", EVEN, "100"),
            &["--for", "latency.p95 <= 4s", "--hold", "3m"],
            eight_at_once,
        ),
        // Two workers, one job each.
        "workers" => of(
            scenario(
                "",
                "",
                "",
                "{ queue: { jobs: 1000, enqueue: 1/s, workers: { count: 2, in_flight: 1, batch: 1 } } }",
                "100",
            ),
            &[],
            2.0 * 3600.0 / TAKES_S,
        ),
        other => panic!("no truth is known of {other}"),
    }
}

fn plan_of(folder: &Path) -> Value {
    serde_json::from_slice(&fs::read(folder.join("plan.json")).expect("a plan")).expect("JSON")
}

fn steps(plan: &Value) -> &[Value] {
    plan["variants"][0]["steps"].as_array().expect("steps")
}

/// The highest passing level and the lowest failing step above it.
fn edge(plan: &Value) -> (f64, &Value) {
    let level = |step: &Value| step["level"].as_f64().expect("a level");
    let passed = |step: &&Value| step["verdict"] == "pass";
    let highest = steps(plan).iter().filter(passed).map(level).fold(0.0, f64::max);
    let failing = steps(plan).iter().filter(|step| !passed(step) && level(step) > highest);
    let first = failing.min_by(|a, b| level(a).total_cmp(&level(b))).expect("a failing step");
    (highest, first)
}

/// The word for what bound a step.
fn binds(step: &Value) -> String {
    let constraint = &step["verdict"]["fail"]["constraint"];
    let keyed = constraint.as_object().and_then(|object| object.keys().next());
    constraint.as_str().map(str::to_owned).or(keyed.cloned()).expect("a constraint")
}

fn is_found(truth: &Truth, seed: u64) {
    let desk = Desk::new();
    desk.write("s.yaml", &truth.scenario);
    let seed = seed.to_string();
    let said = desk.bedload(["plan", "s.yaml", "--out", "p", "--seed", &seed].iter().chain(truth.args));
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let plan = plan_of(&desk.path("p"));
    let (found, failing) = edge(&plan);
    let off = found / truth.level - 1.0;
    assert!(off.abs() <= 0.05, "seed {seed}: {found} where {} is true\n{}", truth.level, said.stderr);
    assert_eq!(binds(failing), truth.binds, "seed {seed}\n{}", said.stderr);
}

#[test]
fn a_quota_of_requests_is_found() {
    is_found(&truth("rpm"), 1);
}

#[test]
fn a_quota_of_tokens_is_found_by_what_is_reserved_and_by_what_is_settled() {
    is_found(&truth("tpm_reserved"), 2);
    is_found(&truth("tpm_settled"), 3);
}

#[test]
fn a_quota_of_the_day_is_found() {
    is_found(&truth("tpd"), 4);
}

#[test]
fn a_capacity_that_answers_503_is_found() {
    is_found(&truth("capacity"), 5);
}

#[test]
fn a_model_that_lets_callers_wait_is_found_by_the_goal() {
    is_found(&truth("goal"), 6);
}

#[test]
fn a_generator_that_is_the_limit_is_found() {
    is_found(&truth("generator"), 7);
}

#[test]
fn a_client_that_holds_back_is_found() {
    is_found(&truth("client_concurrency"), 8);
}

#[test]
fn workers_that_cannot_keep_up_are_found() {
    is_found(&truth("workers"), 9);
}

#[test]
#[ignore = "minutes: `cargo test --workspace --test cli plan:: -- --ignored`"]
fn what_is_known_is_found_over_twenty_seeds() {
    let all = [
        "rpm",
        "tpm_reserved",
        "tpm_settled",
        "tpd",
        "capacity",
        "goal",
        "generator",
        "client_concurrency",
        "workers",
    ];
    for binds in all {
        let truth = truth(binds);
        (1..=20).for_each(|seed| is_found(&truth, seed));
    }
}

fn plan(desk: &Desk, args: &[&str]) -> Said {
    desk.write("s.yaml", scenario("", "rpm: 600, tpm: 2M", "", EVEN, "500"));
    desk.bedload(["plan", "s.yaml", "--out", "p"].iter().chain(args))
}

#[test]
fn an_unset_limit_shows_the_capacity_that_it_loses() {
    let desk = Desk::new();
    let quota = "models.haiku.quota={ tpm: 1M }";
    let more = ["--set", quota, "--set", "flows.ask.call.converse.max_tokens=unset", "--from", "5"];
    let said = plan(&desk, &more);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    // 64,000 are reserved for answers of 41 tokens.
    let (settled, held) = (200.0 + 41.0, 64_000.0 - 41.0);
    let (unset, all) = ((1e6 - held) / (60.0 * settled + TAKES_S * held), 1e6 / (60.0 * settled));
    let (found, _) = edge(&plan_of(&desk.path("p")));
    assert!((found / unset - 1.0).abs() < 0.05, "{found} where {unset} is true\n{}", said.stderr);
    let lost = said.stderr.lines().find(|line| line.contains("Lost to max_tokens")).expect("what is lost");
    assert!(lost.contains(&format!("would carry {all:.1}/s")), "{lost} where {all} is true");
}

#[test]
fn the_same_seed_plans_the_same_bytes() {
    let bytes = || {
        let desk = Desk::new();
        assert_eq!(plan(&desk, &[]).code, Some(0));
        ["plan.json", "plan.html", "plan.md"].map(|name| fs::read(desk.path("p").join(name)).expect(name))
    };
    assert_eq!(bytes(), bytes());
}

#[test]
fn a_budget_reached_in_mid_search_keeps_what_is_known_and_says_what_is_not() {
    let desk = Desk::new();
    let said = plan(&desk, &["--max-requests", "2000"]);
    assert_eq!(said.code, Some(4), "{}", said.stderr);
    let last = said.last_line();
    assert!(last.contains("the budget was spent") && last.contains("is not known"), "{last}");
    let told = plan_of(&desk.path("p"));
    assert!(steps(&told).iter().any(|step| step["verdict"] == "pass"), "{told}");
    let sent: u64 = steps(&told).iter().filter_map(|step| step["requests"].as_u64()).sum();
    assert!(sent <= 2000, "{sent}");
}

#[test]
fn each_step_is_a_run_that_can_be_run_again() {
    let desk = Desk::new();
    assert_eq!(plan(&desk, &["--steps", "2"]).code, Some(4));
    let step = desk.path("p").join("steps/01");
    let again = desk.bedload(["run", &step.join("scenario.yaml").to_string_lossy(), "--out", "again"]);
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    let total = |folder: &Path| {
        let summary = fs::read(folder.join("summary.json")).expect("a summary");
        serde_json::from_slice::<Value>(&summary).expect("JSON")["total"].clone()
    };
    assert!(total(&step) == total(&desk.path("again")), "the figures differ");
}

#[test]
fn a_scenario_may_say_itself_what_is_asked_of_it() {
    let desk = Desk::new();
    let own = "plan: { goals: [\"latency.p95 <= 2s\", success.ratio >= 95%], flow: ask, hold: 1m }\n";
    desk.write("s.yaml", scenario("", "rpm: 600", "", EVEN, "100") + own);
    let said = desk.bedload(["plan", "s.yaml", "--out", "p", "--steps", "2"]);
    assert!(said.stderr.contains("goals    latency.p95 <= 2s, success.ratio >= 95%"), "{}", said.stderr);
    let wrong = own.replace("latency.p95", "latncy.p95");
    desk.write("s.yaml", scenario("", "", "", EVEN, "100") + &wrong);
    let said = desk.bedload(["check", "s.yaml"]);
    assert!(said.code == Some(3) && said.stderr.contains("latncy"), "{}", said.stderr);
}

#[test]
fn nothing_that_passes_is_told_with_the_reason() {
    let desk = Desk::new();
    let said = plan(&desk, &["--for", "latency.p95 <= 100ms"]);
    assert_eq!(said.code, Some(99), "{}", said.stderr);
    assert!(said.last_line().contains("the goal latency.p95"), "{}", said.stderr);
}

#[test]
fn a_goal_a_flow_or_a_variation_that_is_none_is_refused_before_the_first_run() {
    let desk = Desk::new();
    for (args, code, told) in [
        (["--for", "latency.p95 < 2s"], 2, "is no goal"),
        (["--for", "latency.p95 <= soon"], 3, "soon"),
        (["--flow", "asks"], 2, "no flow `asks`"),
        (["--deadline", "1h"], 2, "a deadline is for a queue"),
        (["--vary", "flows.ask.call.converse.max_tokens=many"], 3, "many"),
    ] {
        let said = plan(&desk, &args);
        assert_eq!(said.code, Some(code), "{args:?}: {}", said.stderr);
        assert!(said.stderr.contains(told), "{args:?}: {}", said.stderr);
        let begun = desk.path("p").join("steps").exists();
        assert!(!begun, "{args:?} began");
    }
}

#[test]
fn a_batch_with_a_deadline_is_told_its_workers_undisturbed_and_in_trouble() {
    let desk = Desk::new();
    let load = "{ queue: { jobs: 240, enqueue: 100/s, visibility: 30s, workers: { count: 4, in_flight: 1, batch: 1 } } }";
    desk.write("s.yaml", scenario("", "", "", load, "100"));
    let said = desk.bedload(["plan", "s.yaml", "--out", "p", "--deadline", "2m"]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let told = plan_of(&desk.path("p"));
    let least = |place: usize| {
        let steps = told["variants"][place]["steps"].as_array().expect("steps");
        let passed = steps.iter().filter(|step| step["verdict"] == "pass");
        passed.filter_map(|step| step["level"].as_f64()).fold(f64::INFINITY, f64::min)
    };
    // 240 jobs of 2 s are 480 s of work: four workers take two minutes and a little, five do not.
    assert_eq!(least(0), 5.0, "{}", said.stderr);
    assert!(least(1) >= 5.0 && least(2) > 5.0, "{} {}\n{}", least(1), least(2), said.stderr);
    assert!(said.stderr.contains("Visibility"), "{}", said.stderr);
}
