//! Names in `ErrorEquals` of Step Functions: `States.ALL`, `Bedrock.ThrottlingException`.

use crate::resilience::policy::ErrorName;
use crate::scenario::decode::{Leaf, Slip, Word};

use super::leaf_schema;

/// A name in `ErrorEquals`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StateError(ErrorName);

/// The names of Step Functions' own that a call of a model can end with.
const OWN: [&str; 3] = ["States.ALL", "States.TaskFailed", "States.Timeout"];

impl StateError {
    /// The policy's own form of it.
    pub(crate) fn get(&self) -> &ErrorName {
        &self.0
    }

    /// As a scenario writes it.
    pub(crate) fn written(name: &ErrorName) -> &str {
        match name {
            ErrorName::All => "States.ALL",
            ErrorName::TaskFailed => "States.TaskFailed",
            ErrorName::Timeout => "States.Timeout",
            ErrorName::Service(name) => name,
        }
    }
}

impl Leaf for StateError {
    fn shape() -> String {
        "the name of an error, as in `States.ALL` or `Bedrock.ThrottlingException`".to_owned()
    }

    fn read(word: Word<'_>) -> Result<Self, Slip> {
        let Word::Text(text) = word else {
            return Err(Slip::Kind);
        };
        match text {
            "States.ALL" => Ok(StateError(ErrorName::All)),
            "States.TaskFailed" => Ok(StateError(ErrorName::TaskFailed)),
            "States.Timeout" => Ok(StateError(ErrorName::Timeout)),
            _ if is_of_states(text) => Err(Slip::unknown("an error of a state machine's task", text, &OWN)),
            _ if is_error(text) => Ok(StateError(ErrorName::Service(text.into()))),
            _ => Err(Slip::Form),
        }
    }
}

fn is_of_states(text: &str) -> bool {
    text.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("states."))
}

fn is_error(text: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_alphabetic())
            && part.chars().all(|c| c.is_ascii_alphanumeric())
    };
    text.len() <= 100 && text.split('.').count() <= 2 && text.split('.').all(is_part)
}

leaf_schema!(StateError, "StateError", {
    "type": "string",
    "pattern": r"^[A-Za-z][A-Za-z0-9]*(\.[A-Za-z][A-Za-z0-9]*)?$",
    "examples": ["States.ALL", "States.TaskFailed", "States.Timeout", "Bedrock.ThrottlingException"],
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_those_of_states_or_of_a_service() {
        let read =
            |text| StateError::read(Word::Text(text)).map(|name| StateError::written(name.get()).to_owned());
        for text in ["States.ALL", "States.TaskFailed", "States.Timeout", "ThrottlingException", "Bedrock.X1"]
        {
            assert_eq!(read(text), Ok(text.to_owned()));
        }
        for text in ["States.All", "states.ALL", "States.Permissions", "States."] {
            assert!(matches!(read(text), Err(Slip::Unknown { .. })), "{text}");
        }
        for text in ["", "a.b.c", "a b", "9", "Bedrock.", ".X"] {
            assert_eq!(read(text), Err(Slip::Form), "{text}");
        }
    }
}
