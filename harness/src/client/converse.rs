//! An ask as the Converse API takes it.

use aws_sdk_bedrockruntime::error::BuildError;
use aws_sdk_bedrockruntime::types::{
    CachePointBlock, CachePointType, ContentBlock, ConversationRole, InferenceConfiguration, Message,
    SystemContentBlock, TokenUsage, Tool, ToolConfiguration, ToolInputSchema, ToolSpecification,
};
use aws_smithy_types::{Document, Number};
use bedload_reports::record::Tokens;
use serde_json::Value;

use super::ask::{self, Ask, Role};

/// The parts of a Converse or ConverseStream request.
pub struct Parts {
    /// The conversation.
    pub messages: Vec<Message>,
    /// The system prompt.
    pub system: Option<Vec<SystemContentBlock>>,
    /// Limits and sampling.
    pub inference: InferenceConfiguration,
    /// Tools, if any.
    pub tools: Option<ToolConfiguration>,
}

impl Parts {
    /// Builds the parts; fails where the SDK refuses a value.
    pub fn of(ask: &Ask) -> Result<Self, BuildError> {
        let inference = InferenceConfiguration::builder()
            .set_max_tokens(ask.max_tokens.map(|limit| i32::try_from(limit).unwrap_or(i32::MAX)))
            .set_temperature(ask.temperature)
            .set_top_p(ask.top_p)
            .set_stop_sequences((!ask.stop_sequences.is_empty()).then(|| ask.stop_sequences.clone()))
            .build();
        Ok(Parts {
            messages: ask.messages.iter().map(message).collect::<Result<_, _>>()?,
            system: system(ask)?,
            inference,
            tools: tools(&ask.tools)?,
        })
    }
}

/// The service's own count. What it read from its prompt cache, or wrote into it, was part of the prompt all the same.
pub fn tokens(usage: &TokenUsage) -> Tokens {
    let count = |tokens: i32| u64::try_from(tokens).unwrap_or(0);
    let cached = [usage.cache_read_input_tokens, usage.cache_write_input_tokens];
    let cached: u64 = cached.into_iter().flatten().map(count).sum();
    Tokens { input: count(usage.input_tokens) + cached, output: count(usage.output_tokens) }
}

fn system(ask: &Ask) -> Result<Option<Vec<SystemContentBlock>>, BuildError> {
    let Some(text) = &ask.system else { return Ok(None) };
    let mut blocks = vec![SystemContentBlock::Text(text.clone())];
    if ask.cache_system {
        let mark = CachePointBlock::builder().r#type(CachePointType::Default).build()?;
        blocks.push(SystemContentBlock::CachePoint(mark));
    }
    Ok(Some(blocks))
}

fn message(message: &ask::Message) -> Result<Message, BuildError> {
    let role = match message.role {
        Role::User => ConversationRole::User,
        Role::Assistant => ConversationRole::Assistant,
    };
    Message::builder().role(role).content(ContentBlock::Text(message.text.clone())).build()
}

fn tools(tools: &[ask::Tool]) -> Result<Option<ToolConfiguration>, BuildError> {
    if tools.is_empty() {
        return Ok(None);
    }
    let tools = tools.iter().map(tool).collect::<Result<Vec<_>, _>>()?;
    ToolConfiguration::builder().set_tools(Some(tools)).build().map(Some)
}

fn tool(tool: &ask::Tool) -> Result<Tool, BuildError> {
    let spec = ToolSpecification::builder()
        .name(&tool.name)
        .set_description(tool.description.clone())
        .input_schema(ToolInputSchema::Json(document(&tool.input_schema)))
        .build()?;
    Ok(Tool::ToolSpec(spec))
}

/// The SDK's own shape of a JSON value.
fn document(value: &Value) -> Document {
    match value {
        Value::Null => Document::Null,
        Value::Bool(bool) => Document::Bool(*bool),
        Value::String(text) => Document::String(text.clone()),
        Value::Array(items) => Document::Array(items.iter().map(document).collect()),
        Value::Object(fields) => {
            Document::Object(fields.iter().map(|(key, value)| (key.clone(), document(value))).collect())
        }
        Value::Number(number) => Document::Number(match (number.as_u64(), number.as_i64()) {
            (Some(positive), _) => Number::PosInt(positive),
            (None, Some(negative)) => Number::NegInt(negative),
            (None, None) => Number::Float(number.as_f64().unwrap_or_default()),
        }),
    }
}
