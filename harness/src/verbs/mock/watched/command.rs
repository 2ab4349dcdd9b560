//! The command that is watched: its environment, its life and its end.

use std::ffi::OsString;
use std::process::ExitStatus;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::Child;

use crate::cli::MockArgs;
use crate::clock::Clock;
use crate::engine::halt::Halted;
use crate::exit::Status;
use crate::verbs::VerbError;

/// How long a command that was asked to end may take to do so.
const GRACE: Duration = Duration::from_secs(5);

/// Variables that would lead a client past the mock, or make it wait for credentials.
const IN_THE_WAY: [&str; 5] = [
    "AWS_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    // They go before the one for all services, which the mock sets.
    "AWS_ENDPOINT_URL_SQS",
    "AWS_ENDPOINT_URL_DYNAMODB",
];

/// A program with its arguments.
#[derive(Debug)]
pub(in crate::verbs::mock) struct Command {
    program: OsString,
    arguments: Vec<OsString>,
}

/// How a command left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// With success.
    Well,
    /// With a code of its own; 128 and the signal's number where a signal ended it, as shells say it.
    Failed(u8),
    /// Because we were told to stop, and told it.
    BySignal(Status),
}

impl Command {
    /// The command of a command line, if it has one.
    pub(in crate::verbs::mock) fn of(args: &MockArgs) -> Result<Option<Self>, VerbError> {
        match args.command.split_first() {
            Some((program, arguments)) => {
                Ok(Some(Command { program: program.clone(), arguments: arguments.to_vec() }))
            }
            None if args.judged.is_asked_for() => Err(VerbError::Usage {
                what: "there is no command to judge".to_owned(),
                remedy: "put it last: `bedload mock scenario.yaml --out DIR -- python3 script.py`".to_owned(),
            }),
            None => Ok(None),
        }
    }

    /// As a person would type it.
    pub(super) fn line(&self) -> String {
        let words = std::iter::once(&self.program).chain(&self.arguments);
        words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
    }

    /// Runs it to its end. When `halted` says so first, it is asked to end, and after a while made to.
    pub(super) async fn run(
        &self,
        environment: Vec<(&'static str, String)>,
        halted: Halted,
    ) -> Result<Left, VerbError> {
        let refuse = |error: std::io::Error| VerbError::Target {
            what: format!("the command `{}` cannot be run: {error}", self.program.to_string_lossy()),
            remedy: "give a program that is on the PATH, or its path".to_owned(),
        };
        let mut command = tokio::process::Command::new(&self.program);
        command.args(&self.arguments).envs(environment).kill_on_drop(true);
        for name in IN_THE_WAY {
            command.env_remove(name);
        }
        let mut child = command.spawn().map_err(refuse)?;
        let ended = tokio::select! {
            biased;
            ended = child.wait() => ended,
            () = halted.stopped() => end(&mut child).await,
        };
        ended.map(left).map_err(refuse)
    }
}

/// Asks a command to end, and makes it end if it does not.
async fn end(child: &mut Child) -> std::io::Result<ExitStatus> {
    let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let Some(pid) = pid {
        // A command that has gone already needs no signal.
        let _ = kill_process(pid, Signal::TERM);
    }
    let clock = Clock::start(bedload_reports::header::ClockKind::Real);
    match clock.within(Some(GRACE), child.wait()).await {
        Some(ended) => ended,
        None => {
            child.start_kill()?;
            child.wait().await
        }
    }
}

fn left(status: ExitStatus) -> Left {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(0), _) => Left::Well,
        (Some(code), _) => Left::Failed(u8::try_from(code).unwrap_or(u8::MAX)),
        (None, signal) => Left::Failed(u8::try_from(128 + signal.unwrap_or_default()).unwrap_or(u8::MAX)),
    }
}
