//! Open loads in real time: a thread that does nothing but keep the schedule.
//!
//! The runtime's timers count whole milliseconds and wait for their turn behind every other task, so a sender that sleeps on
//! them is late by one to three milliseconds before anything has gone wrong. A thread of its own sleeps on the kernel's timer,
//! which is late by some fifty microseconds, and the scheduler lets it run at once, because it hardly ever does. What it
//! decides is [`step`]'s to say, as in virtual time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::iter::Peekable;
use std::sync::Arc;
use std::time::Duration;

use bedload_reports::record::Name;
use bedload_reports::units::Nanos;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::dispatch::Dispatcher;
use crate::flow::request::Requester;
use crate::pace::{Schedule, Step, step};

/// The longest sleep: how late the word to stop may be heard.
const NAP: Duration = Duration::from_millis(20);

/// The arrivals of one flow, and who carries them.
pub(super) struct OpenLoad {
    pub(super) flow: Name,
    pub(super) requester: Arc<Requester>,
    pub(super) schedule: Peekable<Schedule>,
}

/// Sends all arrivals of these loads, in the order in which they are due, from a thread of its own. What it gives back is
/// ready when the last one was sent, or the run is over.
pub(super) fn start(dispatcher: Arc<Dispatcher>, loads: Vec<OpenLoad>) -> io::Result<oneshot::Receiver<()>> {
    let (over, ended) = oneshot::channel();
    let runtime = Handle::current();
    std::thread::Builder::new().name("bedload-pacer".into()).spawn(move || {
        Pacer::new(dispatcher, loads, runtime).run();
        // Dropping the sender says the same: nobody may listen any more.
        let _ = over.send(());
    })?;
    Ok(ended)
}

struct Pacer {
    dispatcher: Arc<Dispatcher>,
    loads: Vec<OpenLoad>,
    runtime: Handle,
    /// When each load has its next arrival, with the load's place.
    due: BinaryHeap<Reverse<(Nanos, usize)>>,
}

impl Pacer {
    fn new(dispatcher: Arc<Dispatcher>, mut loads: Vec<OpenLoad>, runtime: Handle) -> Self {
        let first = |(place, load): (usize, &mut OpenLoad)| Some(Reverse((load.schedule.peek()?.at, place)));
        let due = loads.iter_mut().enumerate().filter_map(first).collect();
        Pacer { dispatcher, loads, runtime, due }
    }

    fn run(mut self) {
        let clock = self.dispatcher.clock();
        while !self.dispatcher.is_over() {
            match step(clock.now(), self.due.peek().map(|Reverse((due, _))| *due)) {
                Step::Stop => return,
                Step::Wait(due) => clock.nap_until(due, NAP),
                Step::Send => self.send(),
            }
        }
    }

    /// Sends what is due next.
    fn send(&mut self) {
        let Some(Reverse((_, place))) = self.due.pop() else { return };
        let Some(load) = self.loads.get_mut(place) else { return };
        let Some(due) = load.schedule.next() else { return };
        self.dispatcher.send(&self.runtime, &load.flow, &load.requester, due);
        self.due.extend(load.schedule.peek().map(|next| Reverse((next.at, place))));
    }
}
