//! The groups of a FIFO queue.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::Key;

/// All groups that have a message.
#[derive(Debug, Default)]
pub(super) struct Groups {
    /// By name. Nobody iterates over it, so its order reaches no output.
    groups: HashMap<Arc<str>, Group>,
    /// Those that may be received from, by their first message.
    open: BTreeSet<(Key, Arc<str>)>,
}

/// The messages of one group.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// Those that can be seen.
    pub visible: BTreeSet<Key>,
    /// Those that cannot be yet.
    pub delayed: BTreeSet<Key>,
    /// How many are in flight.
    pub in_flight: usize,
    /// Under which key it stands among the open ones.
    open: Option<Key>,
}

impl Group {
    /// The next message, unless one before it is delayed.
    fn head(&self) -> Option<Key> {
        let head = self.visible.first().copied()?;
        self.delayed.first().is_none_or(|delayed| head < *delayed).then_some(head)
    }

    fn is_empty(&self) -> bool {
        self.visible.is_empty() && self.delayed.is_empty() && self.in_flight == 0
    }
}

impl Groups {
    /// Whether no group may be received from.
    pub(super) fn is_blocked(&self) -> bool {
        self.open.is_empty()
    }

    /// Changes a group, and gives 1 if it may be received from and could not be before, else 0. No two
    /// receivers get messages of one group, so one of them need hear of it.
    pub(super) fn change(&mut self, name: Option<&Arc<str>>, change: impl FnOnce(&mut Group)) -> usize {
        let name = name.cloned().unwrap_or_default();
        let group = self.groups.entry(name.clone()).or_default();
        change(group);
        self.settle(&name)
    }

    /// Takes the next message, out of the `group` of the last one as long as that has some.
    pub(super) fn take(&mut self, group: &mut Option<Arc<str>>) -> Option<Key> {
        let more = group.as_ref().and_then(|name| self.groups.get(name)).and_then(Group::head);
        let (key, name) = match (more, group.take()) {
            (Some(key), Some(name)) => (key, name),
            _ => self.open.first().cloned()?,
        };
        if let Some(group) = self.groups.get_mut(&name) {
            group.visible.remove(&key);
        }
        // The message is on its way out, so that it stands nowhere; whoever takes it says what becomes of it.
        self.settle(&name);
        *group = Some(name);
        Some(key)
    }

    fn settle(&mut self, name: &Arc<str>) -> usize {
        let Some(group) = self.groups.get_mut(name) else { return 0 };
        let open = group.head().filter(|_| group.in_flight == 0);
        let was = std::mem::replace(&mut group.open, open);
        if group.is_empty() {
            self.groups.remove(name);
        }
        if was != open {
            if let Some(key) = was {
                self.open.remove(&(key, name.clone()));
            }
            if let Some(key) = open {
                self.open.insert((key, name.clone()));
            }
        }
        usize::from(was.is_none() && open.is_some())
    }
}
