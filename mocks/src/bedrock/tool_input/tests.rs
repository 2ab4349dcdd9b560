#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::json;

use super::*;

/// An input for a schema, and whether an independent validator accepts it.
fn judged(schema: &Value, seed: u64) -> (Value, bool) {
    let input = satisfying(schema, &mut ChaCha8Rng::seed_from_u64(seed));
    let validator = jsonschema::options().should_validate_formats(true).build(schema).unwrap();
    let valid = validator.is_valid(&input);
    (input, valid)
}

fn of(property: Value) -> Value {
    json!({ "type": "object", "properties": { "it": property }, "required": ["it"], "additionalProperties": false })
}

#[test]
fn every_keyword_is_kept_to() {
    let properties = [
        json!({ "type": "string" }),
        json!({ "type": "string", "minLength": 40 }),
        json!({ "type": "string", "maxLength": 2 }),
        json!({ "type": "string", "minLength": 3, "maxLength": 3 }),
        json!({ "type": "string", "maxLength": 0 }),
        json!({ "type": "string", "pattern": "^[A-Z]{3}-\\d{4}$" }),
        json!({ "type": "string", "pattern": "^(a|b)+c?$", "minLength": 4, "maxLength": 6 }),
        json!({ "enum": ["celsius", "fahrenheit"] }),
        json!({ "type": "string", "const": "fixed" }),
        json!({ "type": "integer", "minimum": 3, "maximum": 5 }),
        json!({ "type": "integer", "exclusiveMinimum": 3, "exclusiveMaximum": 5 }),
        json!({ "type": "integer", "minimum": -7.5, "multipleOf": 5 }),
        json!({ "type": "integer", "maximum": -3 }),
        json!({ "type": "number", "minimum": 0, "maximum": 1 }),
        json!({ "type": "number", "exclusiveMinimum": 0, "maximum": 0.001 }),
        json!({ "type": "number", "multipleOf": 0.01 }),
        json!({ "type": "number", "minimum": 100, "multipleOf": 7 }),
        json!({ "type": "boolean" }),
        json!({ "type": "null" }),
        json!({ "type": ["string", "null"], "maxLength": 3 }),
        json!({ "type": "array" }),
        json!({ "type": "array", "items": { "type": "integer" }, "minItems": 5 }),
        json!({ "type": "array", "items": { "enum": [1, 2, 3] }, "uniqueItems": true, "minItems": 3 }),
        json!({ "type": "array", "maxItems": 0 }),
        json!({ "type": "array", "prefixItems": [{ "type": "string" }, { "type": "number" }], "items": false, "minItems": 2 }),
        json!({ "type": "object" }),
        json!({ "type": "object", "required": ["free"] }),
        json!({ "type": "object", "additionalProperties": { "type": "integer" } }),
        json!({ "type": "object", "minProperties": 3 }),
        json!({ "properties": { "a": {}, "b": {} }, "minProperties": 2, "additionalProperties": false }),
        json!({ "properties": { "a": {}, "b": {} }, "maxProperties": 1, "additionalProperties": false }),
        json!({ "anyOf": [{ "type": "string" }, { "type": "null" }], "default": null }),
        json!({ "oneOf": [{ "type": "string" }, { "type": "integer" }] }),
        json!({ "allOf": [{ "type": "integer", "minimum": 3 }, { "maximum": 3 }] }),
        json!({ "type": "object", "properties": { "a": { "type": "string" } }, "anyOf": [{ "required": ["a"] }, { "required": ["b"] }] }),
        json!({}),
        json!(true),
    ];
    for property in properties {
        for seed in 0..200 {
            let (input, valid) = judged(&of(property.clone()), seed);
            assert!(valid, "{property}: {input}");
        }
    }
}

#[test]
fn every_format_is_kept_to() {
    let formats = [
        "date",
        "time",
        "date-time",
        "duration",
        "email",
        "hostname",
        "uri",
        "uuid",
        "ipv4",
        "ipv6",
        "json-pointer",
        "uri-reference",
    ];
    for format in formats {
        for seed in 0..50 {
            let (input, valid) = judged(&of(json!({ "type": "string", "format": format })), seed);
            assert!(valid, "{format}: {input}");
        }
    }
}

#[test]
fn references_are_followed_and_recursion_ends() {
    let schema = json!({
        "type": "object",
        "properties": { "tree": { "$ref": "#/$defs/node" } },
        "required": ["tree"],
        "$defs": {
            "node": {
                "type": "object",
                "properties": {
                    "name": { "type": "string" },
                    "children": { "type": "array", "items": { "$ref": "#/$defs/node" } },
                    "next": { "anyOf": [{ "$ref": "#/$defs/node" }, { "type": "null" }] },
                },
                "required": ["name", "children", "next"],
                "additionalProperties": false,
            },
        },
    });
    for seed in 0..200 {
        let (input, valid) = judged(&schema, seed);
        assert!(valid, "{input}");
    }
}

