//! When requests are due: arithmetic, without a clock and without a wait.
//!
//! A rate that changes over time is a [`Curve`], made of pieces whose area is known in closed form: straight ones, and
//! waves. The expected number of arrivals up to a time is the area up to it; its inverse is the time by which a number of
//! arrivals is expected. A steady schedule is the inverse of 0, 1, 2, …; a random one is the inverse of a running sum of
//! random gaps whose mean is 1 (time rescaling). So every [`Shape`] of rate and every kind of [`Arrivals`] share one
//! formula, and the loop that sends has nothing left to decide but [`step`].
//!
//! A [`Replay`] of a trace needs no formula: its due times are written down.

mod arrivals;
mod curve;
mod replay;
mod schedule;
mod segment;
mod shape;
mod step;
mod wave;

pub use arrivals::Arrivals;
pub use curve::Curve;
pub use replay::{Lengths, Passes, Replay, Traced};
pub use schedule::{Due, Schedule};
pub use shape::{Shape, Stretch};
pub use step::{Step, step};
