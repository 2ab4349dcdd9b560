//! What goes wrong, when, and for whom.

use std::fmt;
use std::time::Duration;

use bedload_reports::number;
use bedload_reports::record::{Name, Operation};
use bedload_reports::units::Nanos;

use super::World;
use super::spread::Spread;
use crate::scenario::code::Code;
use crate::scenario::decode::{Optional, Row};
use crate::scenario::defaults;
use crate::scenario::file;
use crate::scenario::leaf::{OneOrMany, Positive, Share, Whole, Window};
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::At;

/// Something that goes wrong for a while.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    name: Name,
    stage: Option<Name>,
    window: (Nanos, Nanos),
    aim: Aim,
    trigger: Trigger,
    inject: Inject,
}

/// Whom a fault strikes: the requests that match every list. An empty list matches all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Aim {
    /// Flows, by their names.
    pub flows: Vec<Name>,
    /// Operations.
    pub operations: Vec<Operation>,
    /// Models, by their names in the scenario.
    pub models: Vec<Name>,
    /// Regions.
    pub regions: Vec<Name>,
}

/// Which of the requests that a fault is aimed at it does strike; with several conditions those that meet all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trigger {
    /// This share, by chance; more than 0, at most 1.
    pub share: f64,
    /// Only the first so many.
    pub first: Option<u64>,
    /// Only each so-manieth.
    pub every: Option<u64>,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Inject {
    /// 429 `ThrottlingException`.
    Throttle {
        /// The quota that the error blames.
        message: ThrottleMessage,
        /// How long it asks the client to wait, if it says.
        retry_after: Option<Duration>,
    },
    /// 503 `ServiceUnavailableException`.
    Unavailable,
    /// 500 `InternalServerException`.
    InternalError,
    /// Answers come later.
    Latency {
        /// By how much, in seconds.
        add: Spread,
    },
}

/// The quota that a throttling error blames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThrottleMessage {
    /// Too many requests in a minute.
    Requests,
    /// Too many tokens in a minute.
    Tokens,
    /// Too many tokens in a day.
    TokensPerDay,
}

impl Fault {
    /// The scenario's name of it.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// The stage that it lasts as long as, where its window is one.
    pub fn stage(&self) -> Option<&Name> {
        self.stage.as_ref()
    }

    /// From when until when, as offsets from the epoch.
    pub fn window(&self) -> (Nanos, Nanos) {
        self.window
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
        format!("{} to {}{}", self.inject, self.trigger, self.aim)
    }

    pub(super) fn build(
        row: &Row<file::Fault>,
        raw: &file::Fault,
        world: &World,
        notes: &mut Notes,
    ) -> Result<Self, Noted> {
        let window = raw.during.get().and_then(|during| window(during, world, notes));
        let aim = raw
            .r#where
            .value()
            .and_then(|given| given.map_or(Ok(Aim::default()), |raw| aim(raw, world, notes)));
        let inject = raw.inject.value().and_then(inject);
        let (stage, window) = window?;
        let (inject, trigger) = inject?;
        Ok(Fault { name: row.name.value.get().clone(), stage, window, aim: aim?, trigger, inject })
    }
}

fn window(
    during: &At<Window>,
    world: &World,
    notes: &mut Notes,
) -> Result<(Option<Name>, (Nanos, Nanos)), Noted> {
    match &during.value {
        Window::Stage(name) => {
            let name = world.timeline.find(name.get(), during.place, notes)?;
            let stage = world.timeline.stage(&name)?;
            Ok((Some(name), stage.map_or((Nanos::ZERO, Nanos::ZERO), |stage| (stage.from, stage.to))))
        }
        Window::Between(from, to) => {
            let (from, to, end) = (Nanos::from(*from), Nanos::from(*to), world.timeline.length()?);
            if to > end {
                let message =
                    format!("the window ends after the timeline, which is {} long", number::time(end));
                let note = Note::new(Code::Timeline, during.place, message)
                    .label("beyond the last stage")
                    .help("end the window earlier, or lengthen a stage");
                return Err(notes.add(note));
            }
            Ok((None, (from, to)))
        }
    }
}

