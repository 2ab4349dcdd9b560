//! Arrays.

use rand::{Rng, RngExt};
use serde_json::Value;

use super::Inventor;

/// The items of an array that may have any number.
const MOST_FREE_ITEMS: usize = 3;
/// How often another item is tried where no two may be equal.
const TRIES: usize = 30;

impl<R: Rng> Inventor<'_, R> {
    /// An array of at least as many items as it needs.
    pub(super) fn array(&mut self, schema: &Value, depth: usize) -> Value {
        let least = schema["minItems"].as_u64().unwrap_or(0) as usize;
        let most = schema["maxItems"].as_u64().map_or(usize::MAX, |most| most as usize);
        let first = schema["prefixItems"].as_array().map_or(&[][..], Vec::as_slice);
        let most = if schema["items"] == false { most.min(first.len()) } else { most };
        let many = if self.may_add(depth) {
            let free = first.len().max(self.rng.random_range(1..=MOST_FREE_ITEMS));
            free.max(least).min(most.max(least))
        } else {
            least
        };
        let mut items: Vec<Value> = Vec::with_capacity(many.min(MOST_FREE_ITEMS));
        for at in 0..many.min(super::MOST_NODES) {
            let item = first.get(at).unwrap_or(&schema["items"]);
            if schema["uniqueItems"] == true {
                let another =
                    (0..TRIES).map(|_| self.value(item, depth + 1)).find(|value| !items.contains(value));
                items.extend(another);
            } else {
                items.push(self.value(item, depth + 1));
            }
        }
        Value::Array(items)
    }
}
