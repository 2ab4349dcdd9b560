//! The run over time: the panels' section and the sentence that opens it.

use crate::chart::clock::Clock;
use crate::header::FaultWindow;
use crate::number;
use crate::summary::Summary;

use super::Sentence;
use super::panels::{self, Stack};
use super::series::{bucket_start, highest, judged, rate, share, troubled};

/// The section.
pub(super) struct Timelines<'a> {
    pub(super) lead: Sentence,
    pub(super) stack: Option<Stack>,
    pub(super) faults: Vec<&'a FaultWindow>,
    /// Whether every fault has a window that is hatched.
    pub(super) hatched: bool,
    /// Whether a stage is left out of all figures.
    pub(super) warm: bool,
}

pub(super) fn view<'a>(summary: &'a Summary, clock: Option<&Clock<'_>>) -> Timelines<'a> {
    let stack = clock.and_then(|clock| {
        let panels = [
            Some(panels::rates(summary, clock)),
            Some(panels::outcomes(summary, clock)),
            panels::ttft(summary, clock),
            Some(panels::latency(summary, clock)),
            Some(panels::in_flight(summary, clock)),
        ];
        Stack::of("Timelines with one shared time axis", clock, panels.into_iter().flatten().collect())
    });
    let run = &summary.run;
    Timelines {
        lead: lead(summary),
        stack,
        faults: run.faults.iter().collect(),
        hatched: run.faults.iter().all(|fault| !fault.is_lasting(run)),
        warm: run.stages.iter().any(|stage| !stage.record),
    }
}

pub(super) fn lead(summary: &Summary) -> Sentence {
    let timeline = &summary.timeline;
    let Some((place, attempts)) = highest(&rate(timeline, &timeline.attempts)) else {
        return Sentence::of("Nothing was due, so there is nothing to draw.");
    };
    let at = number::clock(bucket_start(timeline, place));
    let offered = rate(timeline, &timeline.offered).get(place).copied().flatten().unwrap_or_default();
    let lead = Sentence::of("Attempts peaked at ")
        .stress(per_second(attempts))
        .say(format!(" at {at}, when {} were offered", per_second(offered)));
    let (trouble, whole) = (troubled(timeline), judged(timeline));
    match highest(&share(&trouble, &whole)).filter(|(_, share)| *share > 0.0) {
        None => lead.say("; no request was in trouble."),
        Some((place, share)) => {
            let at = number::clock(bucket_start(timeline, place));
            lead.say("; the share of requests in trouble peaked at ")
                .stress(number::share(share))
                .say(format!(" at {at}."))
        }
    }
}

/// A rate in words.
pub(super) fn per_second(rate: f64) -> String {
    format!("{} a second", number::significant(rate))
}
