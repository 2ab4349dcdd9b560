//! `mock … -- COMMAND`: serves one command, and judges it by what it sent.
//!
//! The command need not know that it is watched: it is told where Bedrock is by the variables that every AWS SDK
//! reads. The timeline is played once and starts with its first request, so that each fault meets it once however
//! long it takes to start. Afterwards the ledger is told as a record log (`account`), and from there on the run is
//! like any other: figures, gates, findings, pages.

mod account;
mod command;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bedload_mocks::ledger::Ledger;
use bedload_mocks::{CloudSpec, Exchange, LedgerSink, Start};
use bedload_reports::header::ClockKind;
use bedload_reports::render;

pub(super) use command::Command;

use super::Served;
use super::admission::Admission;
use super::offer::Offer;
use super::stand::Stand;
use crate::cli::MockArgs;
use crate::clock::{self, Stopwatch};
use crate::engine::halt::{self, Halt};
use crate::engine::process;
use crate::exit::{Exit, Status};
use crate::machine;
use crate::sink::{self, Sink};
use crate::terminal::Terminal;
use crate::verbs::run_folder::RunFolder;
use crate::verbs::speech::Speech;
use crate::verbs::{VerbError, outputs, signals};
use command::Left;

/// Runs the command against the cloud, writes the run folder, and tells how it did.
pub(super) fn watch(args: &MockArgs, command: &Command, terminal: &Terminal) -> Result<Exit, VerbError> {
    let admission = Admission::of(args)?;
    let (offer, spec) = Offer::of(args, &admission)?;
    let folder = RunFolder::create(&folder_of(args, &offer))?;
    outputs::open(&args.judged.outputs)?;
    if let Some(plan) = offer.plan() {
        folder.write_scenario(plan.source_text())?;
    }
    let scenario = args.scenario.as_deref().unwrap_or(Path::new(""));
    let mut note = machine::note(folder.root(), scenario);
    folder.write_note(&note)?;

    let watch = Stopwatch::start();
    let runtime = clock::runtime(ClockKind::Real).map_err(VerbError::Runtime)?;
    let (sink, writing) = sink::open_ledger(folder.root())?;
    let serving = Serving { args, admission: &admission, command, terminal };
    let spec = spec.starting(Start::AtFirstRequest);
    let left = runtime.block_on(serving.attend((offer.clone(), spec), sink));
    let lost = writing.finish_ledger()?;
    let left = left?;
    note.wall_seconds = watch.elapsed_s();
    note.cpu_seconds = process::cpu().as_secs_f64();
    folder.write_note(&note)?;

    account::write(&folder, &offer, command, left, lost)?;
    let folded = folder.fold(&[])?;
    folder.render(&folded, &note)?;
    outputs::copy(&args.judged.outputs, &folder)?;
    terminal.say(&render::text(&folded.summary, &note, terminal.style(), terminal.width()));
    let speech = Speech::of_process(args.judged.outputs.output_format);
    speech.speak(&folded.summary, &note.scenario, terminal)?;
    Ok(match left {
        Left::BySignal(status) => Exit::new(
            status,
            format!("{}; what had finished is in {}", status.meaning(), folder.root().display()),
        ),
        Left::Failed(code) => Exit::new(
            Status::Command(code),
            format!(
                "the command itself ended with {code}; the verdict on it is {}",
                folded.summary.verdict.word()
            ),
        ),
        Left::Well if folded.summary.sent_nothing() => {
            Exit::new(Status::Invalid, "the command sent nothing to the mock; does it read AWS_ENDPOINT_URL?")
        }
        Left::Well => Exit::of(&folded.summary, args.judged.fail_on_inconclusive),
    })
}

/// What it takes to serve a command.
struct Serving<'a> {
    args: &'a MockArgs,
    admission: &'a Admission,
    command: &'a Command,
    terminal: &'a Terminal,
}

impl Serving<'_> {
    /// Serves until the command is over.
    async fn attend(self, offered: (Served, CloudSpec), sink: Sink) -> Result<Left, VerbError> {
        let ledger = Ledger::new(self.args.keep, None);
        let noted = Both(ledger.clone(), sink);
        let stand = Stand::open(self.args, self.admission, offered, ledger, noted).await?;
        let introduction = stand.introduction(self.args);
        introduction.say(self.terminal);
        let environment = introduction.environment();
        let (halt, halted) = halt::halt();
        let received = signals::listen(halt);
        let (over, until) = halt::halt();
        let serving = stand.serve(until);
        let running = self.run(environment, halted, over);
        let (served, left) = tokio::join!(serving, running);
        served?;
        match received.status() {
            Some(status) => Ok(Left::BySignal(status)),
            None => left,
        }
    }

    /// Runs the command, and closes the doors when it is over.
    async fn run(
        &self,
        environment: Vec<(&'static str, String)>,
        halted: halt::Halted,
        over: Halt,
    ) -> Result<Left, VerbError> {
        let left = self.command.run(environment, halted).await;
        over.stop();
        left
    }
}

/// Notes every exchange in both.
struct Both(Arc<Ledger>, Sink);

impl LedgerSink for Both {
    fn note(&self, exchange: Exchange) {
        self.0.note(exchange.clone());
        self.1.note(exchange);
    }
}

fn folder_of(args: &MockArgs, offer: &Offer) -> PathBuf {
    args.judged.out.clone().unwrap_or_else(|| {
        let name = offer.plan().map_or("mock", |plan| plan.name());
        Path::new("bedload-out").join(name).join(machine::folder_time())
    })
}
