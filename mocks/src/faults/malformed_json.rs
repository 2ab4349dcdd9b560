//! `malformed_json`: the answer is 200, and no JSON.

use super::edit::{BodyEdit, Edit};
use super::verdict::Verdict;

/// Breaks the JSON of a whole answer, or of a stream's first event, whose checksums are right all the same.
///
/// The last byte becomes an opening brace: no JSON text can end in one, and the length stays what it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MalformedJson;

impl MalformedJson {
    pub(super) fn verdict(self) -> Verdict {
        Verdict::Edit(Edit::Body(BodyEdit::Garble))
    }
}
