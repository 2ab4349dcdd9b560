//! What the run is aimed at.

use bedload_reports::header::ClockKind;
use bedload_reports::record::Name;

use super::known::Known;
use crate::scenario::code::Code;
use crate::scenario::decode::{BriefOrFull, List, Optional, Row};
use crate::scenario::defaults;
use crate::scenario::file;
use crate::scenario::leaf::{RegionName, Text, Url};
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::{At, Place};

/// What the run is aimed at.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// A simulated cloud inside this process.
    Mock {
        /// Its regions, the home region first; never empty.
        regions: Vec<Name>,
        /// The account of its callers, in twelve digits.
        account: Name,
        /// Where profiles go that do not go where they usually do, by their prefix.
        profiles: Vec<(Name, Vec<Name>)>,
        /// The share of asynchronous invocations that fail.
        async_fails: f64,
        /// The words at which guardrails step in.
        blocked_words: Vec<Name>,
    },
    /// Servers that speak AWS's protocols.
    Endpoint(Endpoints),
    /// AWS itself.
    Aws {
        /// The profile of the AWS configuration, where not the usual one.
        profile: Option<Name>,
        /// The most that the run may cost, in USD.
        max_cost: Option<f64>,
        /// The most requests that the run may send.
        max_requests: Option<u64>,
    },
}

/// Where servers listen: `http://127.0.0.1:4580`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// For models.
    pub bedrock: Name,
    /// For queues.
    pub sqs: Name,
    /// For the job store.
    pub dynamodb: Name,
}

impl Endpoints {
    /// One for all.
    pub fn one(url: Name) -> Self {
        Endpoints { sqs: url.clone(), dynamodb: url.clone(), bedrock: url }
    }

    /// Whether one serves all.
    pub fn is_one(&self) -> bool {
        self.sqs == self.bedrock && self.dynamodb == self.bedrock
    }

    fn build(raw: &BriefOrFull<Url, file::Endpoints>) -> Result<Self, Noted> {
        let full = match raw {
            BriefOrFull::Brief(url) => return Ok(Endpoints::one(url.get().clone())),
            BriefOrFull::Full(full) => full,
        };
        let bedrock = full.bedrock.value()?.get().clone();
        let or_bedrock = |url: &Optional<Url>| url.map_or(bedrock.clone(), |url| url.get().clone());
        Ok(Endpoints { sqs: or_bedrock(&full.sqs)?, dynamodb: or_bedrock(&full.dynamodb)?, bedrock })
    }
}

impl Target {
    /// Whether this is the simulated cloud, the only one that can inject faults and run in virtual time.
    pub fn is_mock(&self) -> bool {
        matches!(self, Target::Mock { .. })
    }

    /// The region that a client asks who names none; only a mock has one.
    pub(crate) fn home(&self) -> Option<&Name> {
        match self {
            Target::Mock { regions, .. } => regions.first(),
            Target::Endpoint(_) | Target::Aws { .. } => None,
        }
    }

    /// The regions that are known to be there; only a mock's are.
    pub fn regions(&self) -> &[Name] {
        match self {
            Target::Mock { regions, .. } => regions,
            Target::Endpoint(_) | Target::Aws { .. } => &[],
        }
    }

    pub(super) fn build(raw: &file::Target, notes: &mut Notes) -> Result<Self, Noted> {
        match raw {
            file::Target::Mock(mock) => {
                let given = mock.regions.get()?;
                let regions = regions(&given.value, given.place, notes);
                let profiles = profiles(mock, &regions, notes);
                let account = mock.account.map_or(defaults::ACCOUNT.into(), |account| account.get().clone());
                Ok(Target::Mock {
                    regions: regions?,
                    account: account?,
                    profiles: profiles?,
                    async_fails: async_fails(mock)?,
                    blocked_words: blocked_words(mock)?,
                })
            }
            file::Target::Endpoint(raw) => Endpoints::build(raw).map(Target::Endpoint),
            file::Target::Aws(aws) => Ok(Target::Aws {
                profile: aws.profile.value()?.map(|profile| profile.get().clone()),
                max_cost: aws.max_cost.value()?.map(|cost| cost.get().get()),
                max_requests: aws.max_requests.value()?.map(|count| count.get()),
            }),
        }
    }

