//! Latency over time as a heatmap on the shared clock: time across, latency up, the darker the more answers.
//!
//! Cells of one shade that touch are one rectangle of one path, so a picture of thousands of cells has nine paths and a
//! few kilobytes. The scale of shades is logarithmic, or the usual band would hide the few answers that matter.

use std::fmt::Write;

use crate::number;
use crate::summary::Heatmap;
use crate::units::Nanos;

use super::axis::{Axis, secs};
use super::clock::Clock;
use super::paint::{HEATS, Paint};
use super::svg::{self, Element, Pct, Px};

/// The height that a heatmap is made to come near to, and the least and most height of a band.
const HEIGHT: f64 = 168.0;
const BAND: (f64, f64) = (3.0, 12.0);
/// A limit no further above the slowest answer than this factor is drawn; above it there is nothing to compare.
const NEAR: f64 = 2.5;

/// The heatmap of one flow. `limit` is its latency SLO with its name.
pub(crate) fn heat(
    clock: &Clock<'_>,
    map: &Heatmap,
    limit: Option<(Nanos, String)>,
    id: &str,
    title: &str,
    desc: &str,
) -> Element {
    let (Some(low), Some(top)) = (map.edges.first(), map.edges.last()) else {
        return svg::drawing(id, 0.0, title, desc);
    };
    let limit = limit.filter(|(at, _)| at > low && secs(*at) <= secs(*top) * NEAR);
    let bands = map.edges.len() - 1;
    let band = (HEIGHT / bands as f64).round().clamp(BAND.0, BAND.1);
    // Bands are equal factors, so what a limit above them needs is a number of them.
    let factor = (secs(*top) / secs(*low)).ln() / bands as f64;
    let above = limit.as_ref().map_or(0.0, |(at, _)| ((secs(*at) / secs(*top)).ln() / factor).max(0.0));
    let head = if above > 0.0 { (above.ceil() * band).max(14.0) } else { 0.0 };
    let height = head + band * bands as f64;
    let axis = Axis::between(secs(*low), secs(*top) * (head / band * factor).exp());
    let grid = axis.ticks.iter().flat_map(|tick| {
        let y = axis.y(tick.at, height);
        let name = svg::label(Pct(0.0), y, &tick.text, Paint::Ink3).class("yl");
        [svg::level(Pct(0.0), Pct(100.0), y, Paint::Grid), name]
    });
    let units = secs(clock.length()) / secs(map.column).max(1e-9);
    let cells =
        svg::stretched(units, height).set("shape-rendering", "crispEdges").children(shades(map, head, band));
    let line = limit.iter().flat_map(|(at, name)| {
        let y = axis.y(secs(*at), height);
        let baseline = if y > 14.0 { y - 4.0 } else { y + 12.0 };
        [
            svg::level(Pct(0.0), Pct(100.0), y, Paint::Fail).set("stroke-dasharray", "5 3"),
            svg::label(Pct(100.0), baseline, name, Paint::FailText).set("text-anchor", "end"),
        ]
    });
    svg::drawing(id, height, title, desc)
        .children(clock.backdrop(height))
        .children(grid)
        .child(cells)
        .children(clock.edges(height))
        .child(svg::level(Pct(0.0), Pct(100.0), height - 0.5, Paint::Rule))
        .children(line)
}

/// What the shades mean: a strip with the counts at its ends.
pub(crate) fn shade_key(map: &Heatmap) -> Element {
    let most = map.most();
    let step = |shade: u8| {
        svg::rect(
            Pct(f64::from(shade) * 100.0 / f64::from(HEATS)),
            Pct(f64::from(shade + 1) * 100.0 / f64::from(HEATS)),
            0.0,
            8.0,
        )
        .fill(Paint::Heat(shade))
    };
    svg::decoration("100%", 22.0)
        .children((0..HEATS).map(step))
        .child(svg::label(Pct(0.0), 20.0, "1", Paint::Ink3))
        .child(svg::label(Pct(100.0), 20.0, &number::count(most), Paint::Ink3).set("text-anchor", "end"))
}

