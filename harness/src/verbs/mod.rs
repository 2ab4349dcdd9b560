//! The verbs, one file each, and what can go wrong in any of them.

mod advice;
mod baseline;
mod check;
mod compare;
mod diagnosing;
mod drive;
mod dry_run;
mod explain;
mod index;
mod lanes;
mod mock;
mod outputs;
mod plan;
mod report;
mod run;
mod run_folder;
mod sending;
mod signals;
mod speech;
mod target;

use std::io;
use std::path::PathBuf;

use clap::CommandFactory;
use miette::Diagnostic;

use crate::cli::{Changes, Cli, Verb};
use crate::diagnostics::DiagnosticsError;
use crate::engine::assembly::{AssemblyError, Leftover};
use crate::exit::{Exit, Status};
use crate::export::ExportError;
use crate::scenario::{self, Mistakes, Plan, Set, SetError, Source, Unreadable};
use crate::sink::SinkError;
use crate::terminal::Terminal;

/// Does what the command line asks.
pub fn perform(verb: Verb, terminal: &Terminal) -> Result<Exit, VerbError> {
    match verb {
        Verb::Run(args) => run::run(&args, terminal),
        Verb::Check(args) => check::check(&args, terminal),
        Verb::Mock(args) => mock::mock(&args, terminal),
        Verb::Compare(args) => compare::compare(&args, terminal),
        Verb::Plan(args) => plan::plan(&args, terminal),
        Verb::Report(args) => report::report(&args, terminal),
        Verb::Schema => terminal.print(&scenario::schema()).map(|()| done("schema printed")),
        Verb::Explain { code } => explain::explain(code.as_deref(), terminal),
        Verb::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "bedload", &mut script);
            terminal.print(&String::from_utf8_lossy(&script)).map(|()| done("completions printed"))
        }
    }
}

fn done(what: &str) -> Exit {
    Exit::new(Status::Pass, what)
}

/// What can go wrong, each with its next step.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum VerbError {
    /// The scenario has mistakes.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Scenario(#[from] Mistakes),
    /// The scenario cannot be read at all.
    #[error(transparent)]
    #[diagnostic(code(S001), help("name a scenario: UTF-8 text of at most 1 MiB"))]
    Unreadable(#[from] Unreadable),
    /// The command line asks for something that cannot be.
    #[error("{what}")]
    Usage {
        /// What cannot be.
        what: String,
        /// What to do.
        #[help]
        remedy: String,
    },
    /// A folder cannot be written or read.
    #[error("{what} {}: {why}", path.display())]
    Folder {
        /// What was tried.
        what: &'static str,
        /// The folder.
        path: PathBuf,
        /// Why not.
        why: String,
        /// What to do.
        #[help]
        remedy: &'static str,
    },
    /// An address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    #[diagnostic(help("choose another with --listen; port 0 takes a free one"))]
    Port {
        /// The address.
        address: std::net::SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// The target cannot be used.
    #[error("{what}")]
    Target {
        /// What is wrong with it.
        what: String,
        /// What to do.
        #[help]
        remedy: String,
    },
    /// Two runs cannot be held against each other.
    #[error("{what}")]
    Incomparable {
        /// Why not.
        what: String,
        /// What to do.
        #[help]
        remedy: String,
    },
    /// A record log cannot be read.
    #[error(transparent)]
    #[diagnostic(help("a run folder holds records.jsonl.zst; name the folder of a run"))]
    Log(#[from] LogError),
    /// A ledger cannot be read.
    #[error("{}: {source}", path.display())]
    #[diagnostic(help("it may be of another version; the records are read without it if you move it away"))]
    Ledger {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: bedload_reports::exchange::LedgerError,
    },
    /// The logs of a run cannot be written.
    #[error(transparent)]
    #[diagnostic(help(
        "free some space, or name another folder with --out; what was written is in the run folder"
    ))]
    Sink(#[from] SinkError),
    /// An output cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    #[diagnostic(help("the records are safe: `bedload report RUN` makes every output again"))]
    Output {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Spans cannot be sent.
    #[error(transparent)]
    #[diagnostic(help("the spans are in the run folder: `bedload report RUN --otlp …` sends them later"))]
    Export(#[from] ExportError),
    /// stdout cannot be written.
    #[error("cannot write to stdout: {0}")]
    Stdout(io::Error),
    /// Diagnostics cannot be written.
    #[error("no diagnostics: {0}")]
    #[diagnostic(help("name another folder with --out, or leave --diagnostics out"))]
    Diagnostics(#[from] DiagnosticsError),
    /// No runtime could be made.
    #[error("cannot start a runtime: {0}")]
    Runtime(io::Error),
    /// What the run had made is still there.
    #[error(transparent)]
    #[diagnostic(help("the run itself is whole; remove what is left by hand: its tag is `bedload-run`"))]
    Leftover(#[from] Leftover),
    /// A plan could not be put together: a fault of bedload's own.
    #[error("the scenario was accepted but cannot be put together: {0}")]
    #[diagnostic(help("this is a fault of bedload: please report it with the scenario"))]
    Assembly(#[from] AssemblyError),
}

/// A record log that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{}: {source}", path.display())]
pub struct LogError {
    /// The file.
    pub path: PathBuf,
    /// Why not.
    pub source: bedload_reports::log::ReadError,
}

impl VerbError {
    /// The error in one line, for the last line on stderr.
    pub fn short(&self) -> String {
        self.to_string()
    }

    /// Why queues or tables could not be made: mostly it is the target that did not let us.
    fn unopened(error: AssemblyError) -> Self {
        match error {
            AssemblyError::Queue(_) | AssemblyError::Store(_) => VerbError::Target {
                what: error.to_string(),
                remedy: "let the run create queues and tables there, or name some that are there under `load.queue.existing`"
                    .to_owned(),
            },
            other => other.into(),
        }
    }
}

/// The plan of a scenario file as the command line changes it.
fn read_plan(path: &std::path::Path, changes: &Changes) -> Result<Plan, VerbError> {
    let seed = changes.seed.map(|seed| format!("seed={seed}"));
    let sets = changes.set.iter().chain(&seed).map(|text| set(text)).collect::<Result<Vec<_>, _>>()?;
    Ok(Plan::parse(&Source::read(path)?, &sets)?)
}

fn set(text: &str) -> Result<Set, VerbError> {
    text.parse().map_err(|error: SetError| VerbError::Usage {
        what: error.to_string(),
        remedy: "for example `--set stages.storm.for=2m`".to_owned(),
    })
}
