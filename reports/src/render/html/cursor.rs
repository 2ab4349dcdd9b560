//! The series that the linked cursor reads: numbers only, in the charts' own buckets.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::chart::axis::secs;
use crate::chart::clock::Clock;
use crate::chart::steps::Values;
use crate::record::Name;
use crate::summary::{Summary, Timeline};

use super::series::{amplification, answered_by_due, in_secs, judged, rate, share, sum};

/// What the script is told.
#[derive(Serialize)]
struct Cursor {
    /// Seconds in a bucket.
    bucket: f64,
    /// Seconds across a chart.
    length: f64,
    /// Unit and values of each series.
    series: BTreeMap<String, (&'static str, Vec<Option<Short>>)>,
}

/// A value as short as JSON can have it.
#[derive(Serialize)]
#[serde(untagged)]
enum Short {
    Whole(i64),
    Part(f64),
}

/// The series as JSON that can stand inside a script element.
pub(super) fn data(summary: &Summary, clock: Option<&Clock<'_>>) -> String {
    let cursor = clock.map(|clock| Cursor {
        bucket: secs(clock.bucket()),
        length: secs(clock.length()),
        series: series(&summary.timeline),
    });
    // `<` would end the element if a region's name held `</script>`.
    serde_json::to_string(&cursor)
        .map(|json| json.replace('<', "\\u003c"))
        .unwrap_or_else(|_| "null".to_owned())
}

fn series(timeline: &Timeline) -> BTreeMap<String, (&'static str, Vec<Option<Short>>)> {
    let rates = [
        ("offered", &timeline.offered),
        ("attempts", &timeline.attempts),
        ("accepted", &timeline.accepted),
        ("answered", &timeline.answered),
        ("throttled", &timeline.throttled),
        ("first_try", &timeline.first_try),
        ("retried", &timeline.retried),
        ("fell_back", &timeline.fell_back),
        ("failed", &timeline.failed),
        ("wasted", &timeline.tokens_wasted),
    ];
    let shares = [
        ("share-retried", &timeline.retried),
        ("share-fell_back", &timeline.fell_back),
        ("share-failed", &timeline.failed),
    ];
    let times =
        [("", &timeline.latency), ("ttft-", &timeline.ttft)].into_iter().flat_map(|(prefix, times)| {
            let series = [("p50", &times.p50), ("p95", &times.p95), ("slowest", &times.max)];
            let series = series.into_iter().filter(|(_, times)| !times.is_empty());
            series.map(move |(name, times)| (format!("{prefix}{name}"), ("s", in_secs(times))))
        });
    let count = |counts: &mut dyn Iterator<Item = u64>| counts.map(|count| Some(count as f64)).collect();
    let both = || timeline.in_flight.iter().zip(&timeline.in_backoff);
    let levels: [(&str, Values); 2] = [
        ("in_backoff", count(&mut both().map(|(_, asleep)| *asleep))),
        ("on_the_wire", count(&mut both().map(|(all, asleep)| all.saturating_sub(*asleep)))),
    ];
    let rates = rates.map(|(name, counts)| (name.to_owned(), ("/s", rate(timeline, counts))));
    let shares = shares.map(|(name, counts)| (name.to_owned(), ("%", share(counts, &judged(timeline)))));
    let levels = levels.map(|(name, values)| (name.to_owned(), ("", values)));
    let whole = answered_by_due(timeline);
    // Of one region or model there is no share to show.
    let several = |shares: &&BTreeMap<Name, Vec<u64>>| shares.len() > 1;
    let regions = Some(&timeline.regions).filter(several).into_iter().flatten();
    let regions = regions.map(|(name, counts)| (format!("region-{name}"), counts));
    // Shares of models are drawn where one stood in for another.
    let models = Some(&timeline.models).filter(|_| !timeline.degraded.is_empty()).into_iter().flatten();
    let models = models.map(|(name, counts)| (format!("model-{name}"), counts));
    let destinations = regions.chain(models).map(|(name, counts)| (name, ("%", share(counts, &whole))));
    let degraded = (!timeline.degraded.is_empty()).then(|| {
        let stand_ins: Vec<&Vec<u64>> = timeline.degraded.values().collect();
        ("degraded".to_owned(), ("%", share(&sum(&stand_ins), &whole)))
    });
    let clients =
        timeline.clients.iter().map(|(name, counts)| (format!("amp-{name}"), ("x", amplification(counts))));
    let all = rates.into_iter().chain(shares).chain(times).chain(destinations).chain(degraded).chain(clients);
    all.chain(levels).map(|(name, (unit, values))| (name, (unit, short(values)))).collect()
}

/// The three digits that a cursor shows.
fn short(values: Values) -> Vec<Option<Short>> {
    let cut = |value: f64| {
        let scale = 10f64.powi(2 - value.abs().max(1e-9).log10().floor() as i32);
        match (value * scale).round() / scale {
            whole if whole.fract() == 0.0 => Short::Whole(whole as i64),
            part => Short::Part(part),
        }
    };
    values.into_iter().map(|value| value.map(cut)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::hostile;

    #[test]
    fn data_cannot_end_its_element() {
        let summary = hostile();
        let json = data(&summary, Clock::new(&summary.run, &summary.timeline).as_ref());
        assert!(json.contains("onerror") && !json.contains('<'));
    }
}
