//! Whom a fault strikes, and which of them.

use std::fmt;

use bedload_mocks::ServiceTier;
use bedload_reports::record::Name;

use crate::scenario::defaults;
use crate::scenario::file::{self, Strikes};
use crate::scenario::leaf::Share;
use crate::scenario::notes::{Noted, Notes};
use crate::scenario::plan::each;
use crate::scenario::plan::names::Names;
use crate::scenario::plan::operation::AnyOperation;
use crate::scenario::plan::pattern::Pattern;

/// Whom a fault strikes: the requests that match everything given. An empty list matches all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Aim {
    /// Services; Bedrock alone where none is named.
    pub services: Vec<Service>,
    /// Flows, by their names.
    pub flows: Vec<Name>,
    /// Operations.
    pub operations: Vec<AnyOperation>,
    /// Models, by their names in the scenario.
    pub models: Vec<Name>,
    /// Regions.
    pub regions: Vec<Name>,
    /// Service tiers.
    pub tiers: Vec<ServiceTier>,
    /// What the prompt must hold.
    pub prompt: Option<Pattern>,
    /// Attempts, by the number that the SDK gives them; the first is 1.
    pub attempts: Vec<u32>,
}

/// A service of the cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Amazon Bedrock Runtime.
    Bedrock,
    /// Amazon SQS.
    Sqs,
    /// Amazon DynamoDB.
    DynamoDb,
}

impl Service {
    /// The word for it in scenarios, which is its signing name too.
    pub fn name(self) -> &'static str {
        match self {
            Service::Bedrock => "bedrock",
            Service::Sqs => "sqs",
            Service::DynamoDb => "dynamodb",
        }
    }
}

impl From<file::ServiceWord> for Service {
    fn from(word: file::ServiceWord) -> Self {
        match word {
            file::ServiceWord::Bedrock => Service::Bedrock,
            file::ServiceWord::Sqs => Service::Sqs,
            file::ServiceWord::Dynamodb => Service::DynamoDb,
        }
    }
}

/// Which of the requests that a fault is aimed at it does strike; with several conditions those that meet all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trigger {
    /// This share, by chance; more than 0, at most 1.
    pub share: f64,
    /// Only the first so many.
    pub first: Option<u64>,
    /// Only each so-manieth.
    pub every: Option<u64>,
}

impl Aim {
    pub(super) fn build(raw: &file::Where, names: &Names, notes: &mut Notes) -> Result<Self, Noted> {
        let flows = each(&raw.flow, |flow| names.flows.find(flow.value.get(), flow.place, notes));
        let models = each(&raw.model, |model| names.models.find(model.value.get(), model.place, notes));
        let regions = each(&raw.region, |region| names.regions.find(region.value.get(), region.place, notes));
        Ok(Aim {
            services: each(&raw.service, |service| Ok(service.value.into()))?,
            flows: flows?,
            operations: each(&raw.operation, |operation| Ok(operation.value.into()))?,
            models: models?,
            regions: regions?,
            tiers: each(&raw.tier, |tier| Ok(tier.value.into()))?,
            prompt: raw.prompt.value()?.map(|pattern| pattern.get().clone()),
            attempts: each(&raw.attempt, |attempt| Ok(attempt.value.get_u32()))?,
        })
    }
}

impl Trigger {
    /// Every request.
    pub(super) const ALWAYS: Trigger = Trigger { share: defaults::SHARE, first: None, every: None };

    pub(super) fn build(raw: &impl Strikes) -> Result<Self, Noted> {
        Ok(Trigger {
            share: raw.share().map_or(defaults::SHARE, |share| share.get().get())?,
            first: raw.first().value()?.map(|count| count.get()),
            every: raw.every().value()?.map(|count| count.get()),
        })
    }
}

impl From<file::TierWord> for ServiceTier {
    fn from(word: file::TierWord) -> Self {
        match word {
            file::TierWord::Default => ServiceTier::Default,
            file::TierWord::Priority => ServiceTier::Priority,
            file::TierWord::Flex => ServiceTier::Flex,
            file::TierWord::Reserved => ServiceTier::Reserved,
        }
    }
}

impl fmt::Display for Trigger {
    /// As the start of a phrase: `70 % of `, `every 3rd of the first 10 of `, nothing where all are struck.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.share < 1.0 {
            let share = Share::written(self.share);
            write!(f, "{}\u{202f}% of ", share.trim_end_matches('%'))?;
        }
        if let Some(every) = self.every {
            write!(f, "one in {every} of ")?;
        }
        if let Some(first) = self.first {
            write!(f, "the first {first} of ")?;
        }
        Ok(())
    }
}

impl fmt::Display for Aim {
    /// What it goes by, or `all requests`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let attempts = joined(self.attempts.iter().map(u32::to_string));
        let parts = [
            joined(self.services.iter().map(|service| service.name())),
            joined(self.flows.iter()),
            joined(self.operations.iter().map(|operation| operation.name())),
            joined(self.models.iter()),
            joined(self.regions.iter()),
            behind("tier ", joined(self.tiers.iter().map(|tier| tier.name()))),
            self.prompt.as_ref().map(|prompt| format!("prompts with {prompt}")),
            behind("attempt ", attempts),
        ];
        let given: Vec<String> = parts.into_iter().flatten().collect();
        if given.is_empty() {
            return f.write_str("all requests");
        }
        f.write_str(&given.join(" "))
    }
}

/// `a+b`, if there is anything.
fn joined(names: impl Iterator<Item = impl AsRef<str>>) -> Option<String> {
    let names: Vec<String> = names.map(|name| name.as_ref().to_owned()).collect();
    (!names.is_empty()).then(|| names.join("+"))
}

fn behind(word: &str, names: Option<String>) -> Option<String> {
    names.map(|names| format!("{word}{names}"))
}
