//! `replay:`

use schemars::JsonSchema;

use crate::scenario::decode::{Decode, Optional, Required, choice, record};
use crate::scenario::defaults;
use crate::scenario::leaf::{Number, Passes, Positive, Text};
use crate::scenario::node::Node;
use crate::scenario::notes::{Noted, Notes};
use crate::scenario::trace::{Format, Times};

/// The arrivals of a trace, each when it came, with a prompt and an answer as long as they were.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Replay {
    /// The trace: CSV, or JSON lines if its name ends in `.jsonl`. Its path is looked up from the folder of the scenario.
    /// Its first arrival is due when the first stage begins; what is due after the last stage is cut.
    pub file: Required<Text>,
    /// The published format that it has. Either this or `columns`.
    #[schemars(extend("default" = "auto"))]
    pub format: Optional<FormatWord>,
    /// Its columns by their names, if it has no published format.
    pub columns: Optional<Columns>,
    /// How many times as fast it is played.
    #[schemars(extend("default" = defaults::SPEED))]
    pub speed: Optional<Positive<Number>>,
    /// Whether it begins anew when it is over: `true` until the last stage ends, or the number of times that it is played.
    #[schemars(extend("default" = false))]
    pub r#loop: Optional<Passes>,
}

record!(Replay { file, format, columns, speed, r#loop });

impl Decode for Box<Replay> {
    fn decode(node: &Node, notes: &mut Notes) -> Result<Self, Noted> {
        Replay::decode(node, notes).map(Box::new)
    }
}

/// A published format of traces.
#[derive(Clone, Copy, Debug, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum FormatWord {
    /// Whichever of them has the columns of the file.
    Auto,
    /// Azure's LLM inference traces: `TIMESTAMP`, `ContextTokens`, `GeneratedTokens`.
    Azure,
    /// BurstGPT: `Timestamp` in seconds, `Request tokens`, `Response tokens`.
    Burstgpt,
    /// Mooncake: `timestamp` in milliseconds, `input_length`, `output_length`.
    Mooncake,
}

choice!(FormatWord: "a format of traces" { auto: Auto, azure: Azure, burstgpt: Burstgpt, mooncake: Mooncake });

impl FormatWord {
    /// The format that it names; none for `auto`.
    pub(crate) fn named(self) -> Option<Format> {
        match self {
            FormatWord::Auto => None,
            FormatWord::Azure => Some(Format::Azure),
            FormatWord::Burstgpt => Some(Format::BurstGpt),
            FormatWord::Mooncake => Some(Format::Mooncake),
        }
    }
}

/// The columns of a trace, by their names.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Columns {
    /// When a request came, from whatever time on.
    pub time: Required<Text>,
    /// How that is written.
    pub times_in: Required<TimesWord>,
    /// Tokens of its prompt.
    pub input_tokens: Required<Text>,
    /// Tokens of its answer.
    pub output_tokens: Required<Text>,
}

record!(Columns { time, times_in, input_tokens, output_tokens });

/// How times are written in a trace.
#[derive(Clone, Copy, Debug, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum TimesWord {
    /// As dates with times: `2023-11-16 18:15:46.68`.
    DateTime,
    /// In seconds.
    S,
    /// In milliseconds.
    Ms,
    /// In microseconds.
    Us,
    /// In nanoseconds.
    Ns,
}

choice!(TimesWord: "a way to write times" { date_time: DateTime, s: S, ms: Ms, us: Us, ns: Ns });

impl From<TimesWord> for Times {
    fn from(word: TimesWord) -> Self {
        match word {
            TimesWord::DateTime => Times::DateTime,
            TimesWord::S => Times::Seconds,
            TimesWord::Ms => Times::Millis,
            TimesWord::Us => Times::Micros,
            TimesWord::Ns => Times::Nanos,
        }
    }
}
