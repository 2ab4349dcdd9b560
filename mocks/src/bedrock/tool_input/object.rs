//! Objects.

use rand::{Rng, RngExt};
use serde_json::{Map, Value};

use super::{Inventor, MOST_NODES, text};

/// How often an optional property is given.
const OPTIONAL_SHARE: f64 = 0.5;

impl<R: Rng> Inventor<'_, R> {
    /// An object with all that is required and some of what is not.
    pub(super) fn object(&mut self, schema: &Value, depth: usize) -> Value {
        let required: Vec<&str> = strings(&schema["required"]);
        let properties = schema["properties"].as_object();
        let least = (schema["minProperties"].as_u64().unwrap_or(0) as usize).min(MOST_NODES);
        let most = schema["maxProperties"].as_u64().map_or(usize::MAX, |most| most as usize);
        let mut fields = Map::new();
        let mut optional = most.saturating_sub(required.len());
        let mut to_fill = least.saturating_sub(required.len());
        for (name, field) in properties.into_iter().flatten() {
            let wanted = required.contains(&name.as_str());
            let given = wanted
                || optional > 0
                    && (to_fill > 0 || self.may_add(depth) && self.rng.random_bool(OPTIONAL_SHARE));
            if given {
                if !wanted {
                    optional -= 1;
                    to_fill = to_fill.saturating_sub(1);
                }
                fields.insert(name.clone(), self.value(field, depth + 1));
            }
        }
        self.add_unlisted(schema, &required, &mut fields, depth);
        let many = if properties.is_none_or(Map::is_empty) && required.is_empty() {
            self.room(schema, depth, most)
        } else {
            0
        };
        self.fill(&schema["additionalProperties"], &mut fields, least.max(many), depth);
        Value::Object(fields)
    }

    /// Properties that are required without being described.
    fn add_unlisted(
        &mut self,
        schema: &Value,
        required: &[&str],
        fields: &mut Map<String, Value>,
        depth: usize,
    ) {
        for name in required {
            if !fields.contains_key(*name) {
                let value = self.value(&schema["additionalProperties"], depth + 1);
                fields.insert((*name).to_owned(), value);
            }
        }
    }

    /// How many properties a map gets whose keys are free: one or two, if its values are described.
    fn room(&mut self, schema: &Value, depth: usize, most: usize) -> usize {
        if schema["additionalProperties"].is_object() && self.may_add(depth) {
            self.rng.random_range(1..=2).min(most)
        } else {
            0
        }
    }

    fn fill(&mut self, schema: &Value, fields: &mut Map<String, Value>, least: usize, depth: usize) {
        let mut number = 1;
        while fields.len() < least && number <= least + fields.len() {
            let name = format!("{}_{number}", text::word(self.rng));
            number += 1;
            if !fields.contains_key(&name) {
                let value = self.value(schema, depth + 1);
                fields.insert(name, value);
            }
        }
    }
}

fn strings(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}
