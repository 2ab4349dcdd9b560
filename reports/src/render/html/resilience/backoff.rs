//! Whether the waits before retries follow the policy: a scatter for each client and class, and the same in figures.

use crate::chart::axis::secs;
use crate::chart::scatter::{Column, scatter};
use crate::chart::svg::Element;
use crate::judge::finding::Class;
use crate::judge::judgement::{Judgement, Waits};
use crate::number;
use crate::record::Name;
use crate::render::{finding, phrase};
use crate::summary::Summary;
use crate::units::Nanos;

/// Panels drawn: clients times classes.
const PANELS: usize = 8;
/// Columns of a panel: the waits before later retries look like those before the last of these.
const COLUMNS: usize = 6;
/// Points on the whole page, and the most and the fewest of a column that show its shape.
const POINTS: usize = 1600;
const SHAPE: std::ops::RangeInclusive<usize> = 60..=200;
/// What a server's scheduling and the way may add to a wait without its being longer than the policy's.
const OVERHEAD: Nanos = Nanos::new(20_000_000);

/// The part of the section.
pub(in crate::render::html) struct Backoff {
    pub(in crate::render::html) panels: Vec<Panel>,
    pub(in crate::render::html) rows: Vec<Row>,
}

/// The waits of one client before its retries of one class.
pub(in crate::render::html) struct Panel {
    pub(in crate::render::html) title: String,
    pub(in crate::render::html) about: String,
    pub(in crate::render::html) chart: Element,
}

/// The waits of one client before one retry.
pub(in crate::render::html) struct Row {
    pub(in crate::render::html) whose: String,
    pub(in crate::render::html) attempt: String,
    pub(in crate::render::html) cells: [String; 6],
    pub(in crate::render::html) strays: bool,
}

pub(super) fn view(summary: &Summary) -> Option<Backoff> {
    let judgement = summary.judgement.as_ref()?;
    let groups = groups(summary, judgement);
    let columns: usize = groups.iter().map(|(_, waits)| waits.len().min(COLUMNS)).sum();
    let most = (POINTS / columns.max(1)).clamp(*SHAPE.start(), *SHAPE.end());
    let panels = groups.iter().enumerate().map(|(place, (whose, waits))| {
        let columns: Vec<Column> = waits.iter().take(COLUMNS).map(|waits| column(waits, most)).collect();
        let count: u64 = waits.iter().map(|waits| waits.count).sum();
        Panel {
            title: whose.0.to_string(),
            about: format!("retries of {} failures, {} waits", finding::class(whose.1), number::count(count)),
            chart: scatter(&format!("waits-{place}"), "Waits before retries", &desc(waits), &columns),
        }
    });
    let rows = groups.iter().flat_map(|(whose, waits)| waits.iter().map(move |waits| row(*whose, waits)));
    (!groups.is_empty()).then(|| Backoff { panels: panels.collect(), rows: rows.collect() })
}

