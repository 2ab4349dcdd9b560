//! Whom a fault strikes.

use std::sync::Arc;

use super::occasion::Occasion;
use super::prompt_match::PromptMatch;
use crate::service::Service;

/// The requests that a fault may strike: those that match every list given. An empty list matches all, but
/// for that of services: whoever names none means Bedrock.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Aim {
    /// Services; none listed is Bedrock alone. Models, tiers and prompts are Bedrock's, so an aim that names
    /// one of them strikes no other service, whatever is listed here.
    pub services: Vec<Service>,
    /// Flows, by the scenario's names. A request that names no flow is not of any listed one.
    pub flows: Vec<Arc<str>>,
    /// Operations, by AWS's names: `ConverseStream`.
    pub operations: Vec<Arc<str>>,
    /// Models, by the scenario's names, however a request spells their id.
    pub models: Vec<Arc<str>>,
    /// Regions: those asked, or for a fault of capacity those that would serve.
    pub regions: Vec<Arc<str>>,
    /// Service tiers asked for, by Bedrock's words. Whoever asks for none asks for `default`.
    pub tiers: Vec<Arc<str>>,
    /// What the prompt must say.
    pub prompt: Option<PromptMatch>,
    /// Attempts of a call, from 1, as `amz-sdk-request` counts them. A request that does not say is none.
    pub attempts: Vec<u32>,
}

impl Aim {
    /// Whether it is aimed at everybody.
    pub(super) fn is_everybody(&self) -> bool {
        *self == Aim::default()
    }

    /// What is read from the body comes last, so that it is not read where the rest does not match.
    pub(super) fn matches(&self, occasion: &Occasion<'_>) -> bool {
        self.allows_service(occasion.service) && self.matches_the_rest(occasion)
    }

    /// The same of a fault that speaks of queues only, and so means SQS where no service is named.
    pub(super) fn matches_queue(&self, occasion: &Occasion<'_>) -> bool {
        let named = self.services.is_empty() || self.services.contains(&occasion.service);
        named && !self.names_bedrocks_own() && self.matches_the_rest(occasion)
    }

    fn matches_the_rest(&self, occasion: &Occasion<'_>) -> bool {
        allows(&self.flows, occasion.flow)
            && allows(&self.operations, Some(occasion.operation))
            && allows(&self.models, occasion.model)
            && allows(&self.regions, Some(occasion.region))
            && self.allows_attempt(occasion.attempt)
            && (self.tiers.is_empty() || allows(&self.tiers, Some(occasion.words.tier())))
            && self.prompt.as_ref().is_none_or(|rule| rule.matches(occasion.words.prompt()))
    }

    fn allows_service(&self, service: Service) -> bool {
        match service {
            Service::Bedrock => self.services.is_empty() || self.services.contains(&service),
            Service::Sqs | Service::DynamoDb => {
                self.services.contains(&service) && !self.names_bedrocks_own()
            }
        }
    }

    /// Whether it goes by what only Bedrock's requests have.
    fn names_bedrocks_own(&self) -> bool {
        !self.models.is_empty() || !self.tiers.is_empty() || self.prompt.is_some()
    }

    fn allows_attempt(&self, attempt: Option<u32>) -> bool {
        self.attempts.is_empty() || attempt.is_some_and(|attempt| self.attempts.contains(&attempt))
    }
}

