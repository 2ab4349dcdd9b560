//! Two schemas that hold at once, as one.

use serde_json::{Map, Value};

/// The schema that asks for both. Where two keywords cannot be joined, the second stands.
pub(super) fn both(one: &Value, other: &Value) -> Value {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let mut whole = one.clone();
            for (word, value) in other {
                let joined =
                    whole.get(word).map_or_else(|| value.clone(), |first| keyword(word, first, value));
                whole.insert(word.clone(), joined);
            }
            Value::Object(whole)
        }
        (Value::Object(_), _) => one.clone(),
        _ => other.clone(),
    }
}

fn keyword(word: &str, first: &Value, second: &Value) -> Value {
    match word {
        "properties" | "$defs" | "definitions" => fields(first, second),
        "items" | "additionalProperties" => both(first, second),
        "required" => union(first, second),
        "enum" => intersection(first, second),
        "type" => kinds(first, second),
        "minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties" => {
            if number(first) > number(second) { first.clone() } else { second.clone() }
        }
        "maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties" => {
            if number(first) < number(second) { first.clone() } else { second.clone() }
        }
        _ => second.clone(),
    }
}

fn fields(first: &Value, second: &Value) -> Value {
    let mut whole: Map<String, Value> = first.as_object().cloned().unwrap_or_default();
    for (name, schema) in second.as_object().into_iter().flatten() {
        let joined = whole.get(name).map_or_else(|| schema.clone(), |first| both(first, schema));
        whole.insert(name.clone(), joined);
    }
    Value::Object(whole)
}

fn union(first: &Value, second: &Value) -> Value {
    let mut all = list(first).to_vec();
    for item in list(second) {
        if !all.contains(item) {
            all.push(item.clone());
        }
    }
    Value::Array(all)
}

fn intersection(first: &Value, second: &Value) -> Value {
    list(first).iter().filter(|item| list(second).contains(item)).cloned().collect()
}

/// The types that both allow; an integer is a number.
fn kinds(first: &Value, second: &Value) -> Value {
    let named = |value: &Value| match value {
        Value::Array(kinds) => kinds.clone(),
        kind => vec![kind.clone()],
    };
    let allows = |kinds: &[Value], kind: &Value| {
        kinds.contains(kind) || kind == "integer" && kinds.iter().any(|one| one == "number")
    };
    let (first, second) = (named(first), named(second));
    let from_first = first.iter().filter(|kind| allows(&second, kind));
    let from_second = second.iter().filter(|kind| !first.contains(kind) && allows(&first, kind));
    Value::Array(from_first.chain(from_second).cloned().collect())
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_stricter_keyword_holds() {
        let cases = [
            (json!({ "minimum": 1 }), json!({ "minimum": 3 }), json!({ "minimum": 3 })),
            (json!({ "maxLength": 1 }), json!({ "maxLength": 3 }), json!({ "maxLength": 1 })),
            (
                json!({ "required": ["a"] }),
                json!({ "required": ["b", "a"] }),
                json!({ "required": ["a", "b"] }),
            ),
            (json!({ "enum": [1, 2, 3] }), json!({ "enum": [3, 2] }), json!({ "enum": [2, 3] })),
            (
                json!({ "type": "number" }),
                json!({ "type": ["integer", "null"] }),
                json!({ "type": ["integer"] }),
            ),
            (
                json!({ "type": ["string", "null"] }),
                json!({ "type": "string" }),
                json!({ "type": ["string"] }),
            ),
            (
                json!({ "properties": { "a": { "minLength": 1 } } }),
                json!({ "properties": { "a": { "minLength": 2 }, "b": {} } }),
                json!({ "properties": { "a": { "minLength": 2 }, "b": {} } }),
            ),
            (json!({ "type": "object" }), json!(true), json!({ "type": "object" })),
        ];
        for (one, other, whole) in cases {
            assert_eq!(both(&one, &other), whole, "{one} {other}");
        }
    }
}
