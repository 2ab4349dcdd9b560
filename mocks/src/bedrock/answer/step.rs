//! An answer as it comes into being: blocks begun, added to and ended, each step at its time.
//!
//! All streams are told from these steps, in whatever dialect.

use std::iter;
use std::time::Duration;

use super::Answer;
use super::block::Block;

/// One step of an answer, in the block with this index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// Its time, counted from the beginning of the answer; never before that of the step before it.
    pub at: Duration,
    /// The block's place in the answer, from 0.
    pub index: usize,
    /// What happens to it.
    pub act: Act,
}

/// What happens to a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// It begins, with its first token.
    Start(Start),
    /// It grows.
    Delta(Delta),
    /// It is whole, with its last token.
    Stop,
}

/// A block that begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// Of thoughts.
    Reasoning,
    /// Of text.
    Text,
    /// Of a tool's call.
    ToolUse {
        /// The call's number.
        id: u128,
        /// The tool's name.
        name: String,
    },
}

/// What is added to a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Delta {
    /// Thoughts.
    Reasoning(String),
    /// The seal on all thoughts of the block.
    Signature(String),
    /// Text.
    Text(String),
    /// A part of the JSON of a tool's input.
    Input(String),
}

impl Answer {
    /// Its steps, in order; each delta holds as many tokens as an event does.
    pub(crate) fn steps(self) -> impl Iterator<Item = Step> + Send + Sync + use<> {
        let Answer { blocks, pace, .. } = self;
        let mut next = 0;
        let placed = blocks.into_iter().enumerate().map(move |(index, block)| {
            let first = next;
            next += block.tokens();
            (index, first, block)
        });
        placed.flat_map(move |(index, first, block)| {
            let tokens = block.tokens();
            let begins = pace.token_at(first);
            let ends = pace.token_at(first + tokens.saturating_sub(1));
            let start = (begins, Act::Start(start(&block)));
            let seal = signature(&block).map(|signature| (ends, Act::Delta(Delta::Signature(signature))));
            let deltas = (0..tokens).step_by(pace.tokens_per_event()).map(move |from| {
                let to = from.saturating_add(pace.tokens_per_event).min(tokens);
                (pace.token_at(first + from), Act::Delta(delta(&block, block.words().text(from..to))))
            });
            iter::once(start)
                .chain(deltas)
                .chain(seal)
                .chain(iter::once((ends, Act::Stop)))
                .map(move |(at, act)| Step { at, index, act })
        })
    }
}

fn start(block: &Block) -> Start {
    match block {
        Block::Reasoning { .. } => Start::Reasoning,
        Block::Text(_) => Start::Text,
        Block::ToolUse(call) => Start::ToolUse { id: call.id, name: call.name.clone() },
    }
}

fn delta(block: &Block, text: String) -> Delta {
    match block {
        Block::Reasoning { .. } => Delta::Reasoning(text),
        Block::Text(_) => Delta::Text(text),
        Block::ToolUse(_) => Delta::Input(text),
    }
}

fn signature(block: &Block) -> Option<String> {
    match block {
        Block::Reasoning { signature, .. } => Some(signature.clone()),
        Block::Text(_) | Block::ToolUse(_) => None,
    }
}
