//! The invocations of one region.
//!
//! At most [`MOST_KEPT`] are kept. When the shelf is full, a new one takes the place of the oldest that has
//! ended; its ARN and its token are then unknown again. If none has ended, there is no room, and the
//! service's quota of concurrent invocations is what the caller is told of.

use std::collections::BTreeMap;

use tokio::time::Instant;

use super::invocation::{Invocation, Outcome};
use super::start::Start;
use super::status::Status;

/// The most invocations that a region remembers, ended or not.
pub(super) const MOST_KEPT: usize = 10_000;

/// What is known of a request to start an invocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Known<'a> {
    /// Nothing: its token is new, or it has none.
    New,
    /// It was started before, as the invocation with this id.
    Repeated(&'a str),
    /// Its token was used for something else.
    Conflicting,
}

/// Invocations in the order of their submission.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    next: u64,
    kept: BTreeMap<u64, Invocation>,
    by_id: BTreeMap<String, u64>,
    by_token: BTreeMap<String, u64>,
}

impl Shelf {
    /// Whether a request was made before, by its token.
    pub(super) fn knows(&self, start: &Start) -> Known<'_> {
        let number = start.token.as_ref().and_then(|token| self.by_token.get(token));
        match number.and_then(|number| self.kept.get(number)) {
            None => Known::New,
            Some(invocation) if invocation.digest == start.digest => Known::Repeated(&invocation.id),
            Some(_) => Known::Conflicting,
        }
    }

    /// Whether an id is taken.
    pub(super) fn has(&self, id: &str) -> bool {
        self.by_id.contains_key(id)
    }

    /// Makes room for one more, and says whether there is any.
    pub(super) fn make_room(&mut self, now: Instant) -> bool {
        if self.kept.len() < MOST_KEPT {
            return true;
        }
        let ended = |(_, invocation): &(&u64, &Invocation)| invocation.status(now) != Status::InProgress;
        let Some(oldest) = self.kept.iter().find(ended).map(|(number, _)| *number) else {
            return false;
        };
        if let Some(forgotten) = self.kept.remove(&oldest) {
            self.by_id.remove(&forgotten.id);
            forgotten.token.and_then(|token| self.by_token.remove(&token));
        }
        true
    }

    /// Puts an invocation behind all others.
    pub(super) fn add(&mut self, invocation: Invocation) {
        let number = self.next;
        self.next += 1;
        self.by_id.insert(invocation.id.clone(), number);
        self.by_token.extend(invocation.token.clone().map(|token| (token, number)));
        self.kept.insert(number, invocation);
    }

    /// The invocation with this id.
    pub(super) fn get(&self, id: &str) -> Option<&Invocation> {
        self.kept.get(self.by_id.get(id)?)
    }

    /// Ends the invocation with this id, whose output has been written or could not be. One that was
    /// submitted at another time is not meant: ids come again when a cloud is reset.
    pub(super) fn settle(&mut self, id: &str, submitted: Instant, outcome: Outcome, now: Instant) {
        let invocation = self.by_id.get(id).and_then(|number| self.kept.get_mut(number));
        if let Some(invocation) = invocation.filter(|invocation| invocation.submitted == submitted) {
            invocation.outcome = outcome;
            invocation.ends = now;
        }
    }

    /// All of them with their numbers, in the order of submission.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (u64, &Invocation)> {
        self.kept.iter().map(|(number, invocation)| (*number, invocation))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use std::time::Duration;

    use super::super::s3::S3Uri;
    use super::super::start::Output;
    use super::*;
    use crate::clock;

    const SECOND: Duration = Duration::from_secs(1);

    fn output() -> Output {
        Output { place: S3Uri::parse("s3://bucket").unwrap(), kms_key_id: None, bucket_owner: None }
    }

    fn invocation(number: usize, submitted: Instant, takes: Duration) -> Invocation {
        Invocation {
            id: number.to_string(),
            model_arn: String::new(),
            token: Some(format!("t{number}")),
            digest: 0,
            output: output(),
            submitted,
            ends: submitted + takes,
            outcome: Outcome::Completes,
        }
    }

    fn start(number: usize) -> Start {
        Start { token: Some(format!("t{number}")), output: output(), digest: 0 }
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_shelf_forgets_the_oldest_that_has_ended() {
        let (mut shelf, now) = (Shelf::default(), clock::now());
        for number in 0..MOST_KEPT {
            assert!(shelf.make_room(now));
            let takes = if number == 0 { 9 * SECOND } else { SECOND };
            shelf.add(invocation(number, now, takes));
        }
        assert!(!shelf.make_room(now), "none has ended");
        assert!(shelf.make_room(now + SECOND));
        assert!(shelf.has("0") && !shelf.has("1"), "the oldest is still at work");
        assert_eq!(shelf.knows(&start(0)), Known::Repeated("0"));
        assert_eq!(shelf.knows(&start(1)), Known::New);
        assert_eq!(shelf.iter().count(), MOST_KEPT - 1);
    }

    #[tokio::test(start_paused = true)]
    async fn only_the_invocation_that_was_meant_is_settled() {
        let (mut shelf, now) = (Shelf::default(), clock::now());
        shelf.add(Invocation { outcome: Outcome::Writes, ..invocation(0, now, SECOND) });
        shelf.settle("0", now + SECOND, Outcome::Completes, now + SECOND);
        assert_eq!(shelf.get("0").map(|kept| kept.status(now + 9 * SECOND)), Some(Status::InProgress));
        shelf.settle("0", now, Outcome::Completes, now + 2 * SECOND);
        assert_eq!(shelf.get("0").map(|kept| kept.status(now + 2 * SECOND)), Some(Status::Completed));
    }
}
