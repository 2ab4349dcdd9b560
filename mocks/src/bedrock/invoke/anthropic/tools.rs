//! The tools of a Messages request.

use serde_json::Value;

use crate::bedrock::ask::{Tool, ToolChoice};
use crate::bedrock::errors;
use crate::error::ServiceError;

/// The most characters of a tool's name. Anthropic's texts name 64 or 128, by the age of the API.
const NAME_CHARS: usize = 128;

/// The tools and the choice among them. Tools that Anthropic runs itself have a type and no schema; they are
/// accepted and never called.
pub(super) fn read(offered: &[Value], choice: &Value) -> Result<(Vec<Tool>, ToolChoice), ServiceError> {
    let mut tools: Vec<Tool> = Vec::with_capacity(offered.len());
    for (at, spec) in offered.iter().enumerate().filter(|(_, spec)| is_custom(spec)) {
        let tool = tool(at, spec)?;
        if tools.iter().any(|other| other.name == tool.name) {
            return Err(errors::validation("tools: Tool names must be unique."));
        }
        tools.push(tool);
    }
    let choice = match choice["type"].as_str() {
        None if choice.is_null() => ToolChoice::Auto,
        Some("auto") => ToolChoice::Auto,
        Some("any") => ToolChoice::Any,
        Some("none") => ToolChoice::Nothing,
        Some("tool") => named(&tools, &choice["name"])?,
        _ => {
            return Err(errors::validation(
                "tool_choice: Input tag found using 'type' does not match any of the expected tags: 'auto', 'any', 'tool', 'none'",
            ));
        }
    };
    if offered.is_empty() && choice.forces() {
        return Err(errors::validation("tool_choice may only be specified while providing tools."));
    }
    Ok((tools, choice))
}

fn is_custom(spec: &Value) -> bool {
    matches!(spec["type"].as_str(), None | Some("custom"))
}

fn tool(at: usize, spec: &Value) -> Result<Tool, ServiceError> {
    let name = spec["name"].as_str();
    let name = name.ok_or_else(|| errors::validation(format!("tools.{at}.custom.name: Field required")))?;
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
    if name.is_empty() || name.chars().count() > NAME_CHARS || !name.chars().all(allowed) {
        return Err(errors::validation(format!(
            "tools.{at}.custom.name: String should match pattern '^[a-zA-Z0-9_-]{{1,{NAME_CHARS}}}$'"
        )));
    }
    let schema = &spec["input_schema"];
    if schema.is_null() {
        return Err(errors::validation(format!("tools.{at}.custom.input_schema: Field required")));
    }
    match schema["type"].as_str() {
        Some("object") => Ok(Tool { name: name.to_owned(), schema: schema.clone() }),
        None => Err(errors::validation(format!("tools.{at}.custom.input_schema.type: Field required"))),
        Some(_) => {
            Err(errors::validation(format!("tools.{at}.custom.input_schema.type: Input should be 'object'")))
        }
    }
}

fn named(tools: &[Tool], name: &Value) -> Result<ToolChoice, ServiceError> {
    let name = name.as_str().ok_or_else(|| errors::validation("tool_choice.tool.name: Field required"))?;
    if tools.iter().any(|tool| tool.name == name) {
        Ok(ToolChoice::Named(name.to_owned()))
    } else {
        Err(errors::validation(format!("tool_choice: Tool '{name}' not found in provided tools")))
    }
}
