//! The axis of time, shared by every panel of a page.
//!
//! It stands once above each stack: clock ticks, a heavy bar for each fault, the names of the stages.
//! Behind the data of every panel the warm-up is a wash and a fault a light hatch, so that a reader
//! sees at any height of the page what was on at that time.

use std::fmt::Write;

use crate::header::{FaultWindow, Header, Stage};
use crate::number;
use crate::summary::Timeline;
use crate::units::Nanos;

use super::paint::Paint;
use super::svg::{self, Element, Pct};

/// Seconds between clock ticks that read well.
const STEPS: [u64; 16] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400];
/// The most clock ticks.
const TICKS: u64 = 11;
/// A character of chart text, as a share of the narrowest plot that shows second-rank labels.
const CHARACTER: f64 = 6.0 / 600.0 * 100.0;
/// How much wider the names of faults are, which a phone shows too, on its plot.
const SQUEEZE: f64 = 1.9;
/// Height of the rows of the head: ticks and stages, then one for each row of fault names.
const HEAD: f64 = 36.0;
const ROW: f64 = 15.0;

/// The most characters that name what was on all the time.
const LASTING_NAMES: usize = 84;

/// The axis of time of one run.
pub(crate) struct Clock<'a> {
    stages: &'a [Stage],
    /// Faults that were on for a while.
    faults: Vec<&'a FaultWindow>,
    /// Faults that were on all the time, or nearly.
    lasting: Vec<&'a FaultWindow>,
    length: Nanos,
    bucket: Nanos,
}

impl<'a> Clock<'a> {
    /// The axis that holds the planned stages and whatever ran on beyond them; none for a run without time.
    pub(crate) fn new(run: &'a Header, timeline: &Timeline) -> Option<Self> {
        let buckets = timeline.offered.len() as u64;
        let seen = Nanos::new(timeline.bucket.get().saturating_mul(buckets));
        let length = run.length().max(seen);
        let drawn = buckets > 0 && timeline.bucket > Nanos::ZERO;
        let (lasting, faults) = run.faults.iter().partition(|fault| fault.is_lasting(run));
        drawn.then_some(Clock { stages: &run.stages, faults, lasting, length, bucket: timeline.bucket })
    }

    /// Where a time stands across the plot.
    pub(crate) fn at(&self, time: Nanos) -> Pct {
        Pct((time.as_secs_f64() / self.length.as_secs_f64()).clamp(0.0, 1.0) * 100.0)
    }

    /// How many buckets fit across, the last one perhaps in part.
    pub(crate) fn buckets(&self) -> f64 {
        self.length.as_secs_f64() / self.bucket.as_secs_f64()
    }

    /// The end of the axis.
    pub(crate) fn length(&self) -> Nanos {
        self.length
    }

    /// The width of a bucket.
    pub(crate) fn bucket(&self) -> Nanos {
        self.bucket
    }

    /// The head of a stack: ticks, faults, stages.
    pub(crate) fn head(&self) -> Element {
        let names = self.fault_names();
        let rows = names.iter().map(|name| name.row + 1).max().unwrap_or(0);
        let lasting = self.lasting_names().map(|text| {
            svg::label(Pct(0.0), HEAD + rows as f64 * ROW + 10.0, &text, Paint::Ink2).class("nh")
        });
        let all_rows = rows + usize::from(lasting.is_some());
        svg::decoration("100%", HEAD + all_rows as f64 * ROW + if lasting.is_some() { 4.0 } else { 0.0 })
            .set("overflow", "visible")
            .children(self.ticks())
            .child(svg::level(Pct(0.0), Pct(100.0), 17.5, Paint::Rule))
            .children(self.faults.iter().map(|fault| {
                svg::level(self.at(fault.from), self.at(fault.to), 17.5, Paint::Ink).set("stroke-width", 3)
            }))
            .children(self.stage_names())
            .children(names.into_iter().map(FaultName::draw))
            .children(lasting)
    }

    /// What was on all the time, which no window shows.
    fn lasting_names(&self) -> Option<String> {
        let (first, rest) = self.lasting.split_first()?;
        let mut text = format!("all the time: {}", first.name);
        for (place, fault) in rest.iter().enumerate() {
            if text.chars().count() + fault.name.chars().count() > LASTING_NAMES {
                let _ = write!(text, " and {} more", rest.len() - place);
                break;
            }
            let _ = write!(text, ", {}", fault.name);
        }
        Some(text)
    }

    /// Where faults began and ended, over data that would hide the hatch behind it.
    pub(super) fn edges(&self, height: f64) -> impl Iterator<Item = Element> {
        let edges = self.faults.iter().flat_map(|fault| [fault.from, fault.to]);
        edges.map(move |at| svg::upright(self.at(at), 0.0, height, Paint::Ink).set("stroke-dasharray", "2 3"))
    }

    /// Where faults were on, in a drawing too small for a hatch.
    pub(super) fn shadows(&self, height: f64) -> impl Iterator<Item = Element> {
        let shadow = move |fault: &&FaultWindow| {
            svg::rect(self.at(fault.from), self.at(fault.to), 0.0, height).fill(Paint::Hair)
        };
        self.faults.iter().map(shadow)
    }

