//! The bugs of real clients under `scenarios/bugs`: each scenario passes as it is, and fails the gate that it names with
//! the settings that it says bring the bug back.

use std::path::{Path, PathBuf};
use std::{fs, iter};

use crate::support::{Desk, scenarios_in, shipped};

/// What a scenario says of its bug, in its opening comment.
struct Told {
    /// `--set …`, as a shell would read them.
    settings: Vec<String>,
    /// The gate that fails.
    gate: String,
}

fn told(path: &Path) -> Told {
    let text = fs::read_to_string(path).expect("a scenario");
    let after = |mark: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(mark));
        line.unwrap_or_else(|| panic!("{} has no line `{mark}…`", path.display())).to_owned()
    };
    Told { settings: words(&after("# The bug: ")), gate: after("# It fails: ") }
}

/// The words of a command line, where single quotes hold one together.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for (part, quoted) in line.split('\'').zip(iter::successors(Some(false), |quoted| Some(!quoted))) {
        let mut pieces = if quoted { vec![part] } else { part.split(' ').collect() }.into_iter();
        if let (Some(last), Some(first)) = (words.last_mut(), pieces.next()) {
            last.push_str(first);
        }
        words.extend(pieces.map(str::to_owned));
    }
    words.retain(|word| !word.is_empty());
    words
}

fn bugs() -> Vec<PathBuf> {
    scenarios_in(&shipped("bugs"))
}

#[test]
fn each_passes_and_its_bug_fails_the_gate_that_it_names() {
    let desk = Desk::new();
    assert_eq!(bugs().len(), 8, "the eight rows of bugs seen in the field");
    for path in bugs() {
        let name = path.display();
        let Told { settings, gate } = told(&path);
        let out = desk.path(path.file_stem().and_then(|stem| stem.to_str()).expect("a name"));
        let sound = desk.bedload([Path::new("run"), &path, Path::new("--out"), &out]);
        assert_eq!(sound.code, Some(0), "{name}\n{}", sound.stderr);

        let buggy = out.with_extension("bug");
        let mut command = desk.command([Path::new("run"), &path, Path::new("--out"), &buggy]);
        let output = command.args(&settings).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(99), "{name} {settings:?}\n{said}");
        let last = said.trim_end().lines().last().unwrap_or_default();
        assert!(last.contains(&gate), "{name}: {last}");
    }
}

#[test]
fn words_are_told_apart_as_a_shell_does() {
    let cases = [
        ("--set a.b=off", vec!["--set", "a.b=off"]),
        ("--set 'a={ b: c }' --set d=e", vec!["--set", "a={ b: c }", "--set", "d=e"]),
        ("", vec![]),
    ];
    for (line, expected) in cases {
        assert_eq!(words(line), expected, "{line}");
    }
}
