//! How much traffic a flow has, over time.

use bedload_reports::header::Stage;
use bedload_reports::number;
use bedload_reports::record::Name;
use bedload_reports::units::Nanos;

use super::queue::queue;
use super::replay::replay;
use super::shape::{shape, within_stage};
use super::spread::Spread;
use super::timeline::Timeline;
use super::world::World;
use crate::pace::{Arrivals, Passes, Replay, Shape, Stretch};
use crate::queue::policy::QueuePolicy;
use crate::scenario::code::Code;
use crate::scenario::decode::Row;
use crate::scenario::defaults;
use crate::scenario::file::{self, ByStage};
use crate::scenario::leaf::Rate;
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::{At, Place};
use crate::scenario::trace::Trace;

/// How much traffic a flow has, over time. There is some.
#[derive(Clone, Debug, PartialEq)]
pub enum Load {
    /// Requests arrive at a rate, whether or not earlier ones were answered.
    Open {
        /// How arrivals scatter around the rate.
        arrivals: Arrivals,
        /// The rate, one stretch for each stage with traffic, in order.
        stretches: Vec<Stretch>,
    },
    /// Users ask, wait for the answer, think, and ask again.
    Closed {
        /// How many users, one segment for each stage with any, in order.
        segments: Vec<UserSegment>,
        /// How long they think, in seconds.
        think: Spread,
        /// How many requests a conversation has.
        turns: Box<Spread>,
    },
    /// Requests arrive as they did in a trace.
    Replay {
        /// The trace.
        trace: Trace,
        /// How many times as fast it is played.
        speed: f64,
        /// How often.
        passes: Passes,
        /// When the last stage ends.
        until: Nanos,
    },
    /// Jobs travel through a queue.
    Queue {
        /// When the first job is due: where the first recorded stage begins.
        from: Nanos,
        /// When the last one is.
        to: Nanos,
        /// How they travel.
        policy: Box<QueuePolicy>,
    },
}

/// A stretch of time with users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserSegment {
    /// Its start.
    pub from: Nanos,
    /// Its end.
    pub to: Nanos,
    /// How many users there are at its start.
    pub users: u32,
    /// How many there are at its end, where one by one has come or gone; not none at both.
    pub end_users: u32,
}

impl Load {
    /// Whether any request is due in this stage.
    pub fn covers(&self, stage: &Stage) -> bool {
        let inside = |from: Nanos, to: Nanos| from < stage.to && stage.from < to;
        match self {
            Load::Open { stretches, .. } => stretches.iter().any(|stretch| inside(stretch.from, stretch.to)),
            Load::Closed { segments, .. } => segments.iter().any(|segment| inside(segment.from, segment.to)),
            Load::Queue { from, to, .. } => inside(*from, *to),
            Load::Replay { passes: Passes::Endless, .. } => true,
            // What was not read may have arrivals everywhere.
            Load::Replay { trace, .. } => {
                trace.arrivals().is_empty()
                    || self.replay().into_iter().flatten().any(|due| stage.from <= due.at)
            }
        }
    }

    /// The arrivals of a trace, each at its time; none where the load is another one.
    pub fn replay(&self) -> Option<Replay> {
        let Load::Replay { trace, speed, passes, until } = self else { return None };
        Some(Replay::new(trace.arrivals().clone(), *speed, *passes, *until))
    }

    pub(super) fn build(
        raw: &file::Load,
        flow: Place,
        world: &World,
        notes: &mut Notes,
    ) -> Result<Self, Noted> {
        let timeline = &world.timeline;
        match raw {
            file::Load::Open(open) => {
                let stretches = open.rate.value().and_then(|rate| stretches(rate, flow, timeline, notes));
                Ok(Load::Open { arrivals: arrivals(open)?, stretches: stretches? })
            }
            file::Load::Closed(closed) => {
                let users = users(closed.users.value()?, timeline, notes)?;
                let users = users.some_traffic(|(start, end)| start + end > 0, flow, notes)?;
                let segments = users.on(timeline.whole()?, |stage, (users, end_users)| UserSegment {
                    from: stage.from,
                    to: stage.to,
                    users,
                    end_users,
                });
                let think = closed.think.map_or(defaults::THINK, |think| think.get())?;
                let turns = closed.turns.map_or(defaults::TURNS, |turns| turns.get())?;
                Ok(Load::Closed { segments, think, turns: Box::new(turns) })
            }
            file::Load::Queue(raw) => {
                let policy = queue(raw, flow, notes)?;
                let (from, to) = production(&policy, raw, timeline, notes)?;
                Ok(Load::Queue { from, to, policy: Box::new(policy) })
            }
            file::Load::Replay(raw) => replay(raw, world, notes),
        }
    }
}

