//! What every file of these tests uses: three scenarios, and what is told of a text.

use bedload::scenario::{Mistakes, Plan, Set, Source};
use miette::{GraphicalReportHandler, GraphicalTheme};

/// Every key of the language.
pub(crate) const FULL: &str = include_str!("../scenarios/full.yaml");

/// The least that is a scenario.
pub(crate) const SMALL: &str = "\
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

pub(crate) fn parse(text: &str, sets: &[&str]) -> Result<Plan, Mistakes> {
    let sets: Vec<Set> = sets.iter().map(|set| set.parse().unwrap()).collect();
    Plan::parse(&source(text), &sets)
}

pub(crate) fn source(text: &str) -> Source {
    Source::from_bytes("tests/scenarios/storm.yaml", text.as_bytes().to_vec()).unwrap()
}

pub(crate) fn rendered(mistakes: &Mistakes) -> String {
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
        .with_width(100)
        .with_links(false);
    let mut text = String::new();
    handler.render_report(&mut text, mistakes).unwrap();
    text
}

/// The mistakes of a text as `line:column code message`.
pub(crate) fn told(text: &str, sets: &[&str]) -> Vec<String> {
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

/// The small scenario with one change, and what is then told.
pub(crate) fn changed(from: &str, to: &str) -> Vec<String> {
    assert!(SMALL.contains(from), "{from}");
    told(&SMALL.replacen(from, to, 1), &[])
}

/// A kind of mistake: what to change in the small scenario, to what, and what is then told of it.
pub(crate) type Kind = (&'static str, &'static str, &'static [&'static str]);

/// Holds what is told of each part of a scenario against what should be. `text` puts the part into a scenario.
pub(crate) fn assert_each(parts: &[(&str, &[&str])], text: impl Fn(&str) -> String) {
    let wrong: Vec<String> = parts
        .iter()
        .map(|(part, expected)| (part, told(&text(part), &[]), expected))
        .filter(|(_, told, expected)| told != *expected)
        .map(|(part, told, expected)| format!("{part}\n   told {told:#?}\n   not {expected:#?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Makes each change by itself, and holds what is told against what should be.
pub(crate) fn assert_told(kinds: &[Kind]) {
    let wrong: Vec<String> = kinds
        .iter()
        .map(|(from, to, expected)| (to, changed(from, to), expected))
        .filter(|(_, told, expected)| told != *expected)
        .map(|(to, told, expected)| format!("{to}\n   told {told:#?}\n   not {expected:#?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
