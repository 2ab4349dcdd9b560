//! What traffic asks of the quotas of its models, against what they allow.
//!
//! Bedrock reserves a request's input and `max_tokens` when it begins, and settles for input and output × burndown when it
//! ends (user guide, "How tokens are counted"). So at `λ` requests a second that settle for `S` tokens each, reserve `R`, and
//! run for `W` seconds:
//!
//! | quota | used of it | why |
//! | --- | --- | --- |
//! | requests a minute | 60 λ | each is one |
//! | tokens a minute, settled | 60 λ S | what they come to in the end |
//! | tokens a minute, reserved | 60 λ S + (λ W + 1) (R − S) | by Little's law `λ W` are under way when one more comes, and each holds `R − S` more than it will be charged: where a clock minute is fullest, at its end |
//! | tokens a day | 3600 λ S × hours | what is settled, kept up for so many hours |
//!
//! Where the quota comes back all the time, instead of at the full minute, a minute's tokens must cover what is reserved by
//! those under way, or what is settled in it, whichever is more.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::header::Header;
use crate::record::{Call, CallEnd, Name, Record};
use crate::units::Nanos;

/// What must be known of quotas and calls before the first record.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Terms {
    /// What may be used of each model, limited or not.
    pub allowances: Vec<Allowance>,
    /// The most tokens that a call of each flow reserves for its answer.
    pub reserved_output: BTreeMap<Name, BTreeMap<Name, u64>>,
    /// Hours of a day that the load is kept up.
    pub hours_a_day: f64,
}

/// How much of a model may be used, over all regions that the traffic asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Allowance {
    /// The scenario's name of the model.
    pub model: Name,
    /// The regions that the traffic may ask.
    pub regions: u32,
    /// Requests a minute.
    pub rpm: Option<f64>,
    /// Tokens a minute.
    pub tpm: Option<f64>,
    /// Tokens a day.
    pub tpd: Option<f64>,
    /// Tokens that one of output is charged as.
    pub burndown: f64,
    /// Whether the quota comes back all the time, and not at the full minute.
    pub refills: bool,
}

/// What is used of a limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Use {
    /// What the traffic asks for.
    pub used: f64,
    /// What there is; none where there is no limit.
    pub limit: Option<f64>,
}

impl Use {
    /// Used ÷ limit; none without a limit.
    pub fn share(self) -> Option<f64> {
        self.limit.filter(|limit| *limit > 0.0).map(|limit| self.used / limit)
    }
}

/// What the traffic asks of one model's quotas.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pressure {
    /// The scenario's name of the model.
    pub model: Name,
    /// The regions whose quotas are added up.
    pub regions: u32,
    /// Requests a minute.
    pub requests: Use,
    /// Tokens a minute, as they are reserved.
    pub reserved: Use,
    /// Tokens a minute, as they are settled.
    pub settled: Use,
    /// Tokens a day.
    pub day: Use,
    /// Tokens that a request reserves, on average.
    pub reserved_each: f64,
    /// Tokens that it is charged in the end, on average.
    pub settled_each: f64,
    /// How long it holds what it reserved, on average.
    pub held: Nanos,
}

/// Adds up what requests want of each model, and what its answers came to.
#[derive(Debug)]
pub struct PressureTally {
    terms: Terms,
    recorded: Vec<Name>,
    length: Nanos,
    requests: u64,
    models: BTreeMap<Name, Sum>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    /// Answers that requests want of the model.
    wanted: u64,
    answered: u64,
    reserved: f64,
    settled: f64,
    held_s: f64,
}

impl PressureTally {
    /// Nothing yet, of a run with this header.
    pub fn new(terms: &Terms, run: &Header) -> Self {
        let recorded =
            run.stages.iter().filter(|stage| stage.record).map(|stage| stage.name.clone()).collect();
        PressureTally {
            terms: terms.clone(),
            recorded,
            length: run.recorded_length(),
            requests: 0,
            models: BTreeMap::new(),
        }
    }

    /// Counts a request that was due in a recorded stage.
    pub fn record(&mut self, record: &Record) {
        if !self.recorded.contains(&record.stage) {
            return;
        }
        self.requests += 1;
        let mut asked: BTreeMap<&Name, u64> = BTreeMap::new();
        for call in &record.calls {
            let answers = asked.entry(&call.model).or_default();
            if matches!(call.end, CallEnd::Answered { .. }) {
                *answers += 1;
                let burndown = self.terms.burndown(&call.model);
                let output = self.terms.output(&record.flow, &call.model);
                self.models.entry(call.model.clone()).or_default().answer(call, burndown, output);
            }
        }
        for (model, answers) in asked {
            // A request that asks one region after another wants one answer of the model.
            self.models.entry(model.clone()).or_default().wanted += answers.max(1);
        }
    }

    /// What all of it asks of each model, if requests come as fast as `requests_per_s`; as fast as they came,
    /// where nobody says.
    pub fn finish(self, requests_per_s: Option<f64>) -> Vec<Pressure> {
        let seconds = self.length.as_secs_f64();
        if seconds <= 0.0 || self.requests == 0 {
            return Vec::new();
        }
        let came_per_s = self.requests as f64 / seconds;
        // A schedule says better than a sample of it how fast requests come.
        let scale = requests_per_s.map_or(1.0, |asked| asked / came_per_s);
        let pressure = |allowance: &Allowance| {
            let sum = self.models.get(&allowance.model)?;
            Some(allowance.pressure(sum, sum.wanted as f64 / seconds * scale, self.terms.hours_a_day))
        };
        self.terms.allowances.iter().filter_map(pressure).collect()
    }
}

