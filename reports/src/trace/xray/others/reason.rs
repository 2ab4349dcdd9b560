//! Why documents differ.

use super::difference::Difference;
use super::translator::Translator;

/// A difference that is meant, as a row of the docs and as a test of a difference.
pub(super) struct Reason {
    pub what: &'static str,
    pub collector: There,
    pub opentelemetry_aws: There,
    pub bedload: &'static str,
    pub why: &'static str,
    pub covers: fn(&Difference<'_>) -> bool,
}

/// What another translator does there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum There {
    /// Something else.
    Differs(&'static str),
    /// The same as we.
    Same,
    /// It cannot be seen: it makes no document of the only spans where it could be.
    Lost,
}

impl Reason {
    pub(super) fn theirs(&self, by: Translator) -> There {
        match by {
            Translator::Collector => self.collector,
            Translator::OpentelemetryAws => self.opentelemetry_aws,
        }
    }

    pub(super) fn explains(&self, difference: &Difference<'_>) -> bool {
        matches!(self.theirs(difference.by), There::Differs(_)) && (self.covers)(difference)
    }
}
