//! How much of a model an account may use.

use bedload_reports::record::Name;

use super::known::Known;
use crate::scenario::decode::Row;
use crate::scenario::defaults;
use crate::scenario::file;
use crate::scenario::notes::{Noted, Notes};

/// How much of a model an account may use in each region. What is not there has no limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    /// For the model's own id, and, unless they have another, for each of its profiles.
    pub on_demand: OnDemand,
    /// For each of its profiles, where that is another quota. The tokens of a day are the model's.
    pub profile: Option<OnDemand>,
    /// How many tokens of the quota each output token uses up; at least one.
    pub burndown: u32,
    /// Whether input that is read from the prompt cache is reserved too.
    pub count_cache_reads: bool,
    /// When what was used in a minute comes back.
    pub window: WindowLaw,
    /// Capacity bought for the tier `reserved`.
    pub reserved: Option<Reserved>,
    /// Capacity bought in units.
    pub provisioned: Vec<Provisioned>,
}

/// How much may be asked on demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnDemand {
    /// Requests in a minute.
    pub rpm: Option<u64>,
    /// Tokens in a minute.
    pub tpm: Option<u64>,
    /// Tokens in a day.
    pub tpd: Option<u64>,
}

/// When used quota comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowLaw {
    /// All of it at the beginning of each minute of the clock.
    ClockMinute,
    /// A sixtieth of it each second.
    Refill,
}

/// Capacity of the tier `reserved`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reserved {
    /// Input tokens in a minute.
    pub input_tpm: u64,
    /// Output tokens in a minute.
    pub output_tpm: u64,
}

/// Provisioned throughput.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provisioned {
    /// The last word of its ARN.
    pub id: Name,
    /// The region that has it; not known for targets that are no mock, unless the scenario says.
    pub region: Option<Name>,
    /// How many model units; at least one.
    pub units: u32,
    /// What each of them takes: tokens in a minute.
    pub tpm_per_unit: u64,
}

impl Quota {
    /// Reads it. `served` are the regions that have the model, by their order.
    pub(super) fn build(
        raw: &file::Quota,
        served: &[Name],
        regions: &Known,
        notes: &mut Notes,
    ) -> Result<Self, Noted> {
        let rows = raw.provisioned.value()?.map_or(&[] as &[_], |table| table.rows());
        let provisioned: Vec<_> =
            rows.iter().map(|row| Provisioned::build(row, served, regions, notes)).collect();
        Ok(Quota {
            on_demand: OnDemand {
                rpm: raw.rpm.value()?.map(|count| count.get()),
                tpm: raw.tpm.value()?.map(|count| count.get()),
                tpd: raw.tpd.value()?.map(|count| count.get()),
            },
            profile: raw.profile.value()?.map(OnDemand::of_profile).transpose()?,
            burndown: raw.burndown.map_or(defaults::BURNDOWN as u32, |count| count.get_u32())?,
            count_cache_reads: raw.count_cache_reads.map_or(defaults::COUNT_CACHE_READS, |answer| *answer)?,
            window: raw.window.map_or(defaults::WINDOW, |window| match window {
                file::WindowWord::ClockMinute => WindowLaw::ClockMinute,
                file::WindowWord::Refill => WindowLaw::Refill,
            })?,
            reserved: raw.reserved.value()?.map(Reserved::build).transpose()?,
            provisioned: provisioned.into_iter().collect::<Result<_, _>>()?,
        })
    }
}

impl OnDemand {
    fn of_profile(raw: &file::ProfileQuota) -> Result<Self, Noted> {
        Ok(OnDemand {
            rpm: raw.rpm.value()?.map(|count| count.get()),
            tpm: raw.tpm.value()?.map(|count| count.get()),
            tpd: None,
        })
    }
}

impl Reserved {
    fn build(raw: &file::Reserved) -> Result<Self, Noted> {
        Ok(Reserved { input_tpm: raw.input_tpm.value()?.get(), output_tpm: raw.output_tpm.value()?.get() })
    }
}

impl Provisioned {
    fn build(
        row: &Row<file::Provisioned>,
        served: &[Name],
        regions: &Known,
        notes: &mut Notes,
    ) -> Result<Self, Noted> {
        let raw = &row.value.as_ref().map_err(|noted| *noted)?.value;
        let region = match raw.region.get()? {
            Some(given) => Some(regions.find(given.value.get(), given.place, notes)?),
            None => served.first().cloned(),
        };
        Ok(Provisioned {
            id: row.name.value.get().clone(),
            region,
            units: raw.units.map_or(defaults::UNITS as u32, |count| count.get_u32())?,
            tpm_per_unit: raw.tpm_per_unit.value()?.get(),
        })
    }
}
