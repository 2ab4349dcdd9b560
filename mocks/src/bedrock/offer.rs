//! What a cloud offers of a model: where it is served, how much of it, and how tokens are counted.
//!
//! A model just made is served in every region, by its id and through every profile, without limit.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use super::model::ModelSpec;
use super::profile::{ApplicationProfile, Geography};
use super::quota::{Metering, Optimized, Provisioned, Quota, Reserved, Terms};

/// What a request reserves that sets no limit, unless the model says otherwise: the 128K that Claude's
/// models may say at most.
const MAX_OUTPUT_TOKENS: NonZeroU32 = NonZeroU32::MIN.saturating_add(127_999);

/// The serving side of a [`ModelSpec`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Offer {
    quota: Quota,
    profile_quota: Option<Quota>,
    metering: Metering,
    reserved: Option<Reserved>,
    provisioned: Vec<Provisioned>,
    optimized: Option<Optimized>,
    capacity: Option<NonZeroU32>,
    slots: Option<NonZeroU32>,
    regions: Option<Vec<Arc<str>>>,
    profiles_only: bool,
    destinations: BTreeMap<Geography, Vec<Arc<str>>>,
    application_profiles: Vec<ApplicationProfile>,
}

impl Default for Offer {
    fn default() -> Self {
        let metering = Metering {
            burndown: NonZeroU32::MIN,
            reserves_cache_reads: true,
            max_output_tokens: MAX_OUTPUT_TOKENS,
        };
        Offer {
            quota: Quota::unlimited(),
            profile_quota: None,
            metering,
            reserved: None,
            provisioned: Vec::new(),
            optimized: None,
            capacity: None,
            slots: None,
            regions: None,
            profiles_only: false,
            destinations: BTreeMap::new(),
            application_profiles: Vec::new(),
        }
    }
}

/// How much of a model there is, and where.
impl ModelSpec {
    /// The quota of each account in each region, for the model's id and for each profile of it apart.
    #[must_use]
    pub fn quota(mut self, quota: Quota) -> Self {
        self.offer.quota = quota;
        self
    }

    /// Another quota for each profile; the day's tokens are shared with the model's id all the same.
    #[must_use]
    pub fn profile_quota(mut self, quota: Quota) -> Self {
        self.offer.profile_quota = Some(quota);
        self
    }

    /// What a token of output is charged as in the end. One, unless given.
    #[must_use]
    pub fn burndown(mut self, burndown: NonZeroU32) -> Self {
        self.offer.metering.burndown = burndown;
        self
    }

    /// Whether a reservation holds the tokens read from a cache. It does, unless told otherwise: AWS's
    /// pages disagree.
    #[must_use]
    pub fn reserves_cache_reads(mut self, reserves: bool) -> Self {
        self.offer.metering.reserves_cache_reads = reserves;
        self
    }

    /// The most tokens in an answer, reserved where a request sets no limit. 128,000, unless given.
    #[must_use]
    pub fn max_output_tokens(mut self, tokens: NonZeroU32) -> Self {
        self.offer.metering.max_output_tokens = tokens;
        self
    }

    /// Rates for the tier `reserved`, for each account, region and way to the model.
    #[must_use]
    pub fn reserved(mut self, reserved: Reserved) -> Self {
        self.offer.reserved = Some(reserved);
        self
    }

    /// Provisioned units, besides those that it has. Profiles cannot be given any, as on Bedrock.
    #[must_use]
    pub fn provisioned(mut self, provisioned: Provisioned) -> Self {
        self.offer.provisioned.push(provisioned);
        self
    }

    /// Latency-optimised inference. Without it a request for it is served as standard.
    #[must_use]
    pub fn optimized(mut self, optimized: Optimized) -> Self {
        self.offer.optimized = Some(optimized);
        self
    }

    /// The most requests in flight in each region, of all accounts together; beyond it is a 503.
    /// Provisioned units have room of their own.
    #[must_use]
    pub fn capacity(mut self, in_flight: NonZeroU32) -> Self {
        self.offer.capacity = Some(in_flight);
        self
    }

