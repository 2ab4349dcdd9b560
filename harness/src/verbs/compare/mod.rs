//! `compare`: two runs held against each other, or two variants of a scenario, each run several times.
//!
//! What is compared is always run folders: scenarios are first run into some. So whatever a comparison said can be said
//! again from the folders that it leaves.

mod side;
mod variants;

use std::fs;
use std::path::Path;

use bedload_reports::compare::{Comparison, MOST_RUNS, Question, Verdict, compare as hold, usual};
use bedload_reports::header::Header;
use bedload_reports::metric::Metric;
use bedload_reports::render;
use bedload_reports::tally::Folded;

use super::run_folder::{RunFolder, write};
use super::speech::Speech;
use super::{VerbError, outputs};
use crate::cli::CompareArgs;
use crate::exit::{Exit, Status};
use crate::terminal::Terminal;
use side::Side;
use variants::Ran;

pub(super) fn compare(args: &CompareArgs, terminal: &Terminal) -> Result<Exit, VerbError> {
    let wanted = metrics(&args.metrics)?;
    outputs::open_files(paths(args))?;
    let (base, head) = match args.base.is_dir() {
        true => folders(args)?,
        false => match variants::run(args, &wanted, terminal)? {
            Ran::Both(base, head) => (base, head),
            Ran::Ended(exit) => return Ok(exit),
        },
    };
    let header = head.header()?;
    let questions = questions(&wanted, &header);
    let (of_base, of_head) = (base.fold(&questions)?, head.fold(&questions)?);
    let differences = base.differences(&head)?;
    let comparison = hold(base.sample(&of_base), head.sample(&of_head), differences);
    tell(args, &comparison, &head, of_head, terminal)?;
    Ok(end(&comparison, args.fail_on_inconclusive))
}

/// Two sides that are there already.
fn folders(args: &CompareArgs) -> Result<(Side, Side), VerbError> {
    let usage =
        |what: &str, remedy: &str| VerbError::Usage { what: what.to_owned(), remedy: remedy.to_owned() };
    if variants::are_asked_for(&args.variants) {
        let remedy = "name the folders alone, or name scenarios to be run";
        return Err(usage("run folders are compared as they are, and not run again", remedy));
    }
    let Some(head) = &args.head else {
        return Err(usage("one run folder is nothing to compare", "name two: `bedload compare BASE HEAD`"));
    };
    let base = Side::open(&args.base, &args.mismatch)?;
    let head = Side::open(head, &args.mismatch)?;
    base.is_like(&head, &args.mismatch)?;
    if base.runs() + head.runs() > MOST_RUNS {
        let what = format!(
            "{} runs are more than {MOST_RUNS}, which is all that can be compared at once",
            base.runs() + head.runs()
        );
        return Err(usage(&what, "compare ten a side at most"));
    }
    if base.runs() + head.runs() > 2 && base.runs().min(head.runs()) < 2 {
        return Err(usage(
            "one run against several tells nothing of how the one varies",
            "compare one with one, or several with several",
        ));
    }
    Ok((base, head))
}

/// The figures that the command line asks for.
fn metrics(names: &[String]) -> Result<Vec<Metric>, VerbError> {
    let read = |name: &String| {
        name.parse().map_err(|error: bedload_reports::metric::UnknownMetric| VerbError::Usage {
            what: error.to_string(),
            remedy: "`bedload explain` lists every metric; of a time, name a statistic too: `latency.p95`"
                .to_owned(),
        })
    };
    names.iter().map(read).collect()
}

/// What both sides are asked: what the command line says, or the usual.
fn questions(wanted: &[Metric], header: &Header) -> Vec<Question> {
    match wanted {
        [] => usual(header),
        wanted => wanted.iter().map(|metric| Question::of_all(*metric)).collect(),
    }
}

fn paths(args: &CompareArgs) -> impl Iterator<Item = &Path> {
    let outputs = &args.outputs;
    [&outputs.markdown, &outputs.json, &outputs.html].into_iter().flatten().map(|path| path.as_path())
}

fn tell(
    args: &CompareArgs,
    comparison: &Comparison,
    head: &Side,
    runs: Vec<Folded>,
    terminal: &Terminal,
) -> Result<(), VerbError> {
    let outputs = &args.outputs;
    if let Some(path) = &outputs.markdown {
        write(path, |out| out.write_all(render::comparison_markdown(comparison).as_bytes()))?;
    }
    if let Some(path) = &outputs.json {
        write(path, |out| render::comparison_json(comparison, out))?;
    }
    if let (Some(path), Some(first)) = (&outputs.html, runs.into_iter().next()) {
        page(path, head.first(), first.with_comparisons(vec![comparison.clone()]))?;
    }
    terminal.say(&render::comparison_text(comparison, terminal.style(), terminal.width()));
    Speech::of_process(outputs.output_format).speak_of(comparison, terminal)
}

/// The page of a run with the comparison in it.
fn page(path: &Path, folder: &RunFolder, folded: Folded) -> Result<(), VerbError> {
    let scenario = fs::read_to_string(folder.path("scenario.yaml")).unwrap_or_default();
    write(path, |out| render::html(&folded.summary, &folder.note(), &scenario, out))
}

fn end(comparison: &Comparison, fail_on_inconclusive: bool) -> Exit {
    let names = |verdict: Verdict| {
        let rows = comparison.rows.iter().filter(|row| row.verdict == verdict);
        let names: Vec<String> =
            rows.map(|row| format!("{} {}", row.metric, row.scope).trim_end().to_owned()).collect();
        format!(
            "{} of {} figures {} ({})",
            names.len(),
            comparison.rows.len(),
            verdict.word(),
            names.join(", ")
        )
    };
    match comparison.verdict {
        _ if comparison.rows.is_empty() => Exit::new(Status::Invalid, "the runs have no figure to compare"),
        Verdict::Regressed => Exit::new(Status::GateFailed, names(Verdict::Regressed)),
        verdict @ (Verdict::Inconclusive | Verdict::NoData) => {
            let status = if fail_on_inconclusive { Status::Inconclusive } else { Status::Pass };
            Exit::new(status, names(verdict))
        }
        Verdict::Changed | Verdict::Improved | Verdict::Unchanged => {
            Exit::new(Status::Pass, format!("{} figures compared, none got worse", comparison.rows.len()))
        }
    }
}
