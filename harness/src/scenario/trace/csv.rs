//! Traces in CSV: a line of names, and a row for each arrival.

use std::io::{self, BufRead};

use csv::{ErrorKind, ReaderBuilder, StringRecord};

use super::{Came, Layout, Row};
use crate::scenario::input::Flaws;

pub(super) fn read(reader: &mut dyn BufRead, layout: &Layout, flaws: &mut Flaws) -> io::Result<Vec<Came>> {
    // Rows of another length are told one by one, as whatever else is wrong with them.
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(reader);
    let mut came = Vec::new();
    let names = match reader.headers() {
        Ok(names) => names.clone(),
        Err(error) => return flaw(error, 1, flaws).map(|()| came),
    };
    let names: Vec<&str> = names.iter().map(str::trim).collect();
    let columns = match layout.columns(&names) {
        Ok(columns) => columns,
        Err(cause) => {
            flaws.add(1, cause);
            return Ok(came);
        }
    };
    let place = |name: &str| names.iter().position(|other| *other == name).unwrap_or_default();
    let places = [&columns.time, &columns.input_tokens, &columns.output_tokens].map(|name| place(name));
    let mut record = StringRecord::new();
    loop {
        let line = reader.position().line();
        match reader.read_record(&mut record) {
            Ok(false) => return Ok(came),
            Ok(true) => {
                let line = record.position().map_or(line, csv::Position::line);
                let understood = match places.map(|place| record.get(place)) {
                    [Some(time), Some(input), Some(output)] => {
                        Row { time, input, output }.understood(&columns)
                    }
                    _ => Err(format!("{} of {} columns", record.len(), names.len())),
                };
                match understood {
                    Ok(row) => came.push(row),
                    Err(cause) => flaws.add(line, cause),
                }
            }
            Err(error) => flaw(error, line, flaws)?,
        }
    }
}

/// A row that is no text is a mistake of its own; a file that cannot be read any further is the end.
fn flaw(error: csv::Error, line: u64, flaws: &mut Flaws) -> io::Result<()> {
    let line = error.position().map_or(line, csv::Position::line);
    match error.into_kind() {
        ErrorKind::Io(error) => Err(error),
        ErrorKind::Utf8 { .. } => {
            flaws.add(line, "not UTF-8 text");
            Ok(())
        }
        other => Err(io::Error::other(format!("{other:?}"))),
    }
}
