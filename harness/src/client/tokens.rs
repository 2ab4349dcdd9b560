//! What a call costs where nobody comes to tell: the house's estimate of a token for every four characters.
//!
//! It is the estimate of the mocks (`bedload_mocks::CHARS_PER_TOKEN`), so that a client that estimates and a cloud that
//! counts agree but for the wrapping of each dialect: counted are the texts of the conversation and the JSON of its tools.

use bedload_mocks::CHARS_PER_TOKEN;
use serde_json::json;

use super::ask::Ask;

/// The tokens of a text with this many characters.
pub fn estimate(chars: usize) -> u64 {
    chars.div_ceil(CHARS_PER_TOKEN) as u64
}

impl Ask {
    /// The tokens of the whole prompt, at least one.
    pub fn prompt_tokens(&self) -> u64 {
        let said = self.messages.iter().map(|message| message.text.chars().count()).sum::<usize>();
        let system = self.system.as_ref().map_or(0, |text| text.chars().count());
        let tool = |tool: &super::ask::Tool| {
            json!([tool.name, tool.description, tool.input_schema]).to_string().chars().count()
        };
        estimate(said + system + self.tools.iter().map(tool).sum::<usize>()).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::ask::{Message, Role, Tool};

    #[test]
    fn four_characters_are_a_token() {
        for (chars, tokens) in [(0, 0), (1, 1), (4, 1), (5, 2), (400, 100), (401, 101)] {
            assert_eq!(estimate(chars), tokens, "{chars}");
        }
    }

    #[test]
    fn everything_that_a_model_reads_counts() {
        let ask = Ask {
            messages: vec![Message { role: Role::User, text: "grüezi!!".into() }],
            system: None,
            max_tokens: Some(1000),
            temperature: None,
            top_p: None,
            stop_sequences: Vec::new(),
            tools: Vec::new(),
            ..Ask::default()
        };
        assert_eq!(ask.prompt_tokens(), 2);
        assert_eq!(Ask { system: Some("be brief".into()), ..ask.clone() }.prompt_tokens(), 4);
        let tool = Tool { name: "t".into(), description: None, input_schema: json!({}) };
        assert_eq!(Ask { tools: vec![tool], ..ask.clone() }.prompt_tokens(), 6, r#"["t",null,{{}}]"#);
        assert_eq!(Ask { messages: Vec::new(), ..ask }.prompt_tokens(), 1);
    }
}
