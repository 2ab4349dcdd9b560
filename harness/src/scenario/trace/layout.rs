//! Which columns of a trace hold what.

use std::sync::Arc;

use crate::scenario::suggest;

/// How a trace is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layout {
    /// As whichever of the published formats has these columns.
    Auto,
    /// As this published format.
    Format(Format),
    /// By the names of its columns.
    Columns(Named),
}

/// A published format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Azure's LLM inference traces: `TIMESTAMP`, `ContextTokens`, `GeneratedTokens`.
    Azure,
    /// BurstGPT: `Timestamp`, `Request tokens`, `Response tokens`, and others.
    BurstGpt,
    /// Mooncake: `timestamp`, `input_length`, `output_length`, and others.
    Mooncake,
}

/// Columns by their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// When a request came.
    pub time: Arc<str>,
    /// How that is written.
    pub times: Times,
    /// Tokens of its prompt.
    pub input_tokens: Arc<str>,
    /// Tokens of its answer.
    pub output_tokens: Arc<str>,
}

/// How times are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    /// As dates with times.
    DateTime,
    /// In seconds.
    Seconds,
    /// In milliseconds.
    Millis,
    /// In microseconds.
    Micros,
    /// In nanoseconds.
    Nanos,
}

impl Format {
    /// All of them.
    pub const ALL: [Format; 3] = [Format::Azure, Format::BurstGpt, Format::Mooncake];

    /// Its word in scenarios.
    pub fn name(self) -> &'static str {
        match self {
            Format::Azure => "azure",
            Format::BurstGpt => "burstgpt",
            Format::Mooncake => "mooncake",
        }
    }

    fn columns(self) -> Named {
        let (time, times, input, output) = match self {
            Format::Azure => ("TIMESTAMP", Times::DateTime, "ContextTokens", "GeneratedTokens"),
            Format::BurstGpt => ("Timestamp", Times::Seconds, "Request tokens", "Response tokens"),
            Format::Mooncake => ("timestamp", Times::Millis, "input_length", "output_length"),
        };
        Named { time: time.into(), times, input_tokens: input.into(), output_tokens: output.into() }
    }
}

impl Times {
    /// All of them.
    pub const ALL: [Times; 5] = [Times::DateTime, Times::Seconds, Times::Millis, Times::Micros, Times::Nanos];

    /// Its word in scenarios.
    pub fn name(self) -> &'static str {
        match self {
            Times::DateTime => "date_time",
            Times::Seconds => "s",
            Times::Millis => "ms",
            Times::Micros => "us",
            Times::Nanos => "ns",
        }
    }

    /// What a cell should hold.
    pub(super) fn what(self) -> &'static str {
        match self {
            Times::DateTime => "a date with a time",
            Times::Seconds => "a time in seconds",
            Times::Millis => "a time in milliseconds",
            Times::Micros => "a time in microseconds",
            Times::Nanos => "a time in nanoseconds",
        }
    }
}

impl Named {
    fn names(&self) -> [&str; 3] {
        [&self.time, &self.input_tokens, &self.output_tokens]
    }
}

impl Layout {
    /// The columns to read, of a file that has these; or why there are none.
    pub(super) fn columns(&self, there: &[&str]) -> Result<Named, String> {
        let wanted = match self {
            Layout::Auto => {
                let known = Format::ALL.into_iter().map(Format::columns);
                let fits = |columns: &Named| columns.names().iter().all(|name| there.contains(name));
                return known.into_iter().find(fits).ok_or_else(|| {
                    format!("columns of no format that is known: {}; name them", suggest::listed(there))
                });
            }
            Layout::Format(format) => format.columns(),
            Layout::Columns(columns) => columns.clone(),
        };
        if let Some(missing) = wanted.names().into_iter().find(|name| !there.contains(name)) {
            let near =
                suggest::remark(missing, there).map_or_else(String::new, |remark| format!("; {remark}"));
            return Err(format!("there is no column `{missing}` among {}{near}", suggest::listed(there)));
        }
        Ok(wanted)
    }
}
