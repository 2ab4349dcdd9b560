//! A worker: receives, works on what it holds, deletes, and receives again.

use std::sync::Arc;
use std::time::Duration;

use bedload_reports::job::{DeliveryEnd, Point};
use bedload_reports::record::Name;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::Site;
use super::life::Life;
use super::visit::{Then, Visit};
use crate::flow::request::Arrival;
use crate::queue::mailbox::Message;
use crate::queue::policy::Workers;

/// How many times its first length a pause between empty receives may grow to.
const MOST_IDLE: u32 = 10;

/// Works until no message is received any more, through as many lives as its hazards leave it.
pub(super) async fn work(site: Arc<Site>, workers: Workers, number: u32) {
    loop {
        let life = Arc::new(Life::begin(number));
        live(&site, workers, &life).await;
        match life.back_after() {
            Some(Some(after)) if site.pause(after.into()).await => {}
            _ => return,
        }
    }
}

/// One life of a worker. It asks for messages only when it has hands free, and what it gets beyond what it can work on
/// waits in its hands: the clock of their visibility runs all the same.
async fn live(site: &Arc<Site>, workers: Workers, life: &Arc<Life>) {
    let room = Arc::new(Semaphore::new(workers.in_flight as usize));
    let mut held = JoinSet::new();
    let mut idle = Idle::new(workers.idle);
    while has_hands_free(site, life, &mut held, workers.in_flight).await {
        let received = tokio::select! {
            biased;
            () = site.closed.stopped() => break,
            () = life.over() => break,
            received = site.mailbox.receive(workers.batch, workers.wait) => received,
        };
        let messages = received.unwrap_or_default();
        if messages.is_empty() && !site.pause(idle.next()).await {
            break;
        }
        if !messages.is_empty() {
            idle.reset();
        }
        for visit in messages.into_iter().filter_map(|message| Visit::begin(site, life, message)) {
            let room = room.clone();
            held.spawn(async move {
                // Nobody closes it, so there always is room in the end.
                let _room = room.acquire_owned().await;
                deliver(visit).await;
            });
        }
    }
    while held.join_next().await.is_some() {}
}

/// Waits until the worker works on less than it can; false when it is to receive no more.
async fn has_hands_free(site: &Site, life: &Life, held: &mut JoinSet<()>, in_flight: u32) -> bool {
    loop {
        while held.try_join_next().is_some() {}
        if site.closed.is_stopped() || life.is_over() || site.dispatcher.is_over() {
            return false;
        }
        if held.len() < in_flight as usize {
            return true;
        }
        tokio::select! {
            biased;
            () = site.closed.stopped() => return false,
            () = life.over() => return false,
            _ = held.join_next() => {}
        }
    }
}

/// Works on one message, and deletes it where that is due.
async fn deliver(mut visit: Visit) {
    let early = visit.acknowledges_early() && visit.acknowledge().await;
    let then = visit.work().await;
    match early {
        true => {
            let end = ended(&then, visit.point());
            visit.tell(end, true);
        }
        false => visit.end(&then).await,
    }
}

/// How a delivery ended whose message had been deleted before.
fn ended(then: &Then, point: Point) -> DeliveryEnd {
    match then {
        Then::Died(_) | Then::Abandon => then.without_deletion(point),
        Then::Delete | Then::Leave | Then::Release(_) => DeliveryEnd::Deleted,
    }
}

impl Site {
    /// Whose a message is. One of no job of this run is left alone; one of a job that was settled is worked on as any other,
    /// since a worker could not tell.
    pub(super) fn take(&self, message: &Message) -> Option<(Name, Arrival, bool)> {
        let parcel = message.parcel.as_ref()?;
        let job = parcel.job_id.clone();
        let number = job.strip_prefix(&*self.prefix)?.parse().ok()?;
        let known = self.register.received(&job);
        let was_open = known.is_some();
        let due = self.due(number);
        let settled = || Arrival::new(parcel.document, self.dispatcher.stage_at(due), due);
        Some((job, known.unwrap_or_else(settled), was_open))
    }
}

/// Pauses between receives that give nothing; each is twice the one before.
struct Idle {
    first: Duration,
    next: Duration,
}

impl Idle {
    fn new(first: Duration) -> Self {
        Idle { first, next: first }
    }

    fn next(&mut self) -> Duration {
        let pause = self.next;
        self.next = (pause * 2).min(self.first * MOST_IDLE);
        pause
    }

    fn reset(&mut self) {
        self.next = self.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_ten_times_the_first_and_begin_anew_after_a_message() {
        let mut idle = Idle::new(Duration::from_millis(200));
        let pauses: Vec<u128> = (0..6).map(|_| idle.next().as_millis()).collect();
        assert_eq!(pauses, [200, 400, 800, 1600, 2000, 2000]);
        idle.reset();
        assert_eq!(idle.next(), Duration::from_millis(200));
    }
}
