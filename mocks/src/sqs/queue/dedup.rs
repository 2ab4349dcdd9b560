//! What a FIFO queue was sent within the last five minutes.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use crate::sqs::message::Sequence;

/// How long a repetition is known as one.
const INTERVAL: Duration = Duration::from_secs(5 * 60);

/// Among which messages a repetition is looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All of the queue.
    #[default]
    Queue,
    /// Those of the same group.
    Group,
}

/// A message that was sent.
#[derive(Clone, Debug)]
pub(super) struct Original {
    /// Its id.
    pub id: Arc<str>,
    /// Its place.
    pub sequence: Sequence,
}

type Name = (Option<Arc<str>>, Arc<str>);

/// The messages sent, by what tells repetitions.
#[derive(Debug, Default)]
pub(super) struct Dedup {
    seen: HashMap<Name, Original>,
    order: VecDeque<(Duration, Name)>,
}

impl Dedup {
    /// The message that another with this id would repeat.
    pub(super) fn find(&self, scope: Scope, group: Option<&Arc<str>>, id: &Arc<str>) -> Option<&Original> {
        self.seen.get(&name(scope, group, id))
    }

    /// Notes a message that was sent.
    pub(super) fn note(
        &mut self,
        now: Duration,
        scope: Scope,
        group: Option<&Arc<str>>,
        id: &Arc<str>,
        original: Original,
    ) {
        let name = name(scope, group, id);
        self.seen.insert(name.clone(), original);
        self.order.push_back((now + INTERVAL, name));
    }

    /// Forgets what is older than the interval.
    pub(super) fn forget(&mut self, now: Duration) {
        while let Some((_, name)) = self.order.pop_front_if(|(until, _)| *until <= now) {
            self.seen.remove(&name);
        }
    }
}

fn name(scope: Scope, group: Option<&Arc<str>>, id: &Arc<str>) -> Name {
    let group = match scope {
        Scope::Queue => None,
        Scope::Group => group.cloned(),
    };
    (group, id.clone())
}