/// One path for each shade, its cells run together along each band.
fn shades(map: &Heatmap, head: f64, band: f64) -> Vec<Element> {
    let most = map.most();
    let bands = map.edges.len().saturating_sub(1);
    let mut paths = vec![String::new(); usize::from(HEATS)];
    for place in 0..bands {
        let y = head + (bands - 1 - place) as f64 * band;
        for (from, to, shade) in runs(map, place, most) {
            let d = &mut paths[usize::from(shade)];
            let _ = write!(d, "M{from} {}h{}v{}h-{}z", Px(y), to - from, Px(band), to - from);
        }
    }
    let drawn = (0..HEATS).zip(paths).filter(|(_, d)| !d.is_empty());
    drawn.map(|(shade, d)| svg::shape(&d, Paint::Heat(shade))).collect()
}

/// Runs of one shade along a band: from and to in columns.
fn runs(map: &Heatmap, band: usize, most: u64) -> Vec<(usize, usize, u8)> {
    let mut runs: Vec<(usize, usize, u8)> = Vec::new();
    for (column, counts) in map.columns.iter().enumerate() {
        let Some(shade) = counts.get(band).and_then(|count| shade(*count, most)) else { continue };
        match runs.last_mut() {
            Some((_, to, last)) if *to == column && *last == shade => *to = column + 1,
            _ => runs.push((column, column + 1, shade)),
        }
    }
    runs
}

/// The shade of a count; none of nothing.
fn shade(count: u64, most: u64) -> Option<u8> {
    let top = f64::from(HEATS - 1);
    match (count, most) {
        (0, _) => None,
        (_, 0 | 1) => Some(HEATS / 2),
        (count, most) => Some(((count as f64).ln() / (most as f64).ln() * top).round() as u8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header::Header;
    use crate::summary::Timeline;
    use crate::testing::header;

    fn drawn(columns: Vec<Vec<u64>>, limit: Option<u64>) -> String {
        let run: Header = header();
        let timeline = Timeline { bucket: Nanos::from_secs(1), offered: vec![0; 130], ..Timeline::default() };
        let edges = [1, 2, 4, 8].map(Nanos::from_secs).to_vec();
        let map = Heatmap { flow: "chat".into(), column: Nanos::from_secs(13), edges, columns };
        let limit = limit.map(|at| (Nanos::from_secs(at), "SLO".to_owned()));
        let clock = Clock::new(&run, &timeline);
        clock.map(|clock| heat(&clock, &map, limit, "h", "Heat", "").to_string()).unwrap_or_default()
    }

    #[test]
    fn cells_of_one_shade_run_together() {
        let drawn = drawn(vec![vec![1, 9, 0], vec![1, 9, 0], vec![0, 9, 2]], None);
        assert_eq!(drawn.matches("f-heat").count(), 3, "{drawn}");
        assert!(drawn.contains("M0 12h3v12h-3z"), "three cells of the middle band: {drawn}");
        assert!(drawn.contains("M0 24h2v12h-2z"), "two of the lowest: {drawn}");
    }

    #[test]
    fn a_limit_above_the_slowest_answer_has_room_where_it_is_near() {
        assert!(drawn(vec![vec![1, 2, 3]], Some(16)).contains("SLO"));
        assert!(drawn(vec![vec![1, 2, 3]], Some(3)).contains("SLO"));
        assert!(!drawn(vec![vec![1, 2, 3]], Some(64)).contains("SLO"));
    }

    #[test]
    fn shades_are_logarithmic_and_nothing_has_none() {
        assert_eq!([0, 1, 3, 9].map(|count| shade(count, 9)), [None, Some(0), Some(4), Some(8)]);
        assert_eq!(shade(1, 1), Some(4));
    }

    #[test]
    fn a_map_without_bands_is_empty() {
        let drawn = drawn(Vec::new(), None);
        assert!(drawn.starts_with("<svg") && !drawn.contains("NaN") && !drawn.contains("f-heat"));
    }
}
