//! How a quantity varies: a constant, a median and a 99th percentile, or more percentiles.

use std::borrow::Cow;

use bedload_mocks::Quantiles;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::positive::{MaybeZero, Positive};
use crate::scenario::code::Code;
use crate::scenario::decode::{Decode, Fields, Leaf, Optional, Required};
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

/// `p50` and `p99` alone are a log-normal; with any other percentile the law goes through all that are given, from `p0`
/// to `p100`.
fn percentiles<T: Leaf + Quantity + MaybeZero + Copy>(
    node: &Node,
    notes: &mut Notes,
) -> Result<Spread, Noted> {
    let keys = Quantiles::PERCENTS.map(|percent| format!("p{percent}"));
    let fields = Fields::open(node, &keys.each_ref().map(String::as_str), notes)?;
    let through = keys.iter().any(|key| !matches!(key.as_str(), "p50" | "p99") && fields.has(key));
    if through { self::through::<T>(&fields, &keys, notes) } else { log_normal::<T>(&fields, notes) }
}

fn log_normal<T: Leaf + Quantity + MaybeZero + Copy>(
    fields: &Fields<'_>,
    notes: &mut Notes,
) -> Result<Spread, Noted> {
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

fn through<T: Leaf + Quantity + MaybeZero + Copy>(
    fields: &Fields<'_>,
    keys: &[String],
    notes: &mut Notes,
) -> Result<Spread, Noted> {
    let ends = ["p0", "p100"].map(|key| fields.take::<Required<T>>(key, notes));
    for end in &ends {
        end.value()?;
    }
    let mut points: Vec<(u8, f64)> = Vec::new();
    for (percent, key) in Quantiles::PERCENTS.into_iter().zip(keys) {
        let given: Optional<T> = fields.take(key, notes);
        let Some(at) = given.get()? else { continue };
        let amount = at.value.amount();
        if let Some((before, _)) = points.last().filter(|(_, before)| *before > amount) {
            let note = Note::new(Code::Contradiction, at.place, format!("`{key}` lies under `p{before}`"))
                .label(format!("less than `p{before}`"))
                .help("a percentile is no less than a lower one");
            return Err(notes.add(note));
        }
        points.push((percent, amount));
    }
    Quantiles::new(&points)
        .map(Spread::Through)
        .map_err(|error| notes.add(Note::new(Code::Contradiction, fields.place(), error.to_string())))
}

impl<T: JsonSchema> JsonSchema for SpreadOf<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("SpreadOf{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let leaf = generator.subschema_for::<T>();
        let percents = Quantiles::PERCENTS.map(|percent| percent.to_string()).join("|");
        let percentiles = format!("^p({percents})$");
        json_schema!({
            "anyOf": [
                leaf,
                {
                    "type": "object",
                    "properties": { "p50": leaf, "p99": leaf },
                    "required": ["p50", "p99"],
                    "additionalProperties": false,
                },
                {
                    "type": "object",
                    "patternProperties": { percentiles: leaf },
                    "required": ["p0", "p100"],
                    "additionalProperties": false,
                },
            ],
        })
    }
}
