//! How many tokens a text is, by a stated estimate: a token for every four characters.
//!
//! No public tokenizer is the models' own, and a mock needs only that one text always counts the same,
//! that longer texts count more, and that whole and streamed answers agree. Counted are the characters of
//! every text in the system prompt and the messages, the JSON of the tools, and a fixed price for each
//! image, document or other media, whatever its size.

use serde_json::Value;

/// Characters to a token; English prose has about as many.
pub const CHARS_PER_TOKEN: usize = 4;

/// What a medium counts as: the 1,600 tokens that Anthropic's documentation gives for an image of one megapixel.
const MEDIUM_CHARS: usize = 1600 * CHARS_PER_TOKEN;

/// Fields that say how a part of a message is meant, and are no part of its text.
const MARKERS: [&str; 9] =
    ["role", "type", "format", "media_type", "status", "id", "toolUseId", "tool_use_id", "cache_control"];

/// The tokens of a text with this many characters, at least one.
pub(crate) fn estimate(chars: usize) -> u32 {
    u32::try_from(chars.div_ceil(CHARS_PER_TOKEN).max(1)).unwrap_or(u32::MAX)
}

/// The characters that a model reads in a part of a prompt: a text, or blocks of any kind.
pub(crate) fn content_chars(content: &Value) -> usize {
    match content {
        Value::Null => 0,
        Value::Bool(_) | Value::Number(_) => json_chars(content),
        Value::String(text) => text.chars().count(),
        Value::Array(blocks) => blocks.iter().map(content_chars).sum(),
        Value::Object(fields) => fields.iter().map(|(name, value)| field_chars(name, value)).sum(),
    }
}

fn field_chars(name: &str, value: &Value) -> usize {
    match name {
        "source" if value.is_object() => MEDIUM_CHARS,
        _ if MARKERS.contains(&name) => 0,
        _ => content_chars(value),
    }
}

/// The characters of a value's compact JSON.
pub(crate) fn json_chars(value: &Value) -> usize {
    value.to_string().chars().count()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn four_characters_are_a_token() {
        for (chars, tokens) in [(0, 1), (1, 1), (4, 1), (5, 2), (400, 100), (401, 101)] {
            assert_eq!(estimate(chars), tokens, "{chars}");
        }
    }

    #[test]
    fn texts_count_and_their_wrapping_does_not() {
        let cases = [
            (json!("grüezi"), 6),
            (json!([{ "text": "hello" }, { "text": "you" }]), 8),
            (json!([{ "type": "text", "text": "hello", "cache_control": { "type": "ephemeral" } }]), 5),
            (json!([{ "image": { "format": "png", "source": { "bytes": "iVBO" } } }]), MEDIUM_CHARS),
            (
                json!([{ "toolUse": { "toolUseId": "t", "name": "weather", "input": { "city": "Bern" } } }]),
                11,
            ),
            (json!([{ "toolResult": { "toolUseId": "t", "content": [{ "json": { "temp": 21 } }] } }]), 2),
        ];
        for (content, chars) in cases {
            assert_eq!(content_chars(&content), chars, "{content}");
        }
    }
}
