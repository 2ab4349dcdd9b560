//! The `thinking` field of Anthropic's models, which Converse passes on as it stands.

use std::num::NonZeroU32;

use serde_json::Value;

use super::ask::Thinking;
use super::errors;
use crate::error::ServiceError;

/// The least budget that the API takes.
const LEAST_BUDGET: u32 = 1024;

/// What a request's `thinking` field asks for.
pub(crate) fn thinking(field: &Value) -> Result<Thinking, ServiceError> {
    if field["type"] != "enabled" {
        return Ok(Thinking::Off);
    }
    let budget = field["budget_tokens"].as_u64().and_then(|budget| u32::try_from(budget).ok());
    let Some(budget) = budget else {
        return Err(errors::validation("thinking.enabled.budget_tokens: Field required"));
    };
    match NonZeroU32::new(budget) {
        Some(tokens) if budget >= LEAST_BUDGET => Ok(Thinking::Budget(tokens)),
        _ => Err(errors::validation(format!(
            "thinking.enabled.budget_tokens: Input should be greater than or equal to {LEAST_BUDGET}"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn thinking_needs_a_budget() {
        let cases = [
            (json!(null), Ok(Thinking::Off)),
            (json!({ "type": "disabled" }), Ok(Thinking::Off)),
            (
                json!({ "type": "enabled", "budget_tokens": 1024 }),
                Ok(Thinking::Budget(NonZeroU32::MIN.saturating_add(1023))),
            ),
            (json!({ "type": "enabled", "budget_tokens": 1023 }), Err("ValidationException".to_owned())),
            (json!({ "type": "enabled" }), Err("ValidationException".to_owned())),
        ];
        for (field, expected) in cases {
            assert_eq!(thinking(&field).map_err(|error| error.code().to_owned()), expected, "{field}");
        }
    }
}
