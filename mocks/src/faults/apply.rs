//! Carries a ruling out: the only place where a fault takes time or answers for the service.

use super::ruling::Ruling;
use super::verdict::Refusal;
use crate::clock;

/// Waits out the delay, and then gives the refusal, if there is one, to be put in the service's words.
pub(crate) async fn apply(ruling: Ruling) -> Result<(), Refusal> {
    clock::pass(ruling.delay).await;
    ruling.refusal.map_or(Ok(()), Err)
}
