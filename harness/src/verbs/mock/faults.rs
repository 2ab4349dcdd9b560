//! Faults that are added while the mock serves, in the words of a scenario.

use bedload_mocks::faults::Fault;
use miette::Diagnostic;

use super::Served;
use crate::engine::assembly;
use crate::scenario::{self, Mistake, Mistakes, Source};

/// What messages call the text.
const NAME: &str = "the request's body";

/// Reads faults against the names that are served.
pub(super) struct FaultReader(Served);

impl FaultReader {
    /// A reader for what this offer serves.
    pub(super) fn new(offer: Served) -> Self {
        FaultReader(offer)
    }

    /// The faults in a text, or every mistake in it, a line each.
    pub(super) fn read(&self, text: &[u8]) -> Result<Vec<Fault>, String> {
        let source = Source::from_bytes(NAME, text.to_vec()).map_err(|error| error.to_string())?;
        let faults =
            scenario::faults(&source, self.0.names(), self.0.plan()).map_err(|mistakes| told(&mistakes))?;
        assembly::faults(&faults).map_err(|error| error.to_string())
    }
}

fn told(mistakes: &Mistakes) -> String {
    mistakes.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn line(mistake: &Mistake) -> String {
    let help = mistake.help().map_or_else(String::new, |help| format!("; {help}"));
    format!("line {}, column {}: {mistake}{help}", mistake.line(), mistake.column())
}
