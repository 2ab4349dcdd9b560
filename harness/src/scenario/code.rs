//! The kinds of mistake, each with a code that never changes its meaning.
//!
//! A code is what people search for and what `explain` explains; the message of one mistake names the
//! case at hand. Codes are never renumbered, and a code that fell out of use is not given away again.

/// A kind of mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// The file is missing, too large, or not text.
    Unreadable,
    /// The text is not YAML.
    Syntax,
    /// A key stands twice in one map.
    DuplicateKey,
    /// A key that nothing reads.
    UnknownKey,
    /// A key that must be there is not.
    MissingKey,
    /// A map where a list belongs, and the like.
    WrongType,
    /// A word that is not written as its kind is written.
    Malformed,
    /// A value that is too small or too large.
    OutOfRange,
    /// A name that nothing defines.
    UnknownName,
    /// Keys that contradict each other.
    Contradiction,
    /// A gate that could never have data.
    NoData,
    /// A name that stands twice.
    DuplicateName,
    /// A `--set` that leads nowhere.
    BadPath,
    /// Something that the target or the model does not offer.
    Unsupported,
    /// A version of the language that this build does not speak.
    Version,
    /// Something that lies outside the timeline, or never happens on it.
    Timeline,
    /// A file that the scenario names, and that cannot be used.
    Input,
}

/// Every code with its title and what to do about it.
pub const CODES: &[(&str, &str, &str)] = &{
    let mut table = [("", "", ""); Code::ALL.len()];
    let mut place = 0;
    while place < table.len() {
        table[place] = Code::ALL[place].entry();
        place += 1;
    }
    table
};

impl Code {
    /// All of them, in order.
    pub const ALL: [Code; 17] = [
        Code::Unreadable,
        Code::Syntax,
        Code::DuplicateKey,
        Code::UnknownKey,
        Code::MissingKey,
        Code::WrongType,
        Code::Malformed,
        Code::OutOfRange,
        Code::UnknownName,
        Code::Contradiction,
        Code::NoData,
        Code::DuplicateName,
        Code::BadPath,
        Code::Unsupported,
        Code::Version,
        Code::Timeline,
        Code::Input,
    ];

    /// The code itself: `S004`.
    pub const fn id(self) -> &'static str {
        self.entry().0
    }

    /// What kind of mistake it is, in a few words.
    pub const fn title(self) -> &'static str {
        self.entry().1
    }

    /// What to do about it.
    pub const fn remedy(self) -> &'static str {
        self.entry().2
    }

    #[rustfmt::skip]
    const fn entry(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Code::Unreadable => ("S001", "the scenario file cannot be read",
                "Check the path. A scenario is UTF-8 text of at most 1 MiB."),
            Code::Syntax => ("S002", "the file is not YAML",
                "Mind the indentation (spaces, never tabs), close every bracket and quote, and quote any text that holds `: ` or ` #`. \
                 YAML cannot be read past such a mistake, so it is told alone."),
            Code::DuplicateKey => ("S003", "a key stands twice in one map",
                "Remove or rename one of the two. Merge keys (`<<`) may be overridden; written keys may not."),
            Code::UnknownKey => ("S004", "a key that nothing reads",
                "Take the suggested key, or one of those listed. Anchors that several places share live under top-level keys that begin with `x-`."),
            Code::MissingKey => ("S005", "a key that must be there is missing",
                "Add the key; `bedload schema` describes each of them."),
            Code::WrongType => ("S006", "a value of the wrong type",
                "Write a map, list, number or text as the message asks. A text that looks like a number needs quotes."),
            Code::Malformed => ("S007", "a value that is not written as its kind is written",
                "Units are part of the value: durations `400ms`, `3.1s`, `1m 30s`; rates `20/s`, `2M/min`; shares `99.5%`; counts `512`, `10k`, `2M`."),
            Code::OutOfRange => ("S008", "a value that is too small or too large",
                "Choose a value within the bounds that the message states."),
            Code::UnknownName => ("S009", "a name that nothing defines",
                "Take the suggested name, or define the one that was meant. Stages, models, clients, flows and faults are defined by their keys in the scenario, \
                 metrics by the catalogue."),
            Code::Contradiction => ("S010", "keys that contradict each other",
                "Keep one of the keys, as the message says; no order between them is ever guessed."),
            Code::NoData => ("S011", "a gate that could never have data",
                "A gate on nothing is no gate. Change its metric or widen its scope (`flow`, `during`, `where`, `after`), or add what the metric needs."),
            Code::DuplicateName => ("S012", "a name that stands twice",
                "Give each its own name, or remove one."),
            Code::BadPath => ("S013", "a `--set` that leads nowhere",
                "A path is keys joined by dots, list items by their number from 0 or by their name: `--set stages.storm.for=2m`."),
            Code::Unsupported => ("S014", "something that the target or the model does not offer",
                "Choose another target, model or operation, or remove what it cannot do."),
            Code::Version => ("S015", "a version of the scenario language that this build does not speak",
                "Write `version: 1`, or use the bedload that speaks the version."),
            Code::Timeline => ("S016", "something outside the timeline, or that never happens on it",
                "Stages run one after another from 0. Keep windows within them, give every flow some traffic, and record at least one stage."),
            Code::Input => ("S017", "a file that the scenario names cannot be used",
                "Paths are looked up from the folder of the scenario. A trace holds a time, input tokens and output tokens for each arrival, in CSV or JSON lines; \
                 name its columns if it is none of the published formats. Prompts stand one on a line, as text or JSON."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_count_up_from_one() {
        for (place, (id, title, remedy)) in CODES.iter().enumerate() {
            assert_eq!(*id, format!("S{:03}", place + 1));
            assert!(!title.is_empty() && !remedy.is_empty());
        }
    }
}
