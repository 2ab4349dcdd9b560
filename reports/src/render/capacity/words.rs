//! The words of an answer sheet, shared by every output.

use crate::capacity::{Aim, Answer, Capacity, End, Headroom, Pressure, Step, StepVerdict, Variable, Variant};
use crate::number;
use crate::units::Nanos;

/// The answer in one line, as the last line on stderr has it.
pub fn line(variant: &Variant, variable: Variable) -> String {
    let answer = variant.answer(variable);
    let level = |step: &Step| step.level_text(variable);
    match (variant.end, answer.passing, answer.failing) {
        (End::NonePasses, _, failing) => match failing {
            Some(step) => format!("not even {} passes: {}", level(step), bound(&answer)),
            None => "nothing was tried".to_owned(),
        },
        (End::AllPass, Some(step), _) if variable.aim() == Aim::Most => {
            format!("{} pass, and no more was tried", level(step))
        }
        (End::AllPass, Some(step), _) => format!("{} are enough, and fewer there are not", level(step)),
        (End::Found, Some(step), _) => match variable.aim() {
            Aim::Most => format!("{} at most, bound by {}", level(step), bound(&answer)),
            Aim::Least => format!("{} at least; with fewer, what binds is {}", level(step), bound(&answer)),
        },
        (end, passing, failing) => {
            let known = match (passing, failing) {
                (Some(passing), Some(failing)) => {
                    format!(
                        "{} pass and {} do not; what lies between is not known",
                        level(passing),
                        level(failing)
                    )
                }
                (Some(passing), None) => {
                    let beyond = if variable.aim() == Aim::Most { "more" } else { "fewer" };
                    format!("{} pass; whether {beyond} do is not known", level(passing))
                }
                (None, Some(failing)) => format!("{} do not pass; what does is not known", level(failing)),
                (None, None) => "nothing is known".to_owned(),
            };
            format!("{}: {known}", ended(end))
        }
    }
}

/// The answers of all variants.
pub fn answers(capacity: &Capacity) -> String {
    let of = |variant: &Variant| match variant.values.as_slice() {
        [] => line(variant, capacity.variable),
        _ => format!("{}: {}", variant.name(), line(variant, capacity.variable)),
    };
    capacity.variants.iter().map(of).collect::<Vec<_>>().join("; ")
}

/// Why a search ended before its answer.
pub(in crate::render) fn ended(end: End) -> &'static str {
    match end {
        End::Found => "found",
        End::AllPass => "everything passes",
        End::NonePasses => "nothing passes",
        End::StepsSpent => "all steps were taken",
        End::BudgetSpent => "the budget was spent",
        End::Interrupted => "it was interrupted",
    }
}

fn bound(answer: &Answer<'_>) -> String {
    answer.bound.map_or_else(|| "nothing that was seen".to_owned(), |bound| bound.constraint.to_string())
}

/// The question, as a heading.
pub(in crate::render) fn question(capacity: &Capacity) -> String {
    match capacity.variable.aim() {
        Aim::Most => format!("How many {} fit?", capacity.variable.name()),
        Aim::Least => format!("How few {} are enough?", capacity.variable.name()),
    }
}

/// Where the figures come from.
pub(in crate::render) fn origin(capacity: &Capacity) -> &'static str {
    match capacity.modelled {
        true => "modelled: the service is a mock, and its figures are what the scenario says of it",
        false => "measured against the target itself",
    }
}

/// What came of a step, in a word and a reason.
pub(in crate::render) fn verdict(step: &Step) -> String {
    match &step.verdict {
        StepVerdict::Pass => "pass".to_owned(),
        StepVerdict::Cut => "cut off".to_owned(),
        StepVerdict::Fail(bound) => bound.constraint.to_string(),
    }
}

/// A time, or a dash where there are too few samples.
pub(in crate::render) fn time(time: Option<Nanos>) -> String {
    time.map_or_else(|| "–".to_owned(), number::time)
}

/// A rate a second.
pub(in crate::render) fn per_s(rate: f64) -> String {
    format!("{}/s", number::significant(rate))
}

/// What a level takes of a model, whatever there is of it.
fn needs(pressure: &Pressure) -> String {
    format!(
        "{} requests and {} tokens a minute of {}{}",
        number::short(pressure.requests.used),
        number::short(pressure.reserved.used),
        pressure.model,
        if pressure.regions > 1 { format!(", over {} regions", pressure.regions) } else { String::new() },
    )
}

/// How long a message must stay hidden, by the longest way that its worker may take.
fn visibility(capacity: &Capacity) -> Option<String> {
    let queue = capacity.run.flows.iter().find_map(|flow| flow.queue.as_ref())?;
    let (has, longest) = (queue.visibility, queue.work.longest);
    let enough = match (has >= longest, queue.heartbeat) {
        (true, _) => "which is enough",
        (false, Some(_)) => "and the heartbeat extends it",
        (false, None) => "which is too short: jobs could be done twice",
    };
    Some(format!(
        "a worker may take {}, every attempt and wait at its longest; the queue has {}, {enough}",
        number::time(longest),
        number::time(has)
    ))
}

