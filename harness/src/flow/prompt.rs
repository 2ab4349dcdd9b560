//! What each request says: a text of the asked length, one of a file, or one from a template.
//!
//! Prompts are distinct unless the scenario says otherwise: those that repeat let a cache in front of the model flatter the
//! figures. All of it is drawn from the flow's own stream, keyed by the request, so that the n-th request says the same in
//! every run of one seed, whatever happened to the others.

use std::sync::Arc;

use bedload_mocks::Spread;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::filler;
use super::template::Template;
use crate::client::ask::{Ask, Message, Role};
use crate::pace::Lengths;
use crate::seed::Seed;

/// The asks of a flow: one frame, and a text for each request.
#[derive(Clone, Debug)]
pub struct Prompts {
    frame: Ask,
    said: Said,
    /// Tokens of the frame that a trace counts among those of a prompt.
    prefix_tokens: u32,
    /// Whether an answer may be as long as the trace says, and no longer.
    limited_by_trace: bool,
    rng: ChaCha8Rng,
    /// What the words come from that stand for answers.
    answers: ChaCha8Rng,
    /// What stands before the request's number in its token; no tokens without.
    tokens: Option<String>,
}

/// What stands behind the frame's own messages.
#[derive(Clone, Debug)]
pub enum Said {
    /// Nothing: the frame says it all, the same each time.
    Nothing,
    /// A text of so many tokens, different for every request.
    Drawn(Spread<u32>),
    /// A text of as many tokens as the trace says, different for every request.
    Traced,
    /// One of a list.
    Listed(List),
    /// A template, filled in.
    Filled(Template),
}

/// Texts of which each request takes one: the first the first, and round again after the last.
#[derive(Clone, Debug)]
pub struct List {
    texts: Arc<[String]>,
    /// Whether a text that comes again begins with the number of its round, from 2 on.
    distinct: bool,
}

/// What a request is about, beyond what its flow says.
#[derive(Clone, Debug, Default)]
pub struct Matter {
    /// How long its prompt and its answer are, if a trace says.
    pub lengths: Option<Lengths>,
    /// What was said before in its conversation.
    pub history: Arc<[Message]>,
}

impl List {
    /// These texts, in their order.
    pub fn new(texts: Arc<[String]>, distinct: bool) -> Self {
        List { texts, distinct }
    }

    /// The same, in an order that is drawn once.
    #[must_use]
    pub fn shuffled(self, seed: Seed, flow: &str) -> Self {
        let mut texts = self.texts.to_vec();
        texts.shuffle(&mut seed.stream(&format!("prompt-order/{flow}")));
        List { texts: texts.into(), ..self }
    }

    fn take(&self, id: u64) -> String {
        let count = self.texts.len().max(1) as u64;
        let text = self.texts.get((id % count) as usize).map_or("", String::as_str);
        match id / count {
            round if round > 0 && self.distinct => format!("{}: {text}", round + 1),
            _ => text.to_owned(),
        }
    }
}

impl Prompts {
    /// The same conversation each time, as the frame has it.
    pub fn fixed(frame: Ask, seed: Seed) -> Self {
        Prompts::new(frame, Said::Nothing, seed, "")
    }

