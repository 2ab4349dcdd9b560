//! A run's recorded time, cut into blocks.
//!
//! Requests of one moment share their moment's trouble, so they are no independent samples: whoever takes them for such
//! finds regressions where there are none. Blocks of some seconds are nearly independent, and what is told of a run's own
//! noise is told from them.

use std::ops::Range;

use super::times::Times;
use crate::gate::Scope;
use crate::header::Header;
use crate::record::Name;
use crate::units::Nanos;

/// How long a block is at most: beyond ten seconds, drift within a run has mostly forgotten itself.
const LONGEST: Nanos = Nanos::from_secs(10);
/// How long a block is at least.
const SHORTEST: Nanos = Nanos::from_secs(1);
/// The blocks that a stage is cut into, where they come out between the shortest and the longest. Fewer hold more of the
/// drift in one block, and say less of how blocks differ.
const OF_A_STAGE: u64 = 24;
/// The most blocks of a run: of a day they are longer than ten seconds.
const MOST: u64 = 600;

/// The stages in scope, each cut into blocks of one length.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Blocks {
    stages: Vec<Cut>,
}

#[derive(Clone, Debug, PartialEq)]
struct Cut {
    stage: Name,
    from: Nanos,
    width: Nanos,
    places: Range<usize>,
}

/// What happened in one block.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Block {
    /// Requests, or what else the figure is a share of.
    pub(crate) of: u64,
    /// What the figure counts.
    pub(crate) hits: u64,
    /// What it cost.
    pub(crate) usd: f64,
    /// What was timed.
    pub(crate) times: Times,
}

impl Blocks {
    /// The recorded stages of a run that are in scope.
    pub(crate) fn of(header: &Header, scope: &Scope) -> Self {
        let longest = LONGEST.max(Nanos::new(header.recorded_length().get() / MOST));
        let wanted = |stage: &Name| scope.during.as_ref().is_none_or(|during| during == stage);
        let mut next = 0;
        let stages = header.stages.iter().filter(|stage| stage.record && wanted(&stage.name)).map(|stage| {
            let length = stage.to.since(stage.from).get();
            let ideal = (length / OF_A_STAGE).clamp(SHORTEST.get(), longest.get());
            let count = ((length + ideal / 2) / ideal).max(1);
            let places = next..next + count as usize;
            next = places.end;
            Cut {
                stage: stage.name.clone(),
                from: stage.from,
                width: Nanos::new(length.div_ceil(count).max(1)),
                places,
            }
        });
        Blocks { stages: stages.collect() }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.stages.last().map_or(0, |cut| cut.places.end)
    }

    /// The block of what was due then in this stage; none where the stage is out of scope.
    pub(crate) fn place(&self, stage: &str, due: Nanos) -> Option<usize> {
        let cut = self.stages.iter().find(|cut| *cut.stage == *stage)?;
        let place = usize::try_from(due.since(cut.from).get() / cut.width.get()).unwrap_or(usize::MAX);
        Some(cut.places.start.saturating_add(place).min(cut.places.end - 1))
    }

    /// The blocks of each stage.
    pub(super) fn stages(&self) -> impl Iterator<Item = Range<usize>> {
        self.stages.iter().map(|cut| cut.places.clone())
    }

    /// How many blocks are free to differ once the mean of each stage is known.
    pub(super) fn freedom(&self) -> usize {
        self.stages().map(|places| places.len() - 1).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header::Stage;
    use crate::testing::header;

    fn stages(secs: &[u64]) -> Header {
        let mut at = 0;
        let stages = secs.iter().enumerate().map(|(place, length)| {
            let from = at;
            at += length;
            let (from, to) = (Nanos::from_secs(from), Nanos::from_secs(at));
            Stage { name: format!("s{place}").into(), from, to, record: true }
        });
        Header { stages: stages.collect(), ..header() }
    }

    #[test]
    fn stages_are_cut_into_two_dozen_blocks_of_one_to_ten_seconds() {
        for (secs, count) in
            [(1, 1), (5, 5), (12, 12), (60, 24), (120, 24), (300, 30), (3600, 360), (86_400, 600)]
        {
            assert_eq!(Blocks::of(&stages(&[secs]), &Scope::default()).count(), count, "{secs} s");
        }
    }

    #[test]
    fn a_block_lies_in_one_stage() {
        let header = stages(&[60, 120]);
        let blocks = Blocks::of(&header, &Scope::default());
        let place = |stage: &str, secs| blocks.place(stage, Nanos::from_secs(secs));
        assert_eq!((place("s0", 0), place("s0", 59), place("s0", 60)), (Some(0), Some(23), Some(23)));
        assert_eq!((place("s1", 60), place("s1", 179), place("s2", 0)), (Some(24), Some(47), None));
        assert_eq!(blocks.freedom(), 46);
        let second = Blocks::of(&header, &Scope { during: Some("s1".into()), ..Scope::default() });
        assert_eq!((second.count(), second.place("s0", Nanos::ZERO)), (24, None));
    }

    #[test]
    fn a_warm_up_is_in_no_block() {
        let blocks = Blocks::of(&header(), &Scope::default());
        assert_eq!((blocks.count(), blocks.place("warmup", Nanos::from_secs(5))), (48, None));
    }
}