/// One part of a headroom: `requests a minute of sonnet: 1,412 of 2,400 (58.8 %)`.
pub(in crate::render) fn headroom(room: &Headroom) -> String {
    let limit = room.used.limit.unwrap_or_default();
    let share = room.used.share().unwrap_or_default();
    format!(
        "{}: {} of {} ({})",
        room.what,
        number::short(room.used.used),
        number::short(limit),
        number::share(share)
    )
}

/// How the tokens of a minute come about, where a limit on them is in play.
pub(in crate::render) fn arithmetic(pressure: &Pressure) -> Option<String> {
    let limit = pressure.reserved.limit?;
    let calls_per_s = pressure.requests.used / 60.0;
    let unused = (pressure.reserved_each - pressure.settled_each).max(0.0);
    Some(format!(
        "{}: {} requests a minute settle for {} tokens each, and {} under way ({} × {}, and one more) hold {} more each: {} of {}",
        pressure.model,
        number::short(pressure.requests.used),
        number::short(pressure.settled_each),
        number::significant(calls_per_s * pressure.held.as_secs_f64() + 1.0),
        per_s(calls_per_s),
        number::time(pressure.held),
        number::short(unused),
        number::short(pressure.reserved.used),
        number::short(limit),
    ))
}

/// What the limit on tokens would carry if nothing were reserved that is not used: requests a second, with and without; none
/// where that makes no difference.
pub(in crate::render) fn lost_to_reservation(pressure: &Pressure) -> Option<(f64, f64)> {
    let limit = pressure.reserved.limit?;
    let now = pressure.requests.used / 60.0;
    let (reserved, settled) = (pressure.reserved.used, pressure.settled.used);
    (now > 0.0 && settled > 0.0 && reserved > settled * 1.05)
        .then(|| (now * limit / reserved, now * limit / settled))
}

/// The answer sheet: one line for each question of a planner.
pub(in crate::render) fn sheet(variant: &Variant, capacity: &Capacity) -> Vec<(&'static str, String)> {
    let variable = capacity.variable;
    let answer = variant.answer(variable);
    let mut rows = vec![("Answer", line(variant, variable))];
    if let Some(bound) = answer.bound {
        rows.push(("What binds", format!("{}: {}", bound.constraint, bound.because)));
        rows.push(("What would help", bound.constraint.remedy().to_owned()));
    }
    let Some(step) = answer.passing else { return rows };
    if let Some(failing) = answer.failing {
        rows.push((
            "Between",
            format!("{} passes, {} fails", step.level_text(variable), failing.level_text(variable)),
        ));
    }
    rows.push(("Confirmed", confirmed(&answer, variable)));
    let good = step.goodput_per_s.map(|good| format!(", {} of them good", per_s(good))).unwrap_or_default();
    rows.push(("Throughput", format!("{} answered{good}", per_s(step.answered_per_s))));
    if let Some(drained) = step.drained {
        rows.push(("Batch", format!("empty after {}", number::time(drained))));
    }
    if let Some(utilisation) = step.utilisation {
        rows.push(("Utilisation", utilised(utilisation)));
    }
    rows.extend(step.pressures.iter().map(|pressure| ("Needs", needs(pressure))));
    rows.extend(visibility(capacity).map(|words| ("Visibility", words)));
    rows.extend(step.headroom().iter().map(|room| ("Headroom", headroom(room))));
    for pressure in &step.pressures {
        rows.extend(arithmetic(pressure).map(|words| ("Tokens", words)));
        if let Some((now, all)) = lost_to_reservation(pressure) {
            rows.push((
                "Lost to max_tokens",
                format!(
                    "the quota carries {} with what is reserved, and would carry {} if no more were reserved than is used: {} lost",
                    per_s(now),
                    per_s(all),
                    number::share(1.0 - now / all)
                ),
            ));
        }
    }
    if let Some(cost) = step.cost {
        let job = cost.per_job.map(|usd| format!(", {} for a job", number::usd(usd))).unwrap_or_default();
        rows.push((
            "Cost",
            format!(
                "{} for 1,000 answers{job}, {} an hour, of which {} for nothing",
                number::usd(cost.per_1k),
                number::usd(cost.per_hour),
                number::usd(cost.wasted_per_hour)
            ),
        ));
    }
    if let Some(little) = step.little {
        let holds = if little.holds() { "agree" } else { "differ: the step was not steady" };
        rows.push((
            "Little's law",
            format!(
                "{} in flight by count, {} by rate × time: they {holds}",
                number::significant(little.in_flight),
                number::significant(little.by_law)
            ),
        ));
    }
    rows
}

fn confirmed(answer: &Answer<'_>, variable: Variable) -> String {
    let (passed, runs) = answer.confirmed;
    let edge = format!("{passed} of {runs} runs passed");
    match answer.with_margin {
        Some((level, passed, runs)) => {
            format!("{edge}; with a tenth of room, at {}, {passed} of {runs}", variable.text(level))
        }
        None => edge,
    }
}

/// What it means to be so busy: by the simplest queue, waiting grows with 1 ÷ (1 − share).
fn utilised(share: f64) -> String {
    let meaning = match share {
        s if s >= 0.95 => "every hiccup becomes a queue that takes long to go away",
        s if s >= 0.8 => "what waits, waits several times as long as it takes",
        _ => "there is room for a hiccup",
    };
    format!("workers are busy for {} of their time: {meaning}", number::share(share))
}
