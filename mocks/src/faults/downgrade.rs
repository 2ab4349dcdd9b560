//! `downgrade`: the service does less than was asked, and calls it success.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use serde_json::Value;

use super::edit::Edit;
use super::event_frame;
use super::link::Shape;
use super::verdict::Verdict;

/// Serves a request worse than it asked, without an error: only the answer's own words tell.
///
/// It is what Bedrock documents for latency-optimised inference over its quota, and for reserved capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Downgrade {
    /// Any service tier is served as `default`.
    Tier,
    /// Optimized latency is served as `standard`.
    Latency,
}

impl Downgrade {
    pub(super) fn verdict(self) -> Verdict {
        Verdict::Edit(Edit::Downgrade(self))
    }

    /// Says in the head of a real service's answer that less was done, and tells whether it said otherwise.
    pub(super) fn reword_head(self, headers: &mut HeaderMap) -> bool {
        let words = self.words();
        let Some(said) = headers.get_mut(words.header).filter(|said| *said != words.less) else {
            return false;
        };
        *said = HeaderValue::from_static(words.less);
        true
    }

    /// The same in a body; none if it says nothing else already.
    pub(super) fn reword(self, bytes: &Bytes, shape: Shape) -> Option<Bytes> {
        match shape {
            Shape::Whole => self.reword_json(bytes),
            Shape::Stream => event_frame::with_payload(bytes, |payload| self.reword_json(payload)),
        }
    }

    fn reword_json(self, text: &Bytes) -> Option<Bytes> {
        let words = self.words();
        let mut json: Value = serde_json::from_slice(text).ok()?;
        let said = json.get_mut(words.field)?.get_mut(words.member)?;
        if *said == words.less {
            return None;
        }
        *said = words.less.into();
        Some(json.to_string().into())
    }

    fn words(self) -> Words {
        match self {
            Downgrade::Tier => Words {
                header: "x-amzn-bedrock-service-tier",
                field: "serviceTier",
                member: "type",
                less: "default",
            },
            Downgrade::Latency => Words {
                header: "x-amzn-bedrock-performanceconfig-latency",
                field: "performanceConfig",
                member: "latency",
                less: "standard",
            },
        }
    }
}

/// Where an answer says how it was served: InvokeModel in its head, Converse in its JSON.
struct Words {
    header: &'static str,
    field: &'static str,
    member: &'static str,
    less: &'static str,
}
