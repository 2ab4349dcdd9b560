//! The models of a cloud, and which of them an id in a request means.

use std::sync::Arc;

use thiserror::Error;

use super::arn::{Arn, Kind};
use super::behaviour::Behaviour;
use super::canned::AnswerMode;
use super::offer::Offer;
use super::profile::Geography;
use crate::spread::Spread;

/// A model that a cloud serves.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelSpec {
    name: Arc<str>,
    id: Arc<str>,
    behaviour: Behaviour,
    mode: AnswerMode,
    thoughts: Option<Spread<u32>>,
    pub(super) offer: Offer,
}

impl ModelSpec {
    /// A model called `name` in the scenario and `id` on Bedrock.
    ///
    /// # Errors
    /// An empty name or id.
    pub fn new(
        name: impl Into<String>,
        id: impl Into<String>,
        behaviour: Behaviour,
    ) -> Result<Self, ModelError> {
        let (name, id) = (name.into(), id.into());
        if name.is_empty() {
            return Err(ModelError::NoName { id });
        }
        if id.is_empty() {
            return Err(ModelError::NoId { name });
        }
        let (mode, offer) = (AnswerMode::default(), Offer::default());
        Ok(ModelSpec { name: name.into(), id: id.into(), behaviour, mode, thoughts: None, offer })
    }

    /// The same model, answering so where no rule fits.
    #[must_use]
    pub fn answering(self, mode: AnswerMode) -> Self {
        ModelSpec { mode, ..self }
    }

    /// The same model, thinking so many tokens before it answers where a request asks it to think, within the
    /// budget that the request allows. Without this it thinks as long as it speaks.
    #[must_use]
    pub fn thinking(self, tokens: Spread<u32>) -> Self {
        ModelSpec { thoughts: Some(tokens), ..self }
    }

    /// How many tokens it thinks where it is asked to.
    pub(crate) fn thoughts(&self) -> Spread<u32> {
        self.thoughts.unwrap_or(self.behaviour.output_tokens)
    }

    /// What it answers where no rule fits.
    pub fn mode(&self) -> AnswerMode {
        self.mode
    }

    /// The scenario's name of it; faults aim by it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Bedrock's id of it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its id, to be kept.
    pub(crate) fn shared_id(&self) -> Arc<str> {
        self.id.clone()
    }

    /// Its id without an ARN around it or a profile's prefix before it.
    pub(crate) fn bare_id(&self) -> &str {
        let id = Arn::parse(&self.id).map_or(&*self.id, |arn| arn.id);
        Geography::split(id).map_or(id, |(_, id)| id)
    }

    /// Who made it: the first word of its bare id.
    pub(crate) fn provider(&self) -> &str {
        let id = self.bare_id();
        id.split('.').next().unwrap_or(id)
    }

    /// How it behaves.
    pub fn behaviour(&self) -> &Behaviour {
        &self.behaviour
    }

    /// Where and how much of it is served.
    pub(crate) fn offer(&self) -> &Offer {
        &self.offer
    }
}

/// Why a name, an id and a behaviour make no model.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ModelError {
    /// The name is empty.
    #[error("the model with the id `{id}` needs a name")]
    NoName {
        /// The model's id.
        id: String,
    },
    /// The id is empty.
    #[error("model `{name}` needs a Bedrock model id")]
    NoId {
        /// The model's name.
        name: String,
    },
}

/// The model that an asked id means.
///
/// That is the model with just this id; or else with the id that an ARN of Bedrock ends in, be it of a
/// foundation model or of an inference profile; or else with the id after a profile's prefix. An ARN of
/// provisioned units or of an application profile means the model that it was made for.
pub(crate) fn resolve<'a>(models: &'a [ModelSpec], asked: &str) -> Option<&'a ModelSpec> {
    let with_id = |id: &str| models.iter().find(|model| *model.id == *id);
    let with_id_or_profile = |id: &str| with_id(id).or_else(|| with_id(Geography::split(id)?.1));
    let Some(Arn { kind, id, .. }) = Arn::parse(asked) else {
        return with_id_or_profile(asked);
    };
    let made_for = |model: &&ModelSpec| match kind {
        Kind::ProvisionedModel => model.offer.provisioned(id).is_some(),
        Kind::ApplicationInferenceProfile => model.offer.application_profile(id).is_some(),
        Kind::FoundationModel | Kind::InferenceProfile => false,
    };
    with_id(asked).or_else(|| models.iter().find(made_for)).or_else(|| with_id_or_profile(id))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use std::num::NonZeroU32;
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::spread::Spread;

    fn model(name: &str, id: &str) -> ModelSpec {
        let behaviour = Behaviour {
            ttft: Spread::constant(Duration::ZERO),
            per_token: Spread::constant(Duration::ZERO),
            output_tokens: Spread::constant(1),
            tokens_per_event: NonZeroU32::MIN,
        };
        ModelSpec::new(name, id, behaviour).unwrap()
    }

    #[test]
    fn ids_profiles_and_arns_find_their_model() {
        let models = [model("one", "acme.one-v1:0"), model("own-profile", "us.acme.two-v1:0")];
        let cases = [
            ("acme.one-v1:0", Some("one")),
            ("us.acme.one-v1:0", Some("one")),
            ("global.acme.one-v1:0", Some("one")),
            ("us.acme.two-v1:0", Some("own-profile")),
            ("arn:aws:bedrock:us-east-1::foundation-model/acme.one-v1:0", Some("one")),
            ("arn:aws:bedrock:us-east-1:123456789012:inference-profile/eu.acme.one-v1:0", Some("one")),
            (
                "arn:aws-us-gov:bedrock:us-gov-west-1:123456789012:inference-profile/us.acme.two-v1:0",
                Some("own-profile"),
            ),
            ("acme.two-v1:0", None),
            ("mars.acme.one-v1:0", None),
            ("acme.one", None),
            ("arn:aws:bedrock:us-east-1::foundation-model/acme.three-v1:0", None),
            ("", None),
        ];
        for (asked, name) in cases {
            assert_eq!(resolve(&models, asked).map(ModelSpec::name), name, "{asked}");
        }
    }

    #[test]
    fn the_provider_is_found_behind_any_prefix() {
        let ids = [
            "acme.one-v1:0",
            "us.acme.one-v1:0",
            "arn:aws:bedrock:us-east-1:123456789012:inference-profile/eu.acme.one-v1:0",
        ];
        for id in ids {
            assert_eq!(model("one", id).provider(), "acme", "{id}");
        }
    }

    #[test]
    fn a_model_needs_a_name_and_an_id() {
        let behaviour = *model("one", "acme.one-v1:0").behaviour();
        assert!(matches!(ModelSpec::new("", "id", behaviour), Err(ModelError::NoName { .. })));
        assert!(matches!(ModelSpec::new("name", "", behaviour), Err(ModelError::NoId { .. })));
    }

    proptest! {
        #[test]
        fn any_id_is_resolved_or_unknown(asked in "\\PC*") {
            let models = [model("one", "acme.one-v1:0")];
            let _ = resolve(&models, &asked);
            let _ = resolve(&models, &format!("arn:{asked}"));
        }
    }
}
