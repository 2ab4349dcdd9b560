//! Carries the traffic of a plan from its first request to the last, into a run folder that is open already.
//!
//! What was made for the run is removed after it, whatever came of it.

use std::sync::Arc;

use aws_config::SdkConfig;
use bedload_reports::header::ClockKind;
use bedload_reports::units::Nanos;
use tracing::{Instrument, info_span};

use super::run_folder::RunFolder;
use super::{VerbError, signals};
use crate::clock::Clock;
use crate::engine::assembly::{Door, Leftover, Queues, header, traffic};
use crate::engine::budget::Budget;
use crate::engine::halt::{self, Halt, Halted};
use crate::engine::stop::Stopper;
use crate::engine::{self, Bed, process};
use crate::exit::Status;
use crate::live::Board;
use crate::progress::Progress;
use crate::scenario::{Plan, Target};
use crate::seed::Seed;
use crate::sink;

/// How the traffic ended.
pub(super) struct Driven {
    /// Whether it came to an end at all.
    pub(super) ended: Result<(), VerbError>,
    /// By which signal, if by one.
    pub(super) signal: Option<Status>,
    /// Whether what was made for it is gone.
    pub(super) removed: Result<(), Leftover>,
}

/// Processor time so far: of this thread, which is all that carries a virtual run, or of the process.
pub(super) fn used(kind: ClockKind) -> Nanos {
    match kind {
        ClockKind::Virtual => process::cpu_of_thread(),
        ClockKind::Real => process::cpu(),
    }
}

/// All that carrying the traffic needs.
pub(super) struct Drive<'a> {
    pub(super) plan: &'a Plan,
    pub(super) kind: ClockKind,
    pub(super) budget: Budget,
    pub(super) reached: Option<SdkConfig>,
    pub(super) folder: &'a RunFolder,
    /// Whether anybody looks on.
    pub(super) shown: bool,
}

impl Drive<'_> {
    /// Runs the traffic, and removes what was made for it, whatever came of it.
    pub(super) async fn go(self) -> Result<Driven, VerbError> {
        let (halt, halted) = halt::halt();
        let received = signals::listen(halt.clone());
        let made = Queues::ahead(self.plan, self.kind, self.reached.as_ref()).await;
        let made = made.map_err(VerbError::unopened)?;
        let ended = self.carry(made.as_ref(), (halt, halted)).await;
        let removed = match &made {
            Some(made) => made.close().await,
            None => Ok(()),
        };
        Ok(Driven { ended, signal: received.status(), removed })
    }

    /// Carries the traffic to its end, from the moment at which the run's clock starts.
    async fn carry(self, made: Option<&Queues>, (halt, halted): (Halt, Halted)) -> Result<(), VerbError> {
        let Drive { plan, kind, budget, reached, folder, shown } = self;
        let clock = Clock::start(kind);
        let header = header(plan, kind, clock.wall_epoch());
        let ledger = matches!(plan.target(), Target::Mock { .. });
        let (sink, writing) = sink::open(folder.root(), &header, ledger)?;
        let seed = Seed::new(plan.seed());
        seed.pin_sdk_jitter();

        let door = Door::open(plan, clock, &sink, reached).await?;
        let board = Arc::new(Board::new(header.flows.iter().map(|flow| flow.name.clone())));
        let progress = shown.then(|| Progress::show(&header, board.clone()));
        let bed = Bed {
            clock,
            seed,
            stages: plan.stages().into(),
            stop: Stopper::new(&header, halt).map(Arc::new),
            faults: header.faults.into(),
            sink,
            board,
            max_in_flight: plan.max_in_flight(),
            budget: Arc::new(budget),
        };
        let queues = match made {
            Some(made) => made.through(plan, &door, clock)?,
            None => Queues::open(plan, &door, clock).await.map_err(VerbError::unopened)?,
        };
        let traffic = traffic(plan, door.way(), &queues, clock)?;
        let running = engine::run(bed, traffic, halted).instrument(info_span!("traffic"));
        let end = running.await.map_err(VerbError::Runtime)?;
        drop(progress);
        door.close().await;
        writing.finish(end)?;
        Ok(())
    }
}
