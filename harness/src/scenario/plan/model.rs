//! The models that flows may ask.

use bedload_reports::header::Price;
use bedload_reports::record::Name;

use super::quota::Quota;
use super::spread::Spread;
use super::target::regions;
use super::world::World;
use crate::scenario::decode::{Optional, Row};
use crate::scenario::defaults;
use crate::scenario::file;
use crate::scenario::leaf;
use crate::scenario::notes::{Noted, Notes};

/// A model that flows may ask.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    name: Name,
    id: Name,
    regions: Vec<Name>,
    on_demand: bool,
    behaviour: Behaviour,
    quota: Option<Quota>,
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
    /// How many tokens it thinks before it speaks, where a request asks for it.
    pub reasoning_tokens: Spread,
    /// How many tokens each event of a stream carries; at least one.
    pub tokens_per_event: u32,
    /// The most tokens that it can write; at least one.
    pub max_output_tokens: u32,
    /// What it says, where no rule says otherwise.
    pub answers: Answers,
    /// The most requests that each region answers at once, where there is a limit; at least one.
    pub capacity: Option<u32>,
    /// The most requests that each region answers at once while others wait, where there is a limit; at least one.
    pub slots: Option<u32>,
    /// Latency-optimised inference, if it has any.
    pub optimized: Option<Optimized>,
}

/// What a mock model says, where no rule says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    /// Plausible text of the asked length.
    Essay,
    /// The prompt again.
    Echo,
}

/// Latency-optimised inference.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Optimized {
    /// How many times as fast it is; more than 1.
    pub speedup: f64,
    /// Requests in a minute, where there is a limit.
    pub rpm: Option<u64>,
    /// Tokens in a minute, where there is a limit.
    pub tpm: Option<u64>,
}

impl Default for Behaviour {
    fn default() -> Self {
        Behaviour {
            ttft: defaults::TTFT,
            per_token: defaults::PER_TOKEN,
            output_tokens: defaults::OUTPUT_TOKENS,
            reasoning_tokens: defaults::REASONING_TOKENS,
            tokens_per_event: defaults::TOKENS_PER_EVENT as u32,
            max_output_tokens: defaults::MAX_OUTPUT_TOKENS as u32,
            answers: defaults::ANSWERS,
            capacity: None,
            slots: None,
            optimized: None,
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

    /// The regions that serve it on a mock target; on others those that the scenario names, if any.
    pub fn regions(&self) -> &[Name] {
        &self.regions
    }

    /// Whether a mock serves it under its own id, and not through a profile only.
    pub fn on_demand(&self) -> bool {
        self.on_demand
    }

    /// How it behaves on a mock target.
    pub fn behaviour(&self) -> &Behaviour {
        &self.behaviour
    }

    /// How much of it an account may use, where there is a limit.
    pub fn quota(&self) -> Option<&Quota> {
        self.quota.as_ref()
    }

    /// What its tokens cost, where the scenario says.
    pub fn price(&self) -> Option<Price> {
        self.price
    }

    pub(super) fn build(
        row: &Row<file::Model>,
        raw: &file::Model,
        world: &World,
        notes: &mut Notes,
    ) -> Result<Self, Noted> {
        let regions = served(raw, world, notes)?;
        let quota = raw.quota.value()?.map(|quota| Quota::build(quota, &regions, &world.regions, notes));
        let behaviour = raw.mock.value()?.map(Behaviour::build);
        Ok(Model {
            name: row.name.value.get().clone(),
            id: raw.id.value()?.get().clone(),
            regions,
            on_demand: raw.on_demand.map_or(defaults::ON_DEMAND, |answer| *answer)?,
            behaviour: behaviour.transpose()?.unwrap_or_default(),
            quota: quota.transpose()?,
            price: raw.price.value()?.map(price).transpose()?,
        })
    }
}

fn served(raw: &file::Model, world: &World, notes: &mut Notes) -> Result<Vec<Name>, Noted> {
    match raw.regions.get()? {
        None => Ok(world.target.as_ref().map_err(|noted| *noted)?.regions().to_vec()),
        Some(given) => {
            for region in given.value.good() {
                // The list is checked whole; a region that is not there is noted and the rest read on.
                let _ = world.regions.find(region.value.get(), region.place, notes);
            }
            regions(&given.value, given.place, notes)
        }
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
            reasoning_tokens: spread(&raw.reasoning_tokens, default.reasoning_tokens)?,
            tokens_per_event: raw
                .tokens_per_event
                .map_or(default.tokens_per_event, |count| count.get_u32())?,
            max_output_tokens: raw
                .max_output_tokens
                .map_or(default.max_output_tokens, |count| count.get_u32())?,
            answers: raw.answers.map_or(default.answers, |answers| match answers {
                file::Answers::Essay => Answers::Essay,
                file::Answers::Echo => Answers::Echo,
            })?,
            capacity: raw.capacity.value()?.map(|count| count.get_u32()),
            slots: raw.slots.value()?.map(|count| count.get_u32()),
            optimized: raw.optimized.value()?.map(Optimized::build).transpose()?,
        })
    }
}

impl Optimized {
    fn build(raw: &file::Optimized) -> Result<Self, Noted> {
        Ok(Optimized {
            speedup: raw.speedup.map_or(defaults::SPEEDUP, |factor| factor.get())?,
            rpm: raw.rpm.value()?.map(|count| count.get()),
            tpm: raw.tpm.value()?.map(|count| count.get()),
        })
    }
}

fn price(raw: &file::Price) -> Result<Price, Noted> {
    Ok(Price {
        input_per_1k: raw.input_per_1k.value()?.get(),
        output_per_1k: raw.output_per_1k.value()?.get(),
    })
}
