//! What keeps a level of load from passing.
//!
//! A failed goal says that callers suffered, not why. So the means are looked at first, in the order in which one hides the
//! next: a generator that is late measures itself; a client that holds requests back never loads its quotas; a quota that is
//! used up turns into failures and long waits; and only where none of these has a say is it the service's own speed.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::pressure::{Pressure, Use};
use crate::gate::{Judged, Verdict};
use crate::number;
use crate::record::Name;
use crate::summary::Summary;

/// Attempts for each that may be refused before the refusal counts as a reason.
const SHARE_THAT_COUNTS: f64 = 0.01;
/// The share of their time at work from which workers are the bottleneck: what queues for them then waits for nothing else.
const BUSY: f64 = 0.9;
/// The share of a quota that must be settled for it to be the settled tokens that fill it, and not what is only reserved.
const SETTLED: f64 = 0.95;

/// What keeps a level from passing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Constraint {
    /// The generator: the measurement is invalid.
    Generator,
    /// What a client allows itself in flight, or sends at most.
    ClientConcurrency,
    /// Requests a minute of a model.
    Rpm(Name),
    /// Tokens a minute of a model, because of what requests reserve and do not use.
    TpmReserved(Name),
    /// Tokens a minute of a model, because of what requests use.
    TpmSettled(Name),
    /// Tokens a day of a model.
    Tpd(Name),
    /// A quota that the scenario does not name: the service said 429.
    UnnamedQuota,
    /// The service's capacity: it said 503.
    Capacity,
    /// The workers of a queue.
    Workers(Name),
    /// A goal, with no means that would explain it: the service is too slow, or fails too often.
    Goal(String),
}

/// What kept a step from passing, and the figures that say so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    /// What it was.
    pub constraint: Constraint,
    /// Why that is so, in words.
    pub because: String,
}

impl Bound {
    /// What kept a run from passing; none if nothing did.
    pub fn of(summary: &Summary, pressures: &[Pressure]) -> Option<Bound> {
        let sure = generator(summary).or_else(|| pressures.iter().find_map(overdrawn));
        if sure.is_some() {
            return sure;
        }
        let failed = summary.gates.iter().find(|judged| !kept(judged));
        let suffered = match (failed, &summary.stopped) {
            (Some(failed), _) => {
                let because = format!("it was {}", failed.measured_text());
                Bound { constraint: Constraint::Goal(goal_text(failed)), because }
            }
            (None, Some(stopped)) => {
                Bound { constraint: Constraint::Goal(stopped.rule.to_string()), because: stopped.to_string() }
            }
            (None, None) => return None,
        };
        let means =
            [client_limit(summary), refused(summary, pressures), no_capacity(summary), workers(summary)];
        Some(means.into_iter().flatten().next().unwrap_or(suffered))
    }
}

/// Whether a goal is kept. Between two levels five per cent apart, a figure whose interval holds the limit is the rule: its
/// value decides.
pub(super) fn kept(judged: &Judged) -> bool {
    match judged.verdict {
        Verdict::Pass => true,
        Verdict::Inconclusive => judged.excess().is_some_and(|excess| excess <= 0.0),
        Verdict::Fail | Verdict::NoData => false,
    }
}

/// A goal as it was asked for: `latency.p95 max 2 s`.
pub(super) fn goal_text(judged: &Judged) -> String {
    let gate = &judged.gate;
    let unit = gate.metric.entry().unit;
    let figure = format!("{} {}", gate.metric, gate.scope);
    format!("{} {}", figure.trim_end(), gate.limit.text(unit))
}

/// A quota that cannot be kept up, the one that is exceeded the most.
fn overdrawn(pressure: &Pressure) -> Option<Bound> {
    let model = &pressure.model;
    let uses = [
        (pressure.requests, Constraint::Rpm(model.clone())),
        (pressure.reserved, tokens(pressure)),
        (pressure.settled, Constraint::TpmSettled(model.clone())),
        (pressure.day, Constraint::Tpd(model.clone())),
    ];
    let over = uses.into_iter().filter_map(|(used, constraint)| Some((used.share()?, used, constraint)));
    let (_, used, constraint) = over.filter(|(share, ..)| *share > 1.0).max_by(|a, b| a.0.total_cmp(&b.0))?;
    Some(Bound { because: wants(&constraint, used), constraint })
}

/// Which tokens fill the quota of a minute.
fn tokens(pressure: &Pressure) -> Constraint {
    match pressure.settled.share() {
        Some(settled) if settled >= SETTLED => Constraint::TpmSettled(pressure.model.clone()),
        _ => Constraint::TpmReserved(pressure.model.clone()),
    }
}

fn wants(constraint: &Constraint, used: Use) -> String {
    let what = match constraint {
        Constraint::Rpm(_) => "requests a minute",
        Constraint::Tpd(_) => "tokens a day",
        _ => "tokens a minute",
    };
    let limit = used.limit.unwrap_or_default();
    format!("kept up, it takes {} {what} of {}", number::short(used.used), number::short(limit))
}

/// Checks of a measurement that a load too high for its target fails as well: they say nothing of the generator.
const OF_THE_LOAD: [&str; 3] = ["complete", "achieved", "drained"];

/// Arrivals that the generator had no room for, or a measurement that it spoiled.
fn generator(summary: &Summary) -> Option<Bound> {
    let total = &summary.total;
    let dropped = total.dropped as f64 / (total.requests + total.dropped).max(1) as f64;
    let trouble = summary.validity.troubles().find(|check| !OF_THE_LOAD.contains(&check.name.as_str()));
    let because = match trouble {
        Some(check) => check.finding.clone(),
        None if dropped > SHARE_THAT_COUNTS => {
            format!(
                "{} of arrivals found no room: `max_in_flight` is the generator's",
                number::share(dropped)
            )
        }
        None => return None,
    };
    Some(Bound { constraint: Constraint::Generator, because })
}

