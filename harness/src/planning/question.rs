//! What a plan asks of a scenario, and how the scenario looks at one level of load.
//!
//! A step is the scenario with its timeline replaced by a warm-up and a stretch of steady load, its faults left out, its gates
//! replaced by the plan's goals, and one thing turned: the rate of its open loads, the users of a closed one, the jobs or the
//! workers of a queue. All that is said as `--set` would say it, so each step passes the checks of any scenario, and the step's
//! run folder holds a scenario that can be run again.

use std::time::Duration;

use bedload_reports::capacity::Variable;
use bedload_reports::record::Name;
use bedload_reports::units::Nanos;
use thiserror::Error;

use super::search::Range;
use crate::engine::assembly::queue_setup;
use crate::pace::{Arrivals, Stretch};
use crate::queue::policy::{Consumer, QueuePolicy, Workers};
use crate::scenario::{Flow, Goal, Load, Plan};

/// The share of answered requests that a plan asks for where nobody says.
const ANSWERED: &str = "99%";
/// The fewest requests of a step: they bound a 99th percentile.
const SAMPLES: f64 = 300.0;
/// How much later than its last job a queue may be empty for its workers to have kept up, as a share of the time in which jobs
/// came; and as many mean jobs.
const LAG: (f64, f64) = (0.015, 2.0);
/// How far beyond a deadline a step goes on, so that it shows by how much the deadline was missed.
const BEYOND: f64 = 1.1;
/// The highest level, as a multiple of the scenario's own.
const REACH: f64 = 1000.0;

/// What is turned, of which flows.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    variable: Variable,
    /// The flows, each with its own level in the scenario.
    turned: Vec<(Name, f64)>,
    deadline: Option<Duration>,
}

/// How long a step warms up and goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The time before figures count.
    pub warm_up: Duration,
    /// The time in which they do; more where the level is low.
    pub hold: Duration,
}

/// What befalls a batch on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing.
    None,
    /// Half way, every worker dies once between the model's answer and the store, and is there again after half a minute.
    Crash,
    /// For a minute the model has no capacity.
    Unavailable,
}

impl Trouble {
    /// The words for it.
    pub fn words(self) -> &'static str {
        match self {
            Trouble::None => "undisturbed",
            Trouble::Crash => "every worker crashes once",
            Trouble::Unavailable => "503 for a minute",
        }
    }
}

/// Why a scenario cannot be planned.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unplannable {
    /// There is no such flow.
    #[error("the scenario has no flow `{0}`")]
    NoFlow(String),
    /// Loads of several kinds.
    #[error("the scenario has loads of several kinds: {0}")]
    Mixed(String),
    /// Arrivals of a trace come as they came.
    #[error("flow `{0}` replays a trace, which has no rate to turn")]
    Replay(Name),
    /// A queue beside the flows that are turned.
    #[error("flow `{0}` is a queue, which cannot go on beside a search over another load")]
    QueueBeside(Name),
    /// A function scales by itself.
    #[error("the queue of flow `{0}` is read by a function, which has no workers to turn")]
    Function(Name),
    /// Only a batch has a deadline.
    #[error("a deadline is for a queue, and flow `{0}` has none")]
    NoQueue(Name),
}

impl Unplannable {
    /// The next step.
    pub fn remedy(&self) -> &'static str {
        match self {
            Unplannable::NoFlow(_) => "name one of its flows with --flow",
            Unplannable::Mixed(_) => "name the flow to turn: --flow NAME; the others keep their highest load",
            Unplannable::Replay(_) => {
                "give it an open load for the plan: --set 'flows.….load={ open: { rate: 5/s } }'"
            }
            Unplannable::QueueBeside(_) => {
                "plan the queue by itself with --flow, or take it out of the scenario"
            }
            Unplannable::Function(_) => {
                "give it workers for the plan, or plan what it is given: leave --deadline out"
            }
            Unplannable::NoQueue(_) => "leave --deadline out, or name a queue's flow with --flow",
        }
    }
}

