//! What the mock keeps of what it served: the last exchanges in memory, and all of them on file if asked.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use bedload_mocks::ledger::{Journal, Ledger, Writing};

use crate::cli::MockArgs;
use crate::terminal::Terminal;
use crate::verbs::VerbError;

/// The ledger, and the file behind it.
pub(super) struct Keeping {
    ledger: Arc<Ledger>,
    file: Option<(PathBuf, Writing)>,
}

impl Keeping {
    /// Opens what the command line asks for, before anything is served.
    pub(super) fn begin(args: &MockArgs) -> Result<Self, VerbError> {
        let Some(path) = &args.ledger else {
            return Ok(Keeping { ledger: Ledger::new(args.keep, None), file: None });
        };
        let refuse = |error: std::io::Error| VerbError::Folder {
            what: "cannot create the ledger",
            path: path.clone(),
            why: error.to_string(),
            remedy: "name a file in a folder that can be written",
        };
        let file = File::create(path).map_err(refuse)?;
        let (journal, writing) = Journal::begin(file, Journal::DEFAULT_QUEUE).map_err(refuse)?;
        Ok(Keeping { ledger: Ledger::new(args.keep, Some(journal)), file: Some((path.clone(), writing)) })
    }

    /// Where exchanges are noted.
    pub(super) fn ledger(&self) -> Arc<Ledger> {
        self.ledger.clone()
    }

    /// Writes the rest, and says what is on file.
    pub(super) fn finish(self, terminal: &Terminal) -> Result<(), VerbError> {
        let Some((path, writing)) = self.file else {
            return Ok(());
        };
        let written = writing.finish().map_err(|source| VerbError::Output { path: path.clone(), source })?;
        let lost = match written.lost {
            0 => String::new(),
            lost => format!("; {lost} found no room in the queue before it and are lost"),
        };
        terminal.say(&format!("  {} exchanges are in {}{lost}", written.written, path.display()));
        Ok(())
    }
}