    /// The most requests that each region answers at once, of all accounts together. Who is let in beyond them
    /// waits in line, first come, first served, before the first token. Provisioned units have slots without
    /// limit.
    #[must_use]
    pub fn slots(mut self, at_once: NonZeroU32) -> Self {
        self.offer.slots = Some(at_once);
        self
    }

    /// The only regions that serve it, whether by its id or as the destination of a profile.
    #[must_use]
    pub fn regions<R: Into<Arc<str>>>(mut self, regions: impl IntoIterator<Item = R>) -> Self {
        self.offer.regions = Some(regions.into_iter().map(Into::into).collect());
        self
    }

    /// Serves it through profiles only: its id alone is answered that on-demand throughput isn't supported.
    #[must_use]
    pub fn profiles_only(mut self) -> Self {
        self.offer.profiles_only = true;
        self
    }

    /// The destinations of its profile in this geography, from whatever source, in place of the usual.
    #[must_use]
    pub fn destinations<R: Into<Arc<str>>>(
        mut self,
        geography: Geography,
        regions: impl IntoIterator<Item = R>,
    ) -> Self {
        self.offer.destinations.insert(geography, regions.into_iter().map(Into::into).collect());
        self
    }

    /// An application inference profile of it, besides those that it has.
    #[must_use]
    pub fn application_profile(mut self, profile: ApplicationProfile) -> Self {
        self.offer.application_profiles.push(profile);
        self
    }
}

impl Offer {
    /// The quotas and how they are counted.
    pub(crate) fn terms(&self) -> Terms {
        Terms {
            on_demand: self.quota,
            profile: self.profile_quota.unwrap_or(self.quota),
            metering: self.metering,
            reserved: self.reserved,
            optimized: self.optimized,
            provisioned: self.provisioned.clone(),
        }
    }

    /// What latency-optimised inference gains, if there is any.
    pub(crate) fn speedup(&self) -> Option<f64> {
        self.optimized.map(|optimized| optimized.speedup())
    }

    /// The most requests in flight in a region.
    pub(crate) fn capacity(&self) -> Option<NonZeroU32> {
        self.capacity
    }

    /// The most requests that a region answers at once.
    pub(crate) fn slots(&self) -> Option<NonZeroU32> {
        self.slots
    }

    /// Whether its own id will not do.
    pub(crate) fn is_profiles_only(&self) -> bool {
        self.profiles_only
    }

    /// Whether it is served there.
    pub(crate) fn is_served_in(&self, region: &str) -> bool {
        self.regions.as_ref().is_none_or(|regions| regions.iter().any(|served| **served == *region))
    }

    /// Whether its profile, asked in `source`, may be served in `region`.
    pub(crate) fn may_serve(&self, geography: Geography, source: &str, region: &str) -> bool {
        self.is_served_in(region)
            && match self.destinations.get(&geography) {
                Some(named) => named.iter().any(|destination| **destination == *region),
                None => geography.may_serve(source, region),
            }
    }

    /// The place of the provisioned units with this id.
    pub(crate) fn provisioned(&self, id: &str) -> Option<(usize, &Provisioned)> {
        self.provisioned.iter().enumerate().find(|(_, units)| units.id() == id)
    }

    /// The application profile with this id.
    pub(crate) fn application_profile(&self, id: &str) -> Option<&ApplicationProfile> {
        self.application_profiles.iter().find(|profile| profile.id() == id)
    }

    /// Every region that it names, to be checked against the cloud's.
    pub(crate) fn named_regions(&self) -> impl Iterator<Item = &str> {
        let served = self.regions.iter().flatten();
        let destinations = self.destinations.values().flatten();
        let provisioned = self.provisioned.iter().map(Provisioned::region);
        served.chain(destinations).map(|region| &**region).chain(provisioned)
    }

    /// The ids that its ARNs end in, to be checked for two alike.
    pub(crate) fn arn_ids(&self) -> impl Iterator<Item = &str> {
        let profiles = self.application_profiles.iter().map(ApplicationProfile::id);
        self.provisioned.iter().map(Provisioned::id).chain(profiles)
    }
}
