//! A figure of one run, with what its blocks add up to.

use std::sync::Arc;

use super::blocks::{Block, Blocks};
use super::question::Question;
use crate::gate::Measured;

/// The answer of one run to a question, block by block.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    question: Question,
    measured: Measured,
    blocks: Arc<Blocks>,
    counted: Arc<[Block]>,
}

impl Series {
    /// The answer, and what it was taken from. Figures that are no sum over blocks have none.
    pub(crate) fn new(
        question: Question,
        measured: Measured,
        blocks: Arc<Blocks>,
        counted: Arc<[Block]>,
    ) -> Self {
        Series { question, measured, blocks, counted }
    }

    /// What was asked.
    pub fn question(&self) -> &Question {
        &self.question
    }

    /// The figure of the whole run.
    pub fn measured(&self) -> Measured {
        self.measured
    }

    /// The same with another figure: what is not counted from records is known later.
    pub(crate) fn set(&mut self, measured: Measured) {
        self.measured = measured;
    }

    /// The same blocks, asked for another figure.
    #[cfg(test)]
    pub(super) fn about(self, metric: crate::metric::Metric) -> Self {
        Series { question: Question::of_all(metric), ..self }
    }

    /// The same with one hit more, in its first block.
    #[cfg(test)]
    pub(super) fn with_a_hit_more(self) -> Self {
        let mut counted = self.counted.to_vec();
        counted[0].hits += 1;
        Series { counted: counted.into(), ..self }
    }

    pub(super) fn blocks(&self) -> &Blocks {
        &self.blocks
    }

    pub(super) fn counted(&self) -> &[Block] {
        &self.counted
    }
}
