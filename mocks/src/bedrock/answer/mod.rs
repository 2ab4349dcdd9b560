//! One answer of a model, decided before its first byte.
//!
//! Length, speed, words and tool calls are drawn once. After that everything is arithmetic, so a streamed
//! answer and a whole one to the same exchange say the same, count the same and end at the same time.

mod block;
mod pace;
mod step;
mod stop;
mod words;

use std::time::Duration;

use aws_smithy_types::base64;
use rand::{Rng, RngExt};
use serde_json::Value;

pub(crate) use block::{Block, Call};
pub(crate) use step::{Act, Delta, Start, Step};
pub(crate) use stop::StopReason;

use super::ask::{Ask, Thinking, Tool, ToolChoice};
use super::behaviour::Behaviour;
use super::canned::CannedRule;
use super::prompt_cache::CacheUse;
use super::text::Opening;
use super::tool_input;
use crate::chance::{Chance, Label};
use crate::reply::Usage;
use crate::spread::Spread;
use pace::Pace;
use words::Words;

/// The most tokens in an answer: what the longest-winded of Bedrock's Claude models may say (128K).
const MOST_TOKENS: u32 = 128_000;

/// The bytes of a signature on thoughts. The service's are longer and of no fixed length.
const SIGNATURE_BYTES: usize = 64;

const ID: Label = Label::new("answer-id");
const LENGTH: Label = Label::new("output-tokens");
const OPENING: Label = Label::new("opening");
const THOUGHTS: Label = Label::new("reasoning-tokens");
const THOUGHTS_OPENING: Label = Label::new("reasoning-opening");
const SIGNATURE: Label = Label::new("signature");
const TOOL: Label = Label::new("tool");
const TOOL_ID: Label = Label::new("tool-id");
const TOOL_INPUT: Label = Label::new("tool-input");

/// Where an answer's words come from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Saying<'a> {
    /// From the essay.
    Essay,
    /// From the request.
    Echo,
    /// From a rule.
    Canned(&'a CannedRule),
}

/// A decided answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    chance: Chance,
    usage: Usage,
    cached: Option<CacheUse>,
    stop: StopReason,
    blocks: Vec<Block>,
    pace: Pace,
}

impl Answer {
    /// Decides the answer to a request, of whose prompt so much was cached, of a model that thinks so long if
    /// it is asked to think.
    pub(crate) fn to(
        ask: &Ask,
        behaviour: &Behaviour,
        thoughts: Spread<u32>,
        saying: Saying<'_>,
        cached: CacheUse,
        chance: Chance,
    ) -> Self {
        let (mut blocks, mut stop) = speak(ask, behaviour, saying, chance);
        if let Thinking::Budget(budget) = ask.thinking {
            blocks.splice(..0, think(thoughts, budget.get(), chance));
        }
        if let Some(sequence) = stop_before(&mut blocks, &ask.stop_sequences) {
            stop = StopReason::StopSequence(sequence);
        }
        let most = ask.max_tokens.map_or(MOST_TOKENS, |most| most.get());
        if cut_off(&mut blocks, most) {
            stop = StopReason::MaxTokens;
        }
        let output_tokens = blocks.iter().map(Block::tokens).sum::<u32>().max(1);
        Answer {
            chance,
            usage: Usage {
                input_tokens: ask.prompt_tokens - cached.read_tokens - cached.write_tokens(),
                output_tokens,
                cache_read_tokens: cached.read_tokens,
                cache_write_tokens: cached.write_tokens(),
            },
            cached: (!ask.cache_prefixes.is_empty()).then_some(cached),
            stop,
            blocks,
            pace: Pace::draw(behaviour, chance),
        }
    }

    /// The same answer, in this many times less time.
    pub(crate) fn faster(self, times: f64) -> Self {
        Answer { pace: self.pace.faster(times), ..self }
    }

    /// A number of its own, for dialects that give answers an id.
    pub(crate) fn id(&self) -> u64 {
        self.chance.stream(ID).random()
    }

    /// Why it stops.
    pub(crate) fn stop(&self) -> &StopReason {
        &self.stop
    }

    /// What it costs.
    pub(crate) fn usage(&self) -> Usage {
        self.usage
    }

    /// What the prompt cache did, if the request had marks for it.
    pub(crate) fn cached(&self) -> Option<CacheUse> {
        self.cached
    }

    /// Its blocks, in order.
    pub(crate) fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// All its text, without thoughts and calls: what a dialect without blocks says.
    pub(crate) fn text(&self) -> String {
        let text = |block: &Block| match block {
            Block::Text(words) => Some(words.whole()),
            Block::Reasoning { .. } | Block::ToolUse(_) => None,
        };
        self.blocks.iter().filter_map(text).collect()
    }

