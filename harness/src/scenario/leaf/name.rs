//! Names: of the scenario, of what it defines, of regions.
//!
//! Names become folders, HTML anchors, test names and parts of `--set` paths, so they keep to letters,
//! digits, `-` and `_`; a name never holds a dot, which tells `2m..3m` from a stage.

use std::fmt;
use std::sync::Arc;

use super::leaf_schema;
use crate::scenario::code::Code;
use crate::scenario::decode::{Leaf, Slip, Word};
use crate::scenario::node::excerpt;
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::At;

/// The longest name. Four of them make a file name that every file system takes.
const LONGEST: usize = 60;

/// The name of something that the scenario defines.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Name(Arc<str>);

/// The name of the scenario itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ScenarioName(Arc<str>);

/// The name of a region: `us-east-1`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RegionName(Arc<str>);

impl Name {
    /// What the schema says about names.
    pub(crate) const PATTERN: &'static str = "^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$";

    /// The name that was given, well-formed or not.
    pub(crate) fn of(text: &str) -> Self {
        Name(text.into())
    }

    /// The name's text.
    pub(crate) fn get(&self) -> &Arc<str> {
        &self.0
    }

    /// Notes a key that is no name.
    pub(crate) fn check(key: &At<String>, notes: &mut Notes) -> Result<(), Noted> {
        if is_name(&key.value) {
            return Ok(());
        }
        let message = format!("`{}` cannot be a name", excerpt(&key.value));
        Err(notes.add(Note::new(Code::Malformed, key.place, message).label("not a name").help(HELP)))
    }
}

const HELP: &str = "use letters, digits, `-` and `_`, at most 60 of them, and begin with a letter or digit";

impl ScenarioName {
    /// The name's text.
    pub(crate) fn get(&self) -> &Arc<str> {
        &self.0
    }
}

impl RegionName {
    /// The name's text.
    pub(crate) fn get(&self) -> &Arc<str> {
        &self.0
    }
}

fn is_name(text: &str) -> bool {
    text.len() <= LONGEST
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

fn is_lower_case(text: &str) -> bool {
    is_name(text) && !text.contains(|c: char| c.is_ascii_uppercase() || c == '_')
}

/// Reads a word that keeps to a rule. A number is such a word where the rule allows it in quotes.
fn word<'n>(word: Word<'n>, rule: fn(&str) -> bool) -> Result<&'n str, Slip> {
    match word {
        Word::Text(text) if rule(text) => Ok(text),
        Word::Text(_) => Err(Slip::Form),
        Word::Whole(_) | Word::Decimal(_) | Word::Bool(_) => Err(Slip::Unquoted),
    }
}

impl Leaf for Name {
    fn shape() -> String {
        "a name of letters, digits, `-` and `_`, as in `storm-2`".to_owned()
    }

    fn read(given: Word<'_>) -> Result<Self, Slip> {
        word(given, is_name).map(Name::of)
    }
}

impl Leaf for ScenarioName {
    fn shape() -> String {
        "a name of small letters, digits and `-`, as in `storm-2`".to_owned()
    }

    fn read(given: Word<'_>) -> Result<Self, Slip> {
        word(given, is_lower_case).map(|text| ScenarioName(text.into()))
    }
}

impl Leaf for RegionName {
    fn shape() -> String {
        "a region, as in `us-east-1`".to_owned()
    }

    fn read(given: Word<'_>) -> Result<Self, Slip> {
        word(given, is_lower_case).map(|text| RegionName(text.into()))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

leaf_schema!(Name, "Name", { "type": "string", "pattern": Name::PATTERN });

leaf_schema!(ScenarioName, "ScenarioName", { "type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,59}$" });

leaf_schema!(RegionName, "RegionName", {
    "type": "string",
    "pattern": "^[a-z0-9][a-z0-9-]{0,59}$",
    "examples": ["us-east-1"],
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_wherever_they_go() {
        for good in ["a", "storm", "us-east-1", "throttle_east", "v2"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "-a", "a.b", "a b", "a/b", "é", "..", &"a".repeat(61)] {
            assert!(!is_name(bad), "{bad}");
        }
        assert!(is_lower_case("storm-1") && !is_lower_case("Storm") && !is_lower_case("a_b"));
    }
}
