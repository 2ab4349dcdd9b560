//! What all faults together decide about a request.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use super::edits::Edits;
use super::refusal::Refusal;
use super::sever::Sever;
use super::strikes::Strikes;
use super::tally::Tally;
use super::verdict::Verdict;

/// The sum of the verdicts on one request: delays added, edits in the script's order, up to the first refusal or cut.
#[derive(Debug, Default)]
pub(crate) struct Ruling {
    pub(super) delay: Duration,
    pub(super) end: Option<End>,
    edits: Edits,
    strikes: Option<Strikes>,
}

/// What is answered instead of an answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum End {
    /// An error.
    Refuse(Refusal),
    /// Nothing: the connection is cut.
    Sever(Sever),
}

impl Ruling {
    /// A ruling without a verdict yet, which notes the faults that strike in `strikes`, if whoever asks
    /// wants to hear of them there.
    pub(crate) fn noting(strikes: Option<Strikes>) -> Self {
        Ruling { strikes, ..Ruling::default() }
    }

    /// The faults that have struck for certain so far, and where those of its edits will be noted that
    /// strike; none if no fault had anything to say, and nobody asked.
    pub(crate) fn strikes(&self) -> Option<&Strikes> {
        self.strikes.as_ref()
    }

    /// What is to be changed of the answer, be it an error.
    pub(crate) fn edits(&self) -> &Edits {
        &self.edits
    }

    /// The same, once everything else has been carried out.
    pub(crate) fn into_edits(self) -> Edits {
        self.edits
    }

    /// Adds a fault's verdict. A refusal or a cut is the last one.
    pub(super) fn add(&mut self, fault: &Arc<Tally>, verdict: Verdict) -> ControlFlow<()> {
        match verdict {
            Verdict::Pass => ControlFlow::Continue(()),
            Verdict::Edit(edit) => {
                self.edits.add(fault.clone(), edit, self.strikes.get_or_insert_default());
                ControlFlow::Continue(())
            }
            Verdict::Delay(delay) => {
                self.delay = self.delay.saturating_add(delay);
                fault.strike();
                self.strikes.get_or_insert_default().note(fault.name());
                ControlFlow::Continue(())
            }
            Verdict::Refuse(refusal) => self.end(fault, End::Refuse(refusal)),
            Verdict::Sever(sever) => self.end(fault, End::Sever(sever)),
        }
    }

    fn end(&mut self, fault: &Tally, end: End) -> ControlFlow<()> {
        fault.strike();
        self.strikes.get_or_insert_default().decide(fault.name());
        self.end = Some(end);
        ControlFlow::Break(())
    }
}
