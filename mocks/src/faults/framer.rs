//! Finds the messages of an event stream in bytes that come in pieces of any size.
//!
//! A message says its own length in its first four bytes. What cannot be a message is handed on as it
//! is, and everything after it too: a filter that lost its place must not lose bytes.

use bytes::{Buf, Bytes, BytesMut};

/// The length and the headers' length, four bytes each, and the prelude's and the message's checksums.
const SHORTEST: usize = 16;
/// No message is longer: 24 MiB of payload and 128 KiB of headers are the format's most (recalled).
const LONGEST: usize = 25 * 1024 * 1024;
const LENGTH_BYTES: usize = 4;

/// A stream's bytes that have not been handed on yet.
#[derive(Debug, Default)]
pub(super) struct Framer {
    held: BytesMut,
    lost: bool,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A whole message.
    Message(Bytes),
    /// Bytes that are none.
    Loose(Bytes),
}

impl Framer {
    /// Takes in the next bytes.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.held.extend_from_slice(bytes);
    }

    /// The next message, if all of it is there.
    pub(super) fn next(&mut self) -> Option<Found> {
        if !self.lost {
            let length = self.length()?;
            if (SHORTEST..=LONGEST).contains(&length) {
                let whole = self.held.len() >= length;
                return whole.then(|| Found::Message(self.held.split_to(length).freeze()));
            }
            self.lost = true;
        }
        self.rest()
    }

    /// What is left when the stream has ended.
    pub(super) fn rest(&mut self) -> Option<Found> {
        (!self.held.is_empty()).then(|| Found::Loose(self.held.split().freeze()))
    }

    fn length(&self) -> Option<usize> {
        let mut prefix = self.held.get(..LENGTH_BYTES)?;
        usize::try_from(prefix.get_u32()).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn message(payload: &[u8]) -> Vec<u8> {
        let mut message = vec![0; 12];
        message.extend_from_slice(payload);
        message.extend_from_slice(&[0; 4]);
        let length = u32::try_from(message.len()).unwrap_or_default();
        message[..4].copy_from_slice(&length.to_be_bytes());
        message
    }

    /// All that is found of `bytes`, cut into chunks at random.
    fn find(bytes: &[u8], chunks: &[usize]) -> Vec<Found> {
        let mut framer = Framer::default();
        let (mut found, mut left) = (Vec::new(), bytes);
        let mut sizes = chunks.iter().copied().chain(std::iter::repeat(usize::MAX));
        while !left.is_empty() {
            let (chunk, rest) = left.split_at(sizes.next().unwrap_or(usize::MAX).clamp(1, left.len()));
            framer.push(chunk);
            found.extend(std::iter::from_fn(|| framer.next()));
            left = rest;
        }
        found.extend(framer.rest());
        found
    }

    fn joined(found: &[Found]) -> Vec<u8> {
        let bytes = found.iter().map(|found| match found {
            Found::Message(bytes) | Found::Loose(bytes) => bytes.as_ref(),
        });
        bytes.collect::<Vec<_>>().concat()
    }

    proptest! {
        #[test]
        fn messages_are_found_however_they_are_cut(
            payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..6),
            chunks in prop::collection::vec(1_usize..30, 0..40),
        ) {
            let messages: Vec<Vec<u8>> = payloads.iter().map(|payload| message(payload)).collect();
            let expected: Vec<Found> = messages.iter().map(|message| Found::Message(message.clone().into())).collect();
            prop_assert_eq!(find(&messages.concat(), &chunks), expected);
        }

        #[test]
        fn no_byte_is_lost_of_what_is_no_stream(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            chunks in prop::collection::vec(1_usize..30, 0..40),
        ) {
            prop_assert_eq!(joined(&find(&bytes, &chunks)), bytes);
        }
    }

    #[test]
    fn what_is_cut_short_is_no_message() {
        let whole = message(b"hello");
        let found = find(&[whole.as_slice(), &whole[..7]].concat(), &[]);
        assert_eq!(found, [Found::Message(whole.clone().into()), Found::Loose(whole[..7].to_vec().into())]);
    }
}
