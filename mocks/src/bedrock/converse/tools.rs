//! The tools of a Converse request.

use serde_json::Value;

use super::blocks;
use super::request::{ToolConfig, model_error};
use crate::bedrock::ask::{Tool, ToolChoice};
use crate::bedrock::constraint::Complaints;
use crate::bedrock::errors;
use crate::error::ServiceError;

/// Holds the tools against the service model.
pub(super) fn check(config: &ToolConfig, complaints: &mut Complaints) {
    complaints.length("[]", config.tools.len(), "toolConfig.tools", 1, usize::MAX);
    for (at, tool) in config.tools.iter().enumerate() {
        let Some(spec) = tool.get("toolSpec") else {
            continue;
        };
        let path = format!("toolConfig.tools.{}.member.toolSpec", at + 1);
        blocks::check_name(&spec["name"], &format!("{path}.name"), complaints);
        if spec["inputSchema"].is_null() {
            complaints.missing(format!("{path}.inputSchema"));
        }
        if let Some(description) = spec["description"].as_str() {
            complaints.length(description, description.len(), format!("{path}.description"), 1, usize::MAX);
        }
    }
    if let Some(choice) = config.tool_choice.get("tool") {
        blocks::check_name(&choice["name"], "toolConfig.toolChoice.tool.name", complaints);
    }
}

/// The tools and the choice among them.
pub(super) fn read(config: Option<&ToolConfig>) -> Result<(Vec<Tool>, ToolChoice), ServiceError> {
    let Some(config) = config else {
        return Ok((Vec::new(), ToolChoice::Auto));
    };
    let mut tools: Vec<Tool> = Vec::with_capacity(config.tools.len());
    for (at, spec) in
        config.tools.iter().enumerate().filter_map(|(at, tool)| Some((at, tool.get("toolSpec")?)))
    {
        let tool = tool(at, spec)?;
        if tools.iter().any(|other| other.name == tool.name) {
            return Err(errors::validation(format!(
                "The tool name {} is already defined at toolConfig.tools. Provide a unique name for each tool and try again.",
                tool.name
            )));
        }
        tools.push(tool);
    }
    let choice = choice(&config.tool_choice);
    match &choice {
        ToolChoice::Named(name) if !tools.iter().any(|tool| tool.name == *name) => {
            Err(model_error(&format!("tool_choice: Tool '{name}' not found in provided tools")))
        }
        _ => Ok((tools, choice)),
    }
}

fn tool(at: usize, spec: &Value) -> Result<Tool, ServiceError> {
    let schema = &spec["inputSchema"]["json"];
    if !schema.is_object() {
        return Err(errors::validation(format!(
            "The format of the value at toolConfig.tools.{at}.toolSpec.inputSchema.json is invalid. Provide a json object for the field and try again."
        )));
    }
    if schema["type"] != "object" {
        return Err(errors::validation(format!(
            "The value at toolConfig.tools.{at}.toolSpec.inputSchema.json.type must be one of the following: object."
        )));
    }
    Ok(Tool { name: spec["name"].as_str().unwrap_or_default().to_owned(), schema: schema.clone() })
}

fn choice(choice: &Value) -> ToolChoice {
    match choice["tool"]["name"].as_str() {
        Some(name) => ToolChoice::Named(name.to_owned()),
        None if choice.get("any").is_some() => ToolChoice::Any,
        None => ToolChoice::Auto,
    }
}
