//! Files that a scenario names: traces to replay, prompts to say.
//!
//! They are part of the scenario, so their paths are relative to it, their mistakes are told with its own and before the
//! load, and their digests go into its digest. Each is read as a stream: a trace may be larger than the memory that its
//! arrivals need.

mod digesting;
mod flaws;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use digesting::Digesting;
pub(crate) use flaws::Flaws;
use serde_json::{Map, Value};

use super::code::Code;
use super::notes::{Note, Noted, Notes};
use super::place::At;

/// Where the files are that a scenario names.
#[derive(Clone, Debug)]
pub(crate) enum Inputs {
    /// In this folder, unless their path begins at the root.
    Folder(PathBuf),
    /// Out of reach, and not needed: what is asked of the scenario is in its text.
    Unread,
}

/// What a file held, and its digest.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Held<T> {
    /// What was made of it; nothing where it was not read.
    pub content: T,
    /// SHA-256 of its bytes, in hex; nothing where it was not read.
    pub digest: String,
}

impl Inputs {
    /// The files beside a scenario of this name.
    pub(crate) fn beside(scenario: &str) -> Self {
        Inputs::Folder(Path::new(scenario).parent().unwrap_or(Path::new("")).to_owned())
    }

    /// Reads a file. `read` takes from its lines what it holds, and tells its mistakes to the [`Flaws`].
    pub(crate) fn read<T: Default>(
        &self,
        path: &At<&str>,
        notes: &mut Notes,
        read: impl FnOnce(&mut dyn BufRead, &mut Flaws) -> io::Result<T>,
    ) -> Result<Held<T>, Noted> {
        let Inputs::Folder(folder) = self else { return Ok(Held::default()) };
        let place = folder.join(path.value);
        let refused = |why: &str| {
            Note::new(Code::Input, path.place, format!("{} cannot be read: {why}", place.display()))
                .label("not there, or not readable")
                .help("check the path; it is looked up from the folder of the scenario")
        };
        // A pipe or a device may be read once, or for ever.
        let file = File::open(&place).and_then(|file| match file.metadata()?.is_file() {
            true => Ok(file),
            false => Err(io::Error::other("it is no file")),
        });
        let file = file.map_err(|error| notes.add(refused(&error.to_string())))?;
        let mut reader = BufReader::new(Digesting::new(file));
        let mut flaws = Flaws::default();
        let content = read(&mut reader, &mut flaws)
            .and_then(|content| io::copy(&mut reader, &mut io::sink()).map(|_| content))
            .map_err(|error| notes.add(refused(&error.to_string())))?;
        flaws.tell(path, notes)?;
        Ok(Held { content, digest: reader.into_inner().finish() })
    }
}

/// The object of JSON that a line holds.
pub(crate) fn json_object(line: &str) -> Result<Map<String, Value>, String> {
    match serde_json::from_str(line) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err("not an object of JSON".to_owned()),
        Err(error) => Err(format!("not JSON: {error}")),
    }
}

/// The longest line of a file; a prompt of the longest context fits in. More is no list of anything.
const LONGEST_LINE: u64 = 64 << 20;

/// Goes through the lines of a file that say something, each with its number from 1. Lines that are no text are told.
pub(crate) fn each_line(
    reader: &mut dyn BufRead,
    flaws: &mut Flaws,
    mut line: impl FnMut(u64, &str, &mut Flaws),
) -> io::Result<()> {
    let mut bytes = Vec::new();
    for number in 1.. {
        bytes.clear();
        if (&mut *reader).take(LONGEST_LINE).read_until(b'\n', &mut bytes)? == 0 {
            break;
        }
        if bytes.len() as u64 == LONGEST_LINE {
            flaws.add(number, "a line of more than 64 MiB");
            break;
        }
        match str::from_utf8(&bytes) {
            Ok(text) => {
                let text = text.trim_start_matches('\u{feff}').trim();
                if !text.is_empty() {
                    line(number, text, flaws);
                }
            }
            Err(_) => flaws.add(number, "not UTF-8 text"),
        }
    }
    Ok(())
}
