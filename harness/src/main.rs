//! The `bedload` command.

use std::process::ExitCode;

use bedload::cli::Cli;
use bedload::terminal::{self, Terminal};
use bedload::verbs;
use clap::Parser;
use mimalloc::MiMalloc;

/// A call through the SDK makes some hundreds of small allocations: an allocator that is made for these spares a virtual
/// run a tenth of its time.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return terminal::refuse(&error),
    };
    let terminal = Terminal::new(cli.color);
    let exit = verbs::perform(cli.verb, &terminal).unwrap_or_else(|error| terminal.explain(&error));
    terminal.say(&exit.line());
    exit.into()
}
