//! What each request says: a text of the asked length, different for every request.
//!
//! Distinct prompts keep a cache in front of the model from flattering the figures. Lengths are drawn
//! from the flow's own stream, keyed by the request, so that the n-th request says the same in every run
//! of one seed, whatever happened to the others.

use bedload_mocks::{CHARS_PER_TOKEN, Spread};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::client::ask::{Ask, Message, Role};
use crate::pace::Lengths;
use crate::seed::Seed;

/// Words of the generated text. Nothing is meant by them.
const WORDS: [&str; 32] = [
    "river", "gravel", "bank", "flood", "stone", "sand", "bend", "delta", "spring", "ford", "rapid", "pool",
    "silt", "current", "basin", "ridge", "carries", "moves", "settles", "rolls", "turns", "rises", "falls",
    "slows", "deep", "clear", "narrow", "steady", "along", "under", "over", "between",
];

/// The asks of a flow: one frame, and a text for each request.
#[derive(Clone, Debug)]
pub struct Prompts {
    frame: Ask,
    said: Said,
    /// Whether an answer may be as long as the trace says, and no longer.
    limited_by_trace: bool,
    rng: ChaCha8Rng,
    /// What stands before the request's number in its token; no tokens without.
    tokens: Option<String>,
}

/// What stands behind the frame's own messages.
#[derive(Clone, Debug)]
enum Said {
    Nothing,
    Drawn(Spread<u32>),
    Traced,
}

/// What a request is about, beyond what its flow says.
#[derive(Clone, Debug, Default)]
pub struct Matter {
    /// How long its prompt and its answer are, if a trace says.
    pub lengths: Option<Lengths>,
}

impl Prompts {
    /// The same conversation each time, as the frame has it.
    pub fn fixed(frame: Ask, seed: Seed) -> Self {
        Prompts::saying(frame, Said::Nothing, seed.stream("prompts"))
    }

    /// A text of `length` tokens after the frame's own messages, different for every request.
    pub fn generated(frame: Ask, length: Spread<u32>, seed: Seed, flow: &str) -> Self {
        Prompts::saying(frame, Said::Drawn(length), seed.stream(&format!("prompts/{flow}")))
    }

    /// The same, as long as a trace says.
    pub fn traced(frame: Ask, seed: Seed, flow: &str) -> Self {
        Prompts::saying(frame, Said::Traced, seed.stream(&format!("prompts/{flow}")))
    }

    fn saying(frame: Ask, said: Said, rng: ChaCha8Rng) -> Self {
        Prompts { frame, said, limited_by_trace: false, rng, tokens: None }
    }

    /// The same with a token for each request, so that asking for it again starts nothing anew.
    #[must_use]
    pub fn with_tokens(self, prefix: String) -> Self {
        Prompts { tokens: Some(prefix), ..self }
    }

    /// The same with answers that may be as long as a trace says, and no longer.
    #[must_use]
    pub fn limited_by_trace(self) -> Self {
        Prompts { limited_by_trace: true, ..self }
    }

    /// What request number `id` asks.
    pub fn ask(&self, id: u64, matter: &Matter) -> Ask {
        let mut ask = self.frame.clone();
        let mut rng = self.rng.clone();
        rng.set_stream(id);
        if let Some(text) = self.text(id, matter, &mut rng) {
            ask.messages.push(Message { role: Role::User, text });
        }
        if let Some(lengths) = matter.lengths {
            // An answer of nothing was a failure, which no caller can ask for.
            let output = lengths.output.max(1);
            ask.answer_tokens = Some(output);
            if self.limited_by_trace {
                ask.max_tokens = Some(output);
            }
        }
        ask.token = self.tokens.as_ref().map(|prefix| format!("{prefix}-{id}"));
        ask
    }

    fn text(&self, id: u64, matter: &Matter, rng: &mut ChaCha8Rng) -> Option<String> {
        let tokens = match &self.said {
            Said::Nothing => return None,
            Said::Drawn(length) => length.sample(rng),
            Said::Traced => matter.lengths.map_or(1, |lengths| lengths.input),
        };
        Some(text(id, tokens.max(1) as usize, rng))
    }
}

/// A text of `tokens` tokens that begins with the request's number.
fn text(id: u64, tokens: usize, rng: &mut ChaCha8Rng) -> String {
    let length = tokens.saturating_mul(CHARS_PER_TOKEN);
    let mut text = format!("{id}:");
    while text.len() < length {
        text.push(' ');
        text.push_str(WORDS[rng.random_range(0..WORDS.len())]);
    }
    text.truncate(length);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame() -> Ask {
        Ask { max_tokens: Some(64), ..Ask::default() }
    }

    #[test]
    fn prompts_have_their_length_differ_and_repeat() {
        let prompts = Prompts::generated(frame(), Spread::constant(200), Seed::new(7), "chat");
        let text = |id| prompts.ask(id, &Matter::default()).messages.remove(0).text;
        assert_eq!(text(3).len(), 800);
        assert_ne!(text(3), text(4));
        assert_eq!(text(3), text(3));
    }

    #[test]
    fn a_fixed_conversation_stays_as_it_is() {
        let message = Message { role: Role::User, text: "hello".into() };
        let frame = Ask { messages: vec![message.clone()], ..frame() };
        assert_eq!(Prompts::fixed(frame, Seed::new(1)).ask(9, &Matter::default()).messages, [message]);
    }

    #[test]
    fn a_trace_tells_how_long_prompt_and_answer_are() {
        let matter = |input, output| Matter { lengths: Some(Lengths { input, output }) };
        let prompts = Prompts::traced(frame(), Seed::new(7), "chat");
        let ask = prompts.ask(1, &matter(200, 44));
        assert_eq!((ask.messages[0].text.len(), ask.answer_tokens, ask.max_tokens), (800, Some(44), Some(64)));
        let limited = prompts.limited_by_trace().ask(1, &matter(0, 0));
        assert_eq!(limited.messages[0].text.len(), 4, "no prompt is empty");
        assert_eq!((limited.answer_tokens, limited.max_tokens), (Some(1), Some(1)));
    }
}
