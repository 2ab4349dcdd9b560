//! The JSON Schema of a scenario, for editors.
//!
//! It is derived from the very structs that the file is read into. What it cannot say (names that must be
//! defined, gates that need data) `bedload check` does.

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use serde_json::Value;

use super::decode::OPTIONAL;
use super::file::File;

/// The JSON Schema of the scenario language, pretty-printed.
pub fn schema() -> String {
    let settings = SchemaSettings::draft07().with_transform(RecursiveTransform(release_optional_keys));
    let mut schema = settings.into_generator().into_root_schema_for::<File>();
    schema.insert("title".to_owned(), "A bedload scenario".into());
    format!("{:#}\n", schema.as_value())
}

/// Takes optional keys off the list of required ones, and the mark off the keys.
///
/// schemars knows a field to be optional by its type being `Option`, which would allow `null` too.
fn release_optional_keys(schema: &mut Schema) {
    let mut optional = Vec::new();
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        for (key, property) in properties {
            let marked = property.as_object_mut().and_then(|property| property.remove(OPTIONAL));
            if marked.is_some() {
                optional.push(key.clone());
            }
        }
    }
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        required.retain(|key| !key.as_str().is_some_and(|key| optional.iter().any(|other| other == key)));
        if required.is_empty() {
            schema.remove("required");
        }
    }
}
