//! `models:`

use schemars::JsonSchema;

use super::quota::{Count, Quota};
use crate::scenario::decode::{List, Optional, Required, choice, record};
use crate::scenario::defaults;
use crate::scenario::leaf::{Factor, Number, RegionName, SpreadOf, Text, Time, Whole};

/// Tokens of a text, at most as many as the longest context holds.
pub(crate) type Tokens = Whole<1, 10_000_000>;

/// Tokens of a thought, which may be none.
type Thought = Whole<0, 10_000_000>;

/// Requests that a model has in hand at once.
type InFlight = Whole<1, 1_000_000>;

/// A model that flows may ask.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Model {
    /// Bedrock's id of the model, or of an inference profile.
    pub id: Required<Text>,
    /// The regions of a mock target that serve it; all of them unless told otherwise.
    pub regions: Optional<List<RegionName>>,
    /// Whether a mock target serves it under its own id. `false`: through an inference profile only, as most new
    /// models are.
    #[schemars(extend("default" = defaults::ON_DEMAND))]
    pub on_demand: Optional<bool>,
    /// How a mock target's model behaves. Other targets bring their own.
    pub mock: Optional<Behaviour>,
    /// How much of it an account may use in each region. A mock target refuses what lies beyond with 429.
    pub quota: Optional<Quota>,
    /// What its tokens cost, for the figures of cost.
    pub price: Optional<Price>,
}

record!(Model { id, regions, on_demand, mock, quota, price });

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
    /// How many tokens it thinks before it speaks, where a request asks it to think.
    #[schemars(extend("default" = defaults::REASONING_TOKENS.written_as_counts()))]
    pub reasoning_tokens: Optional<SpreadOf<Thought>>,
    /// How many tokens each event of a stream carries.
    #[schemars(extend("default" = defaults::TOKENS_PER_EVENT))]
    pub tokens_per_event: Optional<Whole<1, 1_000_000>>,
    /// The most tokens that it can write. A quota reserves them all where a request sets no `max_tokens`.
    #[schemars(extend("default" = defaults::MAX_OUTPUT_TOKENS))]
    pub max_output_tokens: Optional<Tokens>,
    /// What it says.
    #[schemars(extend("default" = crate::scenario::words::answers(defaults::ANSWERS)))]
    pub answers: Optional<Answers>,
    /// The most requests that each region lets in at once; beyond them it has no capacity (503). No limit without
    /// this.
    pub capacity: Optional<InFlight>,
    /// The most requests that each region answers at once; the others wait in line, first come, first served, before
    /// their first token. No limit without this.
    pub slots: Optional<InFlight>,
    /// Latency-optimised inference; the model has none without this.
    pub optimized: Optional<Optimized>,
}

record!(Behaviour {
    ttft,
    per_token,
    output_tokens,
    reasoning_tokens,
    tokens_per_event,
    max_output_tokens,
    answers,
    capacity,
    slots,
    optimized,
});

/// What a mock model says, where no rule of `answers:` says otherwise.
#[derive(Clone, Copy, Debug, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum Answers {
    /// Plausible text of the asked length.
    Essay,
    /// The prompt again.
    Echo,
}

choice!(Answers: "a kind of answers" { essay: Essay, echo: Echo });

/// Latency-optimised inference: faster, within a quota of its own. Beyond it requests are served at standard
/// latency, in silence.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Optimized {
    /// How many times as fast it begins and writes.
    #[schemars(extend("default" = defaults::SPEEDUP))]
    pub speedup: Optional<Factor>,
    /// Requests in a minute; no limit without it.
    pub rpm: Optional<Count>,
    /// Tokens in a minute; no limit without it.
    pub tpm: Optional<Count>,
}

record!(Optimized { speedup, rpm, tpm });

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
