//! What a run may spend: requests, and money. Real AWS is never asked without one.

use std::sync::atomic::{AtomicU64, Ordering};

use bedload_reports::header::Model;
use bedload_reports::record::Record;

/// A budget, and what of it was spent.
#[derive(Debug, Default)]
pub struct Budget {
    max_requests: Option<u64>,
    max_cost_usd: Option<f64>,
    models: Vec<Model>,
    /// Millionths of a dollar: an integer, so that tasks can add to it without a lock.
    spent_micro_usd: AtomicU64,
}

impl Budget {
    /// A budget in requests, in USD by the models' prices, or both. Tokens of a model without a price
    /// cost nothing here; whoever sets a cost checks that all have one.
    pub fn new(max_requests: Option<u64>, max_cost_usd: Option<f64>, models: Vec<Model>) -> Self {
        Budget { max_requests, max_cost_usd, models, spent_micro_usd: AtomicU64::new(0) }
    }

    /// Whether nothing may be sent any more, after `sent` requests. Requests in flight are paid for
    /// when they end, so the money may be overdrawn by what they cost.
    pub fn is_spent(&self, sent: u64) -> bool {
        let spent_usd = self.spent_micro_usd.load(Ordering::Relaxed) as f64 / 1e6;
        self.max_requests.is_some_and(|most| sent >= most)
            || self.max_cost_usd.is_some_and(|most| spent_usd >= most)
    }

    /// Pays for a request that is over.
    pub fn spend(&self, record: &Record) {
        if self.max_cost_usd.is_none() {
            return;
        }
        let price = |name: &str| self.models.iter().find(|model| &*model.name == name)?.price;
        let usd: f64 = record
            .calls
            .iter()
            .filter_map(|call| price(&call.model).map(|price| price.of(call.tokens)))
            .sum();
        self.spent_micro_usd.fetch_add((usd * 1e6).ceil() as u64, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bedload_reports::header::Price;
    use bedload_reports::record::{Call, CallEnd, Operation, Outcome, Reason, Tokens};
    use bedload_reports::units::Nanos;

    fn record(tokens: Tokens) -> Record {
        let call = Call {
            reason: Reason::First,
            operation: Operation::Converse,
            model: "sonnet".into(),
            region: "us-east-1".into(),
            sent: Nanos::ZERO,
            first_byte: None,
            first_content: None,
            last_content: None,
            done: Nanos::ZERO,
            end: CallEnd::Answered { stop_reason: "end_turn".into() },
            tokens,
            tokens_estimated: false,
            gaps_us: Vec::new(),
            attempts: Vec::new(),
            polls: 0,
        };
        Record {
            id: 0,
            flow: "chat".into(),
            stage: "quiet".into(),
            due: Nanos::ZERO,
            sent: Nanos::ZERO,
            done: Nanos::ZERO,
            outcome: Outcome::FirstTry,
            calls: vec![call],
            routed: None,
            decisions: Vec::new(),
            job: None,
        }
    }

    #[test]
    fn money_is_spent_by_the_models_prices() {
        let price = Some(Price { input_per_1k: 1.0, output_per_1k: 2.0 });
        let model = Model { name: "sonnet".into(), id: "anthropic.x".into(), price };
        let budget = Budget::new(None, Some(5.0), vec![model]);
        budget.spend(&record(Tokens { input: 1000, output: 1000 }));
        assert!(!budget.is_spent(1));
        budget.spend(&record(Tokens { input: 0, output: 1000 }));
        assert!(budget.is_spent(2));
    }

    #[test]
    fn requests_are_counted_when_sent_and_no_budget_is_never_spent() {
        assert!(Budget::new(Some(3), None, Vec::new()).is_spent(3));
        assert!(!Budget::new(Some(3), None, Vec::new()).is_spent(2));
        assert!(!Budget::default().is_spent(u64::MAX));
    }
}
