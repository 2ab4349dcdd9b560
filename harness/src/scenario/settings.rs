//! A scenario as a flat list of settings, by the paths that `--set` takes: what two scenarios are compared by.

use std::collections::BTreeMap;

use super::expand::expand;
use super::node::{Node, Value};
use super::notes::Notes;
use super::plan::Plan;
use super::yaml::{self, Piece};

/// Every setting of a plan, defaults included: `stages.storm.for` is `1m`.
pub fn settings(plan: &Plan) -> BTreeMap<String, String> {
    let mut settings = BTreeMap::new();
    let text = expand(plan.content());
    // What `expand` writes is read back as the same plan, so there is nothing to note.
    if let Ok(tree) = yaml::read(Piece { text: &text, number: 0, from: 0 }, &mut Notes::default()) {
        gather(&tree, String::new(), &mut settings);
    }
    settings
}

fn gather(node: &Node, path: String, settings: &mut BTreeMap<String, String>) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match &node.value {
        Value::Map(entries) if !entries.is_empty() => {
            for entry in entries {
                gather(&entry.value, below(&entry.key.value), settings);
            }
        }
        Value::List(items) if items.iter().any(|item| matches!(item.value, Value::Map(_))) => {
            for (place, item) in items.iter().enumerate() {
                gather(item, below(&key(item, place)), settings);
            }
        }
        value => {
            settings.insert(path, written(value));
        }
    }
}

/// What an item of a list is called: its name, or its place.
fn key(item: &Node, place: usize) -> String {
    match item.get("name").map(|name| &name.value) {
        Some(Value::Text(name)) => name.clone(),
        _ => place.to_string(),
    }
}

fn written(value: &Value) -> String {
    match value {
        Value::Nothing => String::new(),
        Value::Bool(truth) => truth.to_string(),
        Value::Whole(number) => number.to_string(),
        Value::Decimal(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::List(items) => {
            let items = items.iter().map(|item| written(&item.value));
            format!("[{}]", items.collect::<Vec<_>>().join(", "))
        }
        Value::Map(_) => "{}".to_owned(),
    }
}
