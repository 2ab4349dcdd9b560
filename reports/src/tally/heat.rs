//! Counts answers by time and latency, for the heatmap of each flow.
//!
//! Bands are eighths of an octave, so a table of a few hundred rows holds a microsecond to a day, and a count for each
//! cell that was met is all that is kept: memory follows the length of the run and the spread of its latencies, not its
//! traffic. When the run is over, neighbours are put together until the usual answer has company in its cell: cells that
//! hold one answer each would show dust, and no shape.

use std::collections::BTreeMap;

use crate::header::Header;
use crate::record::{Name, Record};
use crate::summary::Heatmap;
use crate::units::Nanos;

use super::decided;

/// The most columns: one for every five to six pixels of a chart.
const COLUMNS: usize = 150;
/// Columns are not put together for company's sake where fewer than this would remain.
const FEW_COLUMNS: usize = 48;
/// The most bands, and the fewest that are left for company's sake.
const BANDS: usize = 48;
const FEW_BANDS: usize = 12;
/// The answers that the usual answer should find in its cell, itself among them.
const COMPANY: u64 = 4;
/// The fewest answers that a heatmap is made of.
const ENOUGH: u64 = 100;
/// Flows counted; a page has no room for the pictures of more.
const FLOWS: usize = 16;

/// 2^(n/8) in 32.32 fixed point, so that no platform's logarithm decides where a band begins.
const EIGHTHS: [u64; 8] = [
    4_294_967_296,
    4_683_695_048,
    5_107_605_667,
    5_569_883_475,
    6_074_001_000,
    6_623_745_059,
    7_223_245_206,
    7_877_004_752,
];

/// Answers of a flow by column and band.
type Cells = BTreeMap<(usize, usize), u64>;

pub(super) struct Heat {
    bucket: Nanos,
    last: usize,
    flows: Vec<(Name, Cells)>,
}

impl Heat {
    /// In the timeline's buckets, of which `last` is the last.
    pub(super) fn new(header: &Header, bucket: Nanos, last: usize) -> Self {
        let flows = header.flows.iter().take(FLOWS).map(|flow| (flow.name.clone(), Cells::new()));
        Heat { bucket, last, flows: flows.collect() }
    }

    pub(super) fn observe(&mut self, record: &Record) {
        if !record.outcome.answered() {
            return;
        }
        let Some((_, cells)) = self.flows.iter_mut().find(|(name, _)| *name == record.flow) else { return };
        let place = decided::felt_at(record).get() / self.bucket.get().max(1);
        let column = usize::try_from(place).unwrap_or(usize::MAX).min(self.last);
        *cells.entry((column, band(record.latency()))).or_default() += 1;
    }

    pub(super) fn finish(self) -> Vec<Heatmap> {
        let bucket = self.bucket;
        let enough = |cells: &Cells| cells.values().sum::<u64>() >= ENOUGH;
        let flows = self.flows.into_iter().filter(|(_, cells)| enough(cells));
        flows.map(|(flow, cells)| heatmap(flow, bucket, &cells)).collect()
    }
}

/// The band that holds a time.
pub(super) fn band(time: Nanos) -> usize {
    let micros = (time.get() / 1000).max(1);
    let octave = micros.ilog2();
    let rest = (u128::from(micros) << 32) >> octave;
    let eighth = EIGHTHS.iter().rposition(|&edge| rest >= u128::from(edge)).unwrap_or(0);
    octave as usize * 8 + eighth
}

/// The lower edge of a band.
fn edge(band: usize) -> Nanos {
    let scaled = u128::from(EIGHTHS[band % 8]) << (band / 8);
    Nanos::new(u64::try_from((scaled * 1000) >> 32).unwrap_or(u64::MAX))
}

fn heatmap(flow: Name, bucket: Nanos, cells: &Cells) -> Heatmap {
    let bands = cells.keys().map(|(_, band)| *band);
    let (low, high) = (bands.clone().min().unwrap_or(0), bands.max().unwrap_or(0));
    let columns = cells.keys().map(|(column, _)| column + 1).max().unwrap_or(0);
    let grain = Grain::of(cells, columns, low, high);
    let height = (high - low) / grain.bands + 1;
    let mut counts = vec![vec![0; height]; columns.div_ceil(grain.columns)];
    for ((column, band), count) in cells {
        counts[column / grain.columns][(band - low) / grain.bands] += count;
    }
    Heatmap {
        flow,
        column: Nanos::new(bucket.get().saturating_mul(grain.columns as u64)),
        edges: (0..=height).map(|place| edge(low + place * grain.bands)).collect(),
        columns: counts,
    }
}

/// How many buckets make a column, and how many eighths of an octave a band.
#[derive(Clone, Copy)]
struct Grain {
    columns: usize,
    bands: usize,
}

