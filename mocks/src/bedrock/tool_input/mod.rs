//! Inputs for tools: JSON that satisfies a tool's schema.
//!
//! The schema is walked once, and every choice that it leaves is drawn from the exchange's own stream. It is
//! read as JSON Schema 2020-12, with the older spellings that tools still use (`definitions`, a boolean
//! `exclusiveMinimum`). Understood are `type`, `enum`, `const`, `$ref` within the schema, `allOf`, `anyOf`,
//! `oneOf`, and the keywords of objects (`properties`, `required`, `additionalProperties`, `minProperties`,
//! `maxProperties`), arrays (`items`, `prefixItems`, `minItems`, `maxItems`, `uniqueItems`), texts
//! (`minLength`, `maxLength`, `pattern`, `format`) and numbers. Not understood, and so not promised: `not`,
//! `if`, `contains`, `patternProperties`, `propertyNames`, `dependentSchemas`, a `oneOf` whose choices
//! overlap, patterns that look ahead or back, and schemas that nothing satisfies.
//!
//! No schema can make it run for long: an input has at most [`MOST_NODES`] values, of which optional ones
//! take up at most [`MOST_OPTIONAL_NODES`], and nests at most [`MOST_DEPTH`] deep.

mod array;
mod merge;
mod number;
mod object;
mod pattern;
mod text;

use rand::{Rng, RngExt};
use serde_json::{Map, Value};

/// The most values in an input; beyond them only a schema that wants them all can bring it.
const MOST_NODES: usize = 10_000;
/// The number of values after which nothing is given that is not required.
const MOST_OPTIONAL_NODES: usize = 200;
/// The depth after which nothing is given that is not required.
const MOST_OPTIONAL_DEPTH: usize = 6;
/// The depth after which a required value is null, whatever its schema says.
const MOST_DEPTH: usize = 64;
/// The most references followed from one place.
const MOST_REFERENCES: usize = 32;

/// An input that satisfies this schema, always an object.
pub(crate) fn satisfying(schema: &Value, rng: &mut impl Rng) -> Value {
    match Inventor::new(schema, rng).value(schema, 0) {
        Value::Object(fields) => Value::Object(fields),
        _ => Value::Object(Map::new()),
    }
}

/// Invents values for the places of one schema.
struct Inventor<'a, R> {
    root: &'a Value,
    rng: &'a mut R,
    nodes: usize,
}

impl<'a, R: Rng> Inventor<'a, R> {
    fn new(root: &'a Value, rng: &'a mut R) -> Self {
        Inventor { root, rng, nodes: 0 }
    }

    /// A value for this schema, at this depth of the input.
    fn value(&mut self, schema: &Value, depth: usize) -> Value {
        self.nodes += 1;
        if depth > MOST_DEPTH || self.nodes > MOST_NODES {
            return Value::Null;
        }
        let schema = self.settled(schema, depth);
        if let Some(constant) = schema.get("const") {
            return constant.clone();
        }
        if let Some(choices) = schema.get("enum").and_then(Value::as_array) {
            return self.pick(choices).cloned().unwrap_or_default();
        }
        match self.kind(&schema) {
            "object" => self.object(&schema, depth),
            "array" => self.array(&schema, depth),
            "integer" => number::integer(&schema, self.rng),
            "number" => number::number(&schema, self.rng),
            "boolean" => Value::Bool(self.rng.random_bool(0.5)),
            "null" => Value::Null,
            _ => Value::String(text::text(&schema, self.rng)),
        }
    }

    /// The same schema with its references followed, its alternatives chosen and its parts joined.
    fn settled(&mut self, schema: &Value, depth: usize) -> Value {
        let mut schema = schema.clone();
        for _ in 0..MOST_REFERENCES {
            let Some(fields) = schema.as_object_mut() else {
                break;
            };
            let more = if let Some(reference) = fields.remove("$ref") {
                self.referred(&reference)
            } else if let Some(Value::Array(all)) = fields.remove("allOf") {
                all.iter().fold(Value::Object(Map::new()), |whole, part| merge::both(&whole, part))
            } else if let Some(Value::Array(any)) = fields.remove("anyOf") {
                self.alternative(&any, depth)
            } else if let Some(Value::Array(one)) = fields.remove("oneOf") {
                self.alternative(&one, depth)
            } else {
                break;
            };
            schema = merge::both(&schema, &more);
        }
        schema
    }

    fn referred(&self, reference: &Value) -> Value {
        let pointer = reference.as_str().and_then(|reference| reference.strip_prefix('#'));
        pointer.and_then(|pointer| self.root.pointer(pointer)).cloned().unwrap_or_default()
    }

    /// One of several schemas; far down, one that ends.
    fn alternative(&mut self, schemas: &[Value], depth: usize) -> Value {
        let ends = |schema: &&Value| {
            !["$ref", "anyOf", "oneOf", "allOf", "properties", "items"]
                .iter()
                .any(|word| schema.get(word).is_some())
        };
        let ending = if self.may_add(depth) { None } else { schemas.iter().find(ends) };
        ending.or_else(|| self.pick(schemas)).cloned().unwrap_or_default()
    }

    /// The type of a settled schema: the one that it names, or the one that its keywords are for. Of several,
    /// null is the last choice.
    fn kind<'s>(&mut self, schema: &'s Value) -> &'s str {
        match schema.get("type") {
            Some(Value::String(kind)) => kind,
            Some(Value::Array(kinds)) => {
                let kinds: Vec<&str> = kinds.iter().filter_map(Value::as_str).collect();
                let solid: Vec<&str> = kinds.iter().copied().filter(|kind| *kind != "null").collect();
                self.pick(&solid).or(kinds.first()).copied().unwrap_or("null")
            }
            _ => implied(schema),
        }
    }

    fn pick<'c, T>(&mut self, choices: &'c [T]) -> Option<&'c T> {
        if choices.is_empty() {
            return None;
        }
        choices.get(self.rng.random_range(0..choices.len()))
    }

    /// Whether there is room for what is not required.
    fn may_add(&self, depth: usize) -> bool {
        depth < MOST_OPTIONAL_DEPTH && self.nodes < MOST_OPTIONAL_NODES
    }
}

fn implied(schema: &Value) -> &'static str {
    let has = |words: &[&str]| words.iter().any(|word| schema.get(word).is_some());
    if has(&["properties", "required", "additionalProperties", "minProperties"]) {
        "object"
    } else if has(&["items", "prefixItems", "minItems", "maxItems"]) {
        "array"
    } else if has(&["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]) {
        "number"
    } else {
        "string"
    }
}

#[cfg(test)]
mod tests;