    /// What stands behind the data of a panel: the warm-up washed, faults hatched.
    pub(crate) fn backdrop(&self, height: f64) -> impl Iterator<Item = Element> {
        let warm = self.stages.iter().filter(|stage| !stage.record).map(move |stage| {
            svg::rect(self.at(stage.from), self.at(stage.to), 0.0, height).fill(Paint::Wash)
        });
        let struck = self.faults.iter().map(move |fault| {
            svg::rect(self.at(fault.from), self.at(fault.to), 0.0, height).set("fill", "url(#hatch)")
        });
        warm.chain(struck)
    }

    fn ticks(&self) -> Vec<Element> {
        let secs = self.length.get().div_ceil(1_000_000_000).max(1);
        let step = STEPS.into_iter().find(|step| secs / step <= TICKS).unwrap_or(secs);
        // A tick that would run into the name of the end is left out.
        let inner = (0..secs.saturating_sub(step / 2)).step_by(usize::try_from(step).unwrap_or(usize::MAX));
        let inner = inner.enumerate().map(|(place, at)| {
            let anchor = if place == 0 { "start" } else { "middle" };
            // A phone shows every third, and none so near the end that the two names touch there.
            let second_rank = !place.is_multiple_of(3) || at + 2 * step > secs;
            self.tick(Nanos::from_secs(at), anchor, second_rank)
        });
        inner.chain([self.tick(self.length, "end", false)]).flatten().collect()
    }

    fn tick(&self, at: Nanos, anchor: &str, second_rank: bool) -> [Element; 2] {
        let name = svg::label(self.at(at), 11.0, &number::clock(at), Paint::Ink3).set("text-anchor", anchor);
        let name = if second_rank { name.class("wide") } else { name };
        [name.class("nh"), svg::upright(self.at(at), 14.0, 17.5, Paint::Rule)]
    }

    fn stage_names(&self) -> Vec<Element> {
        let edges = self
            .stages
            .iter()
            .skip(1)
            .map(|stage| svg::upright(self.at(stage.from), 17.5, 34.0, Paint::Rule));
        let names = self.stages.iter().filter_map(|stage| {
            let (from, to) = (self.at(stage.from).0, self.at(stage.to).0);
            let fits = text_width(&stage.name) <= to - from;
            let name = svg::label(Pct((from + to) / 2.0), 31.0, &stage.name, Paint::Ink3);
            let name = if to - from < 2.0 * text_width(&stage.name) { name.class("wide") } else { name };
            fits.then(|| name.class("nh").set("text-anchor", "middle"))
        });
        edges.chain(names).collect()
    }

    /// The names of the faults, each in the first row where it finds room.
    fn fault_names(&self) -> Vec<FaultName> {
        let mut placed: Vec<FaultName> = Vec::new();
        for fault in &self.faults {
            let middle = (self.at(fault.from).0 + self.at(fault.to).0) / 2.0;
            let half = text_width(&fault.name) * SQUEEZE / 2.0;
            let middle = middle.clamp(half.min(50.0), (100.0 - half).max(50.0));
            let (from, to) = (middle - half, middle + half);
            let taken = |row: usize| {
                placed.iter().any(|other| other.row == row && from < other.to && other.from < to)
            };
            let row = (0..).find(|row| !taken(*row)).unwrap_or(0);
            placed.push(FaultName { text: fault.name.to_string(), from, to, row });
        }
        placed
    }
}

struct FaultName {
    text: String,
    from: f64,
    to: f64,
    row: usize,
}

impl FaultName {
    fn draw(self) -> Element {
        let baseline = HEAD + self.row as f64 * ROW + 10.0;
        svg::label(Pct((self.from + self.to) / 2.0), baseline, &self.text, Paint::Ink)
            .class("tb")
            .class("nh")
            .set("text-anchor", "middle")
    }
}

fn text_width(text: &str) -> f64 {
    (text.chars().count() as f64 + 2.0) * CHARACTER
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::header;

    fn timeline() -> Timeline {
        Timeline { bucket: Nanos::from_secs(1), offered: vec![0; 132], ..Timeline::default() }
    }

    #[test]
    fn the_axis_holds_what_ran_beyond_the_plan() {
        let run = header();
        let clock = Clock::new(&run, &timeline());
        assert_eq!(clock.map(|clock| clock.length()), Some(Nanos::from_secs(132)));
    }

    #[test]
    fn a_run_without_requests_has_no_axis() {
        assert!(Clock::new(&header(), &Timeline::default()).is_none());
    }

    #[test]
    fn a_fault_that_was_always_on_is_named_and_hatches_nothing() {
        let mut run = header();
        let whole = FaultWindow {
            name: "always".into(),
            from: Nanos::ZERO,
            to: run.length(),
            ..run.faults[0].clone()
        };
        run.faults = vec![whole.clone(), FaultWindow { name: "too".into(), ..whole }, run.faults[0].clone()];
        let timeline = timeline();
        let clock = Clock::new(&run, &timeline);
        let head = clock.as_ref().map(|clock| clock.head().to_string()).unwrap_or_default();
        assert!(head.contains("all the time: always, too"), "{head}");
        let marks = clock.iter().flat_map(|clock| clock.backdrop(10.0));
        assert_eq!(marks.filter(|mark| mark.to_string().contains("url(#hatch)")).count(), 1);
    }

    #[test]
    fn names_of_faults_at_one_time_take_a_row_each() {
        let mut run = header();
        let fault = run.faults[0].clone();
        run.faults = vec![fault.clone(), fault];
        let timeline = timeline();
        let rows =
            Clock::new(&run, &timeline).map(|clock| clock.fault_names().iter().map(|n| n.row).collect());
        assert_eq!(rows, Some(vec![0, 1]));
    }
}
