//! What must hold of every page, whatever the run.

use std::fmt::Write;

use super::*;
use crate::record::Record;
use crate::render::sample::{HOSTILE, every_verdict, header, hostile, note, seen_only, storm, torn, twins};
use crate::tally::Tally;
use crate::testing;
use crate::trace::Tracer;
use crate::trace::account::Traced;
use crate::validity::Ending;

const SCENARIO: &str = "# what happens in a storm?\nname: storm-and-failover\n";

fn page_of(summary: &Summary, scenario: &str) -> String {
    let mut out = Vec::new();
    let written = html(summary, &note(), scenario, &mut out);
    assert!(written.is_ok(), "{written:?}");
    String::from_utf8_lossy(&out).into_owned()
}

fn page(summary: &Summary) -> String {
    page_of(summary, SCENARIO)
}

fn small(records: &[Record]) -> Summary {
    let mut tally = Tally::new(&testing::header());
    records.iter().for_each(|record| tally.observe(record));
    tally.finish(Ending::Complete, 0).summary
}

/// What must hold of every page.
fn check(page: &str) {
    for section in
        ["verdict", "gates", "numbers", "timeline", "latency", "resilience", "requests", "errors", "method"]
    {
        assert!(page.contains(&format!("id=\"{section}\"")), "no {section}");
    }
    for word in ["NaN", "inf%", "\"inf\"", "Infinity", "{{", "{%"] {
        assert!(!page.contains(word), "{word} in the page");
    }
    assert_eq!(page.matches("<script").count(), 2);
    assert!(page.ends_with("</html>\n") || page.ends_with("</html>"));
}

#[test]
fn a_request_has_its_trace_to_copy_and_on_aws_a_link() {
    let mut folded = storm().with_traces(Traced::default());
    let id = Tracer::new(&folded.summary.run).ids(&folded.summary.exemplars[0].record).trace().xray();
    let text = page(&folded.summary);
    check(&text);
    let first = folded.summary.exemplars[0].record.id;
    assert!(text.contains(&format!("Trace <code id=\"trace-{first}\">{id}</code>")));
    assert!(!text.contains("console.aws.amazon.com"));
    folded.summary.run.real_aws = true;
    assert!(page(&folded.summary).contains(&format!("#xray:traces/{id}")));
    assert!(!page(&storm().summary).contains("Trace <code"), "no trace was kept");
}

#[test]
fn a_typical_page_is_whole_and_small() {
    let text = page(&storm().summary);
    check(&text);
    assert!(text.len() < 300_000, "{} bytes", text.len());
    assert!(SCRIPT.len() < 15_000, "{} bytes of script", SCRIPT.len());
    assert!(SHEET.len() + SCRIPT.len() < 40_000);
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    assert_eq!(page(&storm().summary), page(&storm().summary));
}

#[test]
fn the_policy_lets_in_the_script_and_the_sheet_that_stand_in_the_page_and_no_other() {
    let text = page(&storm().summary);
    let between = |open: &str, close: &str| {
        let inside = text.rsplit_once(open).and_then(|(_, rest)| rest.split_once(close));
        inside.map_or_else(String::new, |(inside, _)| inside.to_owned())
    };
    let policy = policy::policy(&between("<script>", "</script>"), &between("<style>", "</style>"));
    assert!(text.contains(&policy.replace('\'', "&#39;")), "{policy}");
    assert!(!text.contains(" style="), "no style would be let in but the sheet");
}

#[test]
fn nothing_is_fetched() {
    let text = page(&storm().summary);
    for word in ["http://", "https://", "@import", "url(data", "src="] {
        assert!(!text.contains(word) || word == "src=" && !text.contains(" src="), "{word}");
    }
}

#[test]
fn hostile_text_stays_text() {
    let text = page_of(&hostile(), HOSTILE);
    check(&text);
    assert!(text.contains("onerror") && !text.contains("<img"));
    assert_eq!(text.matches("</script>").count(), 2);
    assert_eq!(text.matches("</title>").count(), text.matches("<title").count());
}

#[test]
fn an_empty_run_has_a_page() {
    let text = page(&small(&[]));
    check(&text);
    assert!(text.contains("No request was due in a recorded stage."));
}

#[test]
fn one_request_has_a_page() {
    check(&page(&small(&[testing::answered(0, crate::units::Nanos::from_secs(20))])));
    check(&page(&small(&[testing::failed(0, crate::units::Nanos::from_secs(20))])));
}

#[test]
fn a_run_without_stages_has_a_page() {
    let mut run = testing::header();
    (run.stages, run.faults, run.flows) = (Vec::new(), Vec::new(), Vec::new());
    check(&page(&Tally::new(&run).finish(Ending::Complete, 0).summary));
}

#[test]
fn an_invalid_run_says_so_before_its_verdict() {
    let text = page(&torn().summary);
    check(&text);
    let banner = text.find("The measurement cannot be trusted");
    assert!(banner.is_some() && banner < text.find("INVALID</span>"), "{banner:?}");
}

/// A run of 200 gates and 50 flows, each with some traffic.
fn crowded() -> Summary {
    let mut run = header();
    let gate = run.gates[0].clone();
    run.gates = (0..200)
        .map(|place| crate::gate::Gate { name: format!("gate {place}").into(), ..gate.clone() })
        .collect();
    let flow = run.flows[0].clone();
    run.flows.extend(
        (0..50).map(|place| crate::header::Flow { name: format!("flow {place}").into(), ..flow.clone() }),
    );
    let mut tally = Tally::new(&run);
    for id in 0..12_000 {
        let due = crate::units::Nanos::new(id * 25_000_000);
        let record = if id % 9 == 0 { testing::retried(id, due) } else { testing::answered(id, due) };
        let stage = run.stages.iter().rfind(|stage| stage.from <= due).map(|stage| stage.name.clone());
        let flow = run.flows[id as usize % run.flows.len()].name.clone();
        tally.observe(&Record { flow, stage: stage.unwrap_or_else(|| "quiet".into()), ..record });
    }
    tally.finish(Ending::Complete, 0).summary
}

