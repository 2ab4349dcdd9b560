//! What may befall those who work, and what they work on: faults that a queue must survive.

use std::time::Duration;

use bedload_reports::job::Point;

/// What befalls a worker or a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfortune {
    /// The worker dies.
    Crash {
        /// How far it has come with a job.
        at: Point,
        /// When it is there again; none is never.
        restart_after: Option<Duration>,
    },
    /// The worker stands still.
    Freeze {
        /// How far it has come with a job.
        at: Point,
        /// For how long.
        lasts: Duration,
    },
    /// The worker's clock is ahead.
    ClockJump {
        /// By how much.
        by: Duration,
    },
    /// The job cannot be worked on.
    Poison,
}

impl Misfortune {
    /// The word for it in scenarios.
    pub fn name(self) -> &'static str {
        match self {
            Misfortune::Crash { .. } => "crash",
            Misfortune::Freeze { .. } => "freeze",
            Misfortune::ClockJump { .. } => "clock_jump",
            Misfortune::Poison => "poison",
        }
    }

    /// Whom it strikes.
    pub fn those(self) -> &'static str {
        match self {
            Misfortune::Crash { .. } | Misfortune::Freeze { .. } | Misfortune::ClockJump { .. } => "workers",
            Misfortune::Poison => "jobs",
        }
    }
}
