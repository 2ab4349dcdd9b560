//! Inputs for tools: JSON that satisfies a tool's schema.

use rand::{Rng, RngExt};
use serde_json::{Map, Value, json};

/// How deep an input may nest before optional parts are left out.
const DEPTH: usize = 8;

/// An input that satisfies this schema, always an object.
pub(crate) fn satisfying(schema: &Value, rng: &mut impl Rng) -> Value {
    match value(schema, rng, 0) {
        Value::Object(fields) => Value::Object(fields),
        _ => json!({}),
    }
}

fn value(schema: &Value, rng: &mut impl Rng, depth: usize) -> Value {
    if let Some(constant) = schema.get("const") {
        return constant.clone();
    }
    if let Some(choices) = schema["enum"].as_array().filter(|choices| !choices.is_empty()) {
        return choices[rng.random_range(0..choices.len())].clone();
    }
    match schema["type"].as_str() {
        Some("string") => json!("river"),
        Some("integer") => json!(rng.random_range(0..100)),
        Some("number") => json!(f64::from(rng.random_range(0..1000)) / 10.0),
        Some("boolean") => json!(rng.random_bool(0.5)),
        Some("null") => Value::Null,
        Some("array") => json!([value(&schema["items"], rng, depth + 1)]),
        _ => object(schema, rng, depth),
    }
}

fn object(schema: &Value, rng: &mut impl Rng, depth: usize) -> Value {
    let required = schema["required"].as_array().map_or(&[][..], Vec::as_slice);
    let fields = schema["properties"].as_object().into_iter().flatten();
    let wanted = fields.filter(|(name, _)| depth < DEPTH || required.iter().any(|field| field == *name));
    Value::Object(
        wanted.map(|(name, field)| (name.clone(), value(field, rng, depth + 1))).collect::<Map<_, _>>(),
    )
}
