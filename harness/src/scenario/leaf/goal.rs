//! Goals: `ttft.p95 <= 2s`.

use bedload_reports::metric::Metric;

use super::leaf_schema;
use crate::scenario::code::Code;
use crate::scenario::decode::{Leaf, Slip, Word};
use crate::scenario::goal::Goal;

/// A goal of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GoalText(Goal);

impl GoalText {
    /// The goal.
    pub(crate) fn get(&self) -> &Goal {
        &self.0
    }
}

impl Leaf for GoalText {
    fn shape() -> String {
        "a goal, as in `ttft.p95 <= 2s` or `success.ratio >= 99.9%`".to_owned()
    }

    fn read(word: Word<'_>) -> Result<Self, Slip> {
        let Word::Text(text) = word else { return Err(Slip::Kind) };
        let goal: Goal = text.parse().map_err(|_| Slip::Form)?;
        match goal.metric().parse::<Metric>() {
            Ok(_) => Ok(GoalText(goal)),
            Err(error) => {
                Err(Slip::Other(Code::UnknownName, format!("{error}; `bedload explain` lists them")))
            }
        }
    }
}

leaf_schema!(GoalText, "Goal", { "type": "string", "pattern": "^[a-z_.0-9]+( [A-Za-z0-9_-]+)? *(<=|>=) *[^{},]+$" });