#[test]
fn a_schema_that_nothing_satisfies_or_that_makes_no_sense_ends_as_well() {
    let endless = json!({
        "type": "object",
        "properties": { "a": { "$ref": "#" }, "b": { "$ref": "#" } },
        "required": ["a", "b"],
    });
    let schemas = [
        endless,
        json!({ "$ref": "#" }),
        json!({ "$ref": "#/nowhere" }),
        json!({ "type": "object", "properties": { "a": { "type": "string", "minLength": 5, "maxLength": 1 } }, "required": ["a"] }),
        json!({ "type": "object", "properties": { "a": { "type": "array", "minItems": 1_000_000_000 } }, "required": ["a"] }),
        json!({ "type": "object", "minProperties": 1_000_000_000 }),
        json!({ "type": "object", "properties": { "a": { "pattern": "(?=x)" }, "b": { "pattern": "(((a{1000}){1000}){1000}){1000}" } }, "required": ["a", "b"] }),
        json!({ "type": "object", "properties": { "a": { "type": "integer", "minimum": 1e300 } }, "required": ["a"] }),
        json!({ "type": "object", "properties": { "a": { "type": "number", "minimum": 1, "maximum": 0 } }, "required": ["a"] }),
        json!({ "type": "object", "properties": 5, "required": "a", "enum": [] }),
        json!("object"),
        json!(null),
    ];
    for schema in schemas {
        let input = satisfying(&schema, &mut ChaCha8Rng::seed_from_u64(1));
        assert!(input.is_object(), "{schema}");
    }
}

#[test]
fn one_seed_invents_one_input() {
    let schema = of(json!({ "type": "array", "items": { "type": "string" }, "minItems": 9 }));
    assert_eq!(judged(&schema, 1), judged(&schema, 1));
    assert_ne!(judged(&schema, 1), judged(&schema, 2));
}

/// A schema of a scalar.
fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        (0_u32..20, 0_u32..20).prop_map(
            |(least, more)| json!({ "type": "string", "minLength": least, "maxLength": least + more })
        ),
        (-1000_i32..1000, 0_i32..50).prop_map(
            |(least, more)| json!({ "type": "integer", "minimum": least, "maximum": least + more })
        ),
        (-1000_f64..1000.0, 0.001_f64..50.0)
            .prop_map(|(least, more)| json!({ "type": "number", "minimum": least, "maximum": least + more })),
        (-1000_f64..1000.0).prop_map(|above| json!({ "type": "number", "exclusiveMinimum": above })),
        (1_u32..30).prop_map(|step| json!({ "type": "integer", "multipleOf": step })),
        Just(json!({ "type": "boolean" })),
        Just(json!({ "enum": ["a", 1, null, { "b": [] }] })),
        select(vec!["date", "email", "uuid", "uri"])
            .prop_map(|format| json!({ "type": "string", "format": format })),
        select(vec!["^x+$", "[0-9]{2,4}", "^(GET|PUT) /[a-z]*$", "\\w"])
            .prop_map(|pattern| json!({ "type": "string", "pattern": pattern })),
    ]
}

fn object(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let names = vec!["a", "b", "c", "d"];
    (proptest::collection::vec(inner, 4), subsequence(names.clone(), 0..=4), any::<bool>()).prop_map(
        move |(schemas, required, open)| {
            let properties: Map<String, Value> = names.iter().map(ToString::to_string).zip(schemas).collect();
            json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": open })
        },
    )
}

/// Any schema of a tool: objects, arrays and alternatives of scalars, some levels deep.
fn schema() -> impl Strategy<Value = Value> {
    let any = scalar().prop_recursive(4, 40, 4, |inner| {
        prop_oneof![
            object(inner.clone()),
            (inner.clone(), 0_u32..4, 0_u32..3).prop_map(|(items, least, more)| {
                json!({ "type": "array", "items": items, "minItems": least, "maxItems": least + more })
            }),
            inner.clone().prop_map(|one| json!({ "anyOf": [one, { "type": "null" }] })),
            inner.prop_map(|one| json!({ "allOf": [one, { "description": "the same" }] })),
        ]
    });
    object(any)
}

proptest! {
    #[test]
    fn every_input_satisfies_its_schema(schema in schema(), seed: u64) {
        let (input, valid) = judged(&schema, seed);
        prop_assert!(valid, "{}", input);
    }
}
