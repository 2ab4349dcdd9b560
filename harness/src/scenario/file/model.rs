//! `models:`

use schemars::JsonSchema;

use crate::scenario::decode::{Optional, Required, record};
use crate::scenario::defaults;
use crate::scenario::leaf::{Number, SpreadOf, Text, Time, Whole};

/// Tokens of a text, at most as many as the longest context holds.
pub(crate) type Tokens = Whole<1, 10_000_000>;

/// A model that flows may ask.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Model {
    /// Bedrock's id of the model, or of an inference profile.
    pub id: Required<Text>,
    /// How a mock target's model behaves. Other targets bring their own.
    pub mock: Optional<Behaviour>,
    /// What its tokens cost, for the figures of cost.
    pub price: Optional<Price>,
}

record!(Model { id, mock, price });

/// How a mock model behaves. Each quantity is drawn once for each answer.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Behaviour {
    /// From the request to the first token.
    #[schemars(extend("default" = defaults::TTFT.written_as_times()))]
    pub ttft: Optional<SpreadOf<Time>>,
    /// From each token to the next.
    #[schemars(extend("default" = defaults::PER_TOKEN.written_as_times()))]
    pub per_token: Optional<SpreadOf<Time>>,
    /// How many tokens an answer has, unless `max_tokens` ends it.
    #[schemars(extend("default" = defaults::OUTPUT_TOKENS.written_as_counts()))]
    pub output_tokens: Optional<SpreadOf<Tokens>>,
    /// How many tokens each event of a stream carries.
    #[schemars(extend("default" = defaults::TOKENS_PER_EVENT))]
    pub tokens_per_event: Optional<Whole<1, 1_000_000>>,
}

record!(Behaviour { ttft, per_token, output_tokens, tokens_per_event });

/// What tokens cost, in USD.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Price {
    /// For a thousand input tokens.
    pub input_per_1k: Required<Number>,
    /// For a thousand output tokens.
    pub output_per_1k: Required<Number>,
}

record!(Price { input_per_1k, output_per_1k });
