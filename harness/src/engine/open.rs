//! An open load in virtual time: requests are sent when the schedule says, whatever became of the ones before.

use std::sync::Arc;

use bedload_reports::record::Name;
use tokio::runtime::Handle;

use super::dispatch::Dispatcher;
use crate::flow::request::Requester;
use crate::pace::{Schedule, Step, step};

/// Walks a schedule.
pub(super) async fn send(
    dispatcher: Arc<Dispatcher>,
    flow: Name,
    requester: Arc<Requester>,
    schedule: Schedule,
) {
    let mut schedule = schedule.peekable();
    let runtime = Handle::current();
    while !dispatcher.is_over() {
        match step(dispatcher.clock().now(), schedule.peek().map(|due| due.at)) {
            Step::Stop => return,
            Step::Wait(due) => {
                dispatcher.reached(due).await;
            }
            Step::Send => {
                let Some(due) = schedule.next() else { return };
                dispatcher.send(&runtime, &flow, &requester, due);
            }
        }
    }
}
