//! What the cloud's ledger says of jobs, beside what their records say.
//!
//! Records tell what clients know, the ledger what was done: an answer that a worker died before it heard of is in the
//! ledger alone. So the ledger may have more answers than the records, and never fewer.

use std::collections::BTreeMap;

use crate::exchange::Exchange;
use crate::record::Name;
use crate::summary::Summary;
use crate::validity::Check;

use super::Folded;
use super::verdict;

/// Answers of models by flow, as the ledger has them.
#[derive(Clone, Debug, Default)]
pub struct Witness(BTreeMap<Name, u64>);

impl Witness {
    /// Counts an exchange, if it is a model's answer to a flow.
    pub fn see(&mut self, exchange: &Exchange) {
        let answered = exchange.is_of_bedrock() && exchange.succeeded() && exchange.output_tokens.is_some();
        if let (true, Some(flow)) = (answered, &exchange.flow) {
            *self.0.entry(flow.clone()).or_default() += 1;
        }
    }
}

impl Folded {
    /// With what the ledger says of the jobs of each queue; records that claim more answers than the cloud gave void the run.
    #[must_use]
    pub fn with_witness(mut self, witness: &Witness) -> Self {
        for place in 0..self.summary.queues.len() {
            let flow = self.summary.queues[place].flow.clone();
            let given = witness.0.get(&flow).copied().unwrap_or(0);
            self.summary.queues[place].ledger_answers = Some(given);
            let check = check(&self.summary, &flow, given);
            self.summary.validity.checks.push(check);
        }
        let summary = &mut self.summary;
        summary.validity.checks.sort_by_key(|check| check.ok);
        summary.verdict = verdict::of(summary);
        self
    }
}

fn check(summary: &Summary, flow: &Name, given: u64) -> Check {
    let part = summary.flows.iter().find(|part| part.name == *flow);
    let told = part.and_then(|part| part.figures.jobs.as_ref()).map_or(0, |jobs| jobs.answered_calls);
    let finding = format!(
        "{flow}: the records tell of {} answers, the cloud's ledger of {}",
        crate::number::count(told),
        crate::number::count(given)
    );
    Check { name: "jobs".into(), ok: told <= given, finding }
}
