//! Keeps the arrows inside the crate one-way: Cargo guards crates, modules we must guard ourselves.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Rooms by layer, the outermost first. A room may use its own layer and every layer below it.
const LAYERS: [&[&str]; 7] = [
    &["main"],
    &["cli", "verbs", "exit", "terminal", "progress", "machine"],
    &["engine", "planning"],
    &["diagnostics", "export", "flow", "scenario", "sink", "live"],
    &["client", "queue", "resilience", "transport"],
    &["pace", "classify"],
    &["clock", "seed"],
];

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The rooms that a file names: `crate::room`, and `bedload::room` or `bedload::{room, …}` in `main`.
fn rooms_named_in(text: &str) -> Vec<String> {
    let code: String =
        text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    ["crate::", "bedload::"]
        .iter()
        .flat_map(|prefix| {
            code.match_indices(prefix).map(|(at, _)| &code[at + prefix.len()..]).collect::<Vec<_>>()
        })
        .flat_map(|rest| match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or_default().split(',').map(room).collect(),
            None => vec![room(rest)],
        })
        .collect()
}

fn room(path: &str) -> String {
    path.trim().chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect()
}

#[test]
fn no_room_uses_a_room_above_it() {
    let layer_of: BTreeMap<&str, usize> = LAYERS
        .iter()
        .enumerate()
        .flat_map(|(layer, rooms)| rooms.iter().map(move |room| (*room, layer)))
        .collect();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&source, &mut files);
    assert!(files.len() > 30, "only {} files found", files.len());

    let mut wrong = Vec::new();
    for file in &files {
        let inside = file.strip_prefix(&source).unwrap();
        let own = inside.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs").to_owned();
        if own == "lib" {
            continue;
        }
        let Some(from) = layer_of.get(own.as_str()) else {
            wrong.push(format!("{own} is in no layer: add it to LAYERS"));
            continue;
        };
        for used in rooms_named_in(&fs::read_to_string(file).unwrap()) {
            if layer_of.get(used.as_str()).is_some_and(|to| to < from) {
                wrong.push(format!("{} uses {used}, which stands above it", inside.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_crates_know_each_other_in_one_direction_only() {
    let manifest = |package: &str| {
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(package).join("Cargo.toml"))
            .unwrap()
    };
    for package in ["mocks", "reports"] {
        let lines = manifest(package);
        let names = lines
            .lines()
            .filter(|line| line.starts_with("bedload") || line.contains("tokio") && package == "reports");
        assert_eq!(
            names.count(),
            0,
            "{package} must know no other package of the house, and reports no runtime"
        );
    }
}
