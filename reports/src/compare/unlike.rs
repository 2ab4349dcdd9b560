//! In what two runs are not alike, so that nobody takes another workload for another result.
//!
//! What a scenario says is compared setting by setting, so that a refusal names the line that was changed. What only judges
//! or describes (gates, expectations, thresholds, the question that the scenario asks) makes no other traffic.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::header::{ClockKind, Header};
use crate::record::Name;

/// The settings of a scenario with every default, by their paths: `clients.near.retry.attempts`.
pub type Settings = BTreeMap<String, String>;

/// Sections that make no other traffic.
const JUDGES: [&str; 8] = ["version", "name", "about", "gates", "validity", "expect", "trace", "stop_if"];

/// Something in which two runs differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The section of the scenario, or `clock`, `machine`, `scenario`: what allows it.
    pub section: Name,
    /// What differs, by its path.
    pub what: String,
    /// What it is in the base; empty where it is not there.
    pub base: String,
    /// What it is in the head.
    pub head: String,
}

/// What is known of a run beside its figures.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// Its header.
    pub header: &'a Header,
    /// Its scenario, where it can still be read.
    pub settings: Option<&'a Settings>,
    /// The machine it ran on, in words; empty where it does not matter or nobody wrote it down.
    pub machine: &'a str,
}

/// All in which two runs are not alike, in the order of the scenario.
pub fn unlike(base: Known<'_>, head: Known<'_>) -> Vec<Difference> {
    let mut found = match (base.settings, head.settings) {
        (Some(one), Some(other)) => of_settings(one, other),
        _ => of_headers(base.header, head.header),
    };
    let (one, other) = (base.header, head.header);
    found.extend(difference("clock", "clock", clock(one.clock), clock(other.clock)));
    // What a virtual clock tells is the same on every machine.
    if one.clock == ClockKind::Real && other.clock == ClockKind::Real {
        found.extend(difference("machine", "machine", base.machine, head.machine));
    }
    found
}

fn clock(kind: ClockKind) -> &'static str {
    match kind {
        ClockKind::Virtual => "virtual",
        ClockKind::Real => "real",
    }
}

fn of_settings(base: &Settings, head: &Settings) -> Vec<Difference> {
    let paths: std::collections::BTreeSet<&String> = base.keys().chain(head.keys()).collect();
    let value = |settings: &Settings, path: &String| settings.get(path).cloned().unwrap_or_default();
    let matters = |path: &&&String| !JUDGES.contains(&section(path)) && section(path) != "clock";
    let each = paths
        .iter()
        .filter(matters)
        .filter_map(|path| difference(section(path), path, &value(base, path), &value(head, path)));
    each.collect()
}

/// The first key of a path.
fn section(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

/// Where a scenario cannot be read any more, its header and its digest tell.
fn of_headers(base: &Header, head: &Header) -> Vec<Difference> {
    let found: Vec<Difference> = [
        difference("seed", "seed", &base.seed.to_string(), &head.seed.to_string()),
        difference("target", "target", &base.target, &head.target),
        difference("stages", "stages", &stages(base), &stages(head)),
        difference("flows", "flows", &flows(base), &flows(head)),
        difference("faults", "faults", &faults(base), &faults(head)),
        difference("scenario", "digest", short(&base.digest), short(&head.digest)),
    ]
    .into_iter()
    .flatten()
    .collect();
    found
}

fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}

fn stages(header: &Header) -> String {
    let each = header
        .stages
        .iter()
        .map(|stage| format!("{} {}", stage.name, crate::number::time(stage.to.since(stage.from))));
    each.collect::<Vec<_>>().join(", ")
}

fn flows(header: &Header) -> String {
    let each =
        header.flows.iter().map(|flow| format!("{} {} {}", flow.name, flow.operation.name(), flow.model));
    each.collect::<Vec<_>>().join(", ")
}

fn faults(header: &Header) -> String {
    let each = header.faults.iter().map(|fault| format!("{} {}", fault.name, fault.about));
    each.collect::<Vec<_>>().join(", ")
}

fn difference(section: &str, what: &str, base: &str, head: &str) -> Option<Difference> {
    (base != head).then(|| Difference {
        section: section.into(),
        what: what.to_owned(),
        base: base.to_owned(),
        head: head.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::header;

    fn settings(pairs: &[(&str, &str)]) -> Settings {
        pairs.iter().map(|(path, value)| ((*path).to_owned(), (*value).to_owned())).collect()
    }

    fn found(base: &[(&str, &str)], head: &[(&str, &str)]) -> Vec<String> {
        let header = header();
        let (one, other) = (settings(base), settings(head));
        let known = |settings| Known { header: &header, settings: Some(settings), machine: "" };
        unlike(known(&one), known(&other)).into_iter().map(|found| found.what).collect()
    }

    #[test]
    fn each_setting_that_makes_other_traffic_is_named() {
        let base = [("seed", "7"), ("clients.near.retry.attempts", "5"), ("gates.answered.min", "99%")];
        let head = [
            ("seed", "8"),
            ("clients.near.retry.attempts", "3"),
            ("gates.answered.min", "98%"),
            ("faults.a.during", "storm"),
        ];
        assert_eq!(found(&base, &head), ["clients.near.retry.attempts", "faults.a.during", "seed"]);
        assert_eq!(found(&base, &base), [""; 0]);
    }

    #[test]
    fn a_scenario_that_cannot_be_read_is_told_by_its_header() {
        let (base, mut head) = (header(), header());
        (head.seed, head.digest) = (8, "ab".repeat(32));
        let known = |header| Known { header, settings: None, machine: "" };
        let found: Vec<String> = unlike(known(&base), known(&head))
            .into_iter()
            .map(|it| format!("{} {} {}", it.section, it.base, it.head))
            .collect();
        assert_eq!(found, ["seed 7 8", "scenario 0f0f0f0f0f0f abababababab"]);
    }

    #[test]
    fn machines_matter_by_the_wall_clock_alone() {
        let sides = |clock| {
            let header = Header { clock, ..header() };
            let known = |machine| Known { header: &header, settings: None, machine };
            unlike(known("2 cores"), known("64 cores")).len()
        };
        assert_eq!((sides(ClockKind::Virtual), sides(ClockKind::Real)), (0, 1));
    }
}
