//! `malformed_json`: the answer is 200, and no JSON.

use bytes::Bytes;

use super::edit::{BodyEdit, Edit};
use super::event_frame;
use super::link::Shape;
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

/// A text or a message whose JSON is broken; none if there is nothing to break.
pub(super) fn garble(bytes: &Bytes, shape: Shape) -> Option<Bytes> {
    match shape {
        Shape::Whole => break_json(bytes),
        Shape::Stream => event_frame::with_payload(bytes, break_json),
    }
}

fn break_json(text: &Bytes) -> Option<Bytes> {
    let mut broken = text.to_vec();
    *broken.last_mut()? = b'{';
    Some(broken.into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    proptest! {
        #[test]
        fn no_json_is_left(fields in prop::collection::btree_map("\\PC*", "\\PC*", 0..5)) {
            let text = Bytes::from(serde_json::to_vec(&fields).unwrap_or_default());
            let broken = garble(&text, Shape::Whole).unwrap_or_default();
            prop_assert_eq!(broken.len(), text.len());
            prop_assert!(serde_json::from_slice::<Value>(&broken).is_err());
        }
    }

    #[test]
    fn nothing_is_made_of_nothing() {
        assert_eq!(garble(&Bytes::new(), Shape::Whole), None);
        assert_eq!(garble(&Bytes::from_static(b"no message"), Shape::Stream), None);
    }
}
