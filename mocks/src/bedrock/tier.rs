//! How a request asks to be served, and how it was served: the tier, the latency mode, the region.
//!
//! A response names the tier and the mode *used*, which need not be those asked for: over its quota
//! the optimised mode falls back to the standard one without an error, and so may a fault have it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use thiserror::Error;

use super::ask::Ask;
use crate::faults::Downgrade;

/// A service tier: what a request pays for its place in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ServiceTier {
    /// Before all others.
    Priority,
    /// The tier of a request that names none.
    Default,
    /// After all others, for less.
    Flex,
    /// Capacity bought ahead.
    Reserved,
}

impl ServiceTier {
    /// All tiers, as the service model of botocore 1.44 lists them.
    pub const ALL: [ServiceTier; 4] =
        [ServiceTier::Priority, ServiceTier::Default, ServiceTier::Flex, ServiceTier::Reserved];

    /// Bedrock's word for it.
    pub fn name(self) -> &'static str {
        match self {
            ServiceTier::Priority => "priority",
            ServiceTier::Default => "default",
            ServiceTier::Flex => "flex",
            ServiceTier::Reserved => "reserved",
        }
    }
}

/// A latency mode of `performanceConfig`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LatencyMode {
    /// As every model is served.
    Standard,
    /// On capacity of its own, made for short times.
    Optimized,
}

impl LatencyMode {
    /// All modes.
    pub const ALL: [LatencyMode; 2] = [LatencyMode::Standard, LatencyMode::Optimized];

    /// Bedrock's word for it.
    pub fn name(self) -> &'static str {
        match self {
            LatencyMode::Standard => "standard",
            LatencyMode::Optimized => "optimized",
        }
    }
}

/// A word that is none of those allowed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{found}` is none of {}", .allowed.join(", "))]
pub struct UnknownWord {
    /// The word.
    pub found: String,
    /// The words allowed.
    pub allowed: Vec<&'static str>,
}

impl FromStr for ServiceTier {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        find(&Self::ALL, Self::name, word)
    }
}

impl FromStr for LatencyMode {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        find(&Self::ALL, Self::name, word)
    }
}

fn find<T: Copy>(all: &[T], name: fn(T) -> &'static str, word: &str) -> Result<T, UnknownWord> {
    let unknown =
        || UnknownWord { found: word.to_owned(), allowed: all.iter().map(|&one| name(one)).collect() };
    all.iter().copied().find(|&one| name(one) == word).ok_or_else(unknown)
}

impl fmt::Display for ServiceTier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl fmt::Display for LatencyMode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// How a request is served, which the response must say. A request that named no tier or mode is
/// told none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Served {
    /// The region whose capacity serves it. No response names it.
    pub region: Arc<str>,
    /// The tier used.
    pub service_tier: Option<ServiceTier>,
    /// The latency mode used.
    pub latency: Option<LatencyMode>,
}

impl Served {
    /// Served in this region, with the tier and mode that the request asked for.
    pub(crate) fn as_asked(ask: &Ask, region: Arc<str>) -> Self {
        Served { region, service_tier: ask.service_tier, latency: ask.latency }
    }

    /// Serves worse than that, and tells whether it is any worse.
    pub(crate) fn downgrade(&mut self, downgrade: Downgrade) -> bool {
        match downgrade {
            Downgrade::Tier => lower(&mut self.service_tier, ServiceTier::Default),
            Downgrade::Latency => lower(&mut self.latency, LatencyMode::Standard),
        }
    }
}

fn lower<T: PartialEq>(asked: &mut Option<T>, to: T) -> bool {
    let changes = asked.as_ref().is_some_and(|asked| *asked != to);
    if changes {
        *asked = Some(to);
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_again() {
        for tier in ServiceTier::ALL {
            assert_eq!(tier.name().parse(), Ok(tier));
        }
        for mode in LatencyMode::ALL {
            assert_eq!(mode.name().parse(), Ok(mode));
        }
    }

    #[test]
    fn another_word_is_told_the_right_ones() {
        let error = "fast".parse::<LatencyMode>().map_err(|error| error.to_string());
        assert_eq!(error, Err("`fast` is none of standard, optimized".to_owned()));
    }
}
