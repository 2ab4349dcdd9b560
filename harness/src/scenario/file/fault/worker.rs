//! Faults of those who work: a worker dies, freezes, has a wrong clock; a job cannot be worked on.

use schemars::JsonSchema;

use super::kind::kind;
use crate::scenario::decode::{Optional, Required, choice};
use crate::scenario::defaults;
use crate::scenario::leaf::{Positive, Time, TimeOrForever};

kind! {
    /// A worker dies with all that it holds. The share is one of workers, and each dies at most once of it.
    Crash {
        /// How far it has come with a job.
        #[schemars(extend("default" = "claimed"))]
        at: Optional<PointWord>,
        /// When it is there again; `forever` is never.
        #[schemars(extend("default" = Time::written(defaults::RESTART_AFTER)))]
        restart_after: Optional<TimeOrForever>,
    }
}

kind! {
    /// A worker stands still, and then goes on as if nothing had been. The share is one of workers.
    Freeze {
        /// How far it has come with a job.
        #[schemars(extend("default" = "claimed"))]
        at: Optional<PointWord>,
        /// For how long.
        r#for: Required<Positive<Time>>,
    }
}

kind! {
    /// A worker's clock is ahead. The share is one of workers.
    ClockJump {
        /// By how much.
        by: Required<Positive<Time>>,
    }
}

/// How far a worker has come with a job.
#[derive(Clone, Copy, Debug, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum PointWord {
    /// It holds the message.
    Received,
    /// It has claimed the job, and is about to ask the model.
    Claimed,
    /// The model has answered, and nothing is stored.
    Answered,
    /// The result is stored, and the message not deleted.
    Stored,
}

choice!(PointWord: "a point" { received: Received, claimed: Claimed, answered: Answered, stored: Stored });
