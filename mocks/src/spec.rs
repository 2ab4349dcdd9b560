//! What a cloud is made of.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

use crate::auth::Keys;
use crate::bedrock::canned::CannedRule;
use crate::bedrock::errand::ErrandSettings;
use crate::bedrock::guardrail::BlockedWords;
use crate::bedrock::model::ModelSpec;
use crate::bedrock::quota::{Account, Accounts};
use crate::faults::{Script, ScriptError, Share};
use crate::regions::Regions;

/// A cloud's regions, models and faults, the accounts that ask it, and the seed of all its chance.
#[derive(Clone, Debug)]
pub struct CloudSpec {
    pub(crate) seed: u64,
    pub(crate) regions: Regions,
    pub(crate) models: Vec<ModelSpec>,
    pub(crate) faults: Script,
    pub(crate) rules: Vec<CannedRule>,
    pub(crate) errands: ErrandSettings,
    pub(crate) accounts: Accounts,
    pub(crate) keys: Option<Keys>,
    pub(crate) start: Start,
}

/// When a cloud's time starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// At the epoch that it is given.
    #[default]
    AtEpoch,
    /// When the first request arrives: a program may take ten seconds to come to it, and the windows of
    /// faults would be over.
    AtFirstRequest,
}

impl CloudSpec {
    /// A spec in which every region and model is there once.
    ///
    /// The first region is home: requests that name no region go there. Every model is served in every
    /// region, unless it names its own. All requests are one account's.
    ///
    /// # Errors
    /// No region at all; a region, a model's name or a model's id given twice; a model that is served
    /// somewhere else than in the cloud's regions; two ARNs of models that end alike.
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
        offers(&regions, &models)?;
        let (errands, accounts) = (ErrandSettings::default(), Accounts::default());
        Ok(CloudSpec {
            seed,
            regions,
            models,
            faults,
            rules: Vec::new(),
            errands,
            accounts,
            keys: None,
            start: Start::AtEpoch,
        })
    }

    /// The same spec, whose models answer by these rules; of several that fit a request the first decides.
    #[must_use]
    pub fn answering(self, rules: Vec<CannedRule>) -> Self {
        CloudSpec { rules, ..self }
    }

    /// The same spec, whose faults come again: every `period` their windows begin anew.
    ///
    /// # Errors
    /// A period of no length.
    pub fn repeating(mut self, period: Duration) -> Result<Self, ScriptError> {
        self.faults = self.faults.repeating(period)?;
        Ok(self)
    }

    /// The same, strict about who asks: only what is signed with one of these keys is answered.
    #[must_use]
    pub fn guarded_by(mut self, keys: Keys) -> Self {
        self.keys = Some(keys);
        self
    }

    /// The same cloud, whose time starts at another moment than its epoch.
    #[must_use]
    pub fn starting(mut self, start: Start) -> Self {
        self.start = start;
        self
    }

    /// Writes the output of asynchronous invocations under this folder, which stands for S3:
    /// `s3://bucket/prefix` is `<folder>/bucket/prefix`, and each invocation has a folder of its own in it.
    ///
    /// Whatever a request asks for, nothing is written outside of it. Without a folder nothing is written.
    #[must_use]
    pub fn s3_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.errands.async_invokes.s3_folder = Some(folder.into().into());
        self
    }

    /// Lets this share of asynchronous invocations fail, drawn for each; none does otherwise.
    #[must_use]
    pub fn async_failures(mut self, share: Share) -> Self {
        self.errands.async_invokes.failing = share;
        self
    }

    /// Lets guardrails intervene where one of these words or phrases occurs; they never do otherwise.
    #[must_use]
    pub fn blocked_words(mut self, words: impl IntoIterator<Item = String>) -> Self {
        self.errands.blocked_words = BlockedWords::new(words);
        self
    }

    /// The same cloud with one more account, whose quotas are its own. The first one given is home: requests
    /// that no account's access key has signed are its.
    ///
    /// # Errors
    /// An account or an access key given twice.
    pub fn account(mut self, account: Account) -> Result<Self, SpecError> {
        self.accounts = self.accounts.and(account)?;
        Ok(self)
    }
}

