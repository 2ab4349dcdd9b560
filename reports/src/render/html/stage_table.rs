//! The small table beside a chart: its legend and the few numbers that a reader wants from it.
//!
//! A column for each recorded stage, then the peak; under the cursor the last column shows the instant.
//! Where a run has more stages than fit, those stay in which a fault began, and the first and last.

use crate::chart::paint::Paint;
use crate::chart::svg::{self, Element};
use crate::number;
use crate::summary::{Figures, Part, Summary};

/// Stages that fit beside a chart at most, and those that find room whatever they are called.
const COLUMNS: usize = 4;
const LEAST: usize = 2;
/// Pixels for the columns of figures, beside the names; a character, and the space between columns.
const ROOM: f64 = 236.0;
const CHARACTER: f64 = 6.0;
const GAP: f64 = 6.0;
/// The narrowest column, `99.9 %`, and a wide one.
const NARROW: f64 = 46.0;
const WIDE: f64 = 54.0;

/// The table beside one chart.
pub(super) struct StageTable {
    pub(super) columns: Vec<String>,
    /// The width of a column of figures in pixels: one for the page, so that the columns of all tables stand in line.
    pub(super) width: f64,
    /// What the last column holds.
    pub(super) last: &'static str,
    /// The class of a table whose rows are the lanes of a strip.
    pub(super) kind: &'static str,
    pub(super) rows: Vec<Row>,
}

/// One mark of the chart.
pub(super) struct Row {
    /// How the mark looks; none where its name stands in the chart itself.
    pub(super) key: Option<Element>,
    pub(super) name: String,
    /// One for each column.
    pub(super) cells: Vec<String>,
    /// The largest value over time.
    pub(super) peak: String,
    /// The mark's series under the cursor.
    pub(super) series: String,
}

/// The stages that have a column: as many as there is room for.
pub(super) fn columns(summary: &Summary) -> Vec<&Part> {
    let fits = |count: &usize| (*count + 1) as f64 * column_width(summary) <= ROOM;
    of_interest(summary, (LEAST..=COLUMNS).rev().find(fits).unwrap_or(LEAST))
}

/// The stages that a reader wants most: where there are more than `most`, the first, the last, and those in which a fault
/// began.
pub(super) fn of_interest(summary: &Summary, most: usize) -> Vec<&Part> {
    let stages = &summary.stages;
    if stages.len() <= most {
        return stages.iter().collect();
    }
    let struck = |part: &Part| {
        let stage = summary.run.stages.iter().find(|stage| stage.name == part.name);
        let begins = |from| stage.is_some_and(|stage| (stage.from..stage.to).contains(&from));
        summary.run.faults.iter().any(|fault| begins(fault.from))
    };
    let mut kept: Vec<usize> = [0, stages.len() - 1].into();
    let by_interest =
        (1..stages.len() - 1).filter(|place| struck(&stages[*place])).chain(1..stages.len() - 1);
    for place in by_interest {
        if kept.len() < most && !kept.contains(&place) {
            kept.push(place);
        }
    }
    kept.sort_unstable();
    kept.into_iter().map(|place| &stages[place]).collect()
}

/// The width of a column in pixels: the least that it needs, and more where there is room for it.
fn wide(summary: &Summary) -> f64 {
    let shared = ROOM / (columns(summary).len() + 1) as f64;
    shared.min(WIDE).max(column_width(summary))
}

/// The least width of a column in pixels: that of the widest latency, and no other figure is wider. Heads break into lines.
fn column_width(summary: &Summary) -> f64 {
    let times = |part: &Part| {
        let latency = &part.figures.latency;
        let times = [latency.p95, latency.max].into_iter().flatten();
        times.map(|time| number::time(time).chars().count()).max()
    };
    let widest = summary.stages.iter().filter_map(times).max().unwrap_or(0);
    (widest as f64 * CHARACTER + GAP).max(NARROW)
}

