//! What a cloud is made of.

use std::collections::BTreeSet;

use thiserror::Error;

use crate::bedrock::canned::CannedRule;
use crate::bedrock::model::ModelSpec;
use crate::faults::Script;
use crate::regions::Regions;

/// A cloud's regions, models and faults, and the seed of all its chance.
#[derive(Clone, Debug)]
pub struct CloudSpec {
    pub(crate) seed: u64,
    pub(crate) regions: Regions,
    pub(crate) models: Vec<ModelSpec>,
    pub(crate) faults: Script,
    pub(crate) rules: Vec<CannedRule>,
}

impl CloudSpec {
    /// A spec in which every region and model is there once.
    ///
    /// The first region is home: requests that name no region go there. Every model is served in every region.
    ///
    /// # Errors
    /// No region at all; a region, a model's name or a model's id given twice.
    pub fn new(
        seed: u64,
        regions: Vec<String>,
        models: Vec<ModelSpec>,
        faults: Script,
    ) -> Result<Self, SpecError> {
        let regions = Regions::new(regions)?;
        let (mut names, mut ids) = (BTreeSet::new(), BTreeSet::new());
        for model in &models {
            if !names.insert(model.name()) {
                return Err(SpecError::ModelNameTwice(model.name().to_owned()));
            }
            if !ids.insert(model.id()) {
                return Err(SpecError::ModelIdTwice(model.id().to_owned()));
            }
        }
        Ok(CloudSpec { seed, regions, models, faults, rules: Vec::new() })
    }

    /// The same spec, whose models answer by these rules; of several that fit a request the first decides.
    #[must_use]
    pub fn answering(self, rules: Vec<CannedRule>) -> Self {
        CloudSpec { rules, ..self }
    }
}

/// Why parts make no cloud.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SpecError {
    /// The list of regions is empty.
    #[error("a cloud needs at least one region")]
    NoRegions,
    /// One region is listed twice.
    #[error("region `{0}` is listed twice")]
    RegionTwice(String),
    /// Two models have one name.
    #[error("two models are named `{0}`")]
    ModelNameTwice(String),
    /// Two models have one id, so a request could mean either.
    #[error("two models have the id `{0}`; a request could mean either")]
    ModelIdTwice(String),
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use std::num::NonZeroU32;
    use std::time::Duration;

    use super::*;
    use crate::{Behaviour, Spread};

    fn mistake(regions: &[&str], models: &[(&str, &str)]) -> Option<SpecError> {
        let behaviour = Behaviour {
            ttft: Spread::constant(Duration::ZERO),
            per_token: Spread::constant(Duration::ZERO),
            output_tokens: Spread::constant(1),
            tokens_per_event: NonZeroU32::MIN,
        };
        let regions = regions.iter().map(|region| region.to_string()).collect();
        let models = models.iter().map(|(name, id)| ModelSpec::new(*name, *id, behaviour).unwrap()).collect();
        CloudSpec::new(7, regions, models, Script::default()).err()
    }

    #[test]
    fn each_region_name_and_id_is_there_once() {
        assert_eq!(mistake(&["us-east-1", "us-west-2"], &[("one", "acme.one"), ("two", "acme.two")]), None);
        assert_eq!(mistake(&[], &[]), Some(SpecError::NoRegions));
        assert_eq!(mistake(&["a", "b", "a"], &[]), Some(SpecError::RegionTwice("a".into())));
        assert_eq!(mistake(&["a"], &[("m", "x"), ("m", "y")]), Some(SpecError::ModelNameTwice("m".into())));
        assert_eq!(mistake(&["a"], &[("m", "x"), ("n", "x")]), Some(SpecError::ModelIdTwice("x".into())));
    }
}
