//! What stdout says of a run, for the program that reads it. People read stderr.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use bedload_reports::compare::Comparison;
use bedload_reports::render;
use bedload_reports::summary::Summary;

use super::VerbError;
use crate::cli::OutputFormat;
use crate::terminal::Terminal;

/// Who reads stdout, and where GitHub wants the summary of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Speech {
    /// Nobody.
    Human,
    /// A program: the summary, a document in one line.
    Json,
    /// GitHub: annotations; the summary of the step goes to this file.
    Github { step_summary: Option<PathBuf> },
}

impl Speech {
    /// As the command line wants it; on a runner of GitHub's annotations unless it says otherwise.
    pub(super) fn new(format: Option<OutputFormat>, lookup: impl Fn(&str) -> Option<String>) -> Self {
        let on_github = || lookup("GITHUB_ACTIONS").as_deref() == Some("true");
        match format {
            Some(OutputFormat::Human) => Speech::Human,
            Some(OutputFormat::Json) => Speech::Json,
            None if !on_github() => Speech::Human,
            Some(OutputFormat::Github) | None => {
                let step_summary = lookup("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty());
                Speech::Github { step_summary: step_summary.map(PathBuf::from) }
            }
        }
    }

    /// The same, with what the environment says.
    pub(super) fn of_process(format: Option<OutputFormat>) -> Self {
        Speech::new(format, |name| std::env::var(name).ok())
    }

    /// Says what there is to say of a judged run, whose scenario was read from this path.
    pub(super) fn speak(
        &self,
        summary: &Summary,
        scenario: &str,
        terminal: &Terminal,
    ) -> Result<(), VerbError> {
        match self {
            Speech::Human => Ok(()),
            Speech::Json => document(summary, terminal),
            Speech::Github { step_summary } => {
                terminal.print(&render::github(summary, scenario))?;
                step_summary.as_deref().map_or(Ok(()), |path| append(path, &render::markdown(summary)))
            }
        }
    }

    /// The same of a comparison.
    pub(super) fn speak_of(&self, comparison: &Comparison, terminal: &Terminal) -> Result<(), VerbError> {
        match self {
            Speech::Human => Ok(()),
            Speech::Json => document(comparison, terminal),
            Speech::Github { step_summary } => {
                terminal.print(&render::comparison_github(comparison))?;
                let text = || render::comparison_markdown(comparison);
                step_summary.as_deref().map_or(Ok(()), |path| append(path, &text()))
            }
        }
    }
}

/// A document in one line.
fn document(told: &impl serde::Serialize, terminal: &Terminal) -> Result<(), VerbError> {
    let mut line =
        serde_json::to_string(told).map_err(|error| VerbError::Stdout(std::io::Error::other(error)))?;
    line.push('\n');
    terminal.print(&line)
}

/// Adds to the summary of a step, which other commands of the step may have begun.
fn append(path: &Path, text: &str) -> Result<(), VerbError> {
    let opened = OpenOptions::new().create(true).append(true).open(path);
    opened
        .and_then(|mut file| file.write_all(format!("{text}\n").as_bytes()))
        .map_err(|source| VerbError::Output { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speech(format: Option<OutputFormat>, environment: &[(&str, &str)]) -> Speech {
        Speech::new(format, |name| {
            environment.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_runner_of_github_is_spoken_to_unless_the_flag_says_otherwise() {
        let runner = [("GITHUB_ACTIONS", "true"), ("GITHUB_STEP_SUMMARY", "/s.md")];
        let github = Speech::Github { step_summary: Some("/s.md".into()) };
        assert_eq!(speech(None, &[]), Speech::Human);
        assert_eq!(speech(None, &runner), github);
        assert_eq!(speech(Some(OutputFormat::Human), &runner), Speech::Human);
        assert_eq!(speech(Some(OutputFormat::Github), &[]), Speech::Github { step_summary: None });
    }
}
