//! How a quantity varies: a constant, or a median and a 99th percentile.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::positive::{MaybeZero, Positive};
use crate::scenario::code::Code;
use crate::scenario::decode::{Decode, Fields, Leaf, Required};
use crate::scenario::node::{Node, Value};
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::plan::Spread;

/// A spread whose numbers are written as `T`s.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct SpreadOf<T> {
    spread: Spread,
    written_as: std::marker::PhantomData<T>,
}

/// What can be spread.
pub(crate) trait Quantity {
    /// The quantity in its unit: seconds, or things counted.
    fn amount(&self) -> f64;
}

impl<T> SpreadOf<T> {
    /// The spread itself.
    pub(crate) fn get(&self) -> Spread {
        self.spread
    }

    fn of(spread: Spread) -> Self {
        SpreadOf { spread, written_as: std::marker::PhantomData }
    }
}

impl<T: Leaf + Quantity + MaybeZero + Copy> Decode for SpreadOf<T> {
    fn decode(node: &Node, notes: &mut Notes) -> Result<Self, Noted> {
        match &node.value {
            Value::Map(_) => percentiles::<T>(node, notes).map(SpreadOf::of),
            _ => T::decode(node, notes).map(|constant| SpreadOf::of(Spread::Constant(constant.amount()))),
        }
    }
}

fn percentiles<T: Leaf + Quantity + MaybeZero + Copy>(
    node: &Node,
    notes: &mut Notes,
) -> Result<Spread, Noted> {
    let fields = Fields::open(node, &["p50", "p99"], notes)?;
    let p50: Required<Positive<T>> = fields.take("p50", notes);
    let p99: Required<Positive<T>> = fields.take("p99", notes);
    let (p50, high) = (p50.value()?.get().amount(), p99.get()?);
    let p99 = high.value.get().amount();
    if p99 < p50 {
        let note = Note::new(Code::Contradiction, high.place, "the 99th percentile lies under the median")
            .label("less than `p50`")
            .help("swap the two, or give one constant instead");
        return Err(notes.add(note));
    }
    Ok(Spread::LogNormal { p50, p99 })
}

impl<T: JsonSchema> JsonSchema for SpreadOf<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("SpreadOf{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let leaf = generator.subschema_for::<T>();
        json_schema!({
            "anyOf": [
                leaf,
                {
                    "type": "object",
                    "properties": { "p50": leaf, "p99": leaf },
                    "required": ["p50", "p99"],
                    "additionalProperties": false,
                },
            ],
        })
    }
}
