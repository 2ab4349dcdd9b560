//! The search for the last level that passes: a geometric ramp, thirds of what is left, and a confirmation.
//!
//! Levels go up by the half until one fails (or down, until one passes); then the gap is cut to a third again and again, on a
//! scale of ratios, until its ends are five per cent apart; then the answer is run again with other seeds, and once more with a
//! tenth of room. Probes come in pairs, since two virtual runs take no longer than one on any machine of today, and always
//! in pairs, so that the same seed takes the same steps whatever the number of cores.

use bedload_reports::capacity::{Aim, End, Phase};

/// Where a search may look, and how closely.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The first level.
    pub start: f64,
    /// The lowest level.
    pub least: f64,
    /// The highest level.
    pub most: f64,
    /// Whether there are only whole levels.
    pub whole: bool,
    /// Which end of the passing levels is looked for.
    pub aim: Aim,
    /// The most steps.
    pub steps: u32,
}

/// From one level of the ramp to the next.
const GROWTH: f64 = 1.5;
/// The ratio of the last failing level to the last passing one at which the search ends.
const CLOSE: f64 = 1.05;
/// Runs of the answer, with a seed each.
const REPEATS: u32 = 3;
/// The room that the answer is tried with, too.
const ROOM: f64 = 0.9;

/// One run to be made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Probe {
    /// At this level.
    pub level: f64,
    /// For this reason.
    pub phase: Phase,
    /// How often the level was run before: another seed each time.
    pub repeat: u32,
}

/// What is known so far.
#[derive(Clone, Debug)]
pub struct Search {
    range: Range,
    known: Vec<Known>,
}

/// All runs of one level.
#[derive(Clone, Copy, Debug)]
struct Known {
    level: f64,
    passed: u32,
    runs: u32,
}

impl Known {
    fn passes(&self) -> bool {
        self.passed * 2 > self.runs
    }
}

impl Search {
    /// Nothing known yet.
    pub fn new(range: Range) -> Self {
        Search { range, known: Vec::new() }
    }

    /// What to run next, at once; or why there is nothing more to run.
    pub fn next(&self) -> Result<Vec<Probe>, End> {
        let runs: u32 = self.known.iter().map(|known| known.runs).sum();
        let left = self.range.steps.saturating_sub(runs) as usize;
        let mut probes = self.wanted()?;
        probes.truncate(left);
        if probes.is_empty() { Err(End::StepsSpent) } else { Ok(probes) }
    }

    /// What came of one of them.
    pub fn learn(&mut self, probe: Probe, passed: bool) {
        let at = self.known.iter().position(|known| known.level == probe.level);
        let known = match at {
            Some(at) => &mut self.known[at],
            None => {
                self.known.push(Known { level: probe.level, passed: 0, runs: 0 });
                let last = self.known.len() - 1;
                &mut self.known[last]
            }
        };
        known.runs += 1;
        known.passed += u32::from(passed);
    }

    fn wanted(&self) -> Result<Vec<Probe>, End> {
        let Range { start, least, most, .. } = self.range;
        let (below, above) = self.edges();
        let ramp = |levels: [f64; 2]| Ok(self.fresh(levels, Phase::Ramp));
        match (below, above) {
            (None, None) => ramp([start, start * GROWTH]),
            (Some(low), None) if low >= most => Err(self.end_at_the_top()),
            (None, Some(high)) if high <= least => Err(self.end_at_the_bottom()),
            (Some(low), None) => ramp([low * self.growth(), low * self.growth().powi(2)]),
            (None, Some(high)) => ramp([high / self.growth(), high / self.growth().powi(2)]),
            (Some(low), Some(high)) => self.between(low, high),
        }
    }

    /// The longer it takes to find an end, the longer the steps.
    fn growth(&self) -> f64 {
        GROWTH.powf(1.0 + (self.known.len() / 4) as f64)
    }

    /// The highest level below the answer's edge, and the lowest above it. Below it is what passes, of load; of means, what
    /// does not.
    fn edges(&self) -> (Option<f64>, Option<f64>) {
        let is_below = |known: &&Known| known.passes() == (self.range.aim == Aim::Most);
        let above =
            self.known.iter().filter(|known| !is_below(known)).map(|known| known.level).reduce(f64::min);
        let within = |level: &f64| above.is_none_or(|above| *level < above);
        let below =
            self.known.iter().filter(is_below).map(|known| known.level).filter(within).reduce(f64::max);
        (below, above)
    }

    fn between(&self, low: f64, high: f64) -> Result<Vec<Probe>, End> {
        let third = (high / low).cbrt();
        let inner = self.fresh([low * third, high / third], Phase::Narrow);
        if high / low > CLOSE && !inner.is_empty() {
            return Ok(inner);
        }
        let answer = if self.range.aim == Aim::Most { low } else { high };
        let mut again = self.again(answer, Phase::Confirm);
        if let Some(level) = self.with_room(answer) {
            again.extend(self.again(level, Phase::Margin));
        }
        if again.is_empty() { Err(End::Found) } else { Ok(again) }
    }

    /// The runs that a level still lacks.
    fn again(&self, level: f64, phase: Phase) -> Vec<Probe> {
        let runs = self.known.iter().find(|known| known.level == level).map_or(0, |known| known.runs);
        (runs..REPEATS).map(|repeat| Probe { level, phase, repeat }).collect()
    }

