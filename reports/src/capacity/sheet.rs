//! The answer sheet: what a planner wants to know, from the steps of a search.

use serde::{Deserialize, Serialize};

use super::bound::Bound;
use super::cost::StepCost;
use super::pressure::{Pressure, Use};
use super::step::{Phase, Step};
use super::variable::{Aim, Variable};
use crate::header::{ClockKind, Header};
use crate::record::Name;

/// The whole of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Capacity {
    /// Version of this structure; additive changes keep it.
    pub format: u32,
    /// What was planned: the header of its first step.
    pub run: Header,
    /// What was turned.
    pub variable: Variable,
    /// The flows whose load or workers were turned.
    pub flows: Vec<Name>,
    /// What every step had to keep, in the words of the command line.
    pub goals: Vec<String>,
    /// Whether the figures come from a model of the service, and not from the service.
    pub modelled: bool,
    /// The hours of a day for which the load is kept up.
    pub hours_a_day: f64,
    /// The scenario, and what `--vary` made of it; at least one.
    pub variants: Vec<Variant>,
}

/// One scenario that was searched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// What was varied, in the order of the command line; nothing for the scenario itself.
    pub values: Vec<VariedValue>,
    /// Every step, in order.
    pub steps: Vec<Step>,
    /// Why the search ended.
    pub end: End,
}

/// One value that was varied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VariedValue {
    /// The path in the scenario; empty where words say what differs.
    pub path: String,
    /// The value.
    pub value: String,
}

/// Why a search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The answer is known as closely as was asked.
    Found,
    /// Everything passes, up to the highest level that may be tried; or down to the lowest.
    AllPass,
    /// Nothing passes.
    NonePasses,
    /// As many steps were taken as were allowed.
    StepsSpent,
    /// The budget was spent.
    BudgetSpent,
    /// A person stopped it.
    Interrupted,
}

/// What is known of the answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answer<'a> {
    /// The last level that passes: the highest, or of means the lowest.
    pub passing: Option<&'a Step>,
    /// The first that fails.
    pub failing: Option<&'a Step>,
    /// What kept that one from passing.
    pub bound: Option<&'a Bound>,
    /// How many runs at the passing level passed, of how many.
    pub confirmed: (usize, usize),
    /// The same with a tenth of room.
    pub with_margin: Option<(f64, usize, usize)>,
}

/// How much of a quota is used at the answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Headroom {
    /// Of what: `requests a minute of sonnet`.
    pub what: String,
    /// How much.
    pub used: Use,
}

impl Capacity {
    /// The version of this structure.
    pub const FORMAT: u32 = 1;

    /// Whether figures are of a model of the service: in virtual time, and wherever the target is a mock.
    pub fn is_modelled(run: &Header) -> bool {
        run.clock == ClockKind::Virtual || run.target.starts_with("mock")
    }

    /// The variant that is the scenario itself, or the first.
    pub fn main(&self) -> Option<&Variant> {
        self.variants.first()
    }
}

impl Variant {
    /// What is known of the answer.
    pub fn answer(&self, variable: Variable) -> Answer<'_> {
        let aim = variable.aim();
        let further = |a: f64, b: f64| match aim {
            Aim::Most => a > b,
            Aim::Least => a < b,
        };
        let tried = || self.steps.iter().filter(|step| step.verdict.passed() || step.bound().is_some());
        let levels = levels(tried());
        // A level passes by the majority of its runs: of one edge, some runs fall on either side.
        let passing =
            levels.iter().filter(|level| level.passes()).fold(None, |best: Option<&Level<'_>>, level| {
                match best {
                    Some(best) if !further(level.level, best.level) => Some(best),
                    _ => Some(level),
                }
            });
        let beyond = |level: &&Level<'_>| passing.is_none_or(|best| further(level.level, best.level));
        let failing = levels.iter().filter(|level| !level.passes()).filter(beyond).fold(
            None,
            |nearest: Option<&Level<'_>>, level| match nearest {
                Some(nearest) if !further(nearest.level, level.level) => Some(nearest),
                _ => Some(level),
            },
        );
        let margin = levels
            .iter()
            .filter(|level| level.steps.iter().any(|step| step.phase == Phase::Margin))
            .map(|level| (level.level, level.passed(), level.steps.len()))
            .next_back();
        Answer {
            passing: passing.and_then(|level| level.steps.iter().find(|step| step.verdict.passed()).copied()),
            failing: failing
                .and_then(|level| level.steps.iter().find(|step| step.bound().is_some()).copied()),
            bound: failing.and_then(|level| level.steps.iter().find_map(|step| step.bound())),
            confirmed: passing.map_or((0, 0), |level| (level.passed(), level.steps.len())),
            with_margin: margin,
        }
    }

    /// The words for what was varied: `max_tokens 512 · profile v2_0`.
    pub fn name(&self) -> String {
        let brief = |varied: &VariedValue| {
            if varied.path.is_empty() {
                return varied.value.clone();
            }
            let key = varied.path.rsplit('.').next().unwrap_or(&varied.path);
            format!("{key} {}", varied.value)
        };
        match self.values.as_slice() {
            [] => "as it is".to_owned(),
            values => values.iter().map(brief).collect::<Vec<_>>().join(" · "),
        }
    }
}

/// All runs at one level.
struct Level<'a> {
    level: f64,
    steps: Vec<&'a Step>,
}

impl Level<'_> {
    fn passed(&self) -> usize {
        self.steps.iter().filter(|step| step.verdict.passed()).count()
    }

    fn passes(&self) -> bool {
        self.passed() * 2 > self.steps.len()
    }
}

fn levels<'a>(steps: impl Iterator<Item = &'a Step>) -> Vec<Level<'a>> {
    let mut levels: Vec<Level<'a>> = Vec::new();
    for step in steps {
        match levels.iter_mut().find(|level| level.level == step.level) {
            Some(level) => level.steps.push(step),
            None => levels.push(Level { level: step.level, steps: vec![step] }),
        }
    }
    levels
}

impl Step {
    /// How much of each quota it uses, the fullest first.
    pub fn headroom(&self) -> Vec<Headroom> {
        let of = |pressure: &Pressure| {
            let model = pressure.model.clone();
            [
                ("requests a minute", pressure.requests),
                ("tokens a minute, reserved", pressure.reserved),
                ("tokens a minute, settled", pressure.settled),
                ("tokens a day", pressure.day),
            ]
            .map(|(what, used)| Headroom { what: format!("{what} of {model}"), used })
        };
        let mut all: Vec<Headroom> =
            self.pressures.iter().flat_map(of).filter(|room| room.used.limit.is_some()).collect();
        all.sort_by(|a, b| b.used.share().unwrap_or_default().total_cmp(&a.used.share().unwrap_or_default()));
        all
    }

    /// What a thousand answers cost, if it is known.
    pub fn per_1k(&self) -> Option<f64> {
        self.cost.map(|cost: StepCost| cost.per_1k)
    }
}