impl StageTable {
    /// An empty table over the run's stages.
    pub(super) fn new(summary: &Summary) -> Self {
        StageTable {
            columns: columns(summary).iter().map(|part| part.name.to_string()).collect(),
            width: wide(summary).floor(),
            last: "peak",
            kind: "",
            rows: Vec::new(),
        }
    }

    /// For a strip of lanes: names in full, and the whole run in the last column.
    pub(super) fn of_lanes(self) -> Self {
        StageTable { last: "all", kind: " lanes", ..self }
    }

    /// With a row whose cells are taken from each stage's figures.
    pub(super) fn row(
        mut self,
        summary: &Summary,
        key: Element,
        series: &str,
        name: &str,
        cell: impl Fn(&Figures) -> String,
        peak: String,
    ) -> Self {
        let cells = columns(summary).into_iter().map(|part| cell(&part.figures)).collect();
        let (name, series) = (name.to_owned(), series.to_owned());
        self.rows.push(Row { key: Some(key), name, cells, peak, series });
        self
    }
}

/// A share for a narrow column: one decimal, and never 0 or 100 where it is not.
pub(super) fn brief_share(share: Option<f64>) -> String {
    let percent = |number: &str| format!("{number}\u{202f}%");
    match share.map(|share| share * 100.0) {
        None => "–".to_owned(),
        Some(0.0) => "0".to_owned(),
        Some(share) if share < 0.1 => percent("<0.1"),
        Some(share) if share > 99.9 && share < 100.0 => percent(">99.9"),
        Some(share) if share >= 100.0 => percent("100"),
        Some(share) => percent(&format!("{share:.1}")),
    }
}

/// A rate for a narrow column: three digits, at most two decimals.
pub(super) fn brief_rate(rate: Option<f64>) -> String {
    match rate {
        None => "–".to_owned(),
        Some(rate) if rate > 0.0 && rate < 0.01 => "<0.01".to_owned(),
        Some(rate) if rate > 0.0 && rate < 1.0 => format!("{rate:.2}"),
        Some(rate) => number::significant(rate),
    }
}

/// A filled key.
pub(super) fn box_key(fill: Paint, edge: Paint) -> Element {
    key(Element::new("rect")
        .fill(fill)
        .stroke(edge)
        .set("x", 0.5)
        .set("y", 1.5)
        .set("width", 15)
        .set("height", 8))
}

/// A line's key.
pub(super) fn line_key(paint: Paint, width: f64) -> Element {
    key(Element::new("path").stroke(paint).set("d", "M0 6h16").set("stroke-width", width).set("fill", "none"))
}

/// A dot's key.
pub(super) fn dot_key(paint: Paint) -> Element {
    key(Element::new("circle").fill(paint).set("cx", 8).set("cy", 6).set("r", 2))
}

fn key(mark: Element) -> Element {
    svg::decoration(16, 11.0).child(mark)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::storm;

    #[test]
    fn brief_figures_never_round_to_nothing_or_all() {
        let shares =
            [0.0, 0.0008, 0.052, 0.9992, 1.0].map(|share| brief_share(Some(share)).replace('\u{202f}', " "));
        assert_eq!(shares, ["0", "<0.1 %", "5.2 %", ">99.9 %", "100 %"]);
        assert_eq!(
            [0.0, 0.001, 0.0167, 21.94].map(|rate| brief_rate(Some(rate))),
            ["0", "<0.01", "0.02", "21.9"]
        );
    }

    #[test]
    fn of_many_stages_the_struck_ones_and_the_ends_stay() {
        let mut summary = storm().summary;
        let quiet = |name: &str| Part { name: name.into(), figures: Figures::default() };
        let names = ["quiet", "a", "b", "c", "storm", "after"];
        summary.stages = names.map(quiet).to_vec();
        let kept: Vec<String> = columns(&summary).iter().map(|part| part.name.to_string()).collect();
        assert_eq!(kept, ["quiet", "a", "storm", "after"]);
    }
}
