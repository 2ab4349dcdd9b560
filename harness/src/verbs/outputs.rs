//! Extra copies of the outputs, wherever the command line wants them.

use std::fs;
use std::path::Path;

use super::VerbError;
use super::run_folder::{PAGE, RunFolder, write};
use crate::cli::Outputs;

/// Refuses before the load what could not be written after it.
pub(super) fn open(outputs: &Outputs) -> Result<(), VerbError> {
    open_files(wanted(outputs).map(|(path, _)| path))
}

/// The same of any files.
pub(super) fn open_files<'a>(paths: impl Iterator<Item = &'a Path>) -> Result<(), VerbError> {
    for path in paths {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let made = parent.map_or(Ok(()), fs::create_dir_all);
        let opened =
            made.and_then(|()| fs::OpenOptions::new().create(true).append(true).open(path).map(drop));
        opened.map_err(|error| VerbError::Folder {
            what: "cannot write the output",
            path: path.to_owned(),
            why: error.to_string(),
            remedy: "name a file that can be written",
        })?;
    }
    Ok(())
}

/// Copies what the run folder holds.
pub(super) fn copy(outputs: &Outputs, folder: &RunFolder) -> Result<(), VerbError> {
    for (path, name) in wanted(outputs) {
        let source = folder.path(name);
        let bytes = fs::read(&source).map_err(|error| VerbError::Output { path: source, source: error })?;
        write(path, |out| out.write_all(&bytes))?;
    }
    Ok(())
}

fn wanted(outputs: &Outputs) -> impl Iterator<Item = (&Path, &'static str)> {
    let Outputs { html, junit, json, markdown, openmetrics, output_format: _ } = outputs;
    [
        (html, PAGE),
        (junit, "junit.xml"),
        (json, "summary.json"),
        (markdown, "summary.md"),
        (openmetrics, "metrics.txt"),
    ]
    .into_iter()
    .filter_map(|(path, name)| path.as_deref().map(|path| (path, name)))
}