#[test]
fn many_gates_and_flows_have_a_page() {
    let text = page(&crowded());
    check(&text);
    assert!(text.len() < 1_000_000, "{} bytes", text.len());
    assert_eq!(text.matches("<tr id=\"gate-").count(), 200);
    assert_eq!(
        text.matches("id=\"heat-").count(),
        3 * 3,
        "three panels, each with its title and description"
    );
}

#[test]
fn every_link_has_its_target() {
    let text = page(&every_verdict());
    let mut broken = String::new();
    for target in
        text.split("href=\"#").skip(1).filter_map(|rest| rest.split_once('"')).map(|(target, _)| target)
    {
        if !text.contains(&format!("id=\"{target}\"")) {
            let _ = write!(broken, "{target} ");
        }
    }
    assert_eq!(broken, "");
}

#[test]
fn ids_are_unique() {
    let text = page(&every_verdict());
    let mut ids: Vec<&str> = text.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
}

#[test]
fn every_policy_and_every_answer_of_the_judge_stands_on_the_page() {
    let text = page(&every_verdict());
    for id in [
        "heat-0-t",
        "rates-t",
        "ttft-time-t",
        "recovery",
        "effort",
        "amplification-t",
        "breakers-t",
        "region-t",
        "model-t",
        "wasted-t",
        "waits",
        "cloud",
        "finding-1",
    ] {
        assert!(text.contains(&format!("id=\"{id}\"")), "no {id}");
    }
    for words in [
        "Expected of the client, judged from what the cloud saw",
        "no stream was silent for 5 s",
        "Retries go on after the fault",
        "Exchanges 4127, 4131",
        "Another model is asked",
        "A silent stream is held open?",
        "call 2, hedge",
        "breaker of sonnet · us-east-1: not asked",
    ] {
        assert!(text.contains(words), "{words}");
    }
    assert!(!text.contains("id=\"clients\""), "one client has no one beside it");
}

#[test]
fn each_gate_leads_to_a_chart_and_a_failed_one_to_a_request() {
    let summary = every_verdict();
    let text = page(&summary);
    let rows = text.split("<tr id=\"gate-").skip(1).filter(|row| !row.starts_with("expected-"));
    let rows: Vec<&str> = rows.collect();
    assert_eq!(rows.len(), summary.gates.len());
    for (row, judged) in rows.iter().zip(&summary.gates) {
        let row = row.split("</tr>").next().unwrap_or_default();
        assert!(row.contains("<td class=\"ev\"><a href=\"#"), "{row}");
        let shown = summary.exhibits.contains_key(&judged.gate.name);
        assert_eq!(row.contains("href=\"#request-"), shown, "{row}");
    }
    assert!(summary.gates.iter().take(2).all(|judged| summary.exhibits.contains_key(&judged.gate.name)));
}

#[test]
fn two_clients_stand_side_by_side() {
    let text = page(&twins());
    check(&text);
    assert!(text.contains("id=\"clients\"") && text.contains("Going from v2_0 to v2_1"));
    assert_eq!(text.matches("Waits before retries</title>").count(), 2);
    assert!(text.len() < 300_000, "{} bytes", text.len());
}

#[test]
fn a_client_that_only_the_cloud_saw_has_a_page() {
    let text = page(&seen_only());
    check(&text);
    assert!(text.contains("Waits do not vary") && text.contains("Expected of the client"));
}

#[test]
fn a_judge_with_much_to_say_does_not_weigh_the_page_down() {
    let mut summary = seen_only();
    if let Some(judgement) = &mut summary.judgement {
        let (answer, waits) = (judgement.answers[0].clone(), judgement.waits[0].clone());
        judgement.answers = vec![answer; 3000];
        judgement.clients = vec![judgement.clients[0].clone(); 500];
        judgement.waits = (0..500)
            .map(|client| crate::judge::judgement::Waits {
                client: format!("{client}").into(),
                ..waits.clone()
            })
            .collect();
    }
    let text = page(&summary);
    check(&text);
    assert!(text.len() < 300_000, "{} bytes", text.len());
    assert!(text.contains("2,960 more findings"));
}

#[test]
fn what_differs_between_two_runs_stands_in_the_foot_alone() {
    let text = page(&storm().summary);
    let note = note();
    let foot = text.find("<footer>").unwrap_or_default();
    for word in [&note.started_at, &note.host, &note.command] {
        assert_eq!(
            text.match_indices(word.as_str()).map(|(at, _)| at > foot).collect::<Vec<_>>(),
            [true],
            "{word}"
        );
    }
}

/// Pages to look at, for people and for the checks in a browser: `BEDLOAD_PAGE=dir cargo test -p bedload-reports look`.
#[test]
fn look() {
    let Ok(folder) = std::env::var("BEDLOAD_PAGE") else {
        return;
    };
    let folder = std::path::Path::new(&folder);
    let pages = [
        ("storm", storm().summary),
        ("every", every_verdict()),
        ("torn", torn().summary),
        ("empty", small(&[])),
        ("twins", twins()),
        ("seen", seen_only()),
        ("one", small(&[testing::answered(0, crate::units::Nanos::from_secs(20))])),
        ("crowded", crowded()),
    ];
    for (name, summary) in pages {
        assert!(std::fs::write(folder.join(format!("{name}.html")), page(&summary)).is_ok());
    }
    assert!(std::fs::write(folder.join("hostile.html"), page_of(&hostile(), HOSTILE)).is_ok());
}
