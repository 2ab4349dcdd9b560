//! `load:`

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::queue::Queue;
use crate::scenario::decode::{Decode, Fields, Optional, Required, Table, choice, record};
use crate::scenario::defaults;
use crate::scenario::leaf::{Rate, SpreadOf, Time, Whole};
use crate::scenario::node::{Node, Value};
use crate::scenario::notes::{Noted, Notes};
use crate::scenario::place::At;

/// The most users of a closed load; each is a task of its own.
type Users = Whole<0, 1_000_000>;

/// How much traffic a flow has.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Load {
    /// Requests arrive at a rate, whether or not earlier ones were answered.
    Open(Open),
    /// Users ask, wait for the answer, think, and ask again.
    Closed(Closed),
    /// Jobs travel through a queue.
    Queue(Box<Queue>),
}

choice!(Load { open: Open, closed: Closed, queue: Queue });

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
#[derive(Clone, Copy, Debug, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum Arrivals {
    /// Independently of each other, as those of many unrelated callers do.
    Poisson,
    /// Evenly.
    Constant,
}

choice!(Arrivals: "a kind of arrivals" { poisson: Poisson, constant: Constant });

/// Users ask, wait for the answer, think, and ask again.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Closed {
    /// How many: one number for the whole timeline, or one for each stage. A stage that is not named has none.
    pub users: Required<ByStage<Users, Users>>,
    /// How long a user thinks between an answer and the next request.
    #[schemars(extend("default" = defaults::THINK.written_as_times()))]
    pub think: Optional<SpreadOf<Time>>,
}

record!(Closed { users, think });

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
    /// In a straight line from one rate to another.
    Ramp {
        /// At its start.
        from: Required<Rate>,
        /// At its end.
        to: Required<Rate>,
    },
}

impl<All: Decode, Each: Decode> Decode for ByStage<All, Each> {
    fn decode(node: &Node, notes: &mut Notes) -> Result<Self, Noted> {
        match &node.value {
            Value::Map(_) => Table::decode(node, notes).map(ByStage::Stages),
            _ => All::decode(node, notes).map(ByStage::Throughout),
        }
    }
}

impl Decode for Pace {
    fn decode(node: &Node, notes: &mut Notes) -> Result<Self, Noted> {
        match &node.value {
            Value::Map(_) => {
                let fields = Fields::open(node, &["from", "to"], notes)?;
                Ok(Pace::Ramp { from: fields.take("from", notes), to: fields.take("to", notes) })
            }
            _ => Rate::decode(node, notes).map(Pace::Steady),
        }
    }
}

impl Pace {
    /// The rates at the start and the end, each second.
    pub(crate) fn ends(&self) -> Result<(f64, f64), Noted> {
        let per_second = |rate: &At<Rate>| rate.value.per_second();
        match self {
            Pace::Steady(rate) => Ok((rate.per_second(), rate.per_second())),
            Pace::Ramp { from, to } => Ok((per_second(from.get()?), per_second(to.get()?))),
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
        let rate = generator.subschema_for::<Rate>();
        json_schema!({
            "anyOf": [
                rate,
                {
                    "type": "object",
                    "properties": { "from": rate, "to": rate },
                    "required": ["from", "to"],
                    "additionalProperties": false,
                },
            ],
        })
    }
}
