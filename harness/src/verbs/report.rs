//! `report`: every output of a run folder, made again from its record log.

use bedload_reports::render;

use super::run_folder::RunFolder;
use super::speech::Speech;
use super::{VerbError, baseline, outputs, sending};
use crate::cli::ReportArgs;
use crate::exit::Exit;
use crate::terminal::Terminal;

pub(super) fn report(args: &ReportArgs, terminal: &Terminal) -> Result<Exit, VerbError> {
    let folder = RunFolder::open(&args.run)?;
    outputs::open(&args.outputs)?;
    let stations = sending::stations(&args.exports)?;
    let note = folder.note();
    let header = folder.header()?;
    let baselines = baseline::read_again(&args.baselines, &baseline::profile(&folder, &header))?;
    let folded = baselines.hold(&folder, folder.fold(baselines.questions())?)?;
    let folded = folder.trace(folded)?;
    let folded = sending::send(&stations, &folder, folded, terminal)?;
    folder.render(&folded, &note)?;
    outputs::copy(&args.outputs, &folder)?;
    terminal.say(&render::text(&folded.summary, &note, terminal.style(), terminal.width()));
    let speech = Speech::of_process(args.outputs.output_format);
    speech.speak(&folded.summary, &note.scenario, terminal)?;
    Ok(Exit::of(&folded.summary, args.fail_on_inconclusive))
}
