//! `mock`: a cloud on a socket, for a client in any language.
//!
//! Two doors are opened: the cloud's own, where everything looks like AWS, and one for those who run it. What
//! is served and to whom is settled before either accepts a connection, so that a mistake costs nothing. With a
//! command behind `--` the mock serves that alone, and then judges it by what it sent (`watched`).

mod admission;
mod faults;
mod introduction;
mod keeping;
mod offer;
mod stand;
mod watched;

use std::sync::Arc;

use bedload_reports::header::ClockKind;

use super::{VerbError, signals};
use crate::cli::MockArgs;
use crate::clock;
use crate::engine::halt;
use crate::exit::{Exit, Status};
use crate::terminal::Terminal;
use admission::Admission;
use keeping::Keeping;
use offer::Offer;
use stand::Stand;

pub(super) fn mock(args: &MockArgs, terminal: &Terminal) -> Result<Exit, VerbError> {
    if let Some(command) = watched::Command::of(args)? {
        return watched::watch(args, &command, terminal);
    }
    let admission = Admission::of(args)?;
    let offered = Offer::of(args, &admission)?;
    let keeping = Keeping::begin(args)?;
    let runtime = clock::runtime(ClockKind::Real).map_err(VerbError::Runtime)?;
    let served = runtime.block_on(async {
        let stand = Stand::open(args, &admission, offered, keeping.ledger(), keeping.ledger()).await?;
        let (halt, halted) = halt::halt();
        let received = signals::listen(halt);
        let introduction = stand.introduction(args);
        terminal.print(&introduction.data())?;
        introduction.say(terminal);
        stand.serve(halted).await?;
        Ok(Exit::new(received.status().unwrap_or(Status::Pass), "the mock stopped serving"))
    });
    // Whatever ended the service, what it kept is written first.
    keeping.finish(terminal)?;
    served
}

/// What both doors share of what is served.
type Served = Arc<Offer>;
