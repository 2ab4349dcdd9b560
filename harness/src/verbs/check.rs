//! `check`: every mistake of every file, advice on what is right and still looks wrong, and nothing sent.

use super::advice::advice;
use super::{VerbError, read_plan};
use crate::cli::CheckArgs;
use crate::exit::{Exit, Status};
use crate::scenario;
use crate::terminal::Terminal;

pub(super) fn check(args: &CheckArgs, terminal: &Terminal) -> Result<Exit, VerbError> {
    let mut end = Exit::new(Status::Pass, format!("{} read, no mistakes", files(args.scenarios.len())));
    for path in &args.scenarios {
        match read_plan(path, &args.changes) {
            Ok(plan) if args.expand => terminal.print(&scenario::expand(&plan))?,
            Ok(plan) => advice(&plan).iter().for_each(|line| terminal.say(&format!("{line}\n"))),
            Err(error) => end = end.graver(terminal.explain(&error)),
        }
    }
    Ok(end)
}

fn files(count: usize) -> String {
    if count == 1 { "1 scenario".to_owned() } else { format!("{count} scenarios") }
}
