//! What can go wrong where a queue hands messages out.

/// A question that a queue asks of the faults; each has a kind of fault that answers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Handing {
    /// Whether nothing is found.
    Nothing,
    /// Whether a message is not the first of the line.
    Elsewhere,
    /// Whether a message is delivered once more.
    Twice,
}
