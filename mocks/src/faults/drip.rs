//! `drip`: the answer leaves as through a thin pipe.

use std::num::NonZeroU64;
use std::time::Duration;

use bytes::Bytes;

use super::edit::{BodyEdit, Edit};
use super::link::{Change, Made};
use super::piece::{Leaving, Piece};
use super::verdict::Verdict;

/// Pieces leave so many times a second: often enough to look like a trickle, and seldom enough to be cheap.
const PIECES_PER_S: u64 = 10;
const NANOS_PER_S: u128 = 1_000_000_000;

/// Lets a body leave at a limited rate, in pieces smaller than events.
///
/// It is the wire that is slow, so it takes what all other faults have left of the answer, wherever it
/// stands in the script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drip {
    /// The rate, in bytes a second.
    pub bytes_per_s: NonZeroU64,
}

impl Drip {
    pub(super) fn verdict(self) -> Verdict {
        Verdict::Edit(Edit::Body(BodyEdit::Drip(self.bytes_per_s)))
    }
}

/// The thin pipe itself.
#[derive(Debug)]
pub(super) struct Pipe {
    bytes_per_s: NonZeroU64,
    /// When all that was given to it so far is through.
    free_at: Duration,
}

impl Pipe {
    pub(super) fn new(bytes_per_s: NonZeroU64) -> Self {
        Pipe { bytes_per_s, free_at: Duration::ZERO }
    }

    /// A piece of bytes in smaller pieces, each due when its last byte is through.
    pub(super) fn take(&mut self, piece: Piece) -> Made {
        let Some(at) = piece.at else { return Made::as_it_was(piece) };
        let begins = at.max(self.free_at);
        let Leaving::Bytes { bytes, ends_event } = piece.leaving else {
            return Made { change: late(begins > at), pieces: vec![Piece { at: Some(begins), ..piece }] };
        };
        self.free_at = self.after(begins, bytes.len());
        let pieces = self.split(&bytes).map(|(end, part)| Piece {
            at: Some(self.after(begins, end)),
            leaving: Leaving::Bytes { ends_event: ends_event && end == bytes.len(), bytes: part },
        });
        Made { change: late(self.free_at > at), pieces: pieces.collect() }
    }

    /// The parts of some bytes, each with its end; of no bytes one empty part.
    fn split(&self, bytes: &Bytes) -> impl Iterator<Item = (usize, Bytes)> {
        let most = usize::try_from(self.bytes_per_s.get().div_ceil(PIECES_PER_S)).unwrap_or(usize::MAX);
        let count = bytes.len().div_ceil(most).max(1);
        (0..count).map(move |at| {
            let end = bytes.len().min((at + 1).saturating_mul(most));
            (end, bytes.slice(at * most..end))
        })
    }

    fn after(&self, begins: Duration, bytes: usize) -> Duration {
        let nanos = bytes as u128 * NANOS_PER_S / u128::from(self.bytes_per_s.get());
        begins.saturating_add(Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX)))
    }
}

fn late(is_late: bool) -> Change {
    if is_late { Change::Late } else { Change::None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(bytes_per_s: u64, given: &[(u64, usize)]) -> Vec<(u128, usize, bool)> {
        let mut pipe = Pipe::new(NonZeroU64::new(bytes_per_s).unwrap_or(NonZeroU64::MIN));
        let given = given
            .iter()
            .map(|(ms, size)| Piece::event(Duration::from_millis(*ms), Bytes::from(vec![0; *size])));
        let pieces = given.flat_map(|piece| pipe.take(piece).pieces);
        pieces
            .filter_map(|piece| match piece.leaving {
                Leaving::Bytes { bytes, ends_event } => {
                    Some((piece.at?.as_millis(), bytes.len(), ends_event))
                }
                _ => None,
            })
            .collect()
    }

    #[test]
    fn bytes_leave_at_the_rate_and_no_byte_overtakes_another() {
        assert_eq!(through(100, &[(0, 25)]), [(100, 10, false), (200, 20 - 10, false), (250, 5, true)]);
        assert_eq!(
            through(100, &[(0, 10), (50, 10), (1000, 10)]),
            [(100, 10, true), (200, 10, true), (1100, 10, true)]
        );
        assert_eq!(through(1, &[(0, 2)]), [(1000, 1, false), (2000, 1, true)]);
        assert_eq!(through(u64::MAX, &[(7, 3)]), [(7, 3, true)]);
    }
}
