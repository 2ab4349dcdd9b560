//! What a plan turns: the knob of its search.

use serde::{Deserialize, Serialize};

use crate::number;

/// What is made more or less from step to step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Variable {
    /// Arrivals a second of open loads.
    Rate,
    /// Users of a closed load.
    Users,
    /// Jobs an hour that a queue is given.
    JobsPerHour,
    /// Workers of a queue.
    Workers,
}

/// Which end of the passing levels is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aim {
    /// The most that passes: load.
    Most,
    /// The least that passes: means.
    Least,
}

impl Variable {
    /// Which end of it is looked for.
    pub const fn aim(self) -> Aim {
        match self {
            Variable::Rate | Variable::Users | Variable::JobsPerHour => Aim::Most,
            Variable::Workers => Aim::Least,
        }
    }

    /// Whether there are only whole ones.
    pub const fn is_whole(self) -> bool {
        matches!(self, Variable::Users | Variable::Workers)
    }

    /// The word for it, as a column is headed.
    pub const fn name(self) -> &'static str {
        match self {
            Variable::Rate => "requests a second",
            Variable::Users => "users",
            Variable::JobsPerHour => "jobs an hour",
            Variable::Workers => "workers",
        }
    }

    /// A level with its unit: `24.3/s`, `40 users`.
    pub fn text(self, level: f64) -> String {
        match self {
            Variable::Rate => format!("{}/s", number::significant(level)),
            Variable::JobsPerHour => format!("{} jobs/h", number::count(level.round() as u64)),
            Variable::Users | Variable::Workers if level == 1.0 => {
                format!("1 {}", self.name().trim_end_matches('s'))
            }
            Variable::Users | Variable::Workers => {
                format!("{} {}", number::count(level.round() as u64), self.name())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_told_with_their_unit() {
        let table = [
            (Variable::Rate, 24.34, "24.3/s"),
            (Variable::Users, 1.0, "1 user"),
            (Variable::Workers, 23.0, "23 workers"),
            (Variable::JobsPerHour, 12_000.4, "12,000 jobs/h"),
        ];
        for (variable, level, expected) in table {
            assert_eq!(variable.text(level), expected);
        }
    }
}
