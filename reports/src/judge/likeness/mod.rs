//! Which policy a client looks like: a description, by likelihood, that no build fails for.
//!
//! Candidates are the policies in the field, their shapes with another base, and "none of these". What is
//! said needs odds of 0.99 and twenty waits, and the candidate must fit by itself: of clients that follow no
//! policy a likelihood alone would name a good part. An SDK that says which it is, is asked only which of its
//! two profiles it has, and five waits tell.

mod catalogue;
mod density;
mod histogram;
mod posterior;
mod profiles;
mod shapes;

use super::agent::Sdk;
use super::base;
use super::finding::{Code, Ruling};
use super::gaps::{Gap, Group, evenly};
use super::policy::{Growth, Jitter, Policy};
use super::shortage::shortage;
use crate::number;

use catalogue::Row;
use density::Sample;
use posterior::Posterior;
use profiles::Profile;

/// The most waits that are weighed: the tables end there, and odds hardly move beyond.
const MOST: usize = 200;

/// Odds at which a name is said, and a sort of jitter or of growth.
const NAMING: f64 = 0.99;
const SORTING: f64 = 0.95;

/// The fewest waits that name a policy for sure, that name one probably, and that tell its sort.
const SURE: usize = 50;
const PROBABLE: usize = 20;
const SORT: usize = 10;

/// What a client's waits look like.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Likeness {
    waits: usize,
    verdict: Verdict,
    jitter: Option<(Jitter, f64)>,
    grows: Option<bool>,
    base: Option<(f64, f64)>,
}

/// What a policy can be called.
#[derive(Clone, Debug, PartialEq)]
enum Verdict {
    /// There is none: retries come at once.
    Immediate,
    /// One of the field's, with its odds.
    Named(&'static Row, f64),
    /// The profile of an SDK that says which it is.
    Profile(Profile),
    /// None of these.
    Unknown,
    /// Waits tell at most its sort.
    Open,
}

impl Likeness {
    /// A client that does not wait.
    pub(super) fn immediate(group: &Group) -> Self {
        Likeness { waits: group.tested(), verdict: Verdict::Immediate, jitter: None, grows: None, base: None }
    }

    /// Weighs the waits of a group; `sdk` is what its client says it is.
    pub(super) fn of(group: &Group, sdk: Option<Sdk>) -> Self {
        let mut gaps: Vec<&Gap> = group.gaps().collect();
        gaps.sort_by_key(|gap| (gap.begin, gap.failed));
        let sample = Sample::of(evenly(&gaps, MOST).copied().collect());
        if sample.gaps().is_empty() {
            return Likeness { verdict: Verdict::Open, ..Likeness::immediate(group) };
        }
        let posterior = Posterior::of(&sample, group.exhausted.then_some(group.attempts));
        let profile = sdk.and_then(|sdk| profiles::profile(sdk, group.class, &sample));
        let waits = group.tested();
        let (jitter, grows) = sort(&posterior, waits);
        let shown = posterior.best().filter(|policy| jitter.is_some_and(|(sort, _)| sort == policy.jitter()));
        Likeness {
            waits,
            verdict: verdict(&posterior, profile, waits),
            jitter,
            grows,
            base: shown.and_then(|policy| base::interval(&group.cells, policy.jitter(), growth(policy))),
        }
    }

    /// The sort of jitter, with its odds, where the waits tell.
    pub(super) fn jitter(&self) -> Option<(Jitter, f64)> {
        self.jitter
    }

    /// The policy, where it has a name.
    pub(super) fn policy(&self) -> Option<Policy> {
        match &self.verdict {
            Verdict::Named(row, _) => Some(row.policy),
            Verdict::Profile(profile) => Some(profile.policy),
            Verdict::Immediate | Verdict::Unknown | Verdict::Open => None,
        }
    }

    /// In words, for a portrait; none where the waits do not tell.
    pub(super) fn words(&self) -> Option<String> {
        match &self.verdict {
            Verdict::Immediate => Some("retries at once".to_owned()),
            Verdict::Profile(profile) => Some(format!("{} (over 1,000 to 1)", profile.name)),
            Verdict::Named(row, odds) => {
                let sure = if self.waits >= SURE { "looks like" } else { "probably" };
                Some(format!("{sure} {} ({:.4}): {}", row.name, odds.min(0.9999), row.users))
            }
            Verdict::Unknown => Some("no policy that is known here".to_owned()),
            Verdict::Open => None,
        }
    }

    /// The answer to what the client looks like.
    pub(super) fn answer(&self, group: &Group) -> (Code, Ruling) {
        let details = self.details();
        let ruling = match self.words() {
            Some(words) => Ruling::Clear { seen: [vec![words], details].concat().join("; ") },
            None if self.waits >= PROBABLE && !details.is_empty() => Ruling::Clear {
                seen: [vec!["no policy of the catalogue for certain".to_owned()], details]
                    .concat()
                    .join("; "),
            },
            None => {
                let so_far = if details.is_empty() {
                    String::new()
                } else {
                    format!(" (so far: {})", details.join(", "))
                };
                let need = if self.waits < PROBABLE { PROBABLE } else { SURE.max(2 * self.waits) };
                shortage(group, &format!("waits{so_far}"), self.waits, need)
            }
        };
        (Code::LooksLike, ruling)
    }

    fn details(&self) -> Vec<String> {
        let base = self.base.map(|(low, high)| format!("base {} (99 %)", number::range(low, high)));
        let jitter = self.jitter.map(|(jitter, odds)| format!("{} ({:.2})", jitter.name(), odds));
        let grows = self.grows.map(|grows| if grows { "growing waits" } else { "constant waits" }.to_owned());
        let waits = format!("{} waits", number::count(self.waits as u64));
        let told: Vec<_> = [base, jitter, grows].into_iter().flatten().collect();
        if told.is_empty() { told } else { [told, vec![waits]].concat() }
    }
}

fn verdict(posterior: &Posterior, profile: Option<Profile>, waits: usize) -> Verdict {
    if let Some(profile) = profile {
        return Verdict::Profile(profile);
    }
    match posterior.likeliest() {
        Some((row, odds)) if odds >= NAMING && waits >= PROBABLE => Verdict::Named(row, odds),
        _ if posterior.unknown() >= 0.5 && waits >= PROBABLE => Verdict::Unknown,
        _ => Verdict::Open,
    }
}

fn sort(posterior: &Posterior, waits: usize) -> (Option<(Jitter, f64)>, Option<bool>) {
    if waits < SORT {
        return (None, None);
    }
    let (grows, stays) = posterior.growth();
    let growth = match () {
        () if grows >= SORTING => Some(true),
        () if stays >= SORTING => Some(false),
        () => None,
    };
    (Some(posterior.jitter()).filter(|(_, odds)| *odds >= SORTING), growth)
}

fn growth(policy: Policy) -> Growth {
    match policy {
        Policy::Scaled { growth, .. } => growth,
        Policy::Added { .. } => Growth::Times(2.0),
        Policy::Decorrelated { .. } => Growth::Constant,
    }
}

#[cfg(test)]
mod tests;
