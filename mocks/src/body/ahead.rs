//! Frames made a few at a time.
//!
//! What makes a frame runs once an event, and all else in a process runs in between: made one by one, each frame
//! finds that code cold. A few at once share the way there, and are still few: a stream that waits holds so many
//! frames, and not the rest of its answer.

use std::collections::VecDeque;
use std::iter::Fuse;

use super::{Beat, Beats};

/// How many frames are made at once.
const FRAMES: usize = 8;

/// The beats of a stream, some of them made already.
pub(super) struct Ahead {
    beats: Fuse<Beats>,
    made: VecDeque<Beat>,
}

impl From<Beats> for Ahead {
    fn from(beats: Beats) -> Self {
        Ahead { beats: beats.fuse(), made: VecDeque::with_capacity(FRAMES) }
    }
}

impl Iterator for Ahead {
    type Item = Beat;

    fn next(&mut self) -> Option<Beat> {
        if self.made.is_empty() {
            self.made.extend(self.beats.by_ref().take(FRAMES));
        }
        self.made.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use bytes::Bytes;

    use super::*;

    #[test]
    fn all_come_in_order_and_no_more_of_them_are_made_than_a_few() {
        let made = Arc::new(AtomicUsize::new(0));
        let counted = made.clone();
        let beat = move |number: u8| {
            counted.fetch_add(1, Ordering::Relaxed);
            Beat { at: Duration::ZERO, frame: Ok(Bytes::copy_from_slice(&[number])) }
        };
        let beats: Beats = Box::new((0..=20).map(beat));
        let mut ahead = Ahead::from(beats);
        for number in 0..=20 {
            let frame = ahead.next().and_then(|beat| beat.frame.ok());
            assert_eq!(frame.as_deref(), Some(&[number][..]));
            let ahead_of_it = made.load(Ordering::Relaxed) - usize::from(number);
            assert!(ahead_of_it <= FRAMES, "{ahead_of_it}");
        }
        assert!(ahead.next().is_none());
    }
}
