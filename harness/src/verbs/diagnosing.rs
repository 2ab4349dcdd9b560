//! `--diagnostics`: listened for before the first run, written beside each, told of after it.

use super::VerbError;
use super::run_folder::RunFolder;
use crate::cli::RunArgs;
use crate::diagnostics::{DIAGNOSTICS, Diagnostics, Recording};
use crate::scenario::Plan;
use crate::terminal::Terminal;

/// Listens, if that is asked for and there is anything to hear.
pub(super) fn listen(args: &RunArgs) -> Result<Option<Diagnostics>, VerbError> {
    let wanted = args.diagnostics.as_ref().filter(|filter| !filter.is_off() && !args.dry_run);
    Ok(wanted.map(Diagnostics::listen).transpose()?)
}

/// Begins the file of a run.
pub(super) fn record(
    diagnostics: Option<&Diagnostics>,
    plan: &Plan,
    folder: &RunFolder,
) -> Result<Option<Recording>, VerbError> {
    let about = [
        ("bedload.scenario", plan.name().to_string()),
        ("bedload.seed", plan.seed().to_string()),
        ("bedload.digest", plan.digest().to_owned()),
    ];
    Ok(diagnostics.map(|diagnostics| diagnostics.record(folder.root(), about)).transpose()?)
}

/// Ends the file and says what is in it. What cannot be written of it must not cost the run its verdict.
pub(super) fn finish(recording: Option<Recording>, folder: &RunFolder, terminal: &Terminal) {
    if let Some(recording) = recording {
        let path = folder.path(DIAGNOSTICS);
        terminal.say(&format!("diagnostics → {}: {}\n", path.display(), recording.finish()));
    }
}
