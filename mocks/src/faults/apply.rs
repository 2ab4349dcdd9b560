//! Carries a ruling out: the only place where a fault takes time or answers for the service.

use super::ruling::{End, Ruling};
use crate::clock;

/// Waits out the delay, and then gives what is to be answered instead of an answer, if there is such a thing.
pub(crate) async fn apply(ruling: &mut Ruling) -> Result<(), End> {
    clock::pass(ruling.delay).await;
    ruling.end.take().map_or(Ok(()), Err)
}
