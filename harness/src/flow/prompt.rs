//! What each request says: a text of the asked length, different for every request.
//!
//! Distinct prompts keep a cache in front of the model from flattering the figures. Lengths are drawn
//! from the flow's own stream, keyed by the request, so that the n-th request says the same in every run
//! of one seed, whatever happened to the others.

use bedload_mocks::{CHARS_PER_TOKEN, Spread};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::client::ask::{Ask, Message, Role};
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
    length: Option<Spread<u32>>,
    rng: ChaCha8Rng,
    /// What stands before the request's number in its token; no tokens without.
    tokens: Option<String>,
}

impl Prompts {
    /// The same conversation each time, as the frame has it.
    pub fn fixed(frame: Ask, seed: Seed) -> Self {
        Prompts { frame, length: None, rng: seed.stream("prompts"), tokens: None }
    }

    /// A text of `length` tokens after the frame's own messages, different for every request.
    pub fn generated(frame: Ask, length: Spread<u32>, seed: Seed, flow: &str) -> Self {
        Prompts { frame, length: Some(length), rng: seed.stream(&format!("prompts/{flow}")), tokens: None }
    }

    /// The same with a token for each request, so that asking for it again starts nothing anew.
    #[must_use]
    pub fn with_tokens(self, prefix: String) -> Self {
        Prompts { tokens: Some(prefix), ..self }
    }

    /// What request number `id` asks.
    pub fn ask(&self, id: u64) -> Ask {
        let mut ask = self.frame.clone();
        if let Some(length) = &self.length {
            let mut rng = self.rng.clone();
            rng.set_stream(id);
            let tokens = length.sample(&mut rng).max(1);
            ask.messages.push(Message { role: Role::User, text: text(id, tokens as usize, &mut rng) });
        }
        ask.token = self.tokens.as_ref().map(|prefix| format!("{prefix}-{id}"));
        ask
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
        Ask {
            messages: Vec::new(),
            system: None,
            max_tokens: Some(64),
            temperature: None,
            top_p: None,
            stop_sequences: Vec::new(),
            tools: Vec::new(),
            token: None,
        }
    }

    #[test]
    fn prompts_have_their_length_differ_and_repeat() {
        let prompts = Prompts::generated(frame(), Spread::constant(200), Seed::new(7), "chat");
        let text = |id| prompts.ask(id).messages.remove(0).text;
        assert_eq!(text(3).len(), 800);
        assert_ne!(text(3), text(4));
        assert_eq!(text(3), text(3));
    }

    #[test]
    fn a_fixed_conversation_stays_as_it_is() {
        let message = Message { role: Role::User, text: "hello".into() };
        let frame = Ask { messages: vec![message.clone()], ..frame() };
        assert_eq!(Prompts::fixed(frame, Seed::new(1)).ask(9).messages, [message]);
    }
}
