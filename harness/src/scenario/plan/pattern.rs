//! What a prompt must hold.

use std::fmt;
use std::sync::Arc;

/// What the text of a prompt must hold, for a fault to strike or a rule to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// This text, letter by letter.
    Text(Arc<str>),
    /// A match of this regular expression, which is known to compile.
    Regex(Arc<str>),
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pattern::Text(text) => write!(f, "“{text}”"),
            Pattern::Regex(regex) => write!(f, "/{regex}/"),
        }
    }
}
