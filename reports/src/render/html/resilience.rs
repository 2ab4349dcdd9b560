//! What the client did about trouble: attempts, throttles, backoff, by stage and flow; and each fault's end.

use crate::chart::clock::Clock;
use crate::header::FaultWindow;
use crate::number;
use crate::render::phrase::{share, time_or_why};
use crate::summary::{Figures, Part, Recovery, Summary};

use super::Sentence;
use super::panels;
use super::stage_table::brief_share;
use super::verdict::Picture;

/// The section.
pub(super) struct Resilience<'a> {
    pub(super) lead: Sentence,
    pub(super) picture: Option<Picture>,
    pub(super) groups: Vec<(&'static str, Vec<Row<'a>>)>,
    pub(super) recoveries: Vec<Recovered<'a>>,
}

/// What one part of the traffic did.
pub(super) struct Row<'a> {
    pub(super) name: &'a str,
    pub(super) cells: [String; 10],
}

/// One fault and its end.
pub(super) struct Recovered<'a> {
    pub(super) fault: &'a str,
    pub(super) about: &'a str,
    pub(super) window: String,
    pub(super) before: String,
    pub(super) during: String,
    pub(super) time: String,
}

pub(super) fn view<'a>(summary: &'a Summary, clock: Option<&Clock<'_>>) -> Resilience<'a> {
    Resilience {
        lead: lead(summary),
        picture: clock.and_then(|clock| {
            Some(Picture { head: clock.head(), panel: panels::throttled(summary, clock)? })
        }),
        groups: vec![
            ("Whole run", vec![row("all", &summary.total)]),
            ("Stages", part_rows(&summary.stages)),
            ("Flows", part_rows(&summary.flows)),
        ],
        recoveries: summary.recoveries.iter().map(|recovery| recovered(summary, recovery)).collect(),
    }
}

fn lead(summary: &Summary) -> Sentence {
    let total = &summary.total;
    let Some(ratio) = total.attempts_per_request() else {
        return Sentence::of("Nothing was sent in a recorded stage.");
    };
    let lead = Sentence::of("The SDK made ").stress(format!("{ratio:.2} attempts")).say(format!(
        " for each request: {} for {}",
        number::count(total.attempts),
        number::count(total.requests)
    ));
    let lead = match total.throttled {
        0 => lead.say("; none was throttled."),
        throttled => lead
            .say(format!(", of which {} were throttled; it slept ", number::count(throttled)))
            .stress(number::time(total.backoff_slept))
            .say(" in backoff."),
    };
    match total.retry_quota_refusals {
        0 => lead,
        refusals => {
            lead.then(Sentence::of(format!("Its retry quota ended {} calls early.", number::count(refusals))))
        }
    }
}

fn part_rows(parts: &[Part]) -> Vec<Row<'_>> {
    parts.iter().map(|part| row(&part.name, &part.figures)).collect()
}

fn row<'a>(name: &'a str, figures: &Figures) -> Row<'a> {
    let ratio = figures.attempts_per_request().map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}"));
    let backoff = &figures.backoff;
    Row {
        name,
        cells: [
            number::count(figures.requests),
            share(figures, figures.first_try),
            share(figures, figures.retried),
            share(figures, figures.fell_back),
            share(figures, figures.failed),
            ratio,
            number::count(figures.throttled),
            number::time(figures.backoff_slept),
            time_or_why(backoff.p95, backoff.count),
            number::count(figures.retry_quota_refusals),
        ],
    }
}

fn recovered<'a>(summary: &'a Summary, recovery: &'a Recovery) -> Recovered<'a> {
    let fault: Option<&FaultWindow> = summary.run.faults.iter().find(|fault| fault.name == recovery.fault);
    let or_dash = |share: Option<f64>| brief_share(share);
    Recovered {
        fault: &recovery.fault,
        about: fault.map_or("", |fault| &fault.about),
        window: fault.map_or_else(String::new, |fault| {
            format!("{} to {}", number::clock(fault.from), number::clock(fault.to))
        }),
        before: or_dash(recovery.share_before),
        during: or_dash(recovery.share_during),
        time: recovery.time.map_or_else(|| "–".to_owned(), number::time),
    }
}
