//! The reasons as the docs show them.

use super::reason::{Reason, There};
use super::translator::Translator;

/// A row for each reason.
pub(super) fn of(reasons: &[Reason]) -> String {
    let head =
        "| what | the Collector | `opentelemetry-aws` | bedload | why |\n| --- | --- | --- | --- | --- |\n";
    let row = |reason: &Reason| {
        let [collector, opentelemetry_aws] = Translator::ALL.map(|by| cell(reason.theirs(by)));
        let Reason { what, bedload, why, .. } = reason;
        format!("| {what} | {collector} | {opentelemetry_aws} | {bedload} | {why} |\n")
    };
    head.to_owned() + &reasons.iter().map(row).collect::<String>()
}

fn cell(theirs: There) -> &'static str {
    match theirs {
        There::Differs(how) => how,
        There::Same => "as bedload",
        There::Lost => "no document",
    }
}
