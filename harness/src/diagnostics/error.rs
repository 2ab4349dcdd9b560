//! What can keep diagnostics from being written.

use std::io;
use std::path::PathBuf;

/// Why there are no diagnostics.
#[derive(Debug, thiserror::Error)]
pub enum DiagnosticsError {
    /// There is one subscriber to a process.
    #[error("something else listens to the spans of this process already")]
    Listening,
    /// The file cannot be made.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}
