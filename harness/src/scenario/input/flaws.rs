//! What is wrong in a file that a scenario names: the first mistakes with their lines, and the number of all.

use bedload_reports::number;

use crate::scenario::code::Code;
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::At;

/// The most that are told of one file: whoever chose the wrong column has made one mistake a line.
const MOST_TOLD: usize = 5;

/// The mistakes of a file.
#[derive(Debug, Default)]
pub(crate) struct Flaws {
    first: Vec<(Option<u64>, String)>,
    count: u64,
}

impl Flaws {
    /// A mistake in this line, counted from 1.
    pub(crate) fn add(&mut self, line: u64, cause: impl Into<String>) {
        self.keep(Some(line), cause.into());
    }

    /// A mistake of the whole file.
    pub(crate) fn add_of_all(&mut self, cause: impl Into<String>) {
        self.keep(None, cause.into());
    }

    fn keep(&mut self, line: Option<u64>, cause: String) {
        self.count += 1;
        if self.first.len() < MOST_TOLD {
            self.first.push((line, cause));
        }
    }

    /// Whether anything is wrong.
    pub(crate) fn any(&self) -> bool {
        self.count > 0
    }

    /// Notes them where the scenario names the file.
    pub(super) fn tell(self, path: &At<&str>, notes: &mut Notes) -> Result<(), Noted> {
        let mut told = Ok(());
        let mut tell = |message: String, help: &str| {
            let note = Note::new(Code::Input, path.place, message).label("in this file");
            told = Err(notes.add(note.help(help)));
        };
        let more = self.count - self.first.len() as u64;
        for (line, cause) in self.first {
            let place =
                line.map_or_else(|| path.value.to_owned(), |line| format!("{} line {line}", path.value));
            tell(format!("{place}: {cause}"), "mend the file, or name its columns as they are");
        }
        if more > 0 {
            let noun = if more == 1 { "mistake" } else { "mistakes" };
            tell(
                format!("{}: {} more {noun} of such kinds", path.value, number::count(more)),
                "mend the first ones and check again",
            );
        }
        told
    }
}