    /// The answer with a tenth of room, where there is a level for that.
    fn with_room(&self, answer: f64) -> Option<f64> {
        let room = match self.range.aim {
            Aim::Most => answer * ROOM,
            Aim::Least => answer / ROOM,
        };
        let level = self.to_level(room);
        (level != answer).then_some(level)
    }

    /// Those of two levels that were not run yet, as the variable can have them.
    fn fresh(&self, levels: [f64; 2], phase: Phase) -> Vec<Probe> {
        let mut probes: Vec<Probe> = Vec::new();
        for level in levels.map(|level| self.to_level(level)) {
            let known = self.known.iter().any(|known| known.level == level);
            if !known && probes.iter().all(|probe| probe.level != level) {
                probes.push(Probe { level, phase, repeat: 0 });
            }
        }
        probes
    }

    /// The nearest level that there is: within the range, whole or to four digits.
    fn to_level(&self, level: f64) -> f64 {
        let level = level.clamp(self.range.least, self.range.most);
        if self.range.whole {
            return level.round().max(1.0);
        }
        let scale = 10f64.powi(3 - level.abs().log10().floor() as i32);
        ((level * scale).round() / scale).clamp(self.range.least, self.range.most)
    }

    fn end_at_the_top(&self) -> End {
        if self.range.aim == Aim::Most { End::AllPass } else { End::NonePasses }
    }

    fn end_at_the_bottom(&self) -> End {
        if self.range.aim == Aim::Most { End::NonePasses } else { End::AllPass }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;
    use proptest::prelude::*;

    fn range(aim: Aim, whole: bool, start: f64) -> Range {
        Range { start, least: if whole { 1.0 } else { 0.01 }, most: 10_000.0, whole, aim, steps: 60 }
    }

    /// Searches for a known truth; the answer's edges and the number of steps.
    fn search(range: Range, passes: impl Fn(f64) -> bool) -> (Option<f64>, Option<f64>, u32, End) {
        let mut search = Search::new(range);
        let mut steps = 0;
        let end = loop {
            match search.next() {
                Ok(probes) => {
                    for probe in probes {
                        steps += 1;
                        search.learn(probe, passes(probe.level));
                    }
                }
                Err(end) => break end,
            }
        };
        let (below, above) = search.edges();
        (below, above, steps, end)
    }

    proptest! {
        #[test]
        fn the_most_is_found_to_five_per_cent(truth in 0.05f64..9_000.0, start in 0.5f64..500.0) {
            let (below, above, steps, end) = search(range(Aim::Most, false, start), |level| level <= truth);
            prop_assert_eq!(end, End::Found);
            let (below, above) = (below.unwrap(), above.unwrap());
            prop_assert!(below <= truth && truth < above && above / below <= CLOSE * 1.001, "{below} {truth} {above}");
            prop_assert!(steps <= 40, "{steps} steps");
        }

        #[test]
        fn the_fewest_workers_are_found_to_five_per_cent_or_exactly(truth in 1u32..9_000, start in 1u32..500) {
            let passes = |level: f64| level >= f64::from(truth);
            let (_, above, steps, end) = search(range(Aim::Least, true, f64::from(start)), passes);
            prop_assert!(matches!(end, End::Found | End::AllPass), "{end:?}");
            let found = above.unwrap();
            prop_assert!(found >= f64::from(truth) && (found <= f64::from(truth) * CLOSE || found == f64::from(truth)));
            prop_assert!(steps <= 45, "{steps} steps");
        }
    }

    #[test]
    fn a_start_near_the_answer_takes_a_dozen_steps() {
        let (.., steps, end) = search(range(Aim::Most, false, 8.0), |level| level <= 10.0);
        assert_eq!(end, End::Found);
        assert!(steps <= 12, "{steps}");
    }

    #[test]
    fn where_all_or_nothing_passes_the_search_says_so() {
        assert_eq!(search(range(Aim::Most, false, 1.0), |_| true).3, End::AllPass);
        assert_eq!(search(range(Aim::Most, false, 1.0), |_| false).3, End::NonePasses);
        assert_eq!(search(range(Aim::Least, true, 9.0), |_| true).3, End::AllPass);
        assert_eq!(search(range(Aim::Least, true, 9.0), |_| false).3, End::NonePasses);
    }

    #[test]
    fn steps_are_bounded() {
        let few = Range { steps: 3, ..range(Aim::Most, false, 1.0) };
        let (.., steps, end) = search(few, |level| level <= 100.0);
        assert_eq!((steps, end), (3, End::StepsSpent));
    }

    #[test]
    fn an_edge_that_other_seeds_do_not_confirm_is_given_up() {
        let mut search = Search::new(range(Aim::Most, false, 8.0));
        let mut confirmed_at = None;
        while let Ok(probes) = search.next() {
            for probe in probes {
                // The first run of an edge is lucky by a tenth.
                let luck = if probe.repeat == 0 && probe.phase != Phase::Margin { 1.1 } else { 1.0 };
                search.learn(probe, probe.level <= 10.0 * luck);
                confirmed_at = Some(search.edges());
            }
        }
        let (below, _) = confirmed_at.unwrap();
        assert!(below.unwrap() <= 10.0, "{below:?}");
    }
}
