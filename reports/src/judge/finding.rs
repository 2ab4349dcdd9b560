//! What the judge can say.

use serde::{Deserialize, Serialize};

use crate::record::Name;

/// One question put to the exchanges of one client, and its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// What was asked.
    pub code: Code,
    /// The client that it is about: its name in the scenario, or its user agent and host.
    pub client: Name,
    /// The class of failures that it is about, where the question is put to each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<Class>,
    /// The answer.
    pub ruling: Ruling,
}

/// The three answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ruling {
    /// The client does it.
    Found(Finding),
    /// The client does not, by a sample that could have shown it.
    Clear {
        /// What was seen, with the counts that it rests on.
        seen: String,
    },
    /// The sample cannot tell.
    Insufficient {
        /// How many samples there are.
        have: u64,
        /// How many would do, about.
        need: u64,
        /// What of, and what to do for more: `retries; two more calls that fail throughout would do`.
        of: String,
    },
}

/// Something that a client does and should not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What was seen, with counts and times; whole sentences.
    pub seen: String,
    /// What a client that does it right would have shown, with its chance.
    pub expected: String,
    /// Why it matters.
    pub why: String,
    /// What to change.
    pub change: String,
    /// The chance of seeing this of a client that does it right; none where it is a plain fact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chance: Option<f64>,
    /// The exchanges that show it, by number, at most twenty of them.
    pub evidence: Vec<u64>,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It will hurt in production.
    Error,
    /// It may, under more load or another fault.
    Warning,
    /// Worth knowing.
    Note,
}

/// The two classes of failure whose waits differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Over a quota: 429 and the throttling codes.
    Throttling,
    /// Everything else that a client retries: 5xx and broken connections.
    Transient,
}

/// The codes: stable, in kebab case, known to `explain`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// Retries come at once.
    NoBackoff,
    /// The first retry comes at once.
    FirstRetryImmediate,
    /// Waits hardly vary.
    WeakJitter,
    /// Waits do not vary.
    NoJitter,
    /// Later waits are no longer than first ones.
    NoGrowth,
    /// Waits are spread, but not from zero.
    NotFullJitter,
    /// Waits are shorter than the declared policy's.
    ShorterThanDeclared,
    /// Waits are longer than the declared policy's.
    LongerThanDeclared,
    /// Many clients retry at one instant.
    RetryHerd,
    /// An application retries on top of its SDK.
    NestedRetries,
    /// More attempts a request than the scenario allows.
    Amplification,
    /// Retries go on after the fault.
    StormOutlivesFault,
    /// Attempts were used up though the fault was shorter than a policy could cover.
    BareBudget,
    /// The SDK's retry quota ran dry.
    RetryQuotaExhausted,
    /// Some failures are retried and some are not, and no quota explains which.
    PartialRetry,
    /// What cannot succeed is sent again.
    RetriesNonRetryable,
    /// What would succeed is not sent again.
    NoRetry,
    /// The service's own wish for a wait is not kept.
    IgnoresRetryAfter,
    /// A silent stream is held open for ever.
    HangsOnStall,
    /// A broken stream is asked for again at once, and again.
    HammersBrokenStream,
    /// No other model was asked, though one is expected.
    NoFallback,
    /// No other region was asked, though one is expected.
    RegionNeverMoved,
    /// One idempotency token, two effects.
    DuplicateEffects,
    /// `max_tokens` reserves far more than is written.
    OversizedReservation,
    /// Connections are opened for a few requests each.
    ConnectionChurn,
    /// The client's clock is off.
    ClockSkew,
    /// What the client looks like.
    LooksLike,
}
