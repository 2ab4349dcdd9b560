//! What all faults together decide about a request.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use super::edit::Edit;
use super::refusal::Refusal;
use super::sever::Sever;
use super::tally::Tally;
use super::verdict::Verdict;

/// The sum of the verdicts on one request: delays added, edits in the script's order, up to the first refusal or cut.
#[derive(Debug, Default)]
pub(crate) struct Ruling {
    pub(super) delay: Duration,
    pub(super) edits: Vec<(Arc<Tally>, Edit)>,
    pub(super) end: Option<End>,
    /// Those that have struck for certain, in order; an edit has only once it has changed something.
    struck: Vec<Arc<str>>,
    /// The one that refused or cut.
    decided: Option<Arc<str>>,
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
    /// The fault to name for it: the one that refused or cut, or else the first that delayed.
    pub(crate) fn fault(&self) -> Option<&Arc<str>> {
        self.decided.as_ref().or(self.struck.first())
    }

    /// All that have struck so far, in the script's order.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "the ledger that names them all comes with the next commits")
    )]
    pub(crate) fn struck(&self) -> &[Arc<str>] {
        &self.struck
    }

    /// Adds a fault's verdict. A refusal or a cut is the last one.
    pub(super) fn add(&mut self, fault: &Arc<Tally>, verdict: Verdict) -> ControlFlow<()> {
        let end = match verdict {
            Verdict::Pass => return ControlFlow::Continue(()),
            Verdict::Edit(edit) => {
                self.edits.push((fault.clone(), edit));
                return ControlFlow::Continue(());
            }
            Verdict::Delay(delay) => {
                self.delay = self.delay.saturating_add(delay);
                None
            }
            Verdict::Refuse(refusal) => Some(End::Refuse(refusal)),
            Verdict::Sever(sever) => Some(End::Sever(sever)),
        };
        fault.strike();
        self.struck.push(fault.name().clone());
        self.end = end;
        if self.end.is_none() {
            return ControlFlow::Continue(());
        }
        self.decided = Some(fault.name().clone());
        ControlFlow::Break(())
    }
}
