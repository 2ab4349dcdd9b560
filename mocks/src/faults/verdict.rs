//! What a fault may decide about a request.

use std::time::Duration;

use super::edit::Edit;
use super::refusal::Refusal;
use super::sever::Sever;

/// One fault's decision about one request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// The fault lets it be.
    Pass,
    /// The service takes this much longer to begin; later faults still speak.
    Delay(Duration),
    /// The answer is changed on its way out; later faults still speak.
    Edit(Edit),
    /// The service answers with an error; later faults are not asked.
    Refuse(Refusal),
    /// The connection is cut instead of an answer; later faults are not asked.
    Sever(Sever),
}

impl Verdict {
    /// A delay, or nothing if it is none.
    pub(super) fn delay(time: Duration) -> Self {
        if time.is_zero() { Verdict::Pass } else { Verdict::Delay(time) }
    }
}
