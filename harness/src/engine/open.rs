//! An open load: requests are sent when the schedule says, whatever became of the ones before.

use std::sync::Arc;

use bedload_reports::record::Name;

use super::dispatch::Dispatcher;
use crate::flow::prompt::Matter;
use crate::flow::request::Requester;
use crate::pace::{Schedule, Step, step};

/// Walks a schedule. An arrival that finds no room is counted and not made up for.
pub(super) async fn send(
    dispatcher: Arc<Dispatcher>,
    flow: Name,
    requester: Arc<Requester>,
    schedule: Schedule,
) {
    let mut schedule = schedule.peekable();
    while !dispatcher.is_over() {
        match step(dispatcher.clock().now(), schedule.peek().map(|due| due.at)) {
            Step::Stop => return,
            Step::Wait(due) => {
                dispatcher.reached(due).await;
            }
            Step::Send => {
                let Some(due) = schedule.next() else { return };
                match dispatcher.room() {
                    None => dispatcher.drop_arrival(&flow, due.at),
                    Some(permit) => {
                        let (dispatcher, flow, requester) =
                            (dispatcher.clone(), flow.clone(), requester.clone());
                        let matter = Matter { lengths: due.lengths, ..Matter::default() };
                        tokio::spawn(async move {
                            dispatcher.perform(permit, requester, &flow, due.at, matter, || {}).await;
                        });
                    }
                }
            }
        }
    }
}
