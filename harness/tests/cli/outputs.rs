//! What programs read: stdout by its format, and the annotations at the lines of the scenario.

use crate::support::{Desk, SMALL};

/// A run of the small scenario that fails a gate.
const FAILING: [&str; 3] = ["run", "s.yaml", "--out=run"];
const GATE: &str = "gates.never={ metric: success.ratio, max: 10% }";

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("s.yaml", format!("{}  never: {{ metric: success.ratio, max: 10% }}\n", SMALL));
    desk
}

#[test]
fn stdout_says_nothing_unless_it_is_asked() {
    let said = desk().command(FAILING).env_remove("GITHUB_ACTIONS").output().unwrap();
    assert_eq!((said.status.code(), &*said.stdout), (Some(99), &b""[..]));
}

#[test]
fn json_is_the_summary_in_a_line() {
    let desk = desk();
    let said = desk.command(FAILING).args(["--output-format", "json"]).output().unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    assert_eq!(said.lines().count(), 1);
    let told: serde_json::Value = serde_json::from_str(&said).unwrap();
    let written = std::fs::read(desk.path("run/summary.json")).unwrap();
    assert_eq!(told, serde_json::from_slice::<serde_json::Value>(&written).unwrap());
}

#[test]
fn on_github_what_failed_is_told_at_its_line_and_the_step_has_its_summary() {
    let desk = desk();
    let summary = desk.path("step.md");
    std::fs::write(&summary, "before\n").unwrap();
    let mut command = desk.command(FAILING);
    let said = command.env("GITHUB_ACTIONS", "true").env("GITHUB_STEP_SUMMARY", &summary).output().unwrap();
    let told = String::from_utf8(said.stdout).unwrap();
    let text = std::fs::read_to_string(desk.path("s.yaml")).unwrap();
    let line = text.lines().position(|line| line.contains("never:")).unwrap() + 1;
    let expected = format!("::error file=s.yaml,line={line},title=never%3A fail::");
    assert!(told.starts_with(&expected), "{told}");
    let summary = std::fs::read_to_string(summary).unwrap();
    assert!(summary.starts_with("before\n") && summary.contains("never"), "{summary}");
    // The folder knows where its scenario was read from.
    let again = desk.bedload(["report", "run", "--output-format=github"]);
    assert_eq!(again.stdout, told);
}

#[test]
fn a_gate_of_the_command_line_has_no_line() {
    let desk = Desk::new();
    desk.write("s.yaml", SMALL);
    let said = desk.command(FAILING).args(["--set", GATE, "--output-format=github"]).output().unwrap();
    let told = String::from_utf8(said.stdout).unwrap();
    assert!(told.starts_with("::error file=s.yaml,title=never%3A fail::"), "{told}");
}

#[test]
fn several_runs_have_a_page_over_them_the_failed_one_first() {
    let desk = desk();
    desk.write("good.yaml", SMALL.replace("name: small", "name: good"));
    let said = desk.bedload(["run", "good.yaml", "s.yaml", "--out=all"]);
    assert_eq!(said.code, Some(99), "{}", said.stderr);
    let page = std::fs::read_to_string(desk.path("all/index.html")).unwrap();
    let places = ["small", "good"].map(|name| {
        assert!(desk.path("all").join(name).join("report.html").is_file());
        page.find(&format!("href=\"{name}/report%2Ehtml\"")).unwrap()
    });
    assert!(places[0] < places[1]);
}

#[test]
fn runs_side_by_side_write_and_say_what_they_would_alone() {
    let desk = Desk::new();
    let names = ["one", "two", "three", "four"];
    for name in names {
        desk.write(&format!("{name}.yaml"), SMALL.replace("name: small", &format!("name: {name}")));
    }
    let together = desk.bedload(["run", "one.yaml", "two.yaml", "three.yaml", "four.yaml", "--out=all"]);
    assert_eq!(together.code, Some(0), "{}", together.stderr);
    let said: Vec<_> =
        names.iter().map(|name| together.stderr.find(&format!("all/{name}")).unwrap()).collect();
    assert!(said.is_sorted(), "{}", together.stderr);
    for name in names {
        desk.bedload(["run", &format!("{name}.yaml"), &format!("--out=alone-{name}")]);
        for file in ["records.jsonl.zst", "ledger.jsonl.zst", "summary.json", "latency.hlog"] {
            let read = |folder: String| std::fs::read(desk.path(&folder).join(file)).unwrap();
            assert_eq!(read(format!("all/{name}")), read(format!("alone-{name}")), "{name}/{file}");
        }
    }
}