fn aim(raw: &file::Where, world: &World, notes: &mut Notes) -> Result<Aim, Noted> {
    let flows = each(&raw.flow, |flow| world.flows.find(flow.value.get(), flow.place, notes));
    let models = each(&raw.model, |model| world.models.find(model.value.get(), model.place, notes));
    let regions = each(&raw.region, |region| world.regions.find(region.value.get(), region.place, notes));
    let operations = each(&raw.operation, |operation| Ok(operation.value.into()));
    Ok(Aim { flows: flows?, operations: operations?, models: models?, regions: regions? })
}

/// Every item is looked at, though one broken item breaks the list.
fn each<T, U>(
    raw: &Optional<OneOrMany<T>>,
    mut make: impl FnMut(&At<T>) -> Result<U, Noted>,
) -> Result<Vec<U>, Noted> {
    let Some(many) = raw.value()? else {
        return Ok(Vec::new());
    };
    let made: Vec<_> = many.items().iter().map(|item| make(item.as_ref().map_err(|noted| *noted)?)).collect();
    made.into_iter().collect()
}

fn inject(raw: &file::Inject) -> Result<(Inject, Trigger), Noted> {
    match raw {
        file::Inject::Throttle(raw) => {
            let message = raw.message.map_or(defaults::THROTTLE_MESSAGE, |message| match message {
                file::ThrottleMessage::Requests => ThrottleMessage::Requests,
                file::ThrottleMessage::Tokens => ThrottleMessage::Tokens,
                file::ThrottleMessage::TokensPerDay => ThrottleMessage::TokensPerDay,
            })?;
            let retry_after = raw.retry_after.value()?.map(|time| time.get().get());
            Ok((Inject::Throttle { message, retry_after }, trigger(&raw.share, &raw.first, &raw.every)?))
        }
        file::Inject::Unavailable(raw) => {
            Ok((Inject::Unavailable, trigger(&raw.share, &raw.first, &raw.every)?))
        }
        file::Inject::InternalError(raw) => {
            Ok((Inject::InternalError, trigger(&raw.share, &raw.first, &raw.every)?))
        }
        file::Inject::Latency(raw) => {
            let add = raw.add.value()?.get();
            Ok((Inject::Latency { add }, trigger(&raw.share, &raw.first, &raw.every)?))
        }
    }
}

fn trigger<const MIN: u64, const MAX: u64>(
    share: &Optional<Positive<Share>>,
    first: &Optional<Whole<MIN, MAX>>,
    every: &Optional<Whole<MIN, MAX>>,
) -> Result<Trigger, Noted> {
    Ok(Trigger {
        share: share.map_or(defaults::SHARE, |share| share.get().get())?,
        first: first.value()?.map(|count| count.get()),
        every: every.value()?.map(|count| count.get()),
    })
}

impl fmt::Display for Inject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Inject::Throttle { .. } => f.write_str("429"),
            Inject::Unavailable => f.write_str("503"),
            Inject::InternalError => f.write_str("500"),
            Inject::Latency { add: Spread::Constant(secs) } => write!(f, "{} more", number::seconds(*secs)),
            Inject::Latency { add: Spread::LogNormal { p50, .. } } => {
                write!(f, "about {} more", number::seconds(*p50))
            }
        }
    }
}

impl fmt::Display for Trigger {
    /// As the start of a phrase: `70 % of `, `every 3rd of the first 10 of `, nothing where all are struck.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.share < 1.0 {
            let share = Share::written(self.share);
            write!(f, "{}\u{202f}% of ", share.trim_end_matches('%'))?;
        }
        if let Some(every) = self.every {
            write!(f, "one in {every} of ")?;
        }
        if let Some(first) = self.first {
            write!(f, "the first {first} of ")?;
        }
        Ok(())
    }
}

impl fmt::Display for Aim {
    /// The names that it goes by, or `all requests`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operations: Vec<&str> = self.operations.iter().map(|operation| operation.name()).collect();
        let lists =
            [join(&self.flows, "+"), operations.join("+"), join(&self.models, "+"), join(&self.regions, "+")];
        let given: Vec<&str> = lists.iter().map(String::as_str).filter(|list| !list.is_empty()).collect();
        if given.is_empty() {
            return f.write_str("all requests");
        }
        f.write_str(&given.join(" "))
    }
}

fn join(names: &[Name], between: &str) -> String {
    names.iter().map(|name| &**name).collect::<Vec<_>>().join(between)
}
