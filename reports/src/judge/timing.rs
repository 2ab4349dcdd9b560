//! Everything that is asked about the waits before retries.
//!
//! Each group of waits, one client's after one class of failures, is asked the same questions; the groups
//! share the level of every question, so that many of them raise no more false findings than one.

use super::agent::Sdk;
use super::calls::Calls;
use super::context::Context;
use super::finding::{Answer, Code, Ruling};
use super::gaps::{Group, groups};
use super::level::Level;
use super::likeness::Likeness;
use super::{backoff, declared, expect, growth, jitter, shape};

/// The fewest waits of a group that any finding can rest on: groups below take no share of the level.
const TESTABLE: usize = 4;

/// A group of waits with all that was found out about it.
#[derive(Clone, Debug)]
pub(super) struct Timed {
    /// The waits.
    pub(super) group: Group,
    /// What they look like.
    pub(super) likeness: Likeness,
    /// What was asked, and the answers.
    rulings: Vec<(Code, Ruling)>,
}

impl Timed {
    /// The answers, addressed.
    pub(super) fn answers(&self) -> impl Iterator<Item = Answer> {
        self.rulings.iter().map(|(code, ruling)| Answer {
            code: *code,
            client: self.group.client.clone(),
            class: Some(self.group.class),
            ruling: ruling.clone(),
        })
    }
}

/// Asks every group of waits, in the order of the clients.
pub(super) fn ask(calls: &Calls<'_>, context: &Context) -> Vec<Timed> {
    let groups = groups(calls, context);
    let level = Level::shared_by(groups.iter().filter(|group| group.tested() >= TESTABLE).count());
    let backoff = context.expect.as_ref().and_then(|expect| expect.backoff);
    let sdk = |group: &Group| {
        let client = calls.clients.iter().find(|client| client.name == group.client);
        client.and_then(|client| client.agent.sdk)
    };
    groups.into_iter().map(|group| timed(sdk(&group), group, backoff, level)).collect()
}

fn timed(sdk: Option<Sdk>, group: Group, declared: Option<expect::Backoff>, level: Level) -> Timed {
    let mut rulings = backoff::ask(&group, level);
    let immediate = matches!(rulings.first(), Some((Code::NoBackoff, Ruling::Found(_))));
    // Whether what hardly waits varies and grows is no question; overhead would answer it.
    let likeness = if immediate { Likeness::immediate(&group) } else { Likeness::of(&group, sdk) };
    if !immediate {
        let jitter = jitter::ask(&group, level);
        let fixed = matches!(jitter.1, Ruling::Found(_));
        rulings.push(jitter);
        rulings.extend(growth::ask(&group, fixed, level));
    }
    match declared {
        Some(expect::Backoff::ExponentialFullJitter) => {
            rulings.push(shape::ask(&group, &rulings, &likeness, level));
        }
        Some(profile) => rulings.extend(declared::ask(&group, profile, level)),
        None => {}
    }
    rulings.push(likeness.answer(&group));
    Timed { group, likeness, rulings }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::transient;

    fn codes(cells: &[&[f64]], declared: Option<expect::Backoff>) -> Vec<(Code, bool)> {
        let timed = timed(None, transient(cells), declared, Level::shared_by(1));
        timed.answers().map(|answer| (answer.code, matches!(answer.ruling, Ruling::Found(_)))).collect()
    }

    #[test]
    fn what_does_not_wait_is_not_asked_how() {
        let immediate: [&[f64]; 2] = [&[2.0; 9], &[2.0; 9]];
        assert_eq!(codes(&immediate, None), [(Code::NoBackoff, true), (Code::LooksLike, false)]);
        let declared = codes(&immediate, Some(expect::Backoff::V2_0));
        assert!(declared.contains(&(Code::ShorterThanDeclared, true)), "{declared:?}");
        let shape = codes(&immediate, Some(expect::Backoff::ExponentialFullJitter));
        assert!(shape.contains(&(Code::NotFullJitter, true)), "{shape:?}");
    }

    #[test]
    fn a_fixed_second_has_two_faults() {
        let fixed: [&[f64]; 2] = [&[1001.0, 1001.0, 1002.0, 1001.0, 1001.0, 1001.0, 1001.0], &[1001.0; 7]];
        let found: Vec<_> = codes(&fixed, None).into_iter().filter(|(_, found)| *found).collect();
        assert_eq!(found, [(Code::NoJitter, true), (Code::NoGrowth, true)]);
    }
}