/// Requests that the client's own limit held back or turned away.
fn client_limit(summary: &Summary) -> Option<Bound> {
    let total = &summary.total;
    let asked = total.requests;
    let share = |count: u64| count as f64 / asked.max(1) as f64;
    let because = if share(total.shed) > SHARE_THAT_COUNTS {
        format!("the client's own limit turned {} of requests away", number::share(share(total.shed)))
    } else {
        let waited = total.limit_wait.mean.filter(|_| total.limit_wait.count > 0)?;
        let felt = total.latency.mean?;
        if waited.as_secs_f64() * (total.limit_wait.count as f64)
            < felt.as_secs_f64() * asked as f64 * BIG_PART
        {
            return None;
        }
        format!("requests waited {} for the client's own limit, on average", number::time(waited))
    };
    Some(Bound { constraint: Constraint::ClientConcurrency, because })
}

/// The part of all time that callers wait from which a wait is what makes them suffer.
const BIG_PART: f64 = 0.1;

/// Refusals for quotas: by the quota that is used the most.
fn refused(summary: &Summary, pressures: &[Pressure]) -> Option<Bound> {
    let total = &summary.total;
    let share = total.throttled as f64 / total.attempts.max(1) as f64;
    if share <= SHARE_THAT_COUNTS {
        return None;
    }
    let constraint = pressures
        .iter()
        .filter_map(|pressure| Some((pressure.most()?, pressure)))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map_or(Constraint::UnnamedQuota, |(_, pressure)| fullest(pressure));
    Some(Bound { constraint, because: format!("{} of attempts were throttled", number::share(share)) })
}

/// The quota of a model that is used the most.
fn fullest(pressure: &Pressure) -> Constraint {
    let model = &pressure.model;
    let uses = [
        (pressure.requests.share(), Constraint::Rpm(model.clone())),
        (pressure.reserved.share(), tokens(pressure)),
        (pressure.day.share(), Constraint::Tpd(model.clone())),
    ];
    let named = uses.into_iter().filter_map(|(share, constraint)| Some((share?, constraint)));
    named.max_by(|a, b| a.0.total_cmp(&b.0)).map_or(Constraint::UnnamedQuota, |(_, constraint)| constraint)
}

fn no_capacity(summary: &Summary) -> Option<Bound> {
    let refusals: u64 =
        summary.errors.iter().filter(|row| row.status == Some(503)).map(|row| row.attempts).sum();
    let attempts: u64 = summary.timeline.attempts.iter().sum();
    let share = refusals as f64 / attempts.max(1) as f64;
    (share > SHARE_THAT_COUNTS).then(|| Bound {
        constraint: Constraint::Capacity,
        because: format!("{} of attempts were answered with 503", number::share(share)),
    })
}

fn workers(summary: &Summary) -> Option<Bound> {
    let busy = |utilisation: Option<f64>| utilisation.filter(|share| *share >= BUSY);
    let (queue, share) = summary.queues.iter().find_map(|queue| Some((queue, busy(queue.utilisation)?)))?;
    Some(Bound {
        constraint: Constraint::Workers(queue.flow.clone()),
        because: format!(
            "the workers of {} were busy for {} of their time",
            queue.flow,
            number::share(share)
        ),
    })
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Constraint::Generator => f.write_str("the load generator"),
            Constraint::ClientConcurrency => f.write_str("the client's own concurrency"),
            Constraint::Rpm(model) => write!(f, "requests a minute of {model}"),
            Constraint::TpmReserved(model) => write!(f, "tokens a minute of {model}, as reserved"),
            Constraint::TpmSettled(model) => write!(f, "tokens a minute of {model}, as settled"),
            Constraint::Tpd(model) => write!(f, "tokens a day of {model}"),
            Constraint::UnnamedQuota => f.write_str("a quota that the scenario does not name"),
            Constraint::Capacity => f.write_str("the service's capacity (503)"),
            Constraint::Workers(flow) => write!(f, "the workers of {flow}"),
            Constraint::Goal(goal) => write!(f, "the goal {goal}"),
        }
    }
}

impl Constraint {
    /// What would move it: the next step of a planner.
    pub fn remedy(&self) -> &'static str {
        match self {
            Constraint::Generator => {
                "raise `max_in_flight`, or give the generator more cores or a machine of its own: the service had room"
            }
            Constraint::ClientConcurrency => "raise the client's `limit`: the service had room",
            Constraint::Rpm(_) => {
                "ask for more requests a minute, or spread the traffic over more regions or a profile"
            }
            Constraint::TpmReserved(_) => "lower `max_tokens`: most of what it reserves is never used",
            Constraint::TpmSettled(_) => "ask for more tokens a minute, or shorten prompts and answers",
            Constraint::Tpd(_) => "ask for more tokens a day, or keep the load up for fewer hours",
            Constraint::UnnamedQuota => {
                "write the account's quotas into the scenario under `models.….quota`, to see which"
            }
            Constraint::Capacity => {
                "503 has nothing to do with quotas: use a cross-region profile, or buy capacity"
            }
            Constraint::Workers(_) => "add workers, or let each work on more jobs at once",
            Constraint::Goal(_) => {
                "the service is too slow at this load: use a faster model, shorter answers, or a wider goal"
            }
        }
    }
}
