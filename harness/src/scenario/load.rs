//! From a path to a plan, in one step.

use std::path::Path;

use miette::Diagnostic;
use thiserror::Error;

use super::mistakes::Mistakes;
use super::plan::Plan;
use super::set::{Set, SetError};
use super::source::{Source, Unreadable};

/// Why there is no plan.
#[derive(Debug, Error, Diagnostic)]
pub enum Refusal {
    /// The file is missing, too large, or not text.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Unreadable(#[from] Unreadable),
    /// A change of the command line is none.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Set(#[from] SetError),
    /// The scenario, or a change to it, has mistakes.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Mistakes(#[from] Mistakes),
}

/// The plan of a scenario file, with changes written as `path=value`.
///
/// # Errors
/// The file cannot be read, a change is not written as one, or there are mistakes: then all of them.
pub fn load(path: &Path, changes: &[impl AsRef<str>]) -> Result<Plan, Refusal> {
    let sets = changes.iter().map(|change| change.as_ref().parse()).collect::<Result<Vec<Set>, _>>()?;
    let source = Source::read(path)?;
    Ok(Plan::parse(&source, &sets)?)
}
