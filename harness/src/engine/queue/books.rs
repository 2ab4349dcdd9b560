//! From what is known of each job to the log, while the run goes on and when it is over.

use bedload_reports::job::Stray;
use bedload_reports::record::Name;

use super::Site;
use super::register::{Known, Settled, Visited};
use crate::flow::request::Arrival;
use crate::queue::store::record::Status;

impl Site {
    /// Takes note of a delivery that is over.
    pub(super) fn visited(&self, job: &Name, arrival: &Arrival, was_open: bool, visited: Visited) {
        match self.register.visited(job, &self.flow, was_open, visited) {
            Settled::No => {}
            Settled::Job(record) => self.dispatcher.deliver(*record),
            Settled::Stray(visited) => self.dispatcher.stray(Stray {
                flow: self.flow.clone(),
                stage: self.dispatcher.stage_at(visited.delivery.received),
                job: job.clone(),
                request: arrival.id,
                due: arrival.due,
                delivery: visited.delivery,
                calls: visited.calls,
            }),
        }
    }

    /// Closes every job that is still open: by what the store says of it, and by what the queue says that it holds.
    ///
    /// A queue tells how many messages it has, not which. Where they are fewer than the jobs that should be there, the
    /// oldest are lost: those have had the longest time to vanish.
    pub(super) async fn close_books(&self) {
        let left = self.register.left();
        if left.is_empty() {
            return;
        }
        let interrupted = self.dispatcher.is_over();
        let mut known = Vec::with_capacity(left.len());
        for job in &left {
            known.push(self.known(job).await);
        }
        let unknown = known.iter().filter(|known| **known == Known::Nothing).count() as u64;
        let held = self.mailbox.held().await.unwrap_or(unknown);
        let mut lost = unknown.saturating_sub(held);
        for (job, known) in left.iter().zip(known) {
            let is_lost = known == Known::Nothing && lost > 0;
            lost -= u64::from(is_lost);
            let record = self.register.close(job, &self.flow, self.now(), known, !is_lost, interrupted);
            record.into_iter().for_each(|record| self.dispatcher.deliver(record));
        }
    }

    /// What the store knows of a job. One that cannot be asked knows nothing.
    async fn known(&self, job: &Name) -> Known {
        match self.store.read(job).await {
            Ok(Some(record)) => match record.status() {
                Status::Complete => Known::Result,
                Status::Failed => Known::Failure,
                Status::Pending | Status::InProgress => Known::Nothing,
            },
            Ok(None) | Err(_) => Known::Nothing,
        }
    }
}