    /// Its text piece by piece, each at its time.
    pub(crate) fn text_pieces(self) -> impl Iterator<Item = (Duration, String)> + Send + Sync + use<> {
        self.steps().filter_map(|step| match step.act {
            Act::Delta(Delta::Text(text)) => Some((step.at, text)),
            _ => None,
        })
    }

    /// When the last token is there: `ttft + (n − 1) × per_token`.
    pub(crate) fn done_at(&self) -> Duration {
        self.pace.token_at(self.usage.output_tokens - 1)
    }

    /// The time of the whole answer in whole milliseconds, as the service reports it.
    pub(crate) fn latency_ms(&self) -> u64 {
        millis(self.done_at())
    }

    /// The time to the first token in whole milliseconds.
    pub(crate) fn first_latency_ms(&self) -> u64 {
        millis(self.pace.ttft())
    }
}

/// What the model says or calls, and why it would stop there.
///
/// Left the choice, it says a sentence before it calls a tool; told to call one, it says nothing.
fn speak(ask: &Ask, behaviour: &Behaviour, saying: Saying<'_>, chance: Chance) -> (Vec<Block>, StopReason) {
    let said = |text: &str| Block::Text(Words::said(text, MOST_TOKENS));
    if let Saying::Canned(rule) = saying {
        let called = rule.called(ask).map(|(tool, input)| call(tool, input, chance));
        return (rule.said().map(said).into_iter().chain(called).collect(), rule.stopped(ask));
    }
    if matches!(saying, Saying::Echo) && !ask.tool_choice.forces() && !ask.last_said.is_empty() {
        return (vec![said(&ask.last_said)], StopReason::EndTurn);
    }
    let opening = Opening::draw(&mut chance.stream(OPENING));
    let Some(tool) = ask.called(|many| chance.stream(TOOL).random_range(0..many)) else {
        let drawn = || behaviour.output_tokens.sample(&mut chance.stream(LENGTH));
        let would_say = ask.answer_tokens.unwrap_or_else(drawn).clamp(1, MOST_TOKENS);
        return (vec![Block::Text(Words::essay(opening, would_say))], StopReason::EndTurn);
    };
    let call = call(tool, None, chance);
    let blocks = match ask.tool_choice {
        ToolChoice::Auto => vec![Block::Text(Words::sentence(opening)), call],
        _ => vec![call],
    };
    (blocks, StopReason::ToolUse)
}

/// The call of a tool, with this input or else with one that satisfies the tool's schema.
fn call(tool: &Tool, input: Option<&Value>, chance: Chance) -> Block {
    let invented = || tool_input::satisfying(&tool.schema, &mut chance.stream(TOOL_INPUT));
    let input = input.cloned().unwrap_or_else(invented);
    Block::ToolUse(Call::new(chance.stream(TOOL_ID).random(), &tool.name, input))
}

/// What it thinks first, within its budget; nothing where a model thinks no token long.
fn think(thoughts: Spread<u32>, budget: u32, chance: Chance) -> Option<Block> {
    let tokens = thoughts.sample(&mut chance.stream(THOUGHTS)).min(budget);
    if tokens == 0 {
        return None;
    }
    let opening = Opening::draw(&mut chance.stream(THOUGHTS_OPENING));
    let mut seal = [0; SIGNATURE_BYTES];
    chance.stream(SIGNATURE).fill_bytes(&mut seal);
    Some(Block::Reasoning { words: Words::essay(opening, tokens), signature: base64::encode(seal) })
}

/// Ends the answer before the first stop sequence in its text, and says which it was. Thoughts and tool
/// inputs are not searched.
fn stop_before(blocks: &mut Vec<Block>, sequences: &[String]) -> Option<String> {
    let (at, words, sequence) = blocks.iter().enumerate().find_map(|(at, block)| match block {
        Block::Text(words) => words.before_any(sequences).map(|(words, sequence)| (at, words, sequence)),
        Block::Reasoning { .. } | Block::ToolUse(_) => None,
    })?;
    blocks.truncate(at);
    if words.tokens() > 0 {
        blocks.push(Block::Text(words));
    }
    Some(sequence)
}

/// Cuts the answer off after so many tokens, and says whether there was more.
fn cut_off(blocks: &mut Vec<Block>, most: u32) -> bool {
    let mut left = most;
    for at in 0..blocks.len() {
        let tokens = blocks[at].tokens();
        if tokens > left {
            blocks.truncate(at + 1);
            match blocks.pop() {
                Some(last) if left > 0 => blocks.push(last.truncated(left)),
                _ => {}
            }
            return true;
        }
        left -= tokens;
    }
    false
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
