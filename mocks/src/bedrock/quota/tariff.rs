//! What a request counts for: reserved when it begins, charged when it ends.
//!
//! | way | at the start | at the end |
//! | --- | --- | --- |
//! | on demand | input + cache writes (+ cache reads) + `max_tokens` | input + cache writes + output × burndown |
//! | reserved, input | input + cache writes | the same |
//! | reserved, output | `max_tokens` | output |
//! | provisioned | input + 1.25 × cache writes + 0.1 × cache reads + `max_tokens` | the same with output |
//!
//! On demand and provisioned are AWS's figures (user guide, "How tokens are counted", and its blog on token
//! quotas). AWS's pages disagree on cache reads in the reservation, so a flag of the model decides. That
//! reserved input holds cache writes is documented; that reserved output has no burndown is assumed.

use std::num::NonZeroU32;

use super::limits::Provisioned;

/// How a model's tokens are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Metering {
    /// What a token of output is charged as in the end: 5 for Claude up to 4.7, 1 for most others.
    pub burndown: NonZeroU32,
    /// Whether the reservation holds the tokens read from a cache.
    pub reserves_cache_reads: bool,
    /// The most tokens in an answer, reserved where a request sets no limit.
    pub max_output_tokens: NonZeroU32,
}

/// What a request may need, known before it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Need {
    /// Input tokens that no cache has part in.
    pub input_tokens: u32,
    /// Input tokens read from a cache.
    pub cache_read_tokens: u32,
    /// Input tokens written to a cache.
    pub cache_write_tokens: u32,
    /// The most tokens that it may answer; none if the request leaves it to the model.
    pub max_tokens: Option<u32>,
}

/// What a request has used, known when it is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spent {
    /// Input tokens that no cache had part in.
    pub input_tokens: u32,
    /// Input tokens read from a cache.
    pub cache_read_tokens: u32,
    /// Input tokens written to a cache.
    pub cache_write_tokens: u32,
    /// Tokens of the answer.
    pub output_tokens: u32,
}

impl Metering {
    fn most(&self, need: &Need) -> u64 {
        u64::from(need.max_tokens.unwrap_or(self.max_output_tokens.get()))
    }

    /// On demand, at the start.
    pub(super) fn on_demand_need(&self, need: &Need) -> u64 {
        let read = if self.reserves_cache_reads { u64::from(need.cache_read_tokens) } else { 0 };
        u64::from(need.input_tokens) + u64::from(need.cache_write_tokens) + read + self.most(need)
    }

    /// On demand, at the end.
    pub(super) fn on_demand_spent(&self, spent: &Spent) -> u64 {
        let output = u64::from(spent.output_tokens) * u64::from(self.burndown.get());
        u64::from(spent.input_tokens) + u64::from(spent.cache_write_tokens) + output
    }

    /// Reserved input and output, at the start.
    pub(super) fn reserved_need(&self, need: &Need) -> (u64, u64) {
        (u64::from(need.input_tokens) + u64::from(need.cache_write_tokens), self.most(need))
    }

    /// Reserved input and output, at the end.
    pub(super) fn reserved_spent(spent: &Spent) -> (u64, u64) {
        let input = u64::from(spent.input_tokens) + u64::from(spent.cache_write_tokens);
        (input, u64::from(spent.output_tokens))
    }

    /// Provisioned, at the start, in twentieths of a token.
    pub(super) fn provisioned_need(&self, need: &Need) -> u64 {
        provisioned(need.input_tokens, need.cache_read_tokens, need.cache_write_tokens, self.most(need))
    }

    /// Provisioned, at the end, in twentieths of a token.
    pub(super) fn provisioned_spent(spent: &Spent) -> u64 {
        let output = u64::from(spent.output_tokens);
        provisioned(spent.input_tokens, spent.cache_read_tokens, spent.cache_write_tokens, output)
    }
}

fn provisioned(input: u32, cache_read: u32, cache_write: u32, output: u64) -> u64 {
    const WHOLE: u64 = Provisioned::TOKEN_WEIGHT;
    let cached = u64::from(cache_read) * (WHOLE / 10) + u64::from(cache_write) * (WHOLE * 5 / 4);
    (u64::from(input) + output) * WHOLE + cached
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLAUDE: Metering = Metering {
        burndown: NonZeroU32::MIN.saturating_add(4),
        reserves_cache_reads: true,
        max_output_tokens: NonZeroU32::MIN.saturating_add(63_999),
    };
    const NEED: Need =
        Need { input_tokens: 1000, cache_read_tokens: 300, cache_write_tokens: 200, max_tokens: Some(400) };
    const SPENT: Spent =
        Spent { input_tokens: 1000, cache_read_tokens: 300, cache_write_tokens: 200, output_tokens: 100 };

    #[test]
    fn the_example_of_the_blog_on_token_quotas() {
        assert_eq!(CLAUDE.on_demand_spent(&SPENT), 1700);
    }

    #[test]
    fn an_unset_limit_reserves_the_models_maximum() {
        assert_eq!(CLAUDE.on_demand_need(&NEED), 1900);
        assert_eq!(CLAUDE.on_demand_need(&Need { max_tokens: None, ..NEED }), 65_500);
    }

    #[test]
    fn cache_reads_are_reserved_where_the_model_says_so() {
        let without = Metering { reserves_cache_reads: false, ..CLAUDE };
        assert_eq!(without.on_demand_need(&NEED), 1600);
    }

    #[test]
    fn reserved_and_provisioned_know_no_burndown() {
        assert_eq!(CLAUDE.reserved_need(&NEED), (1200, 400));
        assert_eq!(Metering::reserved_spent(&SPENT), (1200, 100));
        assert_eq!(CLAUDE.provisioned_need(&NEED), (1000 + 250 + 30 + 400) * 20);
        assert_eq!(Metering::provisioned_spent(&SPENT), (1000 + 250 + 30 + 100) * 20);
    }
}
