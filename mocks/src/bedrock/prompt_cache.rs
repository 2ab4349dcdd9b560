//! Prompt caching: which part of a prompt was seen before.
//!
//! A request marks places in its prompt, and what stands before a mark is a prefix. The rule here: a prefix of
//! at least 1,024 tokens is written the first time that a region sees it for a model, and read after that,
//! until nobody has asked for it for as long as its mark says (five minutes, or an hour). Of several marks the
//! longest one known is read, and what follows it up to the last mark is written. Two prefixes are the same
//! if the 64-bit FNV-1a hashes of their JSON are. The real cache may forget earlier, and lives by the same
//! times; the least length differs between models (1,024 for most, 4,096 for some), and is one here.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;

use super::tokens;

/// The least tokens of a prefix that is cached, as AWS's user guide gives them for most models.
const LEAST_TOKENS: u32 = 1024;
/// The most prefixes that are kept; beyond it the one that would be forgotten first is.
const MOST_PREFIXES: usize = 4096;
/// The most marks in one request.
pub(crate) const MOST_MARKS: usize = 4;

/// How long a prefix is kept after it was last asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ttl {
    /// Five minutes.
    FiveMinutes,
    /// An hour.
    Hour,
}

impl Ttl {
    /// The words for both, in the service model.
    pub(crate) const NAMES: [&str; 2] = ["5m", "1h"];

    /// The one with this name; five minutes for none.
    pub(crate) fn named(name: &Value) -> Self {
        if name == "1h" { Ttl::Hour } else { Ttl::FiveMinutes }
    }

    /// Bedrock's word for it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Ttl::FiveMinutes => "5m",
            Ttl::Hour => "1h",
        }
    }

    fn duration(self) -> Duration {
        match self {
            Ttl::FiveMinutes => Duration::from_secs(300),
            Ttl::Hour => Duration::from_secs(3600),
        }
    }
}

/// The part of a prompt before a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Prefix {
    digest: u64,
    /// Its length.
    pub tokens: u32,
    ttl: Ttl,
}

/// Reads a prompt from its beginning, and takes down the prefix at each mark.
#[derive(Debug)]
pub(crate) struct Marker {
    digest: u64,
    chars: usize,
    prefixes: Vec<Prefix>,
}

impl Marker {
    /// Before the first word.
    pub(crate) fn new() -> Self {
        Marker { digest: 0xcbf2_9ce4_8422_2325, chars: 0, prefixes: Vec::new() }
    }

