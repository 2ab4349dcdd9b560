//! A queue load: jobs are put into a queue on schedule, and workers take them out.
//!
//! ```text
//! producer ─Sending─▶ mailbox ─Message─▶ workers or function ─▶ visit ─claim─▶ store
//!     │                  │                                       │ ─ask──▶ the flow's client
//!     └──────▶ register ◀┴──── dead letters ─────────────────────┘ ─result─▶ store, then delete
//! ```
//!
//! `produce` sends, `worker` and `function` receive, `visit` is what one delivery does, `hazard` what may befall a worker,
//! `register` what became of each job. The load is over when every job is settled, or with the timeline.

mod books;
mod dead_letters;
mod function;
mod hazard;
mod life;
mod produce;
mod register;
mod sample;
mod scaling;
mod visit;
mod worker;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use bedload_reports::record::Name;
use bedload_reports::units::Nanos;
use tokio::task::JoinSet;

use super::dispatch::Dispatcher;
use super::halt::{Halt, Halted, halt};
use crate::flow::request::Requester;
use crate::queue::mailbox::Mailbox;
use crate::queue::policy::{Consumer, QueuePolicy};
use crate::queue::store::JobStore;
use hazard::Hazards;
use register::Register;

pub use hazard::Hazard;

/// Everything that a queue load needs beside its requests.
#[derive(Clone, Debug)]
pub struct QueueLoad {
    /// How jobs travel.
    pub policy: QueuePolicy,
    /// When the first job is due.
    pub from: Nanos,
    /// What stands before the number in each job's name.
    pub prefix: String,
    /// The queue.
    pub mailbox: Mailbox,
    /// The store of states and results.
    pub store: JobStore,
    /// What may befall its workers.
    pub hazards: Vec<Hazard>,
}

/// A queue under load: what the producer and all workers share.
struct Site {
    dispatcher: Arc<Dispatcher>,
    flow: Name,
    requester: Arc<Requester>,
    policy: QueuePolicy,
    from: Nanos,
    prefix: String,
    mailbox: Mailbox,
    store: JobStore,
    hazards: Hazards,
    register: Register,
    /// Messages received so far.
    deliveries: AtomicU64,
    /// No message is received any more.
    closed: Halted,
    /// What is under way is cut off.
    abandoned: Halted,
}

/// Carries a load to its end.
pub(super) async fn carry(
    dispatcher: Arc<Dispatcher>,
    flow: Name,
    requester: Arc<Requester>,
    load: QueueLoad,
) {
    let ((close, closed), (abandon, abandoned)) = (halt(), halt());
    let site = Arc::new(Site {
        hazards: Hazards::new(load.hazards, dispatcher.seed(), &flow),
        register: Register::new(load.policy.jobs, u64::from(load.policy.consumer.slots())),
        deliveries: AtomicU64::new(0),
        dispatcher,
        flow,
        requester,
        policy: load.policy,
        from: load.from,
        prefix: load.prefix,
        mailbox: load.mailbox,
        store: load.store,
        closed,
        abandoned,
    });
    let mut others = JoinSet::new();
    others.spawn(produce::produce(site.clone()));
    others.spawn(dead_letters::watch(site.clone()));
    others.spawn(sample::sample(site.clone()));
    let mut consumers = consumers(&site);
    site.until_over().await;
    close.stop();
    tracing::info!(at_s = site.now().as_secs_f64(), "nothing more is received");
    site.finish(&mut consumers, &abandon).await;
    others.shutdown().await;
    site.close_books().await;
    site.dispatcher.sample(site.register.sample(&site.flow, site.now()));
}

fn consumers(site: &Arc<Site>) -> JoinSet<()> {
    let mut consumers = JoinSet::new();
    match &site.policy.consumer {
        Consumer::Workers(workers) => {
            for number in 0..workers.count {
                consumers.spawn(worker::work(site.clone(), *workers, number));
            }
        }
        Consumer::Function(function) => function::spawn(&mut consumers, site, *function),
    }
    consumers
}

impl Site {
    fn now(&self) -> Nanos {
        self.dispatcher.clock().now()
    }

    async fn sleep(&self, time: Duration) {
        self.dispatcher.clock().sleep(time).await;
    }

    /// Waits until every job is settled, the timeline is over, or the word to stop was said.
    async fn until_over(&self) {
        let end = self.dispatcher.end();
        tokio::select! {
            biased;
            () = self.register.settled() => {}
            () = async { self.dispatcher.reached(end).await; } => {}
        }
    }

    /// Lets workers finish what they hold, within the patience of the run; then cuts them off.
    async fn finish(&self, consumers: &mut JoinSet<()>, abandon: &Halt) {
        let all_over = async { while consumers.join_next().await.is_some() {} };
        tokio::select! {
            biased;
            () = all_over => return,
            () = self.dispatcher.patience() => {}
        }
        abandon.stop();
        while consumers.join_next().await.is_some() {}
    }

    /// Waits for a while, or until no message is received any more; tells which.
    async fn pause(&self, time: Duration) -> bool {
        tokio::select! {
            biased;
            () = self.closed.stopped() => false,
            () = self.sleep(time) => true,
        }
    }
}
