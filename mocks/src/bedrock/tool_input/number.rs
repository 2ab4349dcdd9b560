//! Numbers.

use rand::{Rng, RngExt};
use serde_json::{Value, json};

/// How far a number goes from its one bound, or from zero if it has none.
const REACH: f64 = 100.0;

/// The largest whole number that every JSON reader keeps exactly: 2^53.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// An integer within the schema's bounds.
pub(super) fn integer(schema: &Value, rng: &mut impl Rng) -> Value {
    let step =
        schema["multipleOf"].as_f64().filter(|step| *step >= 1.0 && step.fract() == 0.0).unwrap_or(1.0);
    let (least, most) = bounds(schema, step);
    json!(multiple(least, most, step, rng) as i64)
}

/// A number within the schema's bounds.
pub(super) fn number(schema: &Value, rng: &mut impl Rng) -> Value {
    let multiple_of = schema["multipleOf"].as_f64().filter(|step| *step > 0.0);
    let (least, most) = bounds(schema, multiple_of.unwrap_or(0.1).max(1.0));
    let whole = least.ceil()..=most.floor();
    let step = match multiple_of {
        Some(step) if step >= 1.0 => step,
        // A whole number is a multiple of 0.01 beyond doubt; 0.07 is one but for the last bit.
        Some(_) if whole.start() <= whole.end() => 1.0,
        Some(step) => step,
        None => (most - least) / 64.0,
    };
    if step == 0.0 {
        return json!(least);
    }
    json!(multiple(least, most, step, rng).clamp(least, most.max(least)))
}

/// A multiple of `step` between two bounds, or of their distance if there is none.
fn multiple(least: f64, most: f64, step: f64, rng: &mut impl Rng) -> f64 {
    let (first, last) = ((least / step).ceil() as i64, (most / step).floor() as i64);
    if first > last {
        return least;
    }
    rng.random_range(first..=last) as f64 * step
}

/// The least and the most that is allowed, and wide enough apart for a step where one of them is free.
fn bounds(schema: &Value, step: f64) -> (f64, f64) {
    let bound = |word: &str| schema[word].as_f64();
    let strict = |word: &str, plain: Option<f64>| match &schema[word] {
        Value::Bool(true) => plain,
        other => other.as_f64(),
    };
    let (minimum, maximum) = (bound("minimum"), bound("maximum"));
    let above = strict("exclusiveMinimum", minimum);
    let below = strict("exclusiveMaximum", maximum);
    let reach = REACH.max(step * 4.0);
    let whole = schema["type"] == "integer" || schema["multipleOf"].is_number();
    let margin = match (above.or(minimum), below.or(maximum)) {
        (Some(low), Some(high)) => (high - low) / 4.0,
        _ => 0.5,
    };
    let least = highest(minimum, above.map(|above| inside(above, margin, whole)));
    let most = lowest(maximum, below.map(|below| -inside(-below, margin, whole)));
    match (least, most) {
        (Some(least), Some(most)) => (least, most),
        (Some(least), None) => (least, (least + reach).min(EXACT.max(least))),
        (None, Some(most)) => ((most - reach).max((-EXACT).min(most)), most),
        (None, None) => (0.0, reach),
    }
}

/// The first allowed number above a bound that is not allowed itself.
fn inside(above: f64, margin: f64, whole: bool) -> f64 {
    if whole { above.floor() + 1.0 } else { above + margin }
}

fn highest(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    one.into_iter().chain(other).reduce(f64::max)
}

fn lowest(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    one.into_iter().chain(other).reduce(f64::min)
}
