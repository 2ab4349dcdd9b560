//! What all faults together decide about a request.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use super::verdict::{Refusal, Verdict};

/// The sum of the verdicts on one request: delays added, up to the first refusal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ruling {
    pub(super) delay: Duration,
    pub(super) refusal: Option<Refusal>,
    fault: Option<Arc<str>>,
}

impl Ruling {
    /// The fault to name for it: the one that refused, or else the first that delayed.
    pub(crate) fn fault(&self) -> Option<&Arc<str>> {
        self.fault.as_ref()
    }

    /// Adds a fault's verdict. A refusal is the last one.
    pub(super) fn add(&mut self, fault: &Arc<str>, verdict: Verdict) -> ControlFlow<()> {
        match verdict {
            Verdict::Pass => ControlFlow::Continue(()),
            Verdict::Delay(delay) => {
                self.delay = self.delay.saturating_add(delay);
                self.fault.get_or_insert_with(|| fault.clone());
                ControlFlow::Continue(())
            }
            Verdict::Refuse(refusal) => {
                self.refusal = Some(refusal);
                self.fault = Some(fault.clone());
                ControlFlow::Break(())
            }
        }
    }
}
