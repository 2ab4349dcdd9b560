//! What may be received, in the order in which it is.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::groups::Groups;
use super::{Key, Kind};

/// The messages that may be received.
#[derive(Debug)]
pub(super) enum Line {
    /// All that can be seen, the oldest first.
    Standard(BTreeSet<Key>),
    /// The groups, of which none gives its next message away before the last one is done.
    Fifo(Groups),
}

impl Line {
    pub(super) fn new(kind: Kind) -> Self {
        match kind {
            Kind::Standard => Line::Standard(BTreeSet::new()),
            Kind::Fifo => Line::Fifo(Groups::default()),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        match self {
            Line::Standard(keys) => keys.is_empty(),
            Line::Fifo(groups) => groups.is_blocked(),
        }
    }

    /// Whether more than one message could be next.
    pub(super) fn has_a_choice(&self) -> bool {
        matches!(self, Line::Standard(keys) if keys.len() > 1)
    }

    /// A message can be seen; gives how many receivers should hear of it.
    pub(super) fn join(&mut self, key: Key, group: Option<&Arc<str>>) -> usize {
        match self {
            Line::Standard(keys) => usize::from(keys.insert(key)),
            Line::Fifo(groups) => groups.change(group, |group| _ = group.visible.insert(key)),
        }
    }

    /// A message cannot be seen yet, and the ones of its group that came after it wait for it.
    pub(super) fn hold(&mut self, key: Key, group: Option<&Arc<str>>) {
        if let Line::Fifo(groups) = self {
            groups.change(group, |group| _ = group.delayed.insert(key));
        }
    }

    /// A message's delay is over; gives what [`Line::join`] does.
    pub(super) fn release(&mut self, key: Key, group: Option<&Arc<str>>) -> usize {
        match self {
            Line::Standard(_) => 0,
            Line::Fifo(groups) => groups.change(group, |group| _ = group.delayed.remove(&key)),
        }
    }

    /// A message of the group is in flight.
    pub(super) fn fly(&mut self, group: Option<&Arc<str>>) {
        if let Line::Fifo(groups) = self {
            groups.change(group, |group| group.in_flight += 1);
        }
    }

    /// A message of the group is in flight no more; gives what [`Line::join`] does.
    pub(super) fn land(&mut self, group: Option<&Arc<str>>) -> usize {
        match self {
            Line::Standard(_) => 0,
            Line::Fifo(groups) => {
                groups.change(group, |group| group.in_flight = group.in_flight.saturating_sub(1))
            }
        }
    }

    /// A message is gone; gives what [`Line::join`] does.
    pub(super) fn quit(&mut self, key: Key, group: Option<&Arc<str>>) -> usize {
        match self {
            Line::Standard(keys) => {
                keys.remove(&key);
                0
            }
            Line::Fifo(groups) => groups.change(group, |group| _ = group.visible.remove(&key)),
        }
    }

    /// Takes the next message: of a FIFO queue out of the `group` of the last one as long as it has some; of a
    /// standard queue from `place`, if not from the front.
    pub(super) fn take(&mut self, group: &mut Option<Arc<str>>, place: Option<f64>) -> Option<Key> {
        match self {
            Line::Fifo(groups) => groups.take(group),
            Line::Standard(keys) => {
                let key = place.and_then(|place| behind(keys, place)).or_else(|| keys.first().copied())?;
                keys.remove(&key);
                Some(key)
            }
        }
    }
}

/// A key behind the first, this far along the way to the last.
///
/// The way is measured in arrivals and not in messages, since no order could be asked for its n-th in less
/// than all of its time; where many of them are gone it is uneven.
fn behind(keys: &BTreeSet<Key>, place: f64) -> Option<Key> {
    let (first, last) = (*keys.first()?, *keys.last()?);
    let from = first + 1 + ((last - first) as f64 * place.clamp(0.0, 1.0)) as u64;
    keys.range(from.min(last)..).next().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_the_line_is_never_its_front() {
        let keys: BTreeSet<Key> = [3, 5, 9].into();
        let cases = [(0.0, 5), (0.3, 5), (0.5, 9), (1.0, 9), (7.0, 9)];
        for (place, expected) in cases {
            assert_eq!(behind(&keys, place), Some(expected), "{place}");
        }
        assert_eq!(behind(&BTreeSet::new(), 0.5), None);
    }
}
