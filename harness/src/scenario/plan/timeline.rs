//! The timeline: one stage after another.

use bedload_reports::header::Stage;
use bedload_reports::record::Name;
use bedload_reports::units::Nanos;

use super::known::Known;
use super::target::twice;
use crate::scenario::code::Code;
use crate::scenario::decode::{List, Required};
use crate::scenario::defaults;
use crate::scenario::file;
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::{At, Place};

/// The stages with their offsets, as far as they could be read.
#[derive(Clone, Debug)]
pub(super) struct Timeline {
    stages: Vec<Stage>,
    names: Known,
    broken: Option<Noted>,
}

impl Timeline {
    pub(super) fn build(raw: &Required<List<file::Stage>>, notes: &mut Notes) -> Self {
        match raw.get() {
            Ok(list) => Timeline::of(list, notes),
            Err(noted) => Timeline { stages: Vec::new(), names: Known::unsure("stage"), broken: Some(noted) },
        }
    }

    /// Stages that are known already; with none of them the time is not bounded.
    pub(super) fn known(stages: Vec<Stage>) -> Self {
        let names = Known::all("stage", stages.iter().map(|stage| stage.name.clone()));
        Timeline { stages, names, broken: None }
    }

    fn of(list: &At<List<file::Stage>>, notes: &mut Notes) -> Self {
        let mut walk = Walk::default();
        for item in list.value.items() {
            match item {
                Ok(stage) => walk.visit(&stage.value, notes),
                Err(noted) => walk.broken = Some(*noted),
            }
        }
        if walk.broken.is_none() && !walk.stages.iter().any(|stage| stage.record) {
            walk.broken = Some(notes.add(nothing_recorded(list.place, walk.stages.is_empty())));
        }
        let names = Known::all("stage", walk.names);
        let names =
            if list.value.good().count() < list.value.items().len() { names.incomplete() } else { names };
        Timeline { stages: walk.stages, names, broken: walk.broken }
    }

    /// All stages; or the proof that some are not known.
    pub(super) fn whole(&self) -> Result<&[Stage], Noted> {
        self.broken.map_or(Ok(&self.stages), Err)
    }

    /// When the last stage ends, if there is any.
    pub(super) fn length(&self) -> Result<Option<Nanos>, Noted> {
        Ok(self.whole()?.last().map(|stage| stage.to))
    }

    /// The name of a stage, if there is one such.
    pub(super) fn find(&self, name: &Name, place: Place, notes: &mut Notes) -> Result<Name, Noted> {
        self.names.find(name, place, notes)
    }

    /// A stage by its name, once that is known to be one.
    pub(super) fn stage(&self, name: &Name) -> Result<Option<&Stage>, Noted> {
        Ok(self.whole()?.iter().find(|stage| stage.name == *name))
    }
}

/// What is known half-way along the list.
#[derive(Default)]
struct Walk {
    stages: Vec<Stage>,
    names: Vec<Name>,
    broken: Option<Noted>,
}

impl Walk {
    fn visit(&mut self, raw: &file::Stage, notes: &mut Notes) {
        let name = self.name(raw, notes);
        match self.stage(raw, name) {
            Ok(stage) => self.stages.push(stage),
            Err(noted) => self.broken = Some(noted),
        }
    }

    fn name(&mut self, raw: &file::Stage, notes: &mut Notes) -> Result<Name, Noted> {
        let name = raw.name.get()?;
        let text = name.value.get().clone();
        if self.names.contains(&text) {
            return Err(notes.add(twice(name.place, format!("stage `{text}` stands twice"))));
        }
        self.names.push(text.clone());
        Ok(text)
    }

    fn stage(&self, raw: &file::Stage, name: Result<Name, Noted>) -> Result<Stage, Noted> {
        let from = self.stages.last().map_or(Nanos::ZERO, |before| before.to);
        let lasts = raw.r#for.value()?.get().get();
        let record = raw.record.map_or(defaults::RECORD, |record| *record)?;
        Ok(Stage { name: name?, from, to: from.plus(lasts.into()), record })
    }
}

fn nothing_recorded(place: Place, empty: bool) -> Note {
    if empty {
        return Note::new(Code::Timeline, place, "no stage at all")
            .label("empty")
            .help("add a stage: `- { name: steady, for: 2m }`");
    }
    Note::new(Code::Timeline, place, "no stage is recorded, so there is nothing to judge")
        .label("every stage has `record: false`")
        .help("leave `record: false` to the warm-up")
}
