//! The picture under the verdict: when requests were in trouble, and how long callers took to recover.

use crate::chart::axis::Axis;
use crate::chart::clock::Clock;
use crate::chart::paint::Paint;
use crate::chart::plot::Plot;
use crate::gate::Limit;
use crate::metric::{Figure, Metric};
use crate::number;
use crate::summary::{Figures, Summary};
use crate::units::Nanos;

use super::super::series::{judged, share};
use super::super::stage_table::{StageTable, box_key, brief_share};
use super::super::timelines::lead;
use super::{Panel, TROUBLE, peak_share, stacked};

const TROUBLE_IS: &str = "share of the requests due that were retried, fell back or failed";
/// Requests in trouble as a share of those due, failed at the foot.
pub(in crate::render::html) fn trouble(summary: &Summary, clock: &Clock<'_>) -> Panel {
    let timeline = &summary.timeline;
    let whole = judged(timeline);
    let layers =
        [&timeline.failed, &timeline.fell_back, &timeline.retried].map(|counts| share(counts, &whole));
    let peaks = layers.each_ref().map(peak_share);
    let lasted = summary.recoveries.iter().any(|recovery| recovery.time.is_some_and(|time| time.get() > 0));
    let (axis, height) = if lasted { (Axis::share_with_room(), 100.0) } else { (Axis::share(), 84.0) };
    let plot = stacked(Plot::new(clock, axis, height), &layers, &TROUBLE);
    let plot = summary.recoveries.iter().fold(plot, |plot, recovery| {
        let fault = summary.run.faults.iter().find(|fault| fault.name == recovery.fault);
        match (fault, recovery.time.filter(|time| time.get() > 0)) {
            (Some(fault), Some(time)) => {
                plot.span(fault.to, fault.to.plus(time), &recovery_text(summary, &fault.name, time))
            }
            _ => plot,
        }
    });
    let desc = format!("{} {}", lead(summary).plain(), TROUBLE_IS);
    let [failed, fell_back, retried] = peaks;
    let part =
        |count: fn(&Figures) -> u64| move |figures: &Figures| brief_share(figures.share(count(figures)));
    let table = StageTable::new(summary)
        .row(
            summary,
            box_key(Paint::RetryFill, Paint::Retry),
            "share-retried",
            "retried",
            part(|f| f.retried),
            retried,
        )
        .row(
            summary,
            box_key(Paint::FallFill, Paint::Fall),
            "share-fell_back",
            "fell back",
            part(|f| f.fell_back),
            fell_back,
        )
        .row(
            summary,
            box_key(Paint::Fail, Paint::Fail),
            "share-failed",
            "failed",
            part(|f| f.failed),
            failed,
        );
    let chart = plot.finish("trouble", "Requests in trouble", &desc);
    Panel::new("trouble", "Requests in trouble", TROUBLE_IS, chart, table)
}

/// The time a recovery took, with the limit of the gate on it, if there is one.
fn recovery_text(summary: &Summary, fault: &str, time: Nanos) -> String {
    let recovery = Metric::Figure(Figure::RecoveryTime);
    let limit = summary.gates.iter().map(|judged| &judged.gate).find_map(|gate| match gate.limit {
        Limit::Max(max) if gate.metric == recovery && gate.scope.after.as_deref() == Some(fault) => Some(max),
        _ => None,
    });
    let limit = limit.map_or_else(String::new, |limit| format!(", limit {}", number::seconds(limit)));
    format!("{} to recover{limit}", number::time(time))
}
