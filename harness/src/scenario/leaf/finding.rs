//! What the judge can say, by its code: `no-growth`.

use bedload_reports::judge::finding::Code;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::scenario::decode::{Leaf, Slip, Word};

/// A code of the judge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Finding(Code);

/// All the codes, as they are written; a test holds them against the judge's own.
const CODES: [&str; 27] = [
    "no-backoff",
    "first-retry-immediate",
    "weak-jitter",
    "no-jitter",
    "no-growth",
    "not-full-jitter",
    "shorter-than-declared",
    "longer-than-declared",
    "retry-herd",
    "nested-retries",
    "amplification",
    "storm-outlives-fault",
    "bare-budget",
    "retry-quota-exhausted",
    "partial-retry",
    "retries-non-retryable",
    "no-retry",
    "ignores-retry-after",
    "hangs-on-stall",
    "hammers-broken-stream",
    "no-fallback",
    "region-never-moved",
    "duplicate-effects",
    "oversized-reservation",
    "connection-churn",
    "clock-skew",
    "looks-like",
];

impl Finding {
    /// The code itself.
    pub(crate) fn get(self) -> Code {
        self.0
    }

    /// As a scenario writes it.
    pub(crate) fn written(code: Code) -> String {
        CODES.into_iter().find(|name| read(name) == Some(code)).unwrap_or_default().to_owned()
    }
}

fn read(name: &str) -> Option<Code> {
    serde_json::from_value(name.into()).ok()
}

impl Leaf for Finding {
    fn shape() -> String {
        "the code of a finding, as in `no-jitter`".to_owned()
    }

    fn read(word: Word<'_>) -> Result<Self, Slip> {
        let Word::Text(text) = word else {
            return Err(Slip::Kind);
        };
        read(text).map(Finding).ok_or_else(|| Slip::unknown("a finding of the judge", text, &CODES))
    }
}

impl JsonSchema for Finding {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Finding".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": CODES })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_judge_is_known() {
        for name in CODES {
            let code = read(name).unwrap();
            assert_eq!(Finding::written(code), name);
        }
        // The judge's own list, as serde tells it to whoever asks for a code that is none.
        let all = serde_json::from_value::<Code>("none".into()).unwrap_err().to_string();
        assert_eq!(all.matches('`').count() / 2 - 1, CODES.len(), "{all}");
    }
}
