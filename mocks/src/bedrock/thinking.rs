//! The `thinking` field of Anthropic's models, which Converse passes on as it stands.

use std::num::NonZeroU32;

use serde_json::Value;

use super::ask::Thinking;

/// The least budget that the API takes, as Anthropic documents it.
const LEAST_BUDGET: u32 = 1024;

/// What else of a request matters to thinking.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sampling {
    /// The most tokens of the answer.
    pub max_tokens: Option<NonZeroU32>,
    /// The temperature.
    pub temperature: Option<f64>,
    /// Whether a tool must be called.
    pub forced: bool,
}

/// What a request's `thinking` field asks for, or the model's complaint about it. An adaptive model thinks
/// as long as it likes.
pub(crate) fn thinking(field: &Value, sampling: &Sampling) -> Result<Thinking, String> {
    let thinking = match field["type"].as_str() {
        Some("enabled") => Thinking::Budget(budget(field, sampling)?),
        Some("adaptive") => Thinking::Budget(NonZeroU32::MAX),
        Some("disabled") => return Ok(Thinking::Off),
        None if field.is_null() => return Ok(Thinking::Off),
        _ => {
            return Err("thinking: Input tag found using 'type' does not match any of the expected tags: 'adaptive', 'disabled', 'enabled'".to_owned());
        }
    };
    if sampling.forced {
        return Err("Thinking may not be enabled when tool_choice forces tool use.".to_owned());
    }
    if sampling.temperature.is_some_and(|temperature| temperature != 1.0) {
        return Err(
            "`temperature` may only be set to 1 when thinking is enabled or in adaptive mode.".to_owned()
        );
    }
    Ok(thinking)
}

fn budget(field: &Value, sampling: &Sampling) -> Result<NonZeroU32, String> {
    let name = "thinking.enabled.budget_tokens";
    let Some(budget) = field.get("budget_tokens") else {
        return Err(format!("{name}: Field required"));
    };
    let budget = budget.as_u64().and_then(|budget| u32::try_from(budget).ok()).and_then(NonZeroU32::new);
    let Some(budget) = budget.filter(|budget| budget.get() >= LEAST_BUDGET) else {
        return Err(format!("{name}: Input should be greater than or equal to {LEAST_BUDGET}"));
    };
    if sampling.max_tokens.is_some_and(|most| most <= budget) {
        return Err("`max_tokens` must be greater than `thinking.budget_tokens`.".to_owned());
    }
    Ok(budget)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tokens(tokens: u32) -> Option<NonZeroU32> {
        NonZeroU32::new(tokens)
    }

    #[test]
    fn thinking_is_off_unless_it_is_asked_for() {
        let budget = |budget: u32| tokens(budget).map_or(Thinking::Off, Thinking::Budget);
        let cases = [
            (json!(null), Thinking::Off),
            (json!({ "type": "disabled" }), Thinking::Off),
            (json!({ "type": "enabled", "budget_tokens": 1024 }), budget(1024)),
            (json!({ "type": "adaptive" }), budget(u32::MAX)),
        ];
        for (field, expected) in cases {
            assert_eq!(thinking(&field, &Sampling::default()), Ok(expected), "{field}");
        }
    }

    #[test]
    fn thinking_has_rules() {
        let free = Sampling::default();
        let enabled = json!({ "type": "enabled", "budget_tokens": 2000 });
        let cases = [
            (json!({ "type": "enabled", "budget_tokens": 1023 }), free, "greater than or equal to 1024"),
            (json!({ "type": "enabled", "budget_tokens": "many" }), free, "greater than or equal to 1024"),
            (json!({ "type": "enabled" }), free, "budget_tokens: Field required"),
            (json!({ "type": "deep" }), free, "does not match any of the expected tags"),
            (enabled.clone(), Sampling { max_tokens: tokens(2000), ..free }, "`max_tokens` must be greater"),
            (
                enabled.clone(),
                Sampling { temperature: Some(0.5), ..free },
                "`temperature` may only be set to 1",
            ),
            (enabled, Sampling { forced: true, ..free }, "tool_choice forces tool use"),
        ];
        for (field, sampling, part) in cases {
            let told = thinking(&field, &sampling);
            assert!(told.as_ref().is_err_and(|told| told.contains(part)), "{field}: {told:?}");
        }
    }
}
