//! Faults of the line: the connection itself breaks.

use schemars::JsonSchema;

use super::kind::kind;
use super::stream::Events;
use crate::scenario::decode::{Optional, Required, choice};

kind! {
    /// The connection is reset.
    Reset {
        /// When.
        when: Required<ResetWhen>,
        /// For `within_body`: after so many events; 1 without this.
        after: Optional<Events>,
    }
}

/// When a connection is reset.
#[derive(Clone, Copy, Debug, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum ResetWhen {
    /// Once the request has arrived, before any byte of the answer.
    BeforeHead,
    /// In the middle of the answer's headers.
    WithinHead,
    /// In the middle of the answer's body.
    WithinBody,
}

choice!(ResetWhen: "a moment" { before_head: BeforeHead, within_head: WithinHead, within_body: WithinBody });
