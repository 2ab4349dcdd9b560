//! What ends the run before its time.

use std::time::Duration;

use bedload_reports::metric::Metric;
use bedload_reports::stop::{Bound, StopRule};
use bedload_reports::tally::can_be_watched;
use bedload_reports::units::Nanos;

use super::gate::{Gatekeeper, metric};
use super::limit::value;
use crate::scenario::code::Code;
use crate::scenario::decode::{Optional, Row};
use crate::scenario::defaults;
use crate::scenario::file;
use crate::scenario::leaf::{Raw, Text};
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::{At, Place};

impl Gatekeeper<'_> {
    /// Reads a rule, and makes sure that it can have data while the run goes on.
    pub(super) fn stop_rule(
        &self,
        row: &Row<file::StopIf>,
        raw: &file::StopIf,
        notes: &mut Notes,
    ) -> Result<StopRule, Noted> {
        let metric = raw.metric.get().and_then(|given| watched(given, notes));
        let scope = self.part(&raw.flow, &raw.during, &raw.r#where, notes);
        let when = metric.and_then(|metric| bound(raw, row.name.place, metric, notes));
        let (metric, scope, when) = (metric?, scope?, when?);
        self.has_data(("rule", &row.name), metric, &scope, notes)?;
        Ok(StopRule {
            name: row.name.value.get().clone(),
            metric,
            scope,
            when,
            window: whole_seconds(raw.over.map_or(defaults::STOP_WINDOW, |time| time.get().get())?),
            samples: raw.samples.map_or(defaults::STOP_SAMPLES, |samples| samples.get())?,
            line: self.line(row.name.place),
        })
    }
}

/// A window is looked at second by second: a part of one counts as a whole.
fn whole_seconds(window: Duration) -> Nanos {
    Nanos::from_secs(window.as_secs() + u64::from(window.subsec_nanos() > 0))
}

/// A metric that can be told from a window of finished requests.
fn watched(given: &At<Text>, notes: &mut Notes) -> Result<Metric, Noted> {
    let metric = metric(given, notes)?;
    if can_be_watched(metric) {
        return Ok(metric);
    }
    let message = format!("`{metric}` is known at the end of the run alone");
    let note = Note::new(Code::Contradiction, given.place, message)
        .label("not while it goes on")
        .help("a rule can stop on times, shares and counts of requests, as `success.ratio` or `latency.p95`; make this a gate");
    Err(notes.add(note))
}

fn bound(raw: &file::StopIf, rule: Place, metric: Metric, notes: &mut Notes) -> Result<Bound, Noted> {
    let mut read = |given: &Optional<Raw>| match given.value()? {
        Some(raw) => value(raw, metric.entry().unit, notes).map(Some),
        None => Ok(None),
    };
    let (below, above) = (read(&raw.below), read(&raw.above));
    match (below?, above?) {
        (Some(edge), None) => Ok(Bound::Below(edge)),
        (None, Some(edge)) => Ok(Bound::Above(edge)),
        (None, None) => Err(notes.add(
            Note::new(Code::MissingKey, rule, "a rule that says nothing about its figure")
                .label("stop where?")
                .help("add `below: …` or `above: …`"),
        )),
        (Some(_), Some(_)) => Err(notes.add(
            Note::new(Code::Contradiction, rule, "a rule with two edges")
                .label("which of them?")
                .help("keep one of `below` and `above`, and make another rule of the other"),
        )),
    }
}