    /// The frame's own messages, and what is said after them in a flow.
    pub fn new(frame: Ask, said: Said, seed: Seed, flow: &str) -> Self {
        let rng = seed.stream(&format!("prompts/{flow}"));
        let answers = seed.stream(&format!("answers/{flow}"));
        Prompts { frame, said, prefix_tokens: 0, limited_by_trace: false, rng, answers, tokens: None }
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

    /// The same with so many tokens behind the system prompt that all requests of the flow share.
    #[must_use]
    pub fn with_prefix(mut self, tokens: u32, seed: Seed, flow: &str) -> Self {
        let prefix = filler::text(format!("{flow}:"), tokens, &mut seed.stream(&format!("prefix/{flow}")));
        self.frame.system = Some(match self.frame.system.take() {
            Some(system) => format!("{system}\n\n{prefix}"),
            None => prefix,
        });
        Prompts { prefix_tokens: tokens, ..self }
    }

    /// What request number `id` asks.
    pub fn ask(&self, id: u64, matter: &Matter) -> Ask {
        let mut ask = self.frame.clone();
        ask.messages = matter.history.iter().cloned().chain(self.own(id, matter)).collect();
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

    /// What request number `id`, of no trace, said in its conversation, with words in the place of its answer: as many tokens
    /// as the answer had. Answers are counted as they come and not kept, since a load is as heavy with any words.
    pub fn said(&self, id: u64, answer_tokens: u64) -> Vec<Message> {
        let mut rng = self.answers.clone();
        rng.set_stream(id);
        let tokens = u32::try_from(answer_tokens).unwrap_or(u32::MAX).max(1);
        let answer = Message { role: Role::Assistant, text: filler::text("", tokens, &mut rng) };
        self.own(id, &Matter::default()).chain([answer]).collect()
    }

    /// The messages of request number `id` itself.
    fn own(&self, id: u64, matter: &Matter) -> impl Iterator<Item = Message> {
        let text = self.text(id, matter).map(|text| Message { role: Role::User, text });
        self.frame.messages.iter().cloned().chain(text)
    }

    /// What request number `id` says after the frame's own messages, if it says anything.
    fn text(&self, id: u64, matter: &Matter) -> Option<String> {
        let mut rng = self.rng.clone();
        rng.set_stream(id);
        let generated =
            |tokens: u32, rng: &mut ChaCha8Rng| filler::text(format!("{id}:"), tokens.max(1), rng);
        match &self.said {
            Said::Nothing => None,
            Said::Drawn(length) => {
                let tokens = length.sample(&mut rng);
                Some(generated(tokens, &mut rng))
            }
            Said::Traced => {
                let tokens = matter.lengths.map_or(1, |lengths| lengths.input);
                Some(generated(tokens.saturating_sub(self.prefix_tokens), &mut rng))
            }
            Said::Listed(list) => Some(list.take(id)),
            Said::Filled(template) => Some(template.fill(id, &mut rng)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame() -> Ask {
        Ask { max_tokens: Some(64), ..Ask::default() }
    }

    #[test]
    fn prompts_have_their_length_differ_and_repeat() {
        let prompts = Prompts::new(frame(), Said::Drawn(Spread::constant(200)), Seed::new(7), "chat");
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
        let matter = |input, output| Matter { lengths: Some(Lengths { input, output }), ..Matter::default() };
        let prompts = Prompts::new(frame(), Said::Traced, Seed::new(7), "chat");
        let ask = prompts.ask(1, &matter(200, 44));
        assert_eq!(
            (ask.messages[0].text.len(), ask.answer_tokens, ask.max_tokens),
            (800, Some(44), Some(64))
        );
        let limited = prompts.limited_by_trace().ask(1, &matter(0, 0));
        assert_eq!(limited.messages[0].text.len(), 4, "no prompt is empty");
        assert_eq!((limited.answer_tokens, limited.max_tokens), (Some(1), Some(1)));
    }

    #[test]
    fn texts_come_in_turn_and_tell_their_round_when_they_come_again() {
        let texts: Arc<[String]> = ["a", "b", "c"].map(str::to_owned).into();
        let said = |list: List| {
            let prompts = Prompts::new(frame(), Said::Listed(list), Seed::new(7), "chat");
            [0, 1, 2, 3, 7].map(|id| prompts.ask(id, &Matter::default()).messages.remove(0).text)
        };
        assert_eq!(said(List::new(texts.clone(), true)), ["a", "b", "c", "2: a", "3: b"]);
        assert_eq!(said(List::new(texts.clone(), false)), ["a", "b", "c", "a", "b"]);
        let many: Arc<[String]> = (0..50).map(|text| text.to_string()).collect();
        let shuffled = |seed| List::new(many.clone(), true).shuffled(Seed::new(seed), "chat").texts.to_vec();
        assert_ne!(shuffled(1), shuffled(2));
        assert_eq!(shuffled(1), shuffled(1));
        let sorted = |mut texts: Vec<String>| {
            texts.sort();
            texts
        };
        assert_eq!(sorted(shuffled(1)), sorted(many.to_vec()));
    }

    #[test]
    fn a_prefix_is_shared_by_all_requests_and_counted_in_those_of_a_trace() {
        let frame = Ask { system: Some("Be brief.".into()), ..frame() };
        let prompts =
            Prompts::new(frame, Said::Traced, Seed::new(7), "chat").with_prefix(100, Seed::new(7), "chat");
        let ask = |id| {
            prompts.ask(id, &Matter { lengths: Some(Lengths { input: 130, output: 1 }), ..Matter::default() })
        };
        assert_eq!(ask(1).system, ask(2).system);
        assert_eq!(ask(1).system.map(|system| system.len()), Some("Be brief.\n\n".len() + 400));
        assert_eq!(ask(1).messages[0].text.len(), 120);
    }

    #[test]
    fn a_turn_says_all_that_was_said_before() {
        let prompts = Prompts::new(frame(), Said::Drawn(Spread::constant(10)), Seed::new(7), "chat");
        let said = prompts.said(3, 25);
        assert_eq!(said.iter().map(|message| message.text.len()).collect::<Vec<_>>(), [40, 100]);
        assert_eq!(said[0], prompts.ask(3, &Matter::default()).messages[0]);
        let matter = Matter { history: said.clone().into(), ..Matter::default() };
        let ask = prompts.ask(9, &matter);
        assert_eq!((&ask.messages[..2], ask.messages.len()), (&said[..], 3));
        assert_eq!(prompts.said(3, 25), said);
    }
}
