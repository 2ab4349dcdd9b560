//! What the run is aimed at.

use bedload_reports::header::ClockKind;
use bedload_reports::record::Name;

use super::known::Known;
use crate::scenario::code::Code;
use crate::scenario::decode::{List, Optional};
use crate::scenario::file;
use crate::scenario::leaf::RegionName;
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::At;

/// What the run is aimed at.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// A simulated cloud inside this process.
    Mock {
        /// Its regions, the home region first; never empty.
        regions: Vec<Name>,
    },
    /// A server that speaks Bedrock's protocol.
    ///
    /// With where it listens: `http://127.0.0.1:4580`.
    Endpoint(String),
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

impl Target {
    /// Whether this is the simulated cloud, the only one that can inject faults and run in virtual time.
    pub fn is_mock(&self) -> bool {
        matches!(self, Target::Mock { .. })
    }

    /// The region that a client asks who names none; only a mock has one.
    pub(crate) fn home(&self) -> Option<&Name> {
        match self {
            Target::Mock { regions } => regions.first(),
            Target::Endpoint(_) | Target::Aws { .. } => None,
        }
    }

    pub(super) fn build(raw: &file::Target, notes: &mut Notes) -> Result<Self, Noted> {
        match raw {
            file::Target::Mock(mock) => {
                let regions = regions(mock.regions.get()?, notes)?;
                Ok(Target::Mock { regions })
            }
            file::Target::Endpoint(url) => Ok(Target::Endpoint(url.get().to_string())),
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

    /// The regions that are known to be there; only a mock's are.
    pub(super) fn regions(target: &Result<Target, Noted>) -> Known {
        match target {
            Ok(Target::Mock { regions }) => Known::all("region", regions.iter().cloned()),
            _ => Known::unsure("region"),
        }
    }
}

/// Regions in order, at least one, none twice.
pub(super) fn regions(raw: &At<List<RegionName>>, notes: &mut Notes) -> Result<Vec<Name>, Noted> {
    if raw.value.items().is_empty() {
        let note = Note::new(Code::OutOfRange, raw.place, "no region at all")
            .label("empty")
            .help("name at least one region, as in `[us-east-1]`");
        return Err(notes.add(note));
    }
    let mut regions: Vec<Name> = Vec::new();
    let mut broken = Ok(());
    for item in raw.value.items() {
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

/// The note for a name that stands twice in a list.
pub(super) fn twice(place: crate::scenario::place::Place, message: String) -> Note {
    Note::new(Code::DuplicateName, place, message).label("again here").help("remove or rename one of the two")
}
