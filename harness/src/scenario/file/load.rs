//! `load:`

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::queue::Queue;
use super::replay::Replay;
use crate::scenario::decode::{Decode, Fields, Optional, Required, Table, choice, only_entry, record};
use crate::scenario::defaults;
use crate::scenario::leaf::{Positive, Rate, SpreadOf, Time, Variation, Whole};
use crate::scenario::node::{Entry, Node, Value};
use crate::scenario::notes::{Noted, Notes};

/// The most users of a closed load; each is a task of its own.
pub(crate) type Users = Whole<0, 1_000_000>;

/// The requests of a conversation. Each repeats all the ones before.
type TurnCount = Whole<1, 1000>;

/// The steps of a rate. More of them than these are a ramp.
type StepCount = Whole<2, 1000>;

/// How much traffic a flow has.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Load {
    /// Requests arrive at a rate, whether or not earlier ones were answered.
    Open(Open),
    /// Users ask, wait for the answer, think, and ask again.
    Closed(Box<Closed>),
    /// Jobs travel through a queue.
    Queue(Box<Queue>),
    /// Requests arrive as they did in a trace.
    Replay(Box<Replay>),
}

choice!(Load { open: Open, closed: Closed, queue: Queue, replay: Replay });

/// Requests arrive at a rate.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Open {
    /// How arrivals scatter around the rate.
    #[schemars(extend("default" = crate::scenario::words::arrivals(defaults::ARRIVALS)))]
    pub arrivals: Optional<Arrivals>,
    /// The rate: one for the whole timeline, or one for each stage. A stage that is not named has none.
    pub rate: Required<ByStage<Rate, Pace>>,
}

record!(Open { arrivals, rate });

/// How arrivals scatter around the rate.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum Arrivals {
    /// Independently of each other, as those of many unrelated callers do.
    Poisson,
    /// Evenly.
    Constant,
    /// In bursts, or more evenly than by chance: gaps follow a gamma distribution.
    Gamma(Burstiness),
}

choice!(Arrivals: "a kind of arrivals" { poisson: Poisson, constant: Constant; gamma: Gamma });

/// How bursty arrivals are.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Burstiness {
    /// The coefficient of variation of the gaps, which is their deviation over their mean: 1 is Poisson, more is burstier.
    /// What vLLM calls `burstiness` is `1 / cv²`, and falls as arrivals become burstier.
    pub cv: Required<Variation>,
}

record!(Burstiness { cv });

/// Users ask, wait for the answer, think, and ask again.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Closed {
    /// How many: one number for the whole timeline, or one for each stage, or from how many to how many. A stage that is not
    /// named has none.
    pub users: Required<ByStage<Users, UserPace>>,
    /// How long a user thinks between an answer and the next request.
    #[schemars(extend("default" = defaults::THINK.written_as_times()))]
    pub think: Optional<SpreadOf<Time>>,
    /// How many requests a conversation has. Each sends all that was said in it before, then its user begins another one.
    /// What stands for an answer there are words of as many tokens as it had: answers are counted, and not kept.
    #[schemars(extend("default" = defaults::TURNS.written_as_counts()))]
    pub turns: Optional<SpreadOf<TurnCount>>,
}

record!(Closed { users, think, turns });

impl Decode for Box<Closed> {
    fn decode(node: &Node, notes: &mut Notes) -> Result<Self, Noted> {
        Closed::decode(node, notes).map(Box::new)
    }
}

/// The users of one stage.
#[derive(Debug)]
pub(crate) enum UserPace {
    /// The same from its start to its end.
    Steady(Users),
    /// More or fewer, one by one and evenly over the stage.
    Ramp(UserRamp),
}

/// Users who come or go over a stage.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct UserRamp {
    /// At its start.
    pub from: Required<Users>,
    /// At its end.
    pub to: Required<Users>,
}

record!(UserRamp { from, to });

impl Decode for UserPace {
    fn decode(node: &Node, notes: &mut Notes) -> Result<Self, Noted> {
        match &node.value {
            Value::Map(_) => UserRamp::decode(node, notes).map(UserPace::Ramp),
            _ => Users::decode(node, notes).map(UserPace::Steady),
        }
    }
}

