//! Where something stands.
//!
//! A scenario is read from several texts: its file, and each `--set` of the command line. Whatever was
//! read keeps its place, so that a mistake found late still points at the right token.

/// A stretch of bytes of one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Span {
    /// Which text: 0 is the file, `n` the `n`-th `--set`.
    pub text: usize,
    /// Its first byte.
    pub start: usize,
    /// How many bytes; zero only where there is nothing to point at.
    pub len: usize,
}

/// Where a value stands, and where it is used if that is elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    /// The token itself.
    pub span: Span,
    /// The alias or merge key that brought it here.
    pub used: Option<Span>,
}

/// A value with its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct At<T> {
    /// What stands there.
    pub value: T,
    /// Where.
    pub place: Place,
}

impl Place {
    /// A place that is used where it stands.
    pub(crate) const fn of(span: Span) -> Self {
        Place { span, used: None }
    }
}

impl<T> At<T> {
    /// The same place for something made from the value.
    pub(crate) fn with<U>(&self, value: U) -> At<U> {
        At { value, place: self.place }
    }
}
