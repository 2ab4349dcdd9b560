//! What the client did about trouble: attempts, backoff, breakers, other destinations, and what all that cost.

mod backoff;
mod clients;
mod policies;

use crate::chart::clock::Clock;
use crate::header::FaultWindow;
use crate::number;
use crate::render::phrase::plural;
use crate::summary::{Figures, Part, Recovery, Summary};

use super::Sentence;
use super::latency::with_requests;
use super::panels::{self, Stack};
use super::requests;
use super::stage_table::brief_share;
use backoff::Backoff;
use clients::Clients;
use policies::Policies;

/// The section.
pub(super) struct Resilience<'a> {
    pub(super) lead: Sentence,
    pub(super) stack: Option<Stack>,
    pub(super) clients: Option<Clients<'a>>,
    pub(super) backoff: Option<Backoff>,
    pub(super) recoveries: Vec<Recovered<'a>>,
    /// What became of requests and what it took, with the policies' columns where they are few; none where nothing was due.
    pub(super) effort: Option<Policies<'a>>,
    /// The policies' columns where they are many.
    pub(super) policies: Option<Policies<'a>>,
}

/// One fault and its end.
pub(super) struct Recovered<'a> {
    pub(super) fault: &'a str,
    pub(super) about: &'a str,
    pub(super) window: String,
    pub(super) before: String,
    pub(super) during: String,
    /// Attempts for each request before it, while it was on and after it.
    pub(super) amplification: [String; 3],
    pub(super) time: String,
    /// The request that set the recovery, where it stands on the page.
    pub(super) set_by: Option<u64>,
}

pub(super) fn view<'a>(summary: &'a Summary, clock: Option<&Clock<'_>>) -> Resilience<'a> {
    Resilience {
        lead: lead(summary),
        stack: clock.and_then(|clock| stack(summary, clock)),
        clients: clients::view(summary),
        backoff: backoff::view(summary),
        recoveries: summary
            .recoveries
            .iter()
            .filter(|recovery| recovery.share_before.or(recovery.share_during).is_some())
            .filter(|recovery| !is_lasting(summary, recovery))
            .map(|recovery| recovered(summary, recovery))
            .collect(),
        effort: (summary.total.requests > 0).then(|| policies::effort(summary)),
        policies: policies::apart(summary),
    }
}

/// Whether a fault was on all the time, so that there is no telling what it changed.
pub(super) fn is_lasting(summary: &Summary, recovery: &Recovery) -> bool {
    summary.run.faults.iter().any(|fault| fault.name == recovery.fault && fault.is_lasting(&summary.run))
}

fn stack(summary: &Summary, clock: &Clock<'_>) -> Option<Stack> {
    let panels = [
        panels::amplified(summary, clock),
        panels::throttled(summary, clock),
        panels::breakers(summary, clock),
        panels::regions(summary, clock),
        panels::models(summary, clock),
        panels::wasted(summary, clock),
    ];
    Stack::of("What the client did, over time", clock, panels.into_iter().flatten().collect())
}

/// The parts of the traffic that tables have a row for.
fn groups(summary: &Summary) -> [(&'static str, Vec<(&str, &Figures)>); 3] {
    fn each(parts: &[Part]) -> Vec<(&str, &Figures)> {
        with_requests(parts).map(|part| (&*part.name, &part.figures)).collect()
    }
    [
        ("Whole run", vec![("all", &summary.total)]),
        ("Stages", each(&summary.stages)),
        ("Flows", each(&summary.flows)),
    ]
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
    let lead = match total.retry_quota_refusals {
        0 => lead,
        refusals => {
            lead.then(Sentence::of(format!("Its retry quota ended {} calls early.", number::count(refusals))))
        }
    };
    lead.then(wasted(total))
}

/// What all the trouble cost in tokens.
fn wasted(total: &Figures) -> Sentence {
    let all = total.tokens_input + total.tokens_output;
    if total.tokens_wasted == 0 || all == 0 {
        return Sentence::default();
    }
    let share = total.tokens_wasted as f64 / all as f64;
    let cost = total.cost_wasted_usd.map_or_else(String::new, |usd| format!(", worth {}", number::usd(usd)));
    let were = plural(total.tokens_wasted as usize, "was", "were");
    Sentence::default()
        .stress(format!("{} tokens", number::short(total.tokens_wasted as f64)))
        .say(format!(" {were} read or written for nothing: {} of all{cost}.", brief_share(Some(share))))
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
        amplification: recovery
            .amplification
            .map(|ratio| ratio.map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}"))),
        time: recovery.time.map_or_else(|| "–".to_owned(), number::time),
        set_by: recovery.set_by.filter(|id| requests::is_shown(summary, *id)),
    }
}
