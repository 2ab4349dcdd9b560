//! Traces of arrivals: when each request came, how long its prompt was, and how long its answer.
//!
//! Published traces are read as they are. Azure's of LLM inference (Splitwise, ISCA 2024; DynamoLLM, HPCA 2025) are CSV
//! with date-times, BurstGPT's (KDD 2025) CSV with seconds, Mooncake's (FAST 2025) JSON lines with milliseconds; any other
//! is read by the names of its columns. Arrivals are kept in order of their times, counted from the first of them. Lengths
//! of nothing are kept too: they stand for requests that failed, which came all the same.

mod cell;
mod csv;
mod jsonl;
mod layout;

use std::io::{self, BufRead};
use std::sync::Arc;

use bedload_reports::units::Nanos;

use super::input::{Flaws, Held, Inputs};
use super::node::excerpt;
use super::notes::{Noted, Notes};
use super::place::At;
use crate::pace::{Lengths, Traced};
pub use layout::{Format, Layout, Named, Times};

/// The most arrivals of a trace: twice those of the longest that are public, in 160 MB.
const MOST_ARRIVALS: usize = 10_000_000;

/// A trace that was read.
#[derive(Clone, PartialEq)]
pub struct Trace {
    file: Arc<str>,
    layout: Layout,
    held: Held<Arc<[Traced]>>,
}

impl Trace {
    /// Reads a trace.
    pub(crate) fn read(
        inputs: &Inputs,
        file: &At<&str>,
        layout: Layout,
        notes: &mut Notes,
    ) -> Result<Self, Noted> {
        let json = is_json(file.value);
        let held = inputs.read(file, notes, |reader, flaws| arrivals(reader, json, &layout, flaws))?;
        Ok(Trace { file: file.value.into(), layout, held })
    }

    /// Its path, as the scenario has it.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// How it is read.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Its arrivals, in order.
    pub fn arrivals(&self) -> &Arc<[Traced]> {
        &self.held.content
    }

    /// The digest of the file.
    pub(crate) fn digest(&self) -> &str {
        &self.held.digest
    }
}

impl std::fmt::Debug for Trace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trace")
            .field("file", &self.file)
            .field("layout", &self.layout)
            .field("arrivals", &self.held.content.len())
            .field("digest", &self.held.digest)
            .finish()
    }
}

/// Whether a file holds an object of JSON in each line, by its name.
fn is_json(file: &str) -> bool {
    [".jsonl", ".ndjson", ".json"].iter().any(|ending| file.to_ascii_lowercase().ends_with(ending))
}

/// A row as it stands in the file.
struct Row<'r> {
    time: &'r str,
    input: &'r str,
    output: &'r str,
}

/// When a request came, in nanoseconds since whatever the file counts from, and how long it was.
type Came = (i64, Lengths);

impl Row<'_> {
    fn understood(&self, columns: &Named) -> Result<Came, String> {
        let time = cell::time(self.time, columns.times).ok_or_else(|| {
            let (time, what) = (excerpt(self.time), columns.times.what());
            format!("`{time}` in `{}` is not {what}", columns.time)
        })?;
        let count = |text: &str, column: &str| {
            cell::count(text)
                .ok_or_else(|| format!("`{}` in `{column}` is not a number of tokens", excerpt(text)))
        };
        let input = count(self.input, &columns.input_tokens)?;
        Ok((time, Lengths { input, output: count(self.output, &columns.output_tokens)? }))
    }
}

fn arrivals(
    reader: &mut dyn BufRead,
    json: bool,
    layout: &Layout,
    flaws: &mut Flaws,
) -> io::Result<Arc<[Traced]>> {
    let mut came = match json {
        true => jsonl::read(reader, layout, flaws)?,
        false => csv::read(reader, layout, flaws)?,
    };
    if came.is_empty() && !flaws.any() {
        flaws.add_of_all("it holds no arrival");
    }
    if came.len() > MOST_ARRIVALS {
        flaws.add_of_all("it holds more than 10 million arrivals; cut it");
    }
    // Those of one instant stay in the order of the file.
    came.sort_by_key(|(time, _)| *time);
    let first = came.first().map_or(0, |(time, _)| *time);
    let traced = |(time, lengths): Came| Traced { at: Nanos::new(time.abs_diff(first)), lengths };
    Ok(came.into_iter().map(traced).collect())
}

#[cfg(test)]
mod tests;