    /// The clock that the target can run by: virtual time needs a cloud that lives in it.
    pub(super) fn clock(&self, raw: &Optional<file::Clock>, notes: &mut Notes) -> Result<ClockKind, Noted> {
        let natural = if self.is_mock() { ClockKind::Virtual } else { ClockKind::Real };
        match raw.get()? {
            None => Ok(natural),
            Some(At { value: file::Clock::Real, .. }) => Ok(ClockKind::Real),
            Some(At { value: file::Clock::Virtual, .. }) if self.is_mock() => Ok(ClockKind::Virtual),
            Some(given) => {
                let message =
                    "only a mock target can run in virtual time: another one answers by the wall clock";
                let note = Note::new(Code::Contradiction, given.place, message)
                    .label("not with this target")
                    .help("remove `clock`, or aim at `target: { mock: … }`");
                Err(notes.add(note))
            }
        }
    }

    /// The regions to hold names against, where they are known.
    pub(super) fn known_regions(target: &Result<Target, Noted>) -> Known {
        match target {
            Ok(Target::Mock { regions, .. }) => Known::all("region", regions.iter().cloned()),
            _ => Known::unsure("region"),
        }
    }
}

/// Regions in order, at least one, none twice.
pub(super) fn regions(raw: &List<RegionName>, place: Place, notes: &mut Notes) -> Result<Vec<Name>, Noted> {
    if raw.items().is_empty() {
        let note = Note::new(Code::OutOfRange, place, "no region at all")
            .label("empty")
            .help("name at least one region, as in `[us-east-1]`");
        return Err(notes.add(note));
    }
    let mut regions: Vec<Name> = Vec::new();
    let mut broken = Ok(());
    for item in raw.items() {
        match item {
            Err(noted) => broken = Err(*noted),
            Ok(region) if regions.contains(region.value.get()) => {
                let message = format!("region `{}` stands twice", region.value.get());
                broken = Err(notes.add(twice(region.place, message)));
            }
            Ok(region) => regions.push(region.value.get().clone()),
        }
    }
    broken.map(|()| regions)
}

/// The prefixes of Bedrock's inference profiles.
pub(super) const PREFIXES: [&str; 7] = ["us", "eu", "apac", "au", "jp", "us-gov", "global"];

/// Where profiles go, each to regions that are there.
fn profiles(
    raw: &file::MockTarget,
    regions_there: &Result<Vec<Name>, Noted>,
    notes: &mut Notes,
) -> Result<Vec<(Name, Vec<Name>)>, Noted> {
    let Some(table) = raw.profiles.value()? else {
        return Ok(Vec::new());
    };
    let there = match regions_there {
        Ok(regions) => Known::all("region", regions.iter().cloned()),
        Err(_) => Known::unsure("region"),
    };
    let prefixes = Known::all("profile", PREFIXES.map(Name::from));
    let mut profile = |row: &Row<List<RegionName>>| {
        let prefix = prefixes.find(row.name.value.get(), row.name.place, notes);
        let list = row.value.as_ref().map_err(|noted| *noted)?;
        for region in list.value.good() {
            // The list is checked whole; a region that is not there is noted and the rest read on.
            let _ = there.find(region.value.get(), region.place, notes);
        }
        Ok((prefix?, regions(&list.value, list.place, notes)?))
    };
    let built: Vec<_> = table.rows().iter().map(&mut profile).collect();
    built.into_iter().collect()
}

fn async_fails(raw: &file::MockTarget) -> Result<f64, Noted> {
    match raw.r#async.value()? {
        Some(raw) => raw.fails.map_or(defaults::ASYNC_FAILS, |share| share.get()),
        None => Ok(defaults::ASYNC_FAILS),
    }
}

fn blocked_words(raw: &file::MockTarget) -> Result<Vec<Name>, Noted> {
    let Some(list) = raw.guardrail.value()?.map_or(Ok(None), |raw| raw.blocks.value())? else {
        return Ok(Vec::new());
    };
    let word =
        |word: &Result<At<Text>, Noted>| Ok(word.as_ref().map_err(|noted| *noted)?.value.get().clone());
    list.items().iter().map(word).collect()
}

/// The note for a name that stands twice in a list.
pub(super) fn twice(place: Place, message: String) -> Note {
    Note::new(Code::DuplicateName, place, message).label("again here").help("remove or rename one of the two")
}
