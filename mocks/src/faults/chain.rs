//! All edits of one body, one after another.
//!
//! The same chain stands behind a cloud that decides when its events are due, and behind a real service
//! whose events come when they come: it is given pieces with their times, and gives pieces with theirs.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::edit::BodyEdit;
use super::link::{Change, Link, Shape};
use super::piece::{Leaving, Piece};
use super::strikes::Strikes;
use super::tally::Tally;

/// The edits of a body, in the order in which they are made.
#[derive(Debug)]
pub(crate) struct Chain {
    shape: Shape,
    links: Vec<Linked>,
    leaving: VecDeque<Piece>,
    /// Nothing that comes after matters any more.
    over: bool,
    last_at: Duration,
    /// How many pieces have been made, and how many of them have left.
    made: u64,
    left: u64,
    /// The faults that strike when the piece with this number leaves.
    marks: VecDeque<(u64, Mark)>,
    strikes: Strikes,
}

/// A fault that has changed something.
#[derive(Debug)]
struct Mark {
    tally: Arc<Tally>,
    /// Whether nothing comes after.
    decides: bool,
}

#[derive(Debug)]
struct Linked {
    link: Link,
    struck: bool,
}

impl Chain {
    /// The chain of these edits, in the script's order, but with the drips last: a slow wire takes what
    /// there is to send. Those that change something are noted in `strikes` when they do.
    pub(crate) fn new(edits: Vec<(Arc<Tally>, BodyEdit)>, shape: Shape, strikes: Strikes) -> Self {
        let (drips, others): (Vec<_>, Vec<_>) =
            edits.into_iter().partition(|(_, edit)| matches!(edit, BodyEdit::Drip(_)));
        let link = |(tally, edit)| Linked { link: Link::new(tally, edit, shape), struck: false };
        Chain {
            shape,
            links: others.into_iter().chain(drips).map(link).collect(),
            leaving: VecDeque::new(),
            over: false,
            last_at: Duration::ZERO,
            made: 0,
            left: 0,
            marks: VecDeque::new(),
            strikes,
        }
    }

    /// Takes in the next piece of the body.
    pub(crate) fn push(&mut self, piece: Piece) {
        self.last_at = piece.at.unwrap_or(self.last_at);
        self.pass(piece, 0);
    }

    /// Takes in that the body has come to its end, as it should.
    pub(crate) fn finish(&mut self) {
        for at in 0..self.links.len() {
            if let Some(piece) = self.links[at].link.finish(self.last_at) {
                self.pass(piece, at + 1);
            }
        }
        self.over = true;
    }

    /// How many bytes leave before an end that comes too soon, if what has been taken in has such an end.
    pub(crate) fn ends_early(&self) -> Option<u64> {
        let last = self.leaving.back()?;
        if last.at.is_none() || !matches!(last.leaving, Leaving::End { .. }) {
            return None;
        }
        let sizes = self.leaving.iter().map(|piece| match &piece.leaving {
            Leaving::Bytes { bytes, .. } => bytes.len() as u64,
            Leaving::Error(_) | Leaving::End { .. } => 0,
        });
        Some(sizes.sum())
    }

    /// Whether it wants no more pieces.
    pub(crate) fn is_over(&self) -> bool {
        self.over
    }

    /// The next piece that leaves, of what has been taken in.
    pub(crate) fn next(&mut self) -> Option<Piece> {
        self.leaving.pop_front()
    }

    /// Takes note that the piece given last has left, or that the client found the end there.
    pub(crate) fn has_left(&mut self) {
        self.left += 1;
        while let Some((_, mark)) = self.marks.pop_front_if(|(piece, _)| *piece < self.left) {
            self.strike(&mark);
        }
    }

    /// Whether nothing of what has been taken in is left.
    pub(super) fn is_empty(&self) -> bool {
        self.leaving.is_empty()
    }

    /// Hands a piece to the links from `from` on.
    fn pass(&mut self, piece: Piece, from: usize) {
        if self.over {
            return;
        }
        let Some(linked) = self.links.get_mut(from) else {
            self.over = piece.is_last();
            self.made += 1;
            self.leaving.push_back(piece);
            return;
        };
        let made = linked.link.take(piece, self.shape);
        if made.change != Change::None && !linked.struck {
            linked.struck = true;
            let decides = made.pieces.last().is_some_and(Piece::is_last);
            let mark = Mark { tally: linked.link.tally.clone(), decides };
            match made.change {
                Change::Other => self.marks.push_back((self.made, mark)),
                Change::None | Change::Late => self.strike(&mark),
            }
        }
        for piece in made.pieces {
            self.pass(piece, from + 1);
        }
    }

    fn strike(&self, mark: &Mark) {
        mark.tally.strike();
        match mark.decides {
            true => self.strikes.decide(mark.tally.name()),
            false => self.strikes.note(mark.tally.name()),
        }
    }
}
