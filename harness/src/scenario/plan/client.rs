//! The clients that carry flows.

use bedload_reports::record::Name;

use super::World;
use super::policy::policy;
use super::wire::wire;
use crate::client::policy::{Retry, RetryMode, RetryProfile, RetryQuota, Timeouts};
use crate::client::wire::WireSettings;
use crate::resilience::policy::{Policy, Routing};
use crate::scenario::code::Code;
use crate::scenario::decode::{Optional, Row};
use crate::scenario::defaults;
use crate::scenario::file;
use crate::scenario::leaf::TimeOrOff;
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::At;

/// An SDK with its settings, and what it does beyond that SDK.
#[derive(Clone, Debug)]
pub struct Client {
    name: Name,
    retry: Retry,
    wire: Option<WireSettings>,
    timeout: Timeouts,
    policy: Policy,
}

impl Client {
    /// The scenario's name of it.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// How its SDK retries; what holds without a word where that is for its queues and job stores alone.
    pub fn retry(&self) -> &Retry {
        &self.retry
    }

    /// How it works if it is a wire client, which asks models without an SDK.
    pub fn wire(&self) -> Option<&WireSettings> {
        self.wire.as_ref()
    }

    /// The most attempts of one call, the first included.
    pub fn attempts(&self) -> u32 {
        match (&self.wire, self.retry.mode) {
            (Some(wire), _) => wire.retry.attempts,
            (None, RetryMode::Off) => 1,
            (None, RetryMode::Standard | RetryMode::Adaptive) => self.retry.attempts,
        }
    }

    /// How long it waits for what.
    pub fn timeout(&self) -> &Timeouts {
        &self.timeout
    }

    /// What it does beyond its SDK.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The regions it asks, in order; never empty.
    pub fn regions(&self) -> &[Name] {
        &self.policy.regions.order
    }

    /// The models that a request for this one may end at.
    pub fn models<'a>(&'a self, asked: &'a Name) -> Vec<&'a Name> {
        let first: Vec<&Name> = match &self.policy.routing {
            None => vec![asked],
            Some(Routing::Shares(shares)) => shares.iter().map(|(model, _)| model).collect(),
            Some(Routing::Metrics { models, .. }) => models.iter().collect(),
            Some(Routing::Canary { model, .. }) => vec![asked, model],
            Some(Routing::Content(rules)) => {
                std::iter::once(asked).chain(rules.iter().map(|rule| &rule.model)).collect()
            }
        };
        let next = self.policy.fallback.models.iter().map(|fallback| &fallback.model);
        let caught = self.policy.state_machine.iter().flat_map(|machine| &machine.catch);
        first.into_iter().chain(next).chain(caught.filter_map(|catcher| catcher.next.as_ref())).collect()
    }

    pub(super) fn build(
        row: &Row<file::Client>,
        raw: &file::Client,
        world: &World,
        notes: &mut Notes,
    ) -> Result<Self, Noted> {
        let retry = retry(&raw.retry, notes);
        let wire = wire(raw, notes);
        let timeout = timeouts(&raw.timeout, notes);
        let policy = policy(raw, row.name.place, timeout.as_ref().ok(), world, notes);
        Ok(Client {
            name: row.name.value.get().clone(),
            retry: retry?,
            wire: wire?,
            timeout: timeout?,
            policy: policy?,
        })
    }
}

fn retry(raw: &Optional<file::Retry>, notes: &mut Notes) -> Result<Retry, Noted> {
    let default = default_retry();
    let Some(raw) = raw.value()? else {
        return Ok(default);
    };
    let mode = raw.mode.map_or(default.mode, |mode| match mode {
        file::RetryMode::Standard => RetryMode::Standard,
        file::RetryMode::Adaptive => RetryMode::Adaptive,
        file::RetryMode::Off => RetryMode::Off,
    })?;
    let profile = raw.profile.map_or(default.profile, |profile| match profile {
        file::RetryProfile::V2_0 => RetryProfile::V2_0,
        file::RetryProfile::V2_1 => RetryProfile::V2_1,
    })?;
    let attempts = attempts(raw, mode, notes);
    let quota = quota(raw, mode, notes);
    Ok(Retry {
        mode,
        profile,
        attempts: attempts?,
        max_backoff: raw.max_backoff.map_or(default.max_backoff, |time| time.get().get())?,
        quota: quota?,
    })
}

