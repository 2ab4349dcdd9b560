//! A function behind an event source mapping: pollers receive batches, and each batch is one invocation.
//!
//! The mapping's pollers are Lambda's own, so no fault of ours strikes them; the environments that run the function are
//! workers, and may die. A batch is deleted, whole or by its items, once the function has answered.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bedload_reports::job::DeliveryEnd;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::Site;
use super::life::Life;
use super::scaling::Scaler;
use super::visit::{Then, Visit};
use crate::queue::mailbox::Message;
use crate::queue::policy::Function;

/// What dies when a function takes too long.
const TIMED_OUT: &str = "function timeout";
/// How long the mapping waits before it invokes a throttled function again. Ours: Lambda backs off, and does not say how.
const AFTER_A_THROTTLE: Duration = Duration::from_secs(1);
/// How long a poll waits for messages: Lambda's long poll.
const POLL: Duration = Duration::from_secs(20);
/// The most messages of one receive.
const RECEIVE: u32 = 10;

/// A mapping with its function.
struct Mapping {
    site: Arc<Site>,
    function: Function,
    scaler: Mutex<Scaler>,
    /// Invocations that the function itself allows at once.
    reserved: Semaphore,
}

/// Spawns a poller for each batch that can ever be under way at once. Those beyond the mapping's scale wait.
pub(super) fn spawn(tasks: &mut JoinSet<()>, site: &Arc<Site>, function: Function) {
    let most = function.max_concurrency.min(function.scaling.most);
    let mapping = Arc::new(Mapping {
        site: site.clone(),
        scaler: Mutex::new(Scaler::new(function, site.from)),
        reserved: Semaphore::new(function.reserved.unwrap_or(most) as usize),
        function,
    });
    for number in 0..most {
        tasks.spawn(mapping.clone().poll(number));
    }
}

impl Mapping {
    /// Receives and invokes, for as long as the mapping has room for this poller.
    async fn poll(self: Arc<Self>, number: u32) {
        let site = &self.site;
        if !site.dispatcher.reached(site.from).await {
            return;
        }
        let mut life = Arc::new(Life::begin(number));
        while !site.closed.is_stopped() && !site.dispatcher.is_over() {
            if number >= self.scaled(|scaler, _| scaler.concurrency()) {
                if !site.pause(Duration::from_secs(1)).await {
                    return;
                }
                continue;
            }
            let batch = tokio::select! {
                biased;
                () = site.closed.stopped() => return,
                batch = self.gather() => batch,
            };
            if batch.is_empty() {
                self.scaled(Scaler::idle);
                continue;
            }
            self.scaled(Scaler::busy);
            self.invoke(&life, batch).await;
            // Lambda runs the next batch in an environment that is alive.
            if life.is_over() {
                life = Arc::new(Life::begin(number));
            }
        }
    }

    /// A batch: as many messages as it may have, or as came within its window.
    async fn gather(&self) -> Vec<Message> {
        let most = self.function.batch;
        let mut batch = self.receive(most, POLL).await;
        if batch.is_empty() || self.function.window.is_zero() {
            return batch;
        }
        let clock = self.site.dispatcher.clock();
        let end = clock.now().plus(self.function.window.into());
        while (batch.len() as u32) < most {
            let left = Duration::from(end.since(clock.now()));
            let more = clock.within(Some(left), self.receive(most - batch.len() as u32, left)).await;
            match more {
                Some(more) if !more.is_empty() => batch.extend(more),
                Some(_) if left > Duration::ZERO && clock.now() < end => {}
                _ => break,
            }
        }
        batch
    }

    async fn receive(&self, most: u32, wait: Duration) -> Vec<Message> {
        match self.site.mailbox.receive(most.min(RECEIVE), wait.min(POLL)).await {
            Ok(messages) => messages,
            Err(_) => {
                self.site.sleep(AFTER_A_THROTTLE).await;
                Vec::new()
            }
        }
    }

    /// Runs the function on a batch, and puts away what it says may go.
    async fn invoke(&self, life: &Arc<Life>, batch: Vec<Message>) {
        let begun = batch.into_iter().filter_map(|message| Visit::begin(&self.site, life, message));
        let visits: Vec<Visit> = begun.collect();
        let Some(_running) = self.admission().await else {
            visits.into_iter().for_each(|visit| visit.tell(DeliveryEnd::Left, false));
            return;
        };
        let timeout = async {
            self.site.sleep(self.function.timeout).await;
            life.end(&TIMED_OUT.into(), None);
            std::future::pending::<()>().await
        };
        let done = tokio::select! {
            biased;
            done = handle(visits, self.function.in_flight as usize) => done,
            () = timeout => return,
        };
        let failed = done.iter().any(|(_, then)| *then != Then::Delete);
        if failed {
            self.scaled(Scaler::failed);
        }
        // Without its answer, or without its list of items, the batch stays as a whole.
        let keep_all = failed && (!self.function.partial || life.is_over());
        for (visit, then) in done {
            let then = if keep_all && then == Then::Delete { Then::Leave } else { then };
            visit.end(&then).await;
        }
    }

    /// Room for an invocation. A throttled one is tried again until its messages are visible again; then there is none.
    async fn admission(&self) -> Option<tokio::sync::SemaphorePermit<'_>> {
        let until = self.site.now().plus(self.site.policy.visibility.into());
        loop {
            if let Ok(permit) = self.reserved.try_acquire() {
                return Some(permit);
            }
            self.scaled(Scaler::throttled);
            if self.site.now().plus(AFTER_A_THROTTLE.into()) >= until
                || !self.site.pause(AFTER_A_THROTTLE).await
            {
                return None;
            }
        }
    }

    fn scaled<T>(&self, change: impl FnOnce(&mut Scaler, bedload_reports::units::Nanos) -> T) -> T {
        let now = self.site.now();
        change(&mut self.scaler.lock().unwrap_or_else(PoisonError::into_inner), now)
    }
}

/// Works on a batch, so many messages at once, begun in the order in which they came.
async fn handle(visits: Vec<Visit>, at_once: usize) -> Vec<(Visit, Then)> {
    let room = Arc::new(Semaphore::new(at_once.max(1)));
    let mut running = JoinSet::new();
    for (place, mut visit) in visits.into_iter().enumerate() {
        // Nobody closes it, so there always is a permit in the end.
        let Ok(permit) = room.clone().acquire_owned().await else { break };
        running.spawn(async move {
            let then = visit.work().await;
            drop(permit);
            (place, visit, then)
        });
    }
    let mut done = Vec::new();
    while let Some(visited) = running.join_next().await {
        done.extend(visited.ok());
    }
    done.sort_by_key(|(place, ..)| *place);
    done.into_iter().map(|(_, visit, then)| (visit, then)).collect()
}
