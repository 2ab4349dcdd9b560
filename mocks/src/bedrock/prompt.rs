//! What a prompt says, as far as the dialects agree on it.

use serde_json::Value;

/// The parts of a content: its blocks, or the one plain text.
pub(crate) fn parts(content: &Value) -> &[Value] {
    match content {
        Value::Null => &[],
        Value::Array(blocks) => blocks,
        text => std::slice::from_ref(text),
    }
}

/// The texts among these blocks, joined by line ends.
pub(crate) fn texts(blocks: &[Value]) -> String {
    let mut said = String::new();
    for (place, text) in blocks.iter().filter_map(|block| block["text"].as_str()).enumerate() {
        if place > 0 {
            said.push('\n');
        }
        said.push_str(text);
    }
    said
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn contents_and_their_texts() {
        let blocks = json!([{ "text": "a" }, { "image": {} }, { "type": "text", "text": "b" }]);
        let said = json!("a");
        assert_eq!(parts(&blocks).len(), 3);
        assert_eq!(parts(&said), [json!("a")]);
        assert!(parts(&Value::Null).is_empty());
        assert_eq!(texts(parts(&blocks)), "a\nb");
    }
}