impl JsonSchema for UserPace {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "UserPace".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (users, ramp) = (generator.subschema_for::<Users>(), generator.subschema_for::<UserRamp>());
        json_schema!({ "anyOf": [users, ramp] })
    }
}

/// One value for the whole timeline, or one for each stage.
#[derive(Debug)]
pub(crate) enum ByStage<All, Each> {
    /// The whole timeline.
    Throughout(All),
    /// Stage by stage.
    Stages(Table<Each>),
}

/// The rate of one stage.
#[derive(Debug)]
pub(crate) enum Pace {
    /// The same from its start to its end.
    Steady(Rate),
    /// From one rate to another: in a straight line, or in steps.
    Ramp(Ramp),
    /// Steady but for a while.
    Spike(Spike),
    /// Up and down as the days do.
    Sine(Sine),
}

/// From one rate to another.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Ramp {
    /// At the start of the stage.
    pub from: Required<Rate>,
    /// At its end.
    pub to: Required<Rate>,
    /// In so many steps of the same length and height, the first at `from` and the last at `to`; a straight line without.
    pub steps: Optional<StepCount>,
}

/// A rate that is steady but for a while.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Spike {
    /// Before and after.
    pub base: Required<Rate>,
    /// Meanwhile.
    pub peak: Required<Rate>,
    /// When it begins, from the start of the stage.
    pub at: Required<Time>,
    /// How long it lasts.
    pub r#for: Required<Positive<Time>>,
}

record!(Spike { base, peak, at, r#for });

/// A rate that goes up and down as a sine does. It is at its low when the run begins, and goes on from stage to stage.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Sine {
    /// The lowest rate.
    pub low: Required<Rate>,
    /// The highest rate.
    pub high: Required<Rate>,
    /// From one low to the next: `24h` is a day.
    pub period: Required<Positive<Time>>,
}

record!(Sine { low, high, period });

impl<All: Decode, Each: Decode> Decode for ByStage<All, Each> {
    fn decode(node: &Node, notes: &mut Notes) -> Result<Self, Noted> {
        match &node.value {
            Value::Map(_) => Table::decode(node, notes).map(ByStage::Stages),
            _ => All::decode(node, notes).map(ByStage::Throughout),
        }
    }
}

/// The shapes of a rate that have a word, which their settings stand under.
const SHAPES: [&str; 2] = ["spike", "sine"];

impl Decode for Pace {
    fn decode(node: &Node, notes: &mut Notes) -> Result<Self, Noted> {
        let names_shape = |entry: &Entry| SHAPES.contains(&entry.key.value.as_str());
        match &node.value {
            Value::Map(entries) if entries.iter().any(names_shape) => {
                let entry = only_entry(node, &SHAPES, notes)?;
                match entry.key.value.as_str() {
                    "spike" => Spike::decode(&entry.value, notes).map(Pace::Spike),
                    _ => Sine::decode(&entry.value, notes).map(Pace::Sine),
                }
            }
            Value::Map(_) => {
                let elsewhere = SHAPES.map(|shape| (shape, shape));
                let fields = Fields::open_as(node, &["from", "to", "steps"], &elsewhere, notes)?;
                Ok(Pace::Ramp(Ramp {
                    from: fields.take("from", notes),
                    to: fields.take("to", notes),
                    steps: fields.take("steps", notes),
                }))
            }
            _ => Rate::decode(node, notes).map(Pace::Steady),
        }
    }
}

impl<All: JsonSchema, Each: JsonSchema> JsonSchema for ByStage<All, Each> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("ByStage{}", Each::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (all, each) = (generator.subschema_for::<All>(), generator.subschema_for::<Table<Each>>());
        json_schema!({ "anyOf": [all, each] })
    }
}

impl JsonSchema for Pace {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Pace".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (rate, ramp) = (generator.subschema_for::<Rate>(), generator.subschema_for::<Ramp>());
        let (spike, sine) = (generator.subschema_for::<Spike>(), generator.subschema_for::<Sine>());
        let only = |key: &str, settings: Schema| {
            json_schema!({
                "type": "object",
                "properties": { key: settings },
                "required": [key],
                "additionalProperties": false,
            })
        };
        json_schema!({ "anyOf": [rate, ramp, only("spike", spike), only("sine", sine)] })
    }
}
