//! How long the prompts of a flow are, without sending one.

use bedload_mocks::CHARS_PER_TOKEN;

use crate::flow::template::Template;
use crate::scenario::{CallSpec, Input, Spread};
use crate::seed::Seed;

/// How often a template is filled in to see how long it gets.
const SAMPLES: u64 = 64;

/// Tokens of a prompt by the house's estimate, as far as the flow itself says: `of` takes its figure from a spread. What a
/// trace says of each prompt is not among it.
pub fn prompt_tokens(call: &CallSpec, of: impl Fn(Spread) -> f64) -> f64 {
    let tokens = |chars: f64| chars / CHARS_PER_TOKEN as f64;
    let said = match &call.input {
        Input::Tokens(length) => of(*length),
        Input::Traced => return 0.0,
        Input::File(file) => tokens(mean(file.texts().iter().map(String::len))),
        Input::Template(prompt) => tokens(mean(filled(&prompt.template))),
        Input::Messages(messages) => messages.iter().map(|said| tokens(said.text.len() as f64)).sum(),
    };
    said + f64::from(call.prefix_tokens.unwrap_or(0))
}

fn filled(template: &Template) -> impl Iterator<Item = usize> {
    (0..SAMPLES).map(|id| template.fill(id, &mut Seed::new(0).stream_of("length", id)).len())
}

fn mean(lengths: impl Iterator<Item = usize>) -> f64 {
    let (count, sum) = lengths.fold((0_u64, 0.0), |(count, sum), length| (count + 1, sum + length as f64));
    sum / count.max(1) as f64
}
