//! The `bedload` command.

use std::process::ExitCode;

use bedload::cli::Cli;
use bedload::{terminal, verbs};
use clap::Parser;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let terminal = terminal::Terminal::new(cli.color);
    let exit = verbs::perform(cli.verb, &terminal).unwrap_or_else(|error| terminal.explain(&error));
    terminal.say(&exit.line());
    exit.into()
}
