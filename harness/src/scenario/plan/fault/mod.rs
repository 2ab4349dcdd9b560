//! What goes wrong, when, and for whom.

mod about;
mod aim;
mod inject;
mod words;

use bedload_reports::number;
use bedload_reports::record::Name;
use bedload_reports::units::Nanos;

pub use aim::{Aim, Service, Trigger};
pub(crate) use inject::named;
pub use inject::{
    CrcPart, DowngradeOf, ErrorAnswer, Inject, Reset, ThrottleMessage, UnavailableMessage, WrongDate,
};

use super::names::Names;
use crate::scenario::code::Code;
use crate::scenario::decode::Row;
use crate::scenario::file;
use crate::scenario::leaf::Window;
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::At;

/// Something that goes wrong for a while.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    name: Name,
    when: When,
    aim: Aim,
    trigger: Trigger,
    inject: Inject,
}

/// When a fault is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// All the time.
    Always,
    /// As long as a stage.
    Stage {
        /// The stage.
        name: Name,
        /// Its start.
        from: Nanos,
        /// Its end.
        to: Nanos,
    },
    /// From one offset up to another.
    Between(Nanos, Nanos),
}

impl When {
    /// From when until when, as offsets from the epoch; nothing for all the time.
    pub fn window(&self) -> Option<(Nanos, Nanos)> {
        match self {
            When::Always => None,
            When::Stage { from, to, .. } | When::Between(from, to) => Some((*from, *to)),
        }
    }

    fn build(during: &At<Window>, names: &Names, notes: &mut Notes) -> Result<Self, Noted> {
        match &during.value {
            Window::Stage(name) => {
                let name = names.timeline.find(name.get(), during.place, notes)?;
                let stage = names.timeline.stage(&name)?;
                let (from, to) = stage.map_or((Nanos::ZERO, Nanos::ZERO), |stage| (stage.from, stage.to));
                Ok(When::Stage { name, from, to })
            }
            Window::Between(from, to) => {
                let (from, to) = (Nanos::from(*from), Nanos::from(*to));
                match names.timeline.length()? {
                    Some(end) if to > end => Err(notes.add(too_late(during, end))),
                    _ => Ok(When::Between(from, to)),
                }
            }
        }
    }
}

fn too_late(during: &At<Window>, end: Nanos) -> Note {
    let message = format!("the window ends after the timeline, which is {} long", number::time(end));
    Note::new(Code::Timeline, during.place, message)
        .label("beyond the last stage")
        .help("end the window earlier, or lengthen a stage")
}

impl Fault {
    /// The scenario's name of it.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// When it is on.
    pub fn when(&self) -> &When {
        &self.when
    }

    /// Whom it strikes.
    pub fn aim(&self) -> &Aim {
        &self.aim
    }

    /// Which of them.
    pub fn trigger(&self) -> &Trigger {
        &self.trigger
    }

    /// What goes wrong.
    pub fn inject(&self) -> &Inject {
        &self.inject
    }

    /// What it does to whom, in a few words: `429 to 70 % of us-east-1`.
    pub fn about(&self) -> String {
        let whom = match (self.inject.those(), self.aim.flows.is_empty()) {
            (None, _) => self.aim.to_string(),
            (Some(those), true) => format!("all {those}"),
            (Some(those), false) => format!("the {those} of {}", self.aim.flows.join("+")),
        };
        format!("{} to {}{whom}", self.inject, self.trigger)
    }

    pub(super) fn build(
        row: &Row<file::Fault>,
        raw: &file::Fault,
        names: &Names,
        notes: &mut Notes,
    ) -> Result<Self, Noted> {
        let when = raw
            .during
            .get()
            .and_then(|during| during.map_or(Ok(When::Always), |during| When::build(during, names, notes)));
        let aim = raw
            .r#where
            .value()
            .and_then(|given| given.map_or(Ok(Aim::default()), |raw| Aim::build(raw, names, notes)));
        let inject = raw.inject.get().and_then(|inject| Inject::build(&inject.value, inject.place, notes));
        let (when, aim) = (when?, aim?);
        let (inject, trigger) = inject?;
        Ok(Fault { name: row.name.value.get().clone(), when, aim, trigger, inject })
    }
}
