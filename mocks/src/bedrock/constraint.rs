//! The constraints of a service model, and what AWS's front end says of those that do not hold.
//!
//! It checks them all before the service sees the request, and reports all that fail in one message:
//! `2 validation errors detected: Value 'a b' at 'toolConfig.tools.1.member.toolSpec.name' failed to satisfy
//! constraint: …; Value at 'system.1.member.text' failed to satisfy constraint: …`. Members of lists are
//! counted from 1 there, and values of sensitive members (all texts of a prompt) are not repeated. Both are
//! as quoted in public bug reports.
//!
//! Few requests break a constraint, so what a complaint would say is not put into words before there is one.

use std::fmt::Display;
use std::str::FromStr;

use super::errors;
use crate::error::ServiceError;

/// The longest value that is repeated in a message; a longer one is cut.
const QUOTED_CHARS: usize = 200;

/// The constraints of one request that did not hold.
#[derive(Debug, Default)]
pub(crate) struct Complaints(Vec<String>);

impl Complaints {
    /// Notes that `value`, which stands at `path`, breaks `rule`.
    pub(crate) fn add(&mut self, value: impl Display, path: impl Display, rule: &str) {
        let value: String = value.to_string().chars().take(QUOTED_CHARS).collect();
        self.0.push(format!("Value {value} at '{path}' failed to satisfy constraint: {rule}"));
    }

    /// Notes that a sensitive value, which stands at `path`, breaks `rule`.
    pub(crate) fn add_unquoted(&mut self, path: impl Display, rule: &str) {
        self.0.push(format!("Value at '{path}' failed to satisfy constraint: {rule}"));
    }

    /// Notes that the member at `path` is missing.
    pub(crate) fn missing(&mut self, path: impl Display) {
        self.add("null", path, "Member must not be null");
    }

    /// Checks the length of a text or a list.
    pub(crate) fn length(
        &mut self,
        value: impl Display,
        length: usize,
        path: impl Display,
        least: usize,
        most: usize,
    ) {
        if length < least {
            let rule = format!("Member must have length greater than or equal to {least}");
            self.add(format_args!("'{value}'"), path, &rule);
        } else if length > most {
            self.add(
                format_args!("'{value}'"),
                path,
                &format!("Member must have length less than or equal to {most}"),
            );
        }
    }

    /// Checks that all characters of a text are of a class, which `pattern` names.
    pub(crate) fn pattern(
        &mut self,
        value: &str,
        path: impl Display,
        allowed: fn(char) -> bool,
        pattern: &str,
    ) {
        if !value.chars().all(allowed) {
            let rule = format!("Member must satisfy regular expression pattern: {pattern}");
            self.add(format_args!("'{value}'"), path, &rule);
        }
    }

    /// Checks a number.
    pub(crate) fn range(&mut self, value: f64, path: impl Display, least: f64, most: f64) {
        if value < least {
            let rule = format!("Member must have value greater than or equal to {least}");
            self.add(format_args!("'{value}'"), path, &rule);
        } else if value > most {
            self.add(
                format_args!("'{value}'"),
                path,
                &format!("Member must have value less than or equal to {most}"),
            );
        }
    }

    /// Reads a word of a closed list.
    pub(crate) fn word<T: FromStr>(&mut self, word: &str, path: impl Display, all: &[&str]) -> Option<T> {
        let found = word.parse().ok();
        if found.is_none() {
            self.one_of(word, path, all);
        }
        found
    }

    /// Checks a word of a closed list.
    pub(crate) fn one_of(&mut self, word: &str, path: impl Display, all: &[&str]) {
        if !all.contains(&word) {
            let rule = format!("Member must satisfy enum value set: [{}]", all.join(", "));
            self.add(format_args!("'{word}'"), path, &rule);
        }
    }

    /// The error that tells of them all, if there are any.
    pub(crate) fn into_result(self) -> Result<(), ServiceError> {
        let many = self.0.len();
        if many == 0 {
            return Ok(());
        }
        let errors = if many == 1 { "error" } else { "errors" };
        Err(errors::validation(format!("{many} validation {errors} detected: {}", self.0.join("; "))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Complain = fn(&mut Complaints);

    fn told(complaints: Complaints) -> Option<String> {
        complaints.into_result().err().map(|error| String::from_utf8_lossy(&error.body()).into_owned())
    }

    #[test]
    fn all_are_told_in_one_message() {
        let mut complaints = Complaints::default();
        let letters = |letter: char| letter.is_ascii_alphabetic();
        complaints.pattern("Count Tool", "toolConfig.tools.1.member.toolSpec.name", letters, "[a-zA-Z]+");
        complaints.add_unquoted("system.1.member.text", "Member must have length greater than or equal to 1");
        let expected = r#"{"message":"2 validation errors detected: Value 'Count Tool' at 'toolConfig.tools.1.member.toolSpec.name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z]+; Value at 'system.1.member.text' failed to satisfy constraint: Member must have length greater than or equal to 1"}"#;
        assert_eq!(told(complaints).as_deref(), Some(expected));
    }

    #[test]
    fn what_holds_is_not_told() {
        let mut complaints = Complaints::default();
        complaints.range(1.0, "topP", 0.0, 1.0);
        complaints.length("ab", 2, "name", 1, 2);
        complaints.one_of("a", "role", &["a", "b"]);
        assert_eq!(complaints.word::<u8>("7", "number", &[]), Some(7));
        assert_eq!(told(complaints), None);
    }

    #[test]
    fn each_rule_names_its_bound() {
        let cases: [(Complain, &str); 5] = [
            (
                |complaints| complaints.range(1.5, "topP", 0.0, 1.0),
                "Value '1.5' at 'topP' failed to satisfy constraint: Member must have value less than or equal to 1",
            ),
            (
                |complaints| complaints.range(0.0, "maxTokens", 1.0, 9.0),
                "Value '0' at 'maxTokens' failed to satisfy constraint: Member must have value greater than or equal to 1",
            ),
            (
                |complaints| complaints.length("", 0, "name", 1, 9),
                "Value '' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 1",
            ),
            (
                |complaints| complaints.one_of("c", "role", &["a", "b"]),
                "Value 'c' at 'role' failed to satisfy constraint: Member must satisfy enum value set: [a, b]",
            ),
            (
                |complaints| complaints.missing("messages"),
                "Value null at 'messages' failed to satisfy constraint: Member must not be null",
            ),
        ];
        for (complain, expected) in cases {
            let mut complaints = Complaints::default();
            complain(&mut complaints);
            assert!(told(complaints).is_some_and(|told| told.contains(expected)), "{expected}");
        }
    }
}
