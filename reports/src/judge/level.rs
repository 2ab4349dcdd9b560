//! How often a finding may be wrong.

use serde::{Deserialize, Serialize};

/// The levels of all tests of a run: each finding may be wrong once in 1,000 runs, however many groups of
/// waits it was sought in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Level {
    groups: u32,
}

impl Level {
    /// The levels where each test is made on this many groups.
    pub(super) fn shared_by(groups: usize) -> Self {
        Level { groups: u32::try_from(groups).unwrap_or(u32::MAX).max(1) }
    }

    /// One test's share of 1 in 1,000.
    pub(super) fn of_a_finding(self) -> f64 {
        self.of(1e-3)
    }

    /// One test's share of another level.
    pub(super) fn of(self, level: f64) -> f64 {
        level / f64::from(self.groups)
    }
}

/// A small chance as people say it: `1 in 2,000`.
pub(super) fn one_in(chance: f64) -> String {
    let runs = 1.0 / chance;
    if runs >= 1e9 {
        return "less than 1 in a billion".to_owned();
    }
    // Two digits: a third one would claim more than an overhead model can know.
    let scale = 10f64.powf((runs.log10().floor() - 1.0).max(0.0));
    format!("1 in {}", crate::number::count(((runs / scale).round() * scale) as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_share_the_level() {
        assert_eq!(Level::shared_by(0).of_a_finding(), 1e-3);
        assert_eq!(Level::shared_by(4).of_a_finding(), 2.5e-4);
        assert_eq!(Level::shared_by(2).of(5e-4), 2.5e-4);
    }

    #[test]
    fn chances_are_told_in_runs() {
        let cases = [
            (5.12e-4, "1 in 2,000"),
            (0.4, "1 in 3"),
            (1.53e-9, "1 in 650,000,000"),
            (0.0, "less than 1 in a billion"),
        ];
        for (chance, text) in cases {
            assert_eq!(one_in(chance), text);
        }
    }
}