/// From the first job's due time to the last one's. All of them must be due within the timeline, or the batch would be
/// smaller than it says.
fn production(
    policy: &QueuePolicy,
    raw: &file::Queue,
    timeline: &Timeline,
    notes: &mut Notes,
) -> Result<(Nanos, Nanos), Noted> {
    let stages = timeline.whole()?;
    let end = stages.last().map_or(Nanos::ZERO, |stage| stage.to);
    let from = stages.iter().find(|stage| stage.record).map_or(Nanos::ZERO, |stage| stage.from);
    let to = from.plus(policy.production());
    match raw.enqueue.get()? {
        given if to > end => {
            let message = format!(
                "the last job is due {} after the start, and the timeline is {} long",
                number::time(to),
                number::time(end)
            );
            let note = Note::new(Code::Timeline, given.place, message).label("too slow");
            Err(notes.add(note.help("enqueue faster, or lengthen a stage")))
        }
        _ => Ok((from, to)),
    }
}

fn arrivals(open: &file::Open) -> Result<Arrivals, Noted> {
    Ok(match open.arrivals.value()? {
        None => defaults::ARRIVALS,
        Some(file::Arrivals::Poisson) => Arrivals::Poisson,
        Some(file::Arrivals::Constant) => Arrivals::Constant,
        Some(file::Arrivals::Gamma(gamma)) => Arrivals::Gamma { cv: gamma.cv.value()?.get() },
    })
}

/// The rate of each stage that has one.
fn stretches(
    raw: &ByStage<Rate, file::Pace>,
    flow: Place,
    timeline: &Timeline,
    notes: &mut Notes,
) -> Result<Vec<Stretch>, Noted> {
    let throughout = |rate: &Rate| Ok((Shape::steady(rate.per_second()), flow));
    let of_stage = |pace: &At<file::Pace>, notes: &mut Notes| Ok((shape(pace, notes)?, pace.place));
    let rates = Levels::read(raw, timeline, notes, throughout, of_stage)?;
    let rates = rates.some_traffic(|(shape, _)| shape.has_traffic(), flow, notes)?;
    let stretch = |stage: &Stage, (shape, place)| At {
        value: Stretch { from: stage.from, to: stage.to, shape },
        place,
    };
    let stretches = rates.on(timeline.whole()?, stretch);
    let checked: Vec<_> = stretches.iter().map(|stretch| within_stage(stretch, notes)).collect();
    checked.into_iter().collect()
}

/// The users at the start and at the end of each stage.
fn users(
    raw: &ByStage<file::Users, file::UserPace>,
    timeline: &Timeline,
    notes: &mut Notes,
) -> Result<Levels<(u32, u32)>, Noted> {
    let steady = |users: &file::Users| Ok((users.get_u32(), users.get_u32()));
    Levels::read(raw, timeline, notes, steady, |pace: &At<file::UserPace>, _| match &pace.value {
        file::UserPace::Steady(users) => steady(users),
        file::UserPace::Ramp(ramp) => Ok((ramp.from.value()?.get_u32(), ramp.to.value()?.get_u32())),
    })
}

/// How much there is, stage by stage.
enum Levels<U> {
    Throughout(U),
    Stages(Vec<(Name, U)>),
}

impl<U: Copy> Levels<U> {
    fn read<All, Each>(
        raw: &ByStage<All, Each>,
        timeline: &Timeline,
        notes: &mut Notes,
        all: impl Fn(&All) -> Result<U, Noted>,
        mut each: impl FnMut(&At<Each>, &mut Notes) -> Result<U, Noted>,
    ) -> Result<Self, Noted> {
        let table = match raw {
            ByStage::Throughout(value) => return all(value).map(Levels::Throughout),
            ByStage::Stages(table) => table,
        };
        let read = |row: &Row<Each>| {
            let stage = timeline.find(row.name.value.get(), row.name.place, notes);
            let level = row.value.as_ref().map_err(|noted| *noted).and_then(|at| each(at, notes));
            Ok((stage?, level?))
        };
        let rows: Vec<_> = table.rows().iter().map(read).collect();
        rows.into_iter().collect::<Result<_, _>>().map(Levels::Stages)
    }

    /// The levels that are more than none, of which there must be one.
    fn some_traffic(
        self,
        is_some: impl Fn(U) -> bool,
        flow: Place,
        notes: &mut Notes,
    ) -> Result<Self, Noted> {
        match self {
            Levels::Throughout(level) if is_some(level) => Ok(self),
            Levels::Stages(levels) if levels.iter().any(|(_, level)| is_some(*level)) => {
                Ok(Levels::Stages(levels.into_iter().filter(|(_, level)| is_some(*level)).collect()))
            }
            _ => Err(notes.add(
                Note::new(Code::Timeline, flow, "a flow without any traffic")
                    .label("nothing is ever sent")
                    .help("give at least one stage a rate or users, or remove the flow"),
            )),
        }
    }

    /// The levels laid on the timeline, in its order.
    fn on<S>(&self, stages: &[Stage], segment: impl Fn(&Stage, U) -> S) -> Vec<S> {
        let level = |stage: &Stage| match self {
            Levels::Throughout(level) => Some(*level),
            Levels::Stages(levels) => {
                levels.iter().find(|(name, _)| *name == stage.name).map(|(_, level)| *level)
            }
        };
        stages.iter().filter_map(|stage| Some(segment(stage, level(stage)?))).collect()
    }
}
