//! What an event of a stream means to its reader, whatever the dialect it is written in.

/// What an event of a stream means to its reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Content that is not empty: text, reasoning or a tool's input, of so many characters.
    Content(usize),
    /// Tokens read by the model, as the service counts them.
    Input(u64),
    /// Tokens written by the model, or so far, as the service counts them.
    Output(u64),
    /// Why the model stopped.
    Stopped(String),
    /// The closing event: nothing of the answer is missing.
    Close,
}

impl Event {
    /// Content of this text; none if it is empty.
    pub fn content(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Event::Content(text.chars().count()))
    }
}