fn allows(list: &[Arc<str>], name: Option<&str>) -> bool {
    list.is_empty() || name.is_some_and(|name| list.iter().any(|listed| **listed == *name))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::HeaderMap;

    use super::*;
    use crate::words::Words;

    fn matches(aim: &Aim, change: impl FnOnce(&mut Occasion<'_>)) -> bool {
        let headers = HeaderMap::new();
        let body = br#"{"messages":[{"content":[{"text":"refund"}]}],"serviceTier":{"type":"flex"}}"#;
        let words = Words::new(&headers, body);
        let mut occasion = Occasion {
            at: Duration::ZERO,
            flow: Some("chat"),
            service: Service::Bedrock,
            operation: "ConverseStream",
            model: Some("sonnet"),
            region: "us-east-1",
            attempt: Some(2),
            words: &words,
        };
        change(&mut occasion);
        aim.matches(&occasion)
    }

    fn list(names: &[&str]) -> Vec<Arc<str>> {
        names.iter().map(|name| Arc::from(*name)).collect()
    }

    #[test]
    fn every_list_given_must_match() {
        let cases = [
            (Aim::default(), true),
            (Aim { flows: list(&["chat"]), ..Aim::default() }, true),
            (Aim { flows: list(&["lookup", "chat"]), ..Aim::default() }, true),
            (Aim { flows: list(&["lookup"]), ..Aim::default() }, false),
            (Aim { operations: list(&["Converse"]), ..Aim::default() }, false),
            (Aim { models: list(&["haiku"]), ..Aim::default() }, false),
            (Aim { regions: list(&["us-west-2"]), ..Aim::default() }, false),
            (Aim { models: list(&["sonnet"]), regions: list(&["us-east-1"]), ..Aim::default() }, true),
            (Aim { models: list(&["sonnet"]), regions: list(&["us-west-2"]), ..Aim::default() }, false),
            (Aim { tiers: list(&["flex"]), ..Aim::default() }, true),
            (Aim { tiers: list(&["default", "priority"]), ..Aim::default() }, false),
            (Aim { prompt: Some(PromptMatch::substring("refund")), ..Aim::default() }, true),
            (Aim { prompt: Some(PromptMatch::substring("order")), ..Aim::default() }, false),
            (Aim { attempts: vec![2, 3], ..Aim::default() }, true),
            (Aim { attempts: vec![1], ..Aim::default() }, false),
        ];
        for (aim, expected) in cases {
            assert_eq!(matches(&aim, |_| ()), expected, "{aim:?}");
        }
    }

    #[test]
    fn no_service_named_is_bedrock_and_its_own_conditions_are_for_it_alone() {
        let (all, queue) = (Service::ALL.to_vec(), vec![Service::Sqs]);
        let cases = [
            (Aim::default(), Service::Bedrock, true),
            (Aim::default(), Service::Sqs, false),
            (Aim { services: queue.clone(), ..Aim::default() }, Service::Bedrock, false),
            (Aim { services: queue.clone(), ..Aim::default() }, Service::Sqs, true),
            (Aim { services: queue, ..Aim::default() }, Service::DynamoDb, false),
            (Aim { services: all.clone(), ..Aim::default() }, Service::DynamoDb, true),
            (Aim { services: all.clone(), tiers: list(&["flex"]), ..Aim::default() }, Service::Bedrock, true),
            (Aim { services: all.clone(), tiers: list(&["flex"]), ..Aim::default() }, Service::Sqs, false),
            (Aim { services: all, models: list(&["sonnet"]), ..Aim::default() }, Service::Sqs, false),
        ];
        for (aim, service, expected) in cases {
            assert_eq!(matches(&aim, |occasion| occasion.service = service), expected, "{service} {aim:?}");
        }
    }

    #[test]
    fn a_request_that_does_not_say_is_of_no_list() {
        let aims = [
            Aim { flows: list(&["chat"]), ..Aim::default() },
            Aim { models: list(&["sonnet"]), ..Aim::default() },
            Aim { attempts: vec![1], ..Aim::default() },
        ];
        for (aim, expected) in aims.iter().map(|aim| (aim, false)).chain([(&Aim::default(), true)]) {
            let silent = |occasion: &mut Occasion<'_>| {
                (occasion.flow, occasion.model, occasion.attempt) = (None, None, None);
            };
            assert_eq!(matches(aim, silent), expected, "{aim:?}");
        }
    }
}
