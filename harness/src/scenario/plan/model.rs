//! The models that flows may ask.

use bedload_reports::header::Price;
use bedload_reports::record::Name;

use super::spread::Spread;
use crate::scenario::decode::Optional;
use crate::scenario::defaults;
use crate::scenario::file;
use crate::scenario::leaf;
use crate::scenario::notes::Noted;

/// A model that flows may ask.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    name: Name,
    id: Name,
    behaviour: Behaviour,
    price: Option<Price>,
}

/// How a mock model behaves. Each spread is drawn once for each answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Behaviour {
    /// From the request to the first token, in seconds.
    pub ttft: Spread,
    /// From each token to the next, in seconds.
    pub per_token: Spread,
    /// How many tokens an answer has, unless the request allows fewer.
    pub output_tokens: Spread,
    /// How many tokens each event of a stream carries; at least one.
    pub tokens_per_event: u32,
}

impl Default for Behaviour {
    fn default() -> Self {
        Behaviour {
            ttft: defaults::TTFT,
            per_token: defaults::PER_TOKEN,
            output_tokens: defaults::OUTPUT_TOKENS,
            tokens_per_event: defaults::TOKENS_PER_EVENT as u32,
        }
    }
}

impl Model {
    /// The scenario's name of it.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// Bedrock's id of it.
    pub fn id(&self) -> &Name {
        &self.id
    }

    /// How it behaves on a mock target.
    pub fn behaviour(&self) -> &Behaviour {
        &self.behaviour
    }

    /// What its tokens cost, where the scenario says.
    pub fn price(&self) -> Option<Price> {
        self.price
    }

    pub(super) fn build(name: &leaf::Name, raw: &file::Model) -> Result<Self, Noted> {
        let behaviour = raw.mock.value()?.map(Behaviour::build);
        let price = raw.price.value()?.map(price).transpose()?;
        Ok(Model {
            name: name.get().clone(),
            id: raw.id.value()?.get().clone(),
            behaviour: behaviour.transpose()?.unwrap_or_default(),
            price,
        })
    }
}

impl Behaviour {
    fn build(raw: &file::Behaviour) -> Result<Self, Noted> {
        fn spread<T>(raw: &Optional<leaf::SpreadOf<T>>, default: Spread) -> Result<Spread, Noted> {
            raw.map_or(default, leaf::SpreadOf::get)
        }
        let default = Behaviour::default();
        Ok(Behaviour {
            ttft: spread(&raw.ttft, default.ttft)?,
            per_token: spread(&raw.per_token, default.per_token)?,
            output_tokens: spread(&raw.output_tokens, default.output_tokens)?,
            tokens_per_event: raw
                .tokens_per_event
                .map_or(default.tokens_per_event, |count| count.get_u32())?,
        })
    }
}

fn price(raw: &file::Price) -> Result<Price, Noted> {
    Ok(Price {
        input_per_1k: raw.input_per_1k.value()?.get(),
        output_per_1k: raw.output_per_1k.value()?.get(),
    })
}
