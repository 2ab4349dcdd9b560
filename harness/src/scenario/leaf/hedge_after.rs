//! When to hedge: `2s`, `p95`.

use super::number::magnitude;
use super::{Positive, Share, Time, leaf_schema};
use crate::resilience::policy;
use crate::scenario::decode::{Leaf, Slip, Word};

/// A time, or a percentile of the times seen so far.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct HedgeAfter(policy::HedgeAfter);

impl HedgeAfter {
    /// The policy's own form of it.
    pub(crate) fn get(self) -> policy::HedgeAfter {
        self.0
    }

    /// As a scenario writes it.
    pub(crate) fn written(after: policy::HedgeAfter) -> String {
        match after {
            policy::HedgeAfter::Fixed(time) => Time::written(time),
            policy::HedgeAfter::Percentile(share) => {
                format!("p{}", Share::written(share).trim_end_matches('%'))
            }
        }
    }
}

impl Leaf for HedgeAfter {
    fn shape() -> String {
        "a duration or a percentile, as in `2s` or `p95`".to_owned()
    }

    fn read(word: Word<'_>) -> Result<Self, Slip> {
        if let Word::Text(text) = word
            && let Some(percent) = text.strip_prefix('p')
        {
            return percentile(magnitude(percent).ok_or(Slip::Form)?);
        }
        match Positive::<Time>::read(word) {
            Err(Slip::Unit(_)) => Err(Slip::Unit("write a time, `2s`, or a percentile, `p95`".to_owned())),
            time => time.map(|time| HedgeAfter(policy::HedgeAfter::Fixed(time.get().get()))),
        }
    }
}

fn percentile(percent: f64) -> Result<HedgeAfter, Slip> {
    if percent <= 0.0 || percent >= 100.0 {
        return Err(Slip::Range("a percentile lies between `p0` and `p100`".to_owned()));
    }
    Ok(HedgeAfter(policy::HedgeAfter::Percentile(percent / 100.0)))
}

leaf_schema!(HedgeAfter, "HedgeAfter", {
    "type": "string",
    "pattern": r"^(p\d+(\.\d+)?|\d+(\.\d+)? *[a-zµ]+( *\d+(\.\d+)? *[a-zµ]+)*)$",
    "examples": ["2s", "p95"],
});

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn read(text: &str) -> Result<policy::HedgeAfter, Slip> {
        HedgeAfter::read(Word::Text(text)).map(HedgeAfter::get)
    }

    #[test]
    fn a_hedge_waits_for_a_time_or_a_percentile() {
        assert_eq!(read("2s"), Ok(policy::HedgeAfter::Fixed(Duration::from_secs(2))));
        assert_eq!(read("p95"), Ok(policy::HedgeAfter::Percentile(0.95)));
        for text in ["p0", "p100", "p101", "0s"] {
            assert!(matches!(read(text), Err(Slip::Range(_))), "{text}");
        }
        for text in ["p", "p-1", "P95", "95%"] {
            assert_eq!(read(text), Err(Slip::Form), "{text}");
        }
        assert!(matches!(HedgeAfter::read(Word::Whole(2)), Err(Slip::Unit(_))));
    }

    #[test]
    fn what_is_written_is_read_back() {
        for text in ["p50", "p95", "p99.9", "250ms"] {
            assert_eq!(read(text).map(HedgeAfter::written), Ok(text.to_owned()));
        }
    }
}
