//! The clients that carry flows.

use bedload_reports::record::Name;

use super::World;
use super::target::{regions, twice};
use crate::client::policy::{Retry, RetryMode, RetryProfile, RetryQuota, Timeouts};
use crate::resilience::policy::{Fallback, FallbackModel, Policy, Regions, Stick, StreamPolicy, Trigger};
use crate::scenario::code::Code;
use crate::scenario::decode::{List, Optional, Row};
use crate::scenario::defaults;
use crate::scenario::file;
use crate::scenario::leaf::{self, RegionName, TimeOrOff};
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::{At, Place};

/// An SDK with its settings, and where it turns when a region or model fails.
#[derive(Clone, Debug)]
pub struct Client {
    name: Name,
    retry: Retry,
    timeout: Timeouts,
    policy: Policy,
}

impl Client {
    /// The scenario's name of it.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// How its SDK retries.
    pub fn retry(&self) -> &Retry {
        &self.retry
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

    /// The models that it may ask besides the flow's own.
    pub fn other_models(&self) -> impl Iterator<Item = &Name> {
        self.policy.fallback.models.iter().map(|fallback| &fallback.model)
    }

    pub(super) fn build(
        row: &Row<file::Client>,
        raw: &file::Client,
        world: &World,
        notes: &mut Notes,
    ) -> Result<Self, Noted> {
        let retry = retry(&raw.retry, notes);
        let timeout = timeouts(&raw.timeout, notes);
        let regions = client_regions(&raw.regions, row.name.place, world, notes);
        let fallback = fallback(&raw.fallback, world, notes);
        Ok(Client {
            name: row.name.value.get().clone(),
            retry: retry?,
            timeout: timeout?,
            policy: policy(regions?, fallback?),
        })
    }
}

fn policy(regions: Vec<Name>, fallback: Vec<Name>) -> Policy {
    let shape = |model| FallbackModel { model, max_tokens: None, operation: None };
    Policy {
        regions: Regions { order: regions, stick: Stick::PerRequest },
        fallback: Fallback {
            models: fallback.into_iter().map(shape).collect(),
            on: Trigger::DEFAULT.into(),
            calls: None,
            within: None,
        },
        stream: StreamPolicy::Fail,
        breaker: None,
        limit: None,
        routing: None,
        hedge: None,
        state_machine: None,
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
    Ok(Retry {
        mode,
        profile,
        attempts: attempts(raw, mode, notes)?,
        max_backoff: raw.max_backoff.map_or(default.max_backoff, |time| time.get().get())?,
        quota: RetryQuota::Own,
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

fn timeouts(raw: &Optional<file::Timeouts>, notes: &mut Notes) -> Result<Timeouts, Noted> {
    let Some(raw) = raw.value()? else {
        return Ok(default_timeouts());
    };
    let limit = |limit: &Optional<TimeOrOff>| limit.map_or(None, |limit| limit.get());
    let timeouts = Timeouts {
        connect: raw.connect.map_or(defaults::CONNECT_TIMEOUT, |time| time.get().get())?,
        read: limit(&raw.read)?,
        attempt: limit(&raw.attempt)?,
        operation: None,
        total: limit(&raw.total)?,
        stream_idle: limit(&raw.stream_idle)?,
    };
    match (timeouts.attempt, timeouts.total, raw.total.get()?) {
        (Some(attempt), Some(total), Some(given)) if total < attempt => {
            let note = Note::new(
                Code::Contradiction,
                given.place,
                "the whole request has less time than one attempt",
            )
            .label("less than `attempt`")
            .help("raise `total`, or lower `attempt`");
            Err(notes.add(note))
        }
        _ => Ok(timeouts),
    }
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

fn client_regions(
    raw: &Optional<List<RegionName>>,
    client: Place,
    world: &World,
    notes: &mut Notes,
) -> Result<Vec<Name>, Noted> {
    let Some(given) = raw.get()? else {
        let home = world.target.as_ref().map_err(|noted| *noted)?.home();
        return home.map(|home| vec![home.clone()]).ok_or_else(|| notes.add(regions_missing(client)));
    };
    for region in given.value.good() {
        // The list is checked whole; a region that is not there is noted and the rest read on.
        let _ = world.regions.find(region.value.get(), region.place, notes);
    }
    regions(given, notes)
}

fn regions_missing(client: Place) -> Note {
    Note::new(Code::MissingKey, client, "missing key `regions`")
        .label("`regions` is missing here")
        .help("only a mock target has a region to start from; add `regions: [us-east-1]`")
}

fn fallback(raw: &Optional<List<leaf::Name>>, world: &World, notes: &mut Notes) -> Result<Vec<Name>, Noted> {
    let Some(list) = raw.value()? else {
        return Ok(Vec::new());
    };
    let mut models: Vec<Name> = Vec::new();
    let mut broken = Ok(());
    for item in list.items() {
        let model = item.as_ref().map_err(|noted| *noted).and_then(|model| {
            let name = world.models.find(model.value.get(), model.place, notes)?;
            match models.contains(&name) {
                true => Err(notes.add(twice(model.place, format!("model `{name}` stands twice")))),
                false => Ok(name),
            }
        });
        match model {
            Ok(model) => models.push(model),
            Err(noted) => broken = Err(noted),
        }
    }
    broken.map(|()| models)
}