/// Waits by client and class, in the scenario's order of clients, each with its retries from the first on.
fn groups<'a>(summary: &Summary, judgement: &'a Judgement) -> Vec<((&'a Name, Class), Vec<&'a Waits>)> {
    let mut groups: Vec<((&'a Name, Class), Vec<&'a Waits>)> = Vec::new();
    for waits in judgement.waits.iter().filter(|waits| !waits.points.is_empty()) {
        let whose = (&waits.client, waits.class);
        match groups.iter_mut().find(|(known, _)| *known == whose) {
            Some((_, group)) => group.push(waits),
            None => groups.push((whose, vec![waits])),
        }
    }
    let place = |name: &Name| summary.clients.iter().position(|client| client.name == *name);
    groups.sort_by_key(|((client, class), _)| (place(client).unwrap_or(usize::MAX), *class));
    groups.truncate(PANELS);
    groups.iter_mut().for_each(|(_, group)| group.sort_by_key(|waits| waits.ordinal));
    groups
}

fn column(waits: &Waits, most: usize) -> Column {
    let mut points = waits.points.clone();
    points.sort_unstable();
    Column {
        name: format!("attempt {}", waits.ordinal + 2),
        waits: thinned(&points, most).into_iter().map(secs).collect(),
        band: waits.envelope.map(|(low, high)| (secs(low), secs(high))),
        median: median(waits).map(secs),
    }
}

/// Every so manieth wait, the shortest and the longest always among them.
fn thinned(points: &[(Nanos, Nanos)], most: usize) -> Vec<Nanos> {
    let stride = points.len().div_ceil(most.max(1)).max(1);
    let shortest = points.iter().enumerate().min_by_key(|(_, (_, wait))| *wait).map(|(place, _)| place);
    let longest = points.iter().enumerate().max_by_key(|(_, (_, wait))| *wait).map(|(place, _)| place);
    let kept = points.iter().enumerate().filter(|(place, _)| {
        place.is_multiple_of(stride) || Some(*place) == shortest || Some(*place) == longest
    });
    kept.map(|(_, (_, wait))| *wait).collect()
}

/// The median of the waits that the judge kept.
pub(super) fn median(waits: &Waits) -> Option<Nanos> {
    let mut lengths: Vec<Nanos> = waits.points.iter().map(|(_, wait)| *wait).collect();
    lengths.sort_unstable();
    lengths.get(lengths.len() / 2).copied()
}

fn row((client, class): (&Name, Class), waits: &Waits) -> Row {
    let or_dash = |time: Option<Nanos>| time.map_or_else(|| "–".to_owned(), number::time);
    let lengths = || waits.points.iter().map(|(_, wait)| *wait);
    let strays = waits
        .envelope
        .map(|(low, high)| lengths().filter(|wait| *wait < low || wait.since(high) > OVERHEAD).count());
    let half = waits.envelope.map(|(low, high)| Nanos::new((low.get() + high.get()) / 2));
    Row {
        whose: format!("{client}, {}", finding::class(class)),
        attempt: (waits.ordinal + 2).to_string(),
        cells: [
            number::count(waits.count),
            waits.envelope.map_or_else(|| "not known".to_owned(), band),
            or_dash(median(waits)),
            or_dash(half),
            or_dash(lengths().max()),
            strays.map_or_else(|| "–".to_owned(), |strays| outside(strays, waits)),
        ],
        strays: strays.is_some_and(|strays| strays > 0),
    }
}

fn band((low, high): (Nanos, Nanos)) -> String {
    match low < high {
        true => format!("{} to {}", number::time(low), number::time(high)),
        false => number::time(high),
    }
}

/// How many waits lie outside the band; of how many, where not all were kept.
fn outside(strays: usize, waits: &Waits) -> String {
    match waits.points.len() as u64 {
        kept if kept < waits.count => format!("{strays} of {} kept", number::count(kept)),
        _ => strays.to_string(),
    }
}

fn desc(waits: &[&Waits]) -> String {
    let told = waits.iter().map(|waits| {
        let band = waits
            .envelope
            .map_or_else(String::new, |envelope| format!("; the policy draws from {}", band(envelope)));
        let attempt = waits.ordinal + 2;
        format!(
            "Before attempt {attempt}: {} {}, median {}{band}.",
            number::count(waits.count),
            phrase::plural(waits.count as usize, "wait", "waits"),
            median(waits).map_or_else(|| "–".to_owned(), number::time),
        )
    });
    told.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(lengths: &[u64], envelope: Option<(u64, u64)>) -> Waits {
        let millis = |ms: u64| Nanos::new(ms * 1_000_000);
        Waits {
            client: "careful".into(),
            class: Class::Throttling,
            ordinal: 0,
            count: lengths.len() as u64,
            points: lengths.iter().zip(0..).map(|(ms, at)| (Nanos::from_secs(at), millis(*ms))).collect(),
            envelope: envelope.map(|(low, high)| (millis(low), millis(high))),
        }
    }

    #[test]
    fn the_shortest_and_the_longest_survive_the_thinning() {
        let lengths: Vec<u64> = (1..=100).map(|n| if n == 50 { 1000 } else { n }).collect();
        let waits = waits(&lengths, None);
        let kept = thinned(&waits.points, 10);
        assert!(kept.len() <= 12);
        assert!(kept.contains(&Nanos::new(1_000_000)) && kept.contains(&Nanos::from_secs(1)), "{kept:?}");
    }

    #[test]
    fn a_wait_is_outside_beyond_the_overhead_alone() {
        let row = row((&"careful".into(), Class::Throttling), &waits(&[0, 500, 1019, 1021], Some((0, 1000))));
        assert_eq!(row.cells[5], "1");
        assert_eq!(row.cells[2].replace('\u{202f}', " "), "1.02 s");
    }

    #[test]
    fn nothing_has_no_median() {
        assert_eq!(median(&waits(&[], None)), None);
    }
}
