//! What the run must keep.

use bedload_reports::gate::{Gate, OnNoData, Scope, Severity};
use bedload_reports::metric::{Figure, Metric, Timing};
use bedload_reports::record::Name;

use super::World;
use super::evidence::Evidence;
use super::known::Known;
use super::limit::limit;
use crate::scenario::code::Code;
use crate::scenario::decode::{Optional, Row};
use crate::scenario::defaults;
use crate::scenario::file;
use crate::scenario::leaf::{self, Text};
use crate::scenario::mistakes::position;
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::{At, Place};
use crate::scenario::suggest;

/// What gates are held against before the plan takes them in.
pub(super) struct Gatekeeper<'p> {
    pub world: &'p World,
    /// The regions that there are, or that a client asks.
    pub regions: Known,
    pub evidence: Evidence<'p>,
    /// The text of the file, to count lines in.
    pub text: &'p str,
}

impl Gatekeeper<'_> {
    /// Reads a gate, and makes sure that it can have data.
    pub(super) fn gate(
        &self,
        row: &Row<file::Gate>,
        raw: &file::Gate,
        notes: &mut Notes,
    ) -> Result<Gate, Noted> {
        let metric = raw.metric.get().and_then(|given| metric(given, notes));
        let scope = self.scope(raw, notes);
        let limit = metric.and_then(|metric| limit(raw, row.name.place, metric, notes));
        let fits = metric.and_then(|metric| fits(metric, raw, notes));
        let (metric, scope, limit) = (metric?, scope?, limit?);
        fits?;
        self.has_data(("gate", &row.name), metric, &scope, notes)?;
        Ok(Gate {
            name: row.name.value.get().clone(),
            metric,
            scope,
            limit,
            severity: raw.severity.map_or(defaults::SEVERITY, |severity| match severity {
                file::Severity::Fail => Severity::Fail,
                file::Severity::Warn => Severity::Warn,
            })?,
            on_no_data: raw.on_no_data.map_or(defaults::ON_NO_DATA, |answer| match answer {
                file::OnNoData::Fail => OnNoData::Fail,
                file::OnNoData::Warn => OnNoData::Warn,
            })?,
            line: self.line(row.name.place),
        })
    }

    fn scope(&self, raw: &file::Gate, notes: &mut Notes) -> Result<Scope, Noted> {
        let after =
            found(raw.after.get(), |fault| self.world.faults.find(fault.value.get(), fault.place, notes));
        let scope = self.part(&raw.flow, &raw.during, &raw.r#where, notes);
        Ok(Scope { after: after?, ..scope? })
    }

    /// A part of the traffic.
    pub(super) fn part(
        &self,
        flow: &Optional<leaf::Name>,
        during: &Optional<leaf::Name>,
        destination: &Optional<file::Destination>,
        notes: &mut Notes,
    ) -> Result<Scope, Noted> {
        let world = self.world;
        let flow = found(flow.get(), |flow| world.flows.find(flow.value.get(), flow.place, notes));
        let during = found(during.get(), |stage| world.timeline.find(stage.value.get(), stage.place, notes));
        let destination = destination.value()?;
        let region = destination.map_or(Ok(None), |to| {
            found(to.region.get(), |region| self.regions.find(region.value.get(), region.place, notes))
        });
        let model = destination.map_or(Ok(None), |to| {
            found(to.model.get(), |model| world.models.find(model.value.get(), model.place, notes))
        });
        Ok(Scope { flow: flow?, during: during?, after: None, region: region?, model: model? })
    }

    /// Makes sure that what is called `kind` and a name can have data.
    pub(super) fn has_data(
        &self,
        (kind, name): (&str, &At<leaf::Name>),
        metric: Metric,
        scope: &Scope,
        notes: &mut Notes,
    ) -> Result<(), Noted> {
        match self.evidence.lack(metric, scope) {
            None => Ok(()),
            Some((why, help)) => {
                let message = format!("{kind} `{}` can have no data: {why}", name.value);
                let note =
                    Note::new(Code::NoData, name.place, message).label(format!("on `{metric}`")).help(help);
                Err(notes.add(note))
            }
        }
    }

    /// The line in the file; a gate that comes from the command line has none.
    pub(super) fn line(&self, place: Place) -> Option<u32> {
        let (line, _) = position(self.text, place.span.start);
        (place.span.text == 0).then_some(u32::try_from(line).ok()?)
    }
}

fn found<T>(
    given: Result<Option<&At<T>>, Noted>,
    find: impl FnOnce(&At<T>) -> Result<Name, Noted>,
) -> Result<Option<Name>, Noted> {
    given?.map(find).transpose()
}

pub(super) fn metric(given: &At<Text>, notes: &mut Notes) -> Result<Metric, Noted> {
    let name = given.value.get();
    name.parse().map_err(|_| {
        let note = Note::new(Code::UnknownName, given.place, format!("there is no metric `{name}`"));
        let note = match Timing::ALL.iter().find(|timing| timing.entry().name == &**name) {
            Some(_) => note
                .label("which statistic of it?")
                .help(format!("name a percentile, or `mean`, `min`, `max`: `{name}.p95`")),
            None => note
                .label(
                    suggest::remark(name, Metric::suggestions())
                        .unwrap_or_else(|| "not in the catalogue".to_owned()),
                )
                .help(format!("the metrics are {}", catalogue())),
        };
        notes.add(note)
    })
}

fn catalogue() -> String {
    let timings = Timing::ALL.map(|timing| format!("`{}.p95`", timing.entry().name));
    let figures = Figure::ALL.map(|figure| format!("`{}`", figure.entry().name));
    format!("{}, {}", timings.join(", "), figures.join(", "))
}

/// Whether the scope has a meaning for the metric: only a recovery is measured after a fault, and it and
/// the judge's findings are of the whole run.
fn fits(metric: Metric, raw: &file::Gate, notes: &mut Notes) -> Result<(), Noted> {
    let misfit = |key: &str, place, help: &str| {
        Note::new(Code::Contradiction, place, format!("`{key}` has no meaning for `{metric}`"))
            .label("remove this")
            .help(help)
    };
    if metric == Metric::Figure(Figure::Findings) {
        let (during, destination) = (raw.during.get()?, raw.r#where.get()?);
        let whole = "the judge reads all exchanges of a client; `flow` narrows to the one that carries it";
        let during = during.map(|during| misfit("during", during.place, whole));
        let found = during.or_else(|| destination.map(|to| misfit("where", to.place, whole)));
        if let Some(found) = found {
            return Err(notes.add(found));
        }
    }
    if metric != Metric::Figure(Figure::RecoveryTime) {
        return match raw.after.get()? {
            Some(after) => Err(notes.add(misfit(
                "after",
                after.place,
                "only `recovery.time` is measured after a fault; `during` narrows the others",
            ))),
            None => Ok(()),
        };
    }
    if let Some(during) = raw.during.get()? {
        return Err(notes.add(misfit(
            "during",
            during.place,
            "a recovery is measured from the end of its fault on",
        )));
    }
    if let Some(destination) = raw.r#where.get()? {
        return Err(notes.add(misfit(
            "where",
            destination.place,
            "a recovery is measured over all destinations",
        )));
    }
    Ok(())
}
