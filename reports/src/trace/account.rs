//! What became of every span: made, written or left out, and of the written ones accepted, rejected or kept.
//!
//! The counts come from different places (records, documents, answers of receivers), so that they can
//! disagree; where they do, the run is invalid.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::sample::{Fate, Keep};
use crate::number;
use crate::validity::Check;

/// The account of a run's traces.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Traced {
    /// Traces kept, by why.
    pub kept: BTreeMap<Keep, u64>,
    /// Traces left out by sampling.
    pub left_out: u64,
    /// Traces left out because the limit of the scenario was reached.
    pub beyond_limit: u64,
    /// Spans of all requests, counted from their records.
    pub spans_made: u64,
    /// Spans in the documents written.
    pub spans_written: u64,
    /// Spans of traces that were left out.
    pub spans_left_out: u64,
    /// Documents written.
    pub documents: u64,
    /// What was sent elsewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exports: Vec<Export>,
}

/// What became of the written spans at one receiver.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Export {
    /// Where they were sent, with the way: `otlp http://127.0.0.1:4318/v1/traces`.
    pub to: String,
    /// Spans that the receiver said it had taken; over UDP, that were handed to the system.
    pub accepted: u64,
    /// Spans that the receiver refused for good.
    pub rejected: u64,
    /// Spans that are still to be sent.
    pub kept_for_later: u64,
    /// Spans that were sent again without an answer to the first time, and so may be there twice.
    #[serde(default)]
    pub maybe_twice: u64,
    /// What the receiver said last, where it did not take all. Untrusted text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

impl Traced {
    /// Counts a trace of so many spans.
    pub(super) fn count(&mut self, fate: Fate, spans: u64) {
        self.count_spans(matches!(fate, Fate::Kept(_)), spans);
        match fate {
            Fate::Kept(reason) => *self.kept.entry(reason).or_default() += 1,
            Fate::LeftOut => self.left_out += 1,
            Fate::BeyondLimit => self.beyond_limit += 1,
        }
    }

    /// Counts so many spans of a trace that is counted already.
    pub(super) fn count_spans(&mut self, kept: bool, spans: u64) {
        self.spans_made += spans;
        if !kept {
            self.spans_left_out += spans;
        }
    }

    /// Traces kept.
    pub fn traces_kept(&self) -> u64 {
        self.kept.values().sum()
    }

    /// Whether every span is accounted for.
    pub fn balances(&self) -> bool {
        let sent = |export: &Export| export.accepted + export.rejected + export.kept_for_later;
        self.spans_made == self.spans_written + self.spans_left_out
            && self.exports.iter().all(|export| sent(export) == self.spans_written)
    }

    /// The account as a question about the run's quality.
    pub fn check(&self) -> Check {
        let count = number::count;
        let (made, written, left_out) = (self.spans_made, self.spans_written, self.spans_left_out);
        let mut finding = format!(
            "{} spans made, {} written, {} left out by sampling",
            count(made),
            count(written),
            count(left_out)
        );
        for export in &self.exports {
            finding += &format!(
                "; {}: {} accepted, {} rejected, {} kept for later",
                export.to,
                count(export.accepted),
                count(export.rejected),
                count(export.kept_for_later)
            );
        }
        if !self.balances() {
            finding += ": spans are missing";
        }
        Check { name: "spans".into(), ok: self.balances(), finding }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traced() -> Traced {
        let export =
            Export { to: "otlp".into(), accepted: 5, rejected: 1, kept_for_later: 1, ..Export::default() };
        Traced {
            spans_made: 10,
            spans_written: 7,
            spans_left_out: 3,
            exports: vec![export],
            ..Traced::default()
        }
    }

    #[test]
    fn an_account_balances_or_says_that_spans_are_missing() {
        assert!(traced().balances());
        let lost = Traced { spans_written: 6, ..traced() };
        assert!(!lost.check().ok);
        assert!(lost.check().finding.ends_with("spans are missing"), "{}", lost.check().finding);
        let mut unsent = traced();
        unsent.exports[0].kept_for_later = 0;
        assert!(!unsent.balances());
    }
}