impl Grain {
    /// Fine enough to show a shape, coarse enough to hold one.
    fn of(cells: &Cells, columns: usize, low: usize, high: usize) -> Self {
        let width = |grain: usize| columns.div_ceil(grain);
        let height = |grain: usize| (high - low) / grain + 1;
        let columns_at_least = (1..).find(|grain| width(*grain) <= COLUMNS).unwrap_or(1);
        let bands_at_least = (1..).find(|grain| height(*grain) <= BANDS).unwrap_or(1);
        let mut grain = Grain { columns: columns_at_least, bands: bands_at_least };
        while grain.company(cells, low) < COMPANY {
            // The longer side gives first, so that a cell stays about as high as it is wide.
            let wider = width(grain.columns + 1) >= FEW_COLUMNS;
            let higher = height(grain.bands + 1) >= FEW_BANDS;
            match (wider, higher) {
                (true, true) if height(grain.bands) * 4 > width(grain.columns) => grain.bands += 1,
                (true, _) => grain.columns += 1,
                (false, true) => grain.bands += 1,
                (false, false) => break,
            }
        }
        grain
    }

    /// How many answers share a cell with the usual answer: half of all have at least as many.
    fn company(self, cells: &Cells, low: usize) -> u64 {
        let mut together: BTreeMap<(usize, usize), u64> = BTreeMap::new();
        for ((column, band), count) in cells {
            *together.entry((column / self.columns, (band - low) / self.bands)).or_default() += count;
        }
        let mut counts: Vec<u64> = together.into_values().collect();
        counts.sort_unstable_by_key(|count| std::cmp::Reverse(*count));
        let all: u64 = counts.iter().sum();
        let mut seen = 0;
        let usual = counts.into_iter().find(|count| {
            seen += count;
            seen * 2 >= all
        });
        usual.unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{answered, failed, header};

    fn seconds(secs: u64) -> Nanos {
        Nanos::from_secs(secs)
    }

    /// A request answered after so many milliseconds.
    fn after(id: u64, due: Nanos, ms: u64) -> Record {
        let done = due.plus(Nanos::new(ms * 1_000_000));
        Record { done, ..answered(id, due) }
    }

    fn folded(records: &[Record]) -> Vec<Heatmap> {
        let mut heat = Heat::new(&header(), seconds(1), 229);
        records.iter().for_each(|record| heat.observe(record));
        heat.finish()
    }

    proptest! {
        #[test]
        fn a_time_lies_between_the_edges_of_its_band(micros in 1u64..86_400_000_000) {
            let (time, band) = (Nanos::new(micros * 1000), band(Nanos::new(micros * 1000)));
            prop_assert!(edge(band) <= time && time < edge(band + 1), "{:?} in {}", time, band);
        }
    }

    #[test]
    fn bands_are_eighths_of_an_octave() {
        assert_eq!(band(Nanos::ZERO), 0);
        assert_eq!(band(Nanos::new(2_000)), 8);
        assert_eq!((edge(8), edge(16)), (Nanos::new(2_000), Nanos::new(4_000)));
        let ratio = edge(81).as_secs_f64() / edge(80).as_secs_f64();
        assert!((ratio - 2f64.powf(0.125)).abs() < 1e-5, "{ratio}");
    }

    #[test]
    fn every_answer_is_counted_once_and_failures_are_not() {
        let mut records: Vec<Record> =
            (0..100).map(|id| after(id, seconds(id), 100 + id * 37 % 900)).collect();
        records.push(failed(100, seconds(50)));
        let maps = folded(&records);
        assert_eq!(maps.len(), 1);
        assert_eq!(maps[0].columns.iter().flatten().sum::<u64>(), 100);
        assert!(maps[0].columns.iter().all(|column| column.len() + 1 == maps[0].edges.len()));
    }

    #[test]
    fn thin_traffic_has_coarse_cells_and_dense_traffic_fine_ones() {
        let thin: Vec<Record> = (0..120).map(|id| after(id, seconds(id), 200 + id * 37 % 900)).collect();
        let dense: Vec<Record> =
            (0..60_000).map(|id| after(id, seconds(id / 500), 200 + id * 37 % 900)).collect();
        let (thin, dense) = (folded(&thin).remove(0), folded(&dense).remove(0));
        assert!(thin.columns.len() < dense.columns.len(), "{} {}", thin.columns.len(), dense.columns.len());
        assert!((FEW_COLUMNS..=COLUMNS).contains(&thin.columns.len()));
        assert_eq!(dense.columns.len(), 120);
    }

    #[test]
    fn the_picture_stays_small_whatever_the_spread() {
        let records: Vec<Record> = (0..4000).map(|id| after(id, seconds(id % 220), 1 << (id % 24))).collect();
        let map = folded(&records).remove(0);
        assert!(map.columns.len() <= COLUMNS && map.edges.len() <= BANDS + 1);
    }

    #[test]
    fn a_handful_of_answers_makes_no_picture() {
        let few: Vec<Record> = (0..99).map(|id| answered(id, seconds(id))).collect();
        assert!(folded(&few).is_empty());
    }
}
