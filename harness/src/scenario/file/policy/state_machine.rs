//! `state_machine:` of a client

use schemars::JsonSchema;

use crate::scenario::decode::{Leaf, List, Optional, Required, Slip, Word, choice, record};
use crate::scenario::defaults;
use crate::scenario::leaf::{AtLeastOne, Name, Seconds, StateError, Whole, leaf_schema};

/// The `Retry` and `Catch` of a Step Functions task around the call.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct StateMachine {
    /// The first one that matches an error decides, and counts its own attempts.
    #[schemars(extend("default" = []))]
    pub retry: Optional<List<Retrier>>,
    /// Asked once no retrier has attempts left; the first one that matches decides.
    #[schemars(extend("default" = []))]
    pub catch: Optional<List<Catcher>>,
}

record!(StateMachine { retry, catch });

/// A retrier, with the names and defaults of the Amazon States Language, but for the seconds, which are part of the values.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Retrier {
    /// The errors that it is for. `States.ALL` stands alone, in the last retrier.
    pub error_equals: Required<List<StateError>>,
    /// The wait before the first retry (`IntervalSeconds`).
    #[schemars(extend("default" = crate::scenario::leaf::Time::written(defaults::STATES_INTERVAL)))]
    pub interval: Optional<Seconds>,
    /// By which each wait is longer than the one before.
    #[schemars(extend("default" = defaults::STATES_BACKOFF_RATE))]
    pub backoff_rate: Optional<AtLeastOne>,
    /// The most retries, the first attempt not counted; 0 never retries.
    #[schemars(extend("default" = defaults::STATES_MAX_ATTEMPTS))]
    pub max_attempts: Optional<Whole<0, 99_999_999>>,
    /// The longest wait (`MaxDelaySeconds`); waits grow without bound without it.
    pub max_delay: Optional<Seconds>,
    /// `FULL` draws each wait from zero to its length, `NONE` takes it as it is.
    #[schemars(extend("default" = "NONE"))]
    pub jitter_strategy: Optional<Jitter>,
}

record!(Retrier {
    error_equals,
    interval,
    backoff_rate,
    max_attempts,
    max_delay,
    jitter_strategy,
} elsewhere {
    interval_seconds: interval,
    max_delay_seconds: max_delay,
    jitter: jitter_strategy,
});

/// How a retrier draws its waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "UPPERCASE", inline)]
pub(crate) enum Jitter {
    /// Each wait as it is.
    None,
    /// From zero to the wait.
    Full,
}

choice!(Jitter: "a jitter strategy" { NONE: None, FULL: Full });

/// A catcher.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Catcher {
    /// The errors that it is for. `States.ALL` stands alone, in the last catcher.
    pub error_equals: Required<List<StateError>>,
    /// What is done then: a model that is asked, or `fail`.
    pub next: Required<Next>,
}

record!(Catcher { error_equals, next });

/// What is done after an error was caught.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// The request has failed.
    Fail,
    /// This model is asked.
    Model(Name),
}

impl Leaf for Next {
    fn shape() -> String {
        "`fail`, or the name of a model, as in `haiku`".to_owned()
    }

    fn read(word: Word<'_>) -> Result<Self, Slip> {
        match word {
            Word::Text("fail") => Ok(Next::Fail),
            _ => Name::read(word).map(Next::Model),
        }
    }
}

leaf_schema!(Next, "Next", { "type": "string", "pattern": Name::PATTERN, "examples": ["fail"] });