impl Question {
    /// What to turn in this scenario: the flow that is named, or its only one, or all its open loads together.
    pub fn of(plan: &Plan, flow: Option<&str>, deadline: Option<Duration>) -> Result<Self, Unplannable> {
        let flows: Vec<&Flow> = match flow {
            Some(name) => {
                let found = plan.flows().iter().find(|flow| &**flow.name() == name);
                vec![found.ok_or_else(|| Unplannable::NoFlow(name.to_owned()))?]
            }
            None => plan.flows().iter().collect(),
        };
        let own: Vec<(Variable, Name, f64)> =
            flows.iter().map(|flow| level_of(plan, flow, deadline)).collect::<Result<_, _>>()?;
        let Some((variable, ..)) = own.first().cloned() else {
            return Err(Unplannable::NoFlow(String::new()));
        };
        let alike = own.iter().all(|(other, ..)| *other == variable);
        if !alike || (own.len() > 1 && variable != Variable::Rate) {
            let kinds: Vec<_> =
                own.iter().map(|(kind, flow, _)| format!("{flow} ({})", kind.name())).collect();
            return Err(Unplannable::Mixed(kinds.join(", ")));
        }
        let turned: Vec<(Name, f64)> = own.into_iter().map(|(_, flow, level)| (flow, level)).collect();
        let question = Question { variable, turned, deadline };
        question.can_stand_beside(plan)?;
        Ok(question)
    }

    /// What is turned.
    pub fn variable(&self) -> Variable {
        self.variable
    }

    /// The flows that it is turned of.
    pub fn flows(&self) -> Vec<Name> {
        self.turned.iter().map(|(flow, _)| flow.clone()).collect()
    }

    /// The scenario's own level, where a search begins.
    pub fn own_level(&self) -> f64 {
        self.turned.iter().map(|(_, level)| level).sum()
    }

    /// How fast requests come at a level, as schedules say; none where answers set the pace.
    pub fn requests_per_s(&self, plan: &Plan, level: f64) -> Option<f64> {
        if self.variable != Variable::Rate {
            return None;
        }
        let beside =
            plan.flows().iter().filter(|flow| self.turned.iter().all(|(name, _)| name != flow.name()));
        let rate = |flow: &Flow| match flow.load() {
            Load::Open { stretches, .. } => Some(peak(stretches)),
            Load::Closed { .. } | Load::Queue { .. } | Load::Replay { .. } => None,
        };
        Some(level + beside.map(rate).sum::<Option<f64>>()?)
    }

    /// Where to look for the answer.
    pub fn range(&self, start: Option<f64>, most: Option<f64>, steps: u32) -> Range {
        let start = start.unwrap_or_else(|| self.own_level());
        let whole = self.variable.is_whole();
        Range {
            start,
            least: if whole { 1.0 } else { start / REACH },
            most: most.unwrap_or((start * REACH).round()),
            whole,
            aim: self.variable.aim(),
            steps,
        }
    }

    /// The goals where nobody gives any: what the scenario calls good enough, and what the variable is for.
    pub fn usual_goals(&self, plan: &Plan, pace: Pace) -> Vec<Goal> {
        let slo = plan.slo();
        let time = |metric: &str, limit: Option<Nanos>| {
            limit.map(|limit| Goal::at_most(metric, written(limit.into())))
        };
        let streams = self.turned.iter().all(|(name, _)| {
            plan.flows().iter().any(|flow| flow.name() == name && flow.call().operation.streams())
        });
        let answered = || Goal::at_least("success.ratio", ANSWERED);
        match self.variable {
            Variable::Rate | Variable::Users => {
                let ttft = time("ttft.p95", slo.ttft).filter(|_| streams);
                time("latency.p95", slo.latency).into_iter().chain(ttft).chain([answered()]).collect()
            }
            Variable::JobsPerHour => {
                let hold = self.hold(pace, 1.0).as_secs_f64();
                let lag = hold * LAG.0 + self.mean_job_s(plan) * LAG.1;
                vec![
                    Goal::at_most("queue.drain_time", written(Duration::from_secs_f64(hold + lag))),
                    answered(),
                ]
            }
            Variable::Workers => {
                let deadline = self.deadline.unwrap_or_default();
                vec![
                    Goal::at_most("queue.drain_time", written(deadline)),
                    Goal::at_most("jobs.unfinished", "0"),
                    Goal::at_most("jobs.lost", "0"),
                    Goal::at_most("jobs.dead_lettered", "0"),
                    Goal::at_most("jobs.duplicate_effects", "0"),
                ]
            }
        }
    }

