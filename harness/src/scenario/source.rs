//! The text of a scenario, and why there may be none.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use miette::Diagnostic;
use thiserror::Error;

use super::code::Code;

/// The most bytes that a scenario may have. The largest real ones have some ten thousand; the bound keeps
/// a wrong path, or a hostile file in a pull request, from filling the memory.
pub const MOST_BYTES: u64 = 1 << 20;

/// A scenario's text with the name that messages call it by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    name: String,
    text: Arc<str>,
}

/// Why there is no text.
#[derive(Debug, Error)]
pub enum Unreadable {
    /// There is no such file.
    #[error("there is no file {}", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The system would not let it be read.
    #[error("{} cannot be read: {cause}", path.display())]
    Refused {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// It is larger than any scenario.
    #[error("{name} is larger than 1 MiB, which no scenario is")]
    TooLarge {
        /// Which file.
        name: String,
    },
    /// It is not UTF-8.
    #[error("{name} is not UTF-8 text: line {line} holds the byte 0x{byte:02x}")]
    NotText {
        /// Which file.
        name: String,
        /// The line of the first wrong byte, from 1.
        line: usize,
        /// That byte.
        byte: u8,
    },
}

impl Source {
    /// The text of a file.
    ///
    /// # Errors
    /// The file is missing, unreadable, too large or not UTF-8.
    pub fn read(path: &Path) -> Result<Self, Unreadable> {
        let mut bytes = Vec::new();
        let refused = |cause: io::Error| match cause.kind() {
            io::ErrorKind::NotFound => Unreadable::Missing { path: path.to_owned() },
            _ => Unreadable::Refused { path: path.to_owned(), cause },
        };
        let file = File::open(path).map_err(refused)?;
        file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(refused)?;
        Source::from_bytes(path.display().to_string(), bytes)
    }

    /// The text in these bytes, under a name for messages.
    ///
    /// # Errors
    /// The bytes are too many or not UTF-8.
    pub fn from_bytes(name: impl Into<String>, bytes: Vec<u8>) -> Result<Self, Unreadable> {
        let name = name.into();
        if bytes.len() as u64 > MOST_BYTES {
            return Err(Unreadable::TooLarge { name });
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Source { name, text: text.into() }),
            Err(wrong) => Err(not_text(name, wrong.as_bytes(), wrong.utf8_error().valid_up_to())),
        }
    }

    /// What messages call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text itself.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }
}

fn not_text(name: String, bytes: &[u8], wrong: usize) -> Unreadable {
    let (before, after) = bytes.split_at(wrong.min(bytes.len()));
    Unreadable::NotText {
        name,
        line: 1 + before.iter().filter(|byte| **byte == b'\n').count(),
        byte: after.first().copied().unwrap_or_default(),
    }
}

impl Diagnostic for Unreadable {
    fn code<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        Some(Box::new(Code::Unreadable.id()))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        Some(Box::new(match self {
            Unreadable::Missing { .. } => "check the path; it is looked up from the current directory",
            Unreadable::Refused { .. } => "check the permissions, and that it is a file",
            Unreadable::TooLarge { .. } => "check that this is the scenario and not a record log or a report",
            Unreadable::NotText { .. } => "save it as UTF-8",
        }))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_is_told_by_its_path() {
        let why = Source::read(Path::new("no/such.yaml")).unwrap_err();
        assert_eq!(why.to_string(), "there is no file no/such.yaml");
    }

    #[test]
    fn a_byte_that_is_no_text_is_told_by_its_line() {
        let why = Source::from_bytes("s.yaml", b"a: 1\nb: \xff\n".to_vec()).unwrap_err();
        assert_eq!(why.to_string(), "s.yaml is not UTF-8 text: line 2 holds the byte 0xff");
    }

    #[test]
    fn a_megabyte_is_enough() {
        let bytes = |count: u64| vec![b'#'; count as usize];
        assert!(Source::from_bytes("s.yaml", bytes(MOST_BYTES)).is_ok());
        let why = Source::from_bytes("s.yaml", bytes(MOST_BYTES + 1)).unwrap_err();
        assert!(matches!(why, Unreadable::TooLarge { .. }));
    }
}
