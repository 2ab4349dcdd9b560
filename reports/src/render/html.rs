//! `report.html`: one file that answers, in this order, did it pass, may I trust it, and what happened.
//!
//! Everything is written here and nothing is fetched: the charts are markup, the style sheet and the
//! script are in the page, and a content security policy that holds their hashes shows a reviewer
//! that no other script can run. Without the script, and without the style sheet, the page still tells
//! all it knows. Text from the run is untrusted, and the template escapes whatever is not an
//! [`Element`](crate::chart::svg::Element) or a [`Sentence`], which escape for themselves.
//!
//! Each section has its view, a struct of words and drawings, in a file of its own under `html/`, and
//! its template of the same name.

mod cloud;
mod comparison;
mod cursor;
mod errors;
mod evidence;
mod gates;
mod index;
mod latency;
mod method;
mod numbers;
mod panels;
mod plan;
mod policy;
mod queue;
mod requests;
mod resilience;
mod series;
mod stage_table;
mod timelines;
mod verdict;

use std::fmt;
use std::io;

use askama::Template;

use crate::chart::clock::Clock;
use crate::chart::paint;
use crate::run_note::RunNote;
use crate::summary::Summary;

use super::sentence::Sentence;
use evidence::Places;

pub use index::{Entry, index};
pub use plan::plan;

/// The page's layout; the palette is written from the charts' own table.
const SHEET: &str = include_str!("../../templates/report.css");
/// The linked cursor, copying, and opening everything for print. Nothing depends on it.
const SCRIPT: &str = include_str!("../../templates/report.js");

/// Writes the report of a run. `scenario` is the scenario's text as it was run.
pub fn html(summary: &Summary, note: &RunNote, scenario: &str, out: &mut dyn io::Write) -> io::Result<()> {
    let clock = Clock::new(&summary.run, &summary.timeline);
    let verdict = verdict::view(summary, clock.as_ref());
    let timelines = timelines::view(summary, clock.as_ref());
    let latency = latency::view(summary, clock.as_ref());
    let resilience = resilience::view(summary, clock.as_ref());
    let queues = queue::view(summary, clock.as_ref());
    let places = Places::default()
        .stack(verdict.picture.as_ref())
        .stack(timelines.stack.as_ref())
        .stack(latency.stack.as_ref())
        .stack(resilience.stack.as_ref())
        .and("latency-curve", latency.has_curve("latency-curve"))
        .and("ttft-curve", latency.has_curve("ttft-curve"))
        .and("recovery", !resilience.recoveries.is_empty())
        .and("waits", resilience.backoff.is_some())
        .and("policies", resilience.policies.is_some())
        .and("effort", resilience.effort.is_some())
        .and("queue", !queues.is_empty())
        .and("errors", true)
        .and("cloud", summary.judgement.is_some());
    let sheet = format!("{}{SHEET}", paint::sheet());
    let page = Page {
        policy: policy::policy(SCRIPT, &sheet),
        sheet: Ours(sheet),
        script: Ours(SCRIPT.to_owned()),
        cursor: Ours(cursor::data(summary, clock.as_ref())),
        verdict,
        validity: verdict::validity(summary),
        gates: gates::view(summary, &places),
        numbers: numbers::view(summary),
        timelines,
        latency,
        resilience,
        queues,
        cloud: cloud::view(summary, &places),
        requests: requests::view(summary),
        errors: errors::view(summary, clock.as_ref()),
        comparisons: comparison::view(summary),
        method: method::view(summary, scenario),
        note,
    };
    page.write_into(&mut &mut *out)
}

/// The page, section by section.
#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    policy: String,
    sheet: Ours,
    script: Ours,
    cursor: Ours,
    verdict: verdict::Strip,
    validity: verdict::Validity<'a>,
    gates: gates::Gates<'a>,
    numbers: numbers::Numbers,
    timelines: timelines::Timelines<'a>,
    latency: latency::Latency<'a>,
    resilience: resilience::Resilience<'a>,
    queues: Vec<queue::Queue<'a>>,
    cloud: Option<cloud::Cloud<'a>>,
    requests: requests::Requests<'a>,
    errors: errors::Errors<'a>,
    comparisons: Vec<comparison::Comparison<'a>>,
    method: method::Method<'a>,
    note: &'a RunNote,
}

/// Text of our own making that the page takes as it is.
struct Ours(String);

impl fmt::Display for Ours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for Ours {}

#[cfg(test)]
mod tests;
