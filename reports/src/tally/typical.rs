//! The usual request of a flow: one whose latency is that of its median.
//!
//! Which latency is the median is known only at the end, so the first answer of each band is kept until then: a few
//! dozen records for a flow, whatever its traffic.

use std::collections::BTreeMap;

use crate::header::Header;
use crate::record::{Name, Outcome, Record};

use super::exemplars::trimmed;
use super::heat::band;

/// Flows of which one is kept.
const FLOWS: usize = 4;
/// The fewest answers that have a usual one.
const ENOUGH: u64 = 20;

pub(super) struct Typical(Vec<(Name, Bands)>);

/// The answers of each band: how many, and the first.
type Bands = BTreeMap<usize, (u64, Record)>;

impl Typical {
    pub(super) fn new(header: &Header) -> Self {
        Typical(header.flows.iter().take(FLOWS).map(|flow| (flow.name.clone(), Bands::new())).collect())
    }

    pub(super) fn observe(&mut self, record: &Record) {
        let Some((_, bands)) = self.0.iter_mut().find(|(name, _)| *name == record.flow) else { return };
        if record.outcome != Outcome::FirstTry {
            return;
        }
        bands.entry(band(record.latency())).or_insert_with(|| (0, trimmed(record))).0 += 1;
    }

    /// The usual request of each flow that has one.
    pub(super) fn finish(self) -> impl Iterator<Item = (Name, Record)> {
        self.0.into_iter().filter_map(|(name, bands)| {
            let all: u64 = bands.values().map(|(count, _)| count).sum();
            let mut seen = 0;
            let median = bands.into_values().find(|(count, _)| {
                seen += count;
                seen * 2 >= all
            });
            median.filter(|_| all >= ENOUGH).map(|(_, record)| (name, record))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{answered, header, retried};
    use crate::units::Nanos;

    #[test]
    fn the_usual_request_lies_at_the_median() {
        let mut typical = Typical::new(&header());
        for id in 0..100 {
            let due = Nanos::from_secs(20 + id);
            let done = due.plus(Nanos::new((1 + id) * 10_000_000));
            typical.observe(&Record { done, ..answered(id, due) });
            typical.observe(&retried(1000 + id, due));
        }
        let found: Vec<_> = typical.finish().map(|(_, record)| record.latency().as_secs_f64()).collect();
        assert!(matches!(found[..], [at] if (0.45..0.55).contains(&at)), "{found:?}");
    }

    #[test]
    fn of_a_few_none_is_usual() {
        let mut typical = Typical::new(&header());
        (0..19).for_each(|id| typical.observe(&answered(id, Nanos::from_secs(20))));
        assert_eq!(typical.finish().count(), 0);
    }
}