/// Checks what models offer against the cloud, and against each other.
fn offers(regions: &Regions, models: &[ModelSpec]) -> Result<(), SpecError> {
    let mut ids = BTreeSet::new();
    for model in models {
        let offer = model.offer();
        if let Some(region) = offer.named_regions().find(|region| regions.find(region).is_none()) {
            return Err(SpecError::NoSuchRegion {
                model: model.name().to_owned(),
                region: region.to_owned(),
            });
        }
        if let Some(id) = offer.arn_ids().find(|id| !ids.insert(*id)) {
            return Err(SpecError::ArnTwice(id.to_owned()));
        }
    }
    Ok(())
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
    /// A model names a region that the cloud does not have.
    #[error("model `{model}` names the region `{region}`, which is none of the cloud's")]
    NoSuchRegion {
        /// The model's name.
        model: String,
        /// The region.
        region: String,
    },
    /// Two ARNs of provisioned units or application profiles have one id.
    #[error("two ARNs end in `{0}`; a request could mean either")]
    ArnTwice(String),
    /// One account is given twice.
    #[error("account `{0}` is given twice")]
    AccountTwice(String),
    /// Two accounts have one access key.
    #[error("the access key `{0}` is given twice; a request could be of either account")]
    AccessKeyTwice(String),
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use std::num::NonZeroU32;
    use std::time::Duration;

    use super::*;
    use crate::{ApplicationProfile, Behaviour, Geography, Provisioned, Spread};

    fn mistake(regions: &[&str], models: &[(&str, &str)]) -> Option<SpecError> {
        let behaviour = *model().behaviour();
        let regions = regions.iter().map(|region| region.to_string()).collect();
        let models = models.iter().map(|(name, id)| ModelSpec::new(*name, *id, behaviour).unwrap()).collect();
        CloudSpec::new(7, regions, models, Script::default()).err()
    }

    fn model() -> ModelSpec {
        let behaviour = Behaviour {
            ttft: Spread::constant(Duration::ZERO),
            per_token: Spread::constant(Duration::ZERO),
            output_tokens: Spread::constant(1),
            tokens_per_event: NonZeroU32::MIN,
        };
        ModelSpec::new("one", "acme.one", behaviour).unwrap()
    }

    fn spec_of(model: ModelSpec) -> Result<CloudSpec, SpecError> {
        CloudSpec::new(7, vec!["us-east-1".into()], vec![model], Script::default())
    }

    #[test]
    fn models_are_served_in_the_clouds_regions_only() {
        let units = |id: &str, region: &str| Provisioned::new(id, region, NonZeroU32::MIN, 1).unwrap();
        let elsewhere = || Some(SpecError::NoSuchRegion { model: "one".into(), region: "us-west-2".into() });
        let cases = [
            (model().regions(["us-east-1"]), None),
            (model().regions(["us-east-1", "us-west-2"]), elsewhere()),
            (model().destinations(Geography::Us, ["us-west-2"]), elsewhere()),
            (model().provisioned(units("abc", "us-west-2")), elsewhere()),
            (model().provisioned(units("abc", "us-east-1")), None),
            (
                model()
                    .provisioned(units("abc", "us-east-1"))
                    .application_profile(ApplicationProfile::of_model("abc")),
                Some(SpecError::ArnTwice("abc".into())),
            ),
        ];
        for (model, expected) in cases {
            let said = format!("{model:?}");
            assert_eq!(spec_of(model).err(), expected, "{said}");
        }
    }

    #[test]
    fn each_account_and_access_key_is_there_once() {
        let account = |id: &str| Account::new(id).unwrap().access_key("AKIDONE");
        let spec = spec_of(model()).unwrap().account(account("111111111111")).unwrap();
        let twice = spec.clone().account(Account::new("111111111111").unwrap()).err();
        assert_eq!(twice, Some(SpecError::AccountTwice("111111111111".into())));
        let shared = spec.account(account("222222222222")).err();
        assert_eq!(shared, Some(SpecError::AccessKeyTwice("AKIDONE".into())));
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
