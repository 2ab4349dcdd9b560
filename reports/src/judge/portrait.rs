//! A client as its exchanges show it.

use super::calls::Client;
use super::finding::Class;
use super::identity::told;
use super::judgement::Portrait;
use super::timing::Timed;

/// The portrait of a client. What it looks like is told by its waits after transient failures where those
/// tell, since the profiles of an SDK differ there.
pub(super) fn portrait(client: &Client<'_>, timed: &[Timed]) -> Portrait {
    let words = |class: Class| {
        let own = timed.iter().filter(|one| one.group.client == client.name && one.group.class == class);
        own.filter_map(|one| one.likeness.words()).next()
    };
    Portrait {
        name: client.name.clone(),
        sdk: told(&client.agent),
        looks_like: words(Class::Transient).or_else(|| words(Class::Throttling)),
        calls: client.calls.len() as u64,
        attempts: client.exchanges() as u64,
        failed: client.calls.iter().filter(|call| !call.answered()).count() as u64,
    }
}
