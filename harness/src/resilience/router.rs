//! Which model a request asks first: by fixed shares, by what is asked, or by how the models have done of late.
//!
//! The figures are moving averages that fade with time, not with traffic, so that a busy model and a quiet one forget
//! alike. A model of which nothing is known, or nothing fresh, is asked by one request at a time: without that, one
//! that was slow once would never be asked again and could not show that it is well.

use std::collections::BTreeMap;
use std::time::Duration;

use bedload_reports::record::Name;
use bedload_reports::units::Nanos;

use super::policy::{ContentRule, Routing, RoutingFigure};
use crate::client::ask::Ask;

/// The weight under which a figure is no longer fresh: what a single measurement weighs after four half-lives.
const LEAST_WEIGHT: f64 = 1.0 / 16.0;

/// How the models of a client have done, those that it has asked.
#[derive(Clone, Debug, Default)]
pub struct Figures(BTreeMap<Name, Figure>);

#[derive(Clone, Debug, Default)]
struct Figure {
    latency_s: Average,
    errors: Average,
    in_flight: u32,
}

/// An average in which each measurement weighs less the older it is.
#[derive(Clone, Copy, Debug, Default)]
struct Average {
    sum: f64,
    weight: f64,
    at: Nanos,
}

/// How a call to a model ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// With an answer, after so long.
    Answered(Duration),
    /// Without one, in a way that tells of the model's health.
    Failed,
    /// In a way that tells nothing of it.
    Untold,
}

/// The model that a request of `flow` is routed to; none where it stays with the flow's own. `draw` is from 0 to 1, 1 excluded.
pub fn route(
    routing: &Routing,
    figures: &Figures,
    now: Nanos,
    flow: &Name,
    ask: &Ask,
    draw: f64,
) -> Option<Name> {
    match routing {
        Routing::Shares(shares) => by_share(shares, draw),
        Routing::Content(rules) => {
            rules.iter().find(|rule| holds(rule, flow, ask)).map(|rule| rule.model.clone())
        }
        Routing::Metrics { models, by, half_life } => figures.best(models, *by, *half_life, now),
        Routing::Canary { model, share } => (draw < *share).then(|| model.clone()),
    }
}

/// Shares add up to 1 but for rounding: what is left over falls to the last.
fn by_share(shares: &[(Name, f64)], draw: f64) -> Option<Name> {
    let mut upto = 0.0;
    let chosen = shares.iter().find(|(_, share)| {
        upto += share;
        draw < upto
    });
    chosen.or(shares.last()).map(|(model, _)| model.clone())
}

fn holds(rule: &ContentRule, flow: &Name, ask: &Ask) -> bool {
    let tokens = ask.prompt_tokens();
    rule.min_tokens.is_none_or(|least| tokens >= least)
        && rule.max_tokens.is_none_or(|most| tokens <= most)
        && (rule.flows.is_empty() || rule.flows.contains(flow))
        && rule.tools.is_none_or(|tools| tools != ask.tools.is_empty())
        && rule
            .matches
            .as_ref()
            .is_none_or(|regex| ask.messages.iter().any(|said| regex.is_match(&said.text)))
}

impl Figures {
    /// A call to a model begins.
    pub fn begin(&mut self, model: &Name) {
        self.of(model).in_flight += 1;
    }

    /// A call to a model has ended.
    pub fn ended(&mut self, now: Nanos, model: &Name, ended: Ended, half_life: Duration) {
        let figure = self.of(model);
        figure.in_flight = figure.in_flight.saturating_sub(1);
        match ended {
            Ended::Answered(took) => {
                figure.latency_s.measure(now, took.as_secs_f64(), half_life);
                figure.errors.measure(now, 0.0, half_life);
            }
            Ended::Failed => figure.errors.measure(now, 1.0, half_life),
            Ended::Untold => {}
        }
    }

    fn of(&mut self, model: &Name) -> &mut Figure {
        self.0.entry(model.clone()).or_default()
    }

    /// The first model of which nothing fresh is known and that nobody is asking; else the one with the smallest
    /// figure, the first of several.
    fn best(&self, models: &[Name], by: RoutingFigure, half_life: Duration, now: Nanos) -> Option<Name> {
        let in_flight = |model: &Name| self.0.get(model).map_or(0, |figure| figure.in_flight);
        let figure = |model: &Name| match by {
            RoutingFigure::InFlight => Some(f64::from(in_flight(model))),
            RoutingFigure::Latency => self.0.get(model)?.latency_s.fresh(now, half_life),
            RoutingFigure::Errors => self.0.get(model)?.errors.fresh(now, half_life),
        };
        let unknown = models.iter().find(|model| figure(model).is_none() && in_flight(model) == 0);
        let known = models.iter().filter_map(|model| Some((model, figure(model)?)));
        let smallest = known.min_by(|(_, one), (_, other)| one.total_cmp(other)).map(|(model, _)| model);
        unknown.or(smallest).or(models.first()).cloned()
    }
}

impl Average {
    fn measure(&mut self, now: Nanos, value: f64, half_life: Duration) {
        let faded = self.fade(now, half_life);
        *self = Average {
            sum: self.sum * faded + value,
            weight: self.weight * faded + 1.0,
            at: self.at.max(now),
        };
    }

    fn fresh(&self, now: Nanos, half_life: Duration) -> Option<f64> {
        let weight = self.weight * self.fade(now, half_life);
        (weight >= LEAST_WEIGHT).then(|| self.sum / self.weight)
    }

    /// What is left of the weight by now.
    fn fade(&self, now: Nanos, half_life: Duration) -> f64 {
        (-now.since(self.at).as_secs_f64() / half_life.as_secs_f64()).exp2()
    }
}

#[cfg(test)]
mod tests;