    /// The changes that make the scenario one step.
    pub fn changes(
        &self,
        plan: &Plan,
        level: f64,
        pace: Pace,
        goals: &[Goal],
        trouble: Trouble,
    ) -> Vec<String> {
        let mut changes = vec![
            format!("stages={}", self.stages(plan, level, pace)),
            format!("gates={}", gates(goals)),
            format!("faults={}", self.faults(trouble)),
            format!("stop_if={}", self.ends(goals, self.hold(pace, level))),
        ];
        changes.extend(plan.flows().iter().flat_map(|flow| self.load(flow, level, pace)));
        changes
    }

    /// What ends a step before its time. Batches go on: what is left of one says by how much it was too large.
    fn ends(&self, goals: &[Goal], hold: Duration) -> String {
        let turns_load = matches!(self.variable, Variable::Rate | Variable::Users);
        let rules = goals.iter().filter_map(Goal::lost_beyond_doubt);
        let rules = rules.filter(|_| turns_load && hold >= Duration::from_secs(60));
        let named: Vec<String> =
            rules.enumerate().map(|(place, rule)| format!("oversaturated-{}: {rule}", place + 1)).collect();
        format!("{{ {} }}", named.join(", "))
    }

    /// How long figures count at a level.
    fn hold(&self, pace: Pace, level: f64) -> Duration {
        let enough = match self.variable {
            Variable::Rate => SAMPLES / level,
            Variable::Users | Variable::JobsPerHour | Variable::Workers => 0.0,
        };
        let at_least = match self.variable {
            Variable::JobsPerHour => pace.hold.max(Duration::from_secs(20 * 60)),
            Variable::Rate | Variable::Users | Variable::Workers => pace.hold,
        };
        at_least.max(Duration::from_secs_f64(enough.ceil()))
    }

    fn stages(&self, plan: &Plan, level: f64, pace: Pace) -> String {
        match self.variable {
            Variable::Rate | Variable::Users => format!(
                "[{{ name: warm-up, for: {}, record: false }}, {{ name: hold, for: {} }}]",
                written(pace.warm_up),
                written(self.hold(pace, level))
            ),
            Variable::JobsPerHour => {
                let long = self.hold(pace, level).as_secs_f64() * BEYOND + self.mean_job_s(plan) * LAG.1;
                format!("[{{ name: hold, for: {} }}]", written(Duration::from_secs_f64(long.ceil())))
            }
            Variable::Workers => {
                let long = self.deadline.unwrap_or_default().as_secs_f64() * BEYOND;
                let fed = self.policy(plan).map_or(0.0, |policy| policy.production().as_secs_f64());
                format!(
                    "[{{ name: batch, for: {} }}]",
                    written(Duration::from_secs_f64(long.max(fed).ceil()))
                )
            }
        }
    }

    fn faults(&self, trouble: Trouble) -> String {
        let from = self.deadline.unwrap_or_default() / 2;
        let during = format!("{}..{}", written(from), written(from + Duration::from_secs(60)));
        match trouble {
            Trouble::None => "{}".to_owned(),
            Trouble::Crash => {
                format!(
                    "{{ workers-crash: {{ during: {during}, inject: {{ crash: {{ at: answered }} }} }} }}"
                )
            }
            Trouble::Unavailable => {
                format!("{{ model-away: {{ during: {during}, inject: {{ unavailable: {{}} }} }} }}")
            }
        }
    }

    fn load(&self, flow: &Flow, level: f64, pace: Pace) -> Vec<String> {
        let name = flow.name();
        let own = self.turned.iter().find(|(turned, _)| turned == name).map(|(_, own)| *own);
        let share = own.map(|own| own / self.own_level() * level);
        match flow.load() {
            Load::Open { arrivals, stretches } => {
                let per_s = share.unwrap_or_else(|| peak(stretches));
                vec![format!(
                    "flows.{name}.load={{ open: {{ arrivals: {}, rate: {per_s}/s }} }}",
                    word(*arrivals)
                )]
            }
            Load::Closed { segments, .. } => {
                let most = segments.iter().map(|segment| segment.users.max(segment.end_users)).max();
                let users = share.map_or(most.unwrap_or(1), |share| share.round() as u32);
                vec![format!("flows.{name}.load.closed.users={users}")]
            }
            Load::Queue { policy, .. } => match (self.variable, &policy.consumer) {
                (Variable::Workers, Consumer::Workers(workers)) => {
                    vec![format!("flows.{name}.load.queue.workers={}", crew(workers, level))]
                }
                _ => {
                    let jobs = (level * self.hold(pace, level).as_secs_f64() / 3600.0).round().max(1.0);
                    let queue = format!("flows.{name}.load.queue");
                    vec![format!("{queue}.jobs={jobs}"), format!("{queue}.enqueue={level}/h")]
                }
            },
            Load::Replay { .. } => Vec::new(),
        }
    }