    /// Reads on, over a part of the prompt that counts so many characters.
    pub(crate) fn read(&mut self, part: &Value, chars: usize) {
        for byte in part.to_string().bytes() {
            self.digest = (self.digest ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        self.chars += chars;
    }

    /// There is a mark here.
    pub(crate) fn mark(&mut self, ttl: Ttl) {
        self.prefixes.push(Prefix { digest: self.digest, tokens: tokens::estimate(self.chars), ttl });
    }

    /// The prefixes of all marks.
    pub(crate) fn finish(self) -> Vec<Prefix> {
        self.prefixes
    }
}

/// What of a prompt was read from the cache and written into it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct CacheUse {
    /// Tokens read.
    pub read_tokens: u32,
    /// Tokens written to be kept for five minutes.
    pub write_5m_tokens: u32,
    /// Tokens written to be kept for an hour.
    pub write_1h_tokens: u32,
}

impl CacheUse {
    /// All tokens written.
    pub(crate) fn write_tokens(&self) -> u32 {
        self.write_5m_tokens + self.write_1h_tokens
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    region: Arc<str>,
    model: String,
    digest: u64,
}

/// The prefixes that a cloud's regions know, each until the time, counted from the epoch, when it is forgotten.
///
/// Only requests with marks come here, so the lock is not on everyone's way.
#[derive(Debug, Default)]
pub(crate) struct PromptCache(Mutex<BTreeMap<Key, Duration>>);

impl PromptCache {
    /// Reads and writes these prefixes of one prompt, in its order.
    pub(crate) fn run(&self, at: Duration, region: &Arc<str>, model: &str, prefixes: &[Prefix]) -> CacheUse {
        let prefixes: Vec<Prefix> =
            prefixes.iter().copied().filter(|prefix| prefix.tokens >= LEAST_TOKENS).collect();
        if prefixes.is_empty() {
            return CacheUse::default();
        }
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key =
            |prefix: &Prefix| Key { region: region.clone(), model: model.to_owned(), digest: prefix.digest };
        let lives = |prefix: &&Prefix| known.get(&key(prefix)).is_some_and(|until| at < *until);
        let read_tokens = prefixes.iter().filter(lives).map(|prefix| prefix.tokens).max().unwrap_or(0);
        let mut cache_use = CacheUse { read_tokens, ..CacheUse::default() };
        let mut done = read_tokens;
        for prefix in &prefixes {
            let new = prefix.tokens.saturating_sub(done);
            done += new;
            match prefix.ttl {
                Ttl::FiveMinutes => cache_use.write_5m_tokens += new,
                Ttl::Hour => cache_use.write_1h_tokens += new,
            }
            keep(&mut known, key(prefix), at, prefix.ttl);
        }
        cache_use
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

fn keep(known: &mut BTreeMap<Key, Duration>, key: Key, at: Duration, ttl: Ttl) {
    if known.len() >= MOST_PREFIXES && !known.contains_key(&key) {
        known.retain(|_, until| at < *until);
        if known.len() >= MOST_PREFIXES
            && let Some(first) = known.iter().min_by_key(|(_, until)| **until).map(|(key, _)| key.clone())
        {
            known.remove(&first);
        }
    }
    known.insert(key, at.saturating_add(ttl.duration()));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::bedrock::tokens::CHARS_PER_TOKEN;

    /// The characters that make a prefix just long enough.
    const LEAST_CHARS: usize = LEAST_TOKENS as usize * CHARS_PER_TOKEN;

    fn prefixes(parts: &[(&str, usize)]) -> Vec<Prefix> {
        let mut marker = Marker::new();
        for (part, chars) in parts {
            marker.read(&json!(part), *chars);
            marker.mark(Ttl::FiveMinutes);
        }
        marker.finish()
    }

    fn run(cache: &PromptCache, secs: u64, region: &str, prefixes: &[Prefix]) -> (u32, u32) {
        let cache_use = cache.run(Duration::from_secs(secs), &region.into(), "haiku", prefixes);
        (cache_use.read_tokens, cache_use.write_tokens())
    }

    #[test]
    fn a_prefix_is_written_once_and_read_until_nobody_asks() {
        let cache = PromptCache::default();
        let prompt = prefixes(&[("long", LEAST_CHARS)]);
        assert_eq!(run(&cache, 0, "us-east-1", &prompt), (0, 1024));
        assert_eq!(run(&cache, 299, "us-east-1", &prompt), (1024, 0));
        assert_eq!(run(&cache, 598, "us-east-1", &prompt), (1024, 0), "reading keeps it");
        assert_eq!(run(&cache, 598, "us-west-2", &prompt), (0, 1024), "regions share nothing");
        assert_eq!(run(&cache, 898, "us-east-1", &prompt), (0, 1024));
        cache.clear();
        assert_eq!(run(&cache, 898, "us-east-1", &prompt), (0, 1024));
    }

    #[test]
    fn a_longer_prompt_reads_what_is_known_and_writes_the_rest() {
        let cache = PromptCache::default();
        run(&cache, 0, "us-east-1", &prefixes(&[("long", LEAST_CHARS)]));
        let longer = prefixes(&[("long", LEAST_CHARS), ("more", 400)]);
        assert_eq!(run(&cache, 1, "us-east-1", &longer), (1024, 100));
        assert_eq!(run(&cache, 2, "us-east-1", &longer), (1124, 0));
    }

    #[test]
    fn a_short_prefix_is_not_kept() {
        let cache = PromptCache::default();
        let prompt = prefixes(&[("short", LEAST_CHARS - 4)]);
        assert_eq!(run(&cache, 0, "us-east-1", &prompt), (0, 0));
        assert_eq!(run(&cache, 0, "us-east-1", &prompt), (0, 0));
    }

    #[test]
    fn the_cache_keeps_no_more_than_its_most() {
        let cache = PromptCache::default();
        for number in 0..MOST_PREFIXES + 10 {
            let at = Duration::from_millis(number as u64);
            cache.run(at, &"us-east-1".into(), "haiku", &prefixes(&[(&number.to_string(), LEAST_CHARS)]));
        }
        let kept = cache.0.lock().unwrap_or_else(PoisonError::into_inner).len();
        assert_eq!(kept, MOST_PREFIXES);
        assert_eq!(run(&cache, 41, "us-east-1", &prefixes(&[("4105", LEAST_CHARS)])), (1024, 0));
        assert_eq!(run(&cache, 41, "us-east-1", &prefixes(&[("0", LEAST_CHARS)])), (0, 1024));
    }
}
