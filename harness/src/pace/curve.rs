//! An arrival rate over time, and its inverse.

use bedload_reports::units::Nanos;

use super::shape::{Piece, Stretch};

/// An arrival rate over time. Its pieces stand in order and do not overlap; between them it is zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve(Vec<Part>);

/// A piece, and the arrivals that are expected up to its start.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Part {
    before: f64,
    piece: Piece,
}

impl Curve {
    /// A curve of these stretches; what has no length or no traffic is left out.
    pub fn new(stretches: &[Stretch]) -> Self {
        let mut pieces: Vec<Piece> = stretches.iter().flat_map(Stretch::pieces).collect();
        pieces.retain(|piece| piece.area() > 0.0);
        pieces.sort_by_key(|piece| piece.from);
        let mut before = 0.0;
        let part = |piece: Piece| {
            let part = Part { before, piece };
            before += piece.area();
            part
        };
        Curve(pieces.into_iter().map(part).collect())
    }

    /// Expected arrivals over the whole curve.
    pub fn total(&self) -> f64 {
        self.0.last().map_or(0.0, |last| last.before + last.piece.area())
    }

    /// The time by which `count` arrivals are expected; none beyond the end.
    pub fn reach(&self, count: f64) -> Option<Nanos> {
        let place = self.0.partition_point(|part| part.before <= count).checked_sub(1)?;
        let part = self.0.get(place)?;
        let left = count - part.before;
        (left < part.piece.area()).then(|| part.piece.reach(left))
    }
}