    fn policy<'p>(&self, plan: &'p Plan) -> Option<&'p QueuePolicy> {
        plan.flows().iter().find_map(|flow| match flow.load() {
            Load::Queue { policy, .. } if self.turned.iter().any(|(name, _)| name == flow.name()) => {
                Some(&**policy)
            }
            _ => None,
        })
    }

    fn mean_job_s(&self, plan: &Plan) -> f64 {
        let turned = plan.flows().iter().find(|flow| self.turned.iter().any(|(name, _)| name == flow.name()));
        let mean = turned.and_then(|flow| queue_setup(plan, flow)).and_then(|setup| setup.work.mean);
        mean.map_or(0.0, |mean| mean.as_secs_f64())
    }

    fn can_stand_beside(&self, plan: &Plan) -> Result<(), Unplannable> {
        for flow in plan.flows() {
            let turned = self.turned.iter().any(|(name, _)| name == flow.name());
            match flow.load() {
                Load::Replay { .. } => return Err(Unplannable::Replay(flow.name().clone())),
                Load::Queue { .. } if !turned => return Err(Unplannable::QueueBeside(flow.name().clone())),
                _ => {}
            }
        }
        Ok(())
    }
}

/// The variable of a flow, and its own level; of a queue's jobs, as many as its workers can do by Little's law.
fn level_of(
    plan: &Plan,
    flow: &Flow,
    deadline: Option<Duration>,
) -> Result<(Variable, Name, f64), Unplannable> {
    let name = flow.name().clone();
    match (flow.load(), deadline) {
        (Load::Queue { policy, .. }, Some(_)) => match &policy.consumer {
            Consumer::Workers(workers) => Ok((Variable::Workers, name, f64::from(workers.count))),
            Consumer::Function(_) => Err(Unplannable::Function(name)),
        },
        (_, Some(_)) => Err(Unplannable::NoQueue(name)),
        (Load::Queue { policy, .. }, None) => {
            let mean = queue_setup(plan, flow).and_then(|setup| setup.work.mean);
            let per_hour = mean.filter(|mean| *mean > Nanos::ZERO).map_or(policy.jobs as f64, |mean| {
                f64::from(policy.consumer.slots()) * 3600.0 / mean.as_secs_f64()
            });
            Ok((Variable::JobsPerHour, name, per_hour))
        }
        (Load::Open { stretches, .. }, None) => Ok((Variable::Rate, name, peak(stretches))),
        (Load::Closed { segments, .. }, None) => {
            let most = segments.iter().map(|segment| segment.users.max(segment.end_users)).max();
            Ok((Variable::Users, name, f64::from(most.unwrap_or(1).max(1))))
        }
        (Load::Replay { .. }, None) => Err(Unplannable::Replay(name)),
    }
}

fn peak(stretches: &[Stretch]) -> f64 {
    stretches.iter().map(|stretch| stretch.shape.peak_per_s()).fold(0.0, f64::max)
}

fn word(arrivals: Arrivals) -> String {
    match arrivals {
        Arrivals::Constant => "constant".to_owned(),
        Arrivals::Poisson => "poisson".to_owned(),
        Arrivals::Gamma { cv } => format!("{{ gamma: {{ cv: {cv} }} }}"),
    }
}

fn crew(workers: &Workers, count: f64) -> String {
    format!(
        "{{ count: {count}, in_flight: {}, batch: {}, wait: {}, idle: {} }}",
        workers.in_flight,
        workers.batch,
        written(workers.wait),
        written(workers.idle)
    )
}

fn gates(goals: &[Goal]) -> String {
    let gates: Vec<String> = goals
        .iter()
        .enumerate()
        .map(|(place, goal)| format!("goal-{}: {}", place + 1, goal.gate()))
        .collect();
    format!("{{ {} }}", gates.join(", "))
}

/// A time as a scenario writes it.
fn written(time: Duration) -> String {
    match time.subsec_nanos() {
        0 => format!("{}s", time.as_secs()),
        _ => format!("{}ms", time.as_secs_f64() * 1e3),
    }
}