impl Terms {
    fn burndown(&self, model: &str) -> f64 {
        self.allowances
            .iter()
            .find(|allowance| &*allowance.model == model)
            .map_or(1.0, |found| found.burndown)
    }

    fn output(&self, flow: &str, model: &str) -> u64 {
        self.reserved_output.get(flow).and_then(|models| models.get(model)).copied().unwrap_or_default()
    }
}

impl Sum {
    fn answer(&mut self, call: &Call, burndown: f64, output: u64) {
        let held = call.attempts.last().map_or(Nanos::ZERO, |attempt| call.done.since(attempt.sent));
        self.answered += 1;
        self.reserved += (call.tokens.input + output) as f64;
        self.settled += call.tokens.input as f64 + call.tokens.output as f64 * burndown;
        self.held_s += held.as_secs_f64();
    }

    fn mean(&self, sum: f64) -> f64 {
        if self.answered == 0 { 0.0 } else { sum / self.answered as f64 }
    }
}

impl Allowance {
    fn pressure(&self, sum: &Sum, calls_per_s: f64, hours_a_day: f64) -> Pressure {
        let (reserved, settled) = (sum.mean(sum.reserved), sum.mean(sum.settled));
        let held_s = sum.mean(sum.held_s);
        let settled_per_min = 60.0 * calls_per_s * settled;
        let surplus = (reserved - settled).max(0.0);
        let under_way = calls_per_s * held_s;
        let reserved_per_min = match self.refills {
            true => settled_per_min.max(under_way * surplus + reserved),
            false => settled_per_min + (under_way + 1.0) * surplus,
        };
        Pressure {
            model: self.model.clone(),
            regions: self.regions,
            requests: Use { used: 60.0 * calls_per_s, limit: self.rpm },
            reserved: Use { used: reserved_per_min, limit: self.tpm },
            settled: Use { used: settled_per_min, limit: self.tpm },
            day: Use { used: settled_per_min * 60.0 * hours_a_day, limit: self.tpd },
            reserved_each: reserved,
            settled_each: settled,
            held: Nanos::new((held_s * 1e9) as u64),
        }
    }
}

impl Pressure {
    /// The largest share of any limit; none where there is none.
    pub fn most(&self) -> Option<f64> {
        let uses = [self.requests, self.reserved, self.settled, self.day];
        uses.into_iter().filter_map(Use::share).reduce(f64::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowance() -> Allowance {
        Allowance {
            model: "sonnet".into(),
            regions: 1,
            rpm: Some(600.0),
            tpm: Some(2e6),
            tpd: None,
            burndown: 1.0,
            refills: false,
        }
    }

    fn sum(reserved: f64, settled: f64, held_s: f64) -> Sum {
        Sum { wanted: 1, answered: 1, reserved, settled, held_s }
    }

    #[test]
    fn aws_own_example_of_an_unset_limit() {
        // 2 M TPM, 500 tokens in: 1,000 out allowed leaves room for some 1,333 at once, 64,000 for 31 (AWS's toolkit for
        // agents, `quota-health.md`). At once is what requests hold that settle for nothing: one under way, and one more.
        let held = |output: f64| {
            let pressure = allowance().pressure(&sum(500.0 + output, 0.0, 1.0), 1.0, 24.0);
            2e6 / (pressure.reserved.used / 2.0)
        };
        assert_eq!([held(1000.0) as u64, held(64_000.0) as u64], [1333, 31]);
    }

    #[test]
    fn what_is_reserved_and_not_used_counts_while_it_is_held() {
        let pressure = allowance().pressure(&sum(1500.0, 700.0, 9.0), 10.0, 24.0);
        assert_eq!(pressure.requests.share(), Some(1.0));
        assert_eq!(pressure.settled.used, 420_000.0);
        assert_eq!(pressure.reserved.used, 420_000.0 + 91.0 * 800.0);
        assert_eq!(pressure.most(), Some(1.0));
    }

    #[test]
    fn a_bucket_that_refills_holds_the_larger_of_both() {
        let refills = Allowance { refills: true, ..allowance() };
        let of = |held_s: f64| refills.pressure(&sum(1500.0, 700.0, held_s), 10.0, 24.0).reserved.used;
        assert_eq!([of(1.0), of(100.0)], [420_000.0, 801_500.0]);
    }

    #[test]
    fn a_day_counts_the_hours_that_the_load_is_kept_up() {
        let limited = Allowance { tpd: Some(1e9), ..allowance() };
        let used = |hours: f64| limited.pressure(&sum(1000.0, 1000.0, 1.0), 10.0, hours).day.used;
        assert_eq!([used(24.0), used(8.0)], [864e6, 288e6]);
    }

    #[test]
    fn no_limit_is_no_share() {
        let free = Allowance { rpm: None, tpm: None, ..allowance() };
        assert_eq!(free.pressure(&sum(1000.0, 1000.0, 1.0), 10.0, 24.0).most(), None);
    }
}