/// What holds where a client says nothing of retries.
pub(crate) fn default_retry() -> Retry {
    Retry {
        mode: defaults::RETRY_MODE,
        profile: defaults::RETRY_PROFILE,
        attempts: defaults::ATTEMPTS as u32,
        max_backoff: defaults::MAX_BACKOFF,
        quota: RetryQuota::Own,
    }
}

fn attempts(raw: &file::Retry, mode: RetryMode, notes: &mut Notes) -> Result<u32, Noted> {
    let given = raw.attempts.get()?.map(|at| at.with(at.value.get_u32()));
    match (mode, given) {
        (RetryMode::Off, None) => Ok(1),
        (RetryMode::Off, Some(At { value: 2.., place })) => {
            let note = Note::new(Code::Contradiction, place, "more than one attempt, but retries are off")
                .label("`mode: off` makes one attempt")
                .help("remove `attempts`, or choose `mode: standard`");
            Err(notes.add(note))
        }
        (_, Some(given)) => Ok(given.value),
        (_, None) => Ok(defaults::ATTEMPTS as u32),
    }
}

fn quota(raw: &file::Retry, mode: RetryMode, notes: &mut Notes) -> Result<RetryQuota, Noted> {
    match raw.quota.get()? {
        None | Some(At { value: file::RetryQuota::Own, .. }) => Ok(RetryQuota::Own),
        Some(At { value: file::RetryQuota::Shared(_), place }) if mode == RetryMode::Off => {
            let note = Note::new(Code::Contradiction, *place, "a shared retry quota, but retries are off")
                .label("`mode: off` draws on none")
                .help("remove `quota`, or choose `mode: standard`");
            Err(notes.add(note))
        }
        Some(At { value: file::RetryQuota::Shared(name), .. }) => Ok(RetryQuota::Shared(name.get().clone())),
    }
}

fn timeouts(raw: &Optional<file::Timeouts>, notes: &mut Notes) -> Result<Timeouts, Noted> {
    let Some(raw) = raw.value()? else {
        return Ok(default_timeouts());
    };
    let limit = |limit: &Optional<TimeOrOff>| limit.map_or(None, |limit| limit.get());
    let timeouts = Timeouts {
        connect: raw.connect.map_or(defaults::CONNECT_TIMEOUT, |time| time.get().get())?,
        read: limit(&raw.read)?,
        attempt: limit(&raw.attempt)?,
        operation: limit(&raw.operation)?,
        total: limit(&raw.total)?,
        stream_idle: limit(&raw.stream_idle)?,
    };
    nested(&timeouts, raw, notes)?;
    Ok(timeouts)
}

/// What holds another thing has no less time than that.
fn nested(timeouts: &Timeouts, raw: &file::Timeouts, notes: &mut Notes) -> Result<(), Noted> {
    let Timeouts { attempt, operation, total, .. } = *timeouts;
    let pairs = [
        (
            "attempt",
            attempt,
            "operation",
            operation,
            &raw.operation,
            "one call has less time than one attempt",
        ),
        ("attempt", attempt, "total", total, &raw.total, "the whole request has less time than one attempt"),
        ("operation", operation, "total", total, &raw.total, "the whole request has less time than one call"),
    ];
    for (inner, part, outer, whole, raw, message) in pairs {
        if let (Some(part), Some(whole), Some(given)) = (part, whole, raw.get()?)
            && whole < part
        {
            let note = Note::new(Code::Contradiction, given.place, message)
                .label(format!("less than `{inner}`"))
                .help(format!("raise `{outer}`, or lower `{inner}`"));
            return Err(notes.add(note));
        }
    }
    Ok(())
}

/// What holds where a client says nothing of timeouts.
pub(crate) fn default_timeouts() -> Timeouts {
    Timeouts {
        connect: defaults::CONNECT_TIMEOUT,
        read: None,
        attempt: None,
        operation: None,
        total: None,
        stream_idle: None,
    }
}
