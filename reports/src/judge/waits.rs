//! The waits before retries as the scatter shows them.

use super::declared;
use super::expect::Backoff;
use super::gaps::{Cell, evenly};
use super::judgement::Waits;
use super::timing::Timed;
use crate::units::Nanos;

/// The most points of one ordinal.
const MOST_POINTS: usize = 500;

/// The waits of a group, by ordinal, each with the band of the declared policy, or of the one it looks like.
pub(super) fn waits(timed: &Timed, declared: Option<Backoff>) -> Vec<Waits> {
    let class = timed.group.class;
    let policy = declared.and_then(|declared| declared::policy(declared, class)).or(timed.likeness.policy());
    let of_cell = |cell: &Cell| {
        let mut points: Vec<_> =
            cell.gaps.iter().chain(&cell.unfit).map(|gap| (gap.begin, gap.wait)).collect();
        points.sort();
        Waits {
            client: timed.group.client.clone(),
            class,
            ordinal: cell.ordinal,
            count: points.len() as u64,
            points: evenly(&points, MOST_POINTS).copied().collect(),
            envelope: policy.map(|policy| {
                let band = policy.band(cell.ordinal, None);
                (nanos(band.low), nanos(band.high))
            }),
        }
    };
    timed.group.cells.iter().map(of_cell).collect()
}

fn nanos(secs: f64) -> Nanos {
    Nanos::new((secs * 1e9).round() as u64)
}
