//! The queues of a cloud.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use super::address::Address;
use super::errors::{Mistake, no_queue};
use super::moves::MoveTask;
use super::queue::Serial;
use super::settings::Settings;
use super::shared::SharedQueue;

/// How long the name of a deleted queue is not free again.
const REST: Duration = Duration::from_secs(60);

/// All queues, by where they are.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    queues: RwLock<BTreeMap<Address, Place>>,
    moves: Mutex<Vec<Arc<MoveTask>>>,
    made: AtomicU64,
}

#[derive(Debug)]
enum Place {
    Taken(Arc<SharedQueue>),
    Left { since: Duration },
}

impl Registry {
    /// The queue at an address.
    pub(crate) fn find(&self, address: &Address) -> Result<Arc<SharedQueue>, Mistake> {
        // A poisoned lock still guards a whole map: an entry is put or taken in one step.
        match self.queues.read().unwrap_or_else(PoisonError::into_inner).get(address) {
            Some(Place::Taken(queue)) => Ok(queue.clone()),
            _ => Err(no_queue()),
        }
    }

    /// Makes a queue where there is none, or gives the one that is there.
    pub(crate) fn make(
        &self,
        address: Address,
        settings: Settings,
        tags: BTreeMap<String, String>,
        now: Duration,
    ) -> Result<Made, Mistake> {
        let mut queues = self.queues.write().unwrap_or_else(PoisonError::into_inner);
        match queues.get(&address) {
            Some(Place::Taken(queue)) => return Ok(Made::There(queue.clone())),
            Some(Place::Left { since }) if now < *since + REST => {
                return Err(Mistake::new(
                    "QueueDeletedRecently",
                    "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
                ));
            }
            _ => {}
        }
        let serial = Serial(self.made.fetch_add(1, Ordering::Relaxed));
        let queue = SharedQueue::new(address.clone(), serial, settings, tags, now);
        queues.insert(address, Place::Taken(queue));
        Ok(Made::New)
    }

    /// Deletes a queue.
    pub(crate) fn delete(&self, address: &Address, now: Duration) -> Result<(), Mistake> {
        let queue = self.find(address)?;
        let mut queues = self.queues.write().unwrap_or_else(PoisonError::into_inner);
        queues.insert(address.clone(), Place::Left { since: now });
        drop(queues);
        queue.delete();
        Ok(())
    }

    /// The queues of an account in a region, by name.
    pub(crate) fn list(&self, region: &Arc<str>, account: &Arc<str>) -> Vec<Arc<SharedQueue>> {
        let from = Address { region: region.clone(), account: account.clone(), name: "".into() };
        let queues = self.queues.read().unwrap_or_else(PoisonError::into_inner);
        queues
            .range(from..)
            .take_while(|(address, _)| address.region == *region && address.account == *account)
            .filter_map(|(_, place)| match place {
                Place::Taken(queue) => Some(queue.clone()),
                Place::Left { .. } => None,
            })
            .collect()
    }

    /// The tasks that move messages, in the order of their beginning.
    pub(crate) fn moves(&self) -> MutexGuard<'_, Vec<Arc<MoveTask>>> {
        self.moves.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets all queues, as if none had ever been.
    pub(crate) fn clear(&self) {
        let queues = std::mem::take(&mut *self.queues.write().unwrap_or_else(PoisonError::into_inner));
        for place in queues.into_values() {
            if let Place::Taken(queue) = place {
                queue.delete();
            }
        }
        self.moves().drain(..).for_each(|task| task.cancel());
    }
}

/// What came of making a queue.
pub(crate) enum Made {
    /// It is new.
    New,
    /// There was one.
    There(Arc<SharedQueue>),
}
