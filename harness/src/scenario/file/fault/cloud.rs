//! Faults that only a cloud of our own can have.

use schemars::JsonSchema;

use super::kind::kind;
use crate::scenario::decode::{Required, record};
use crate::scenario::leaf::{Positive, Share};

kind! {
    /// A region is gone.
    Outage {}
}

/// Quotas shrink, those of all requests alike; so there is no `share`, `first` or `every`.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct QuotaSqueeze {
    /// To this share of what they are.
    pub to: Required<Positive<Share>>,
}

record!(QuotaSqueeze { to });
