//! The axis of values: where a value stands, and the three or four ticks that name it.
//!
//! The unit stands on the top tick alone. Counts and shares begin at zero, since their areas are read;
//! times do too, until the slowest is so far from the usual that a line from zero would hide the usual.

use crate::number;
use crate::units::Nanos;

use super::steps::Values;

/// From this ratio of highest to lowest on, times stand on a logarithmic axis.
const WIDE: f64 = 20.0;
/// The most ticks of a logarithmic axis.
const TICKS: usize = 6;
/// From this factor on above the usual a value is cut off, where there are so many values at least.
const FAR: f64 = 8.0;
const FEW: usize = 20;
/// Room above the largest value, as a share of it.
const HEADROOM: f64 = 1.06;
/// The same where words stand above it.
const ROOM: f64 = 1.3;

/// The axis of values of one panel.
#[derive(Clone, Debug)]
pub(crate) struct Axis {
    scale: Scale,
    /// From the lowest to the highest.
    pub(crate) ticks: Vec<Tick>,
}

/// A named place on an axis.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tick {
    /// The value.
    pub(crate) at: f64,
    /// Its name.
    pub(crate) text: String,
}

#[derive(Clone, Copy, Debug)]
enum Scale {
    Linear { min: f64, max: f64 },
    Log { min: f64, max: f64 },
}

impl Axis {
    /// From zero to `max`, in `unit` (`/s`, or nothing).
    pub(crate) fn count(max: f64, unit: &str) -> Axis {
        Axis::linear_in(max, 1.0, unit)
    }

    /// The highest value with room on the axis, where a few values are so far above the others that an axis for them would
    /// hide those; none where all have room. The median of the busiest tenth is what must be seen.
    pub(crate) fn cut(values: &Values) -> Option<f64> {
        let mut known: Vec<f64> = values.iter().flatten().copied().filter(|value| *value > 0.0).collect();
        known.sort_by(f64::total_cmp);
        let usual = known.get(known.len() * 19 / 20)?;
        let highest = known.last()?;
        (known.len() >= FEW && *highest > usual * FAR).then_some(usual * 2.0)
    }

    /// Ratios from one to `max`: where nothing is below one, the room below it would say nothing.
    pub(crate) fn above_one(max: f64) -> Axis {
        let above = Axis::count(max.max(1.5), "");
        let (scale, one) = (Scale::Linear { min: 1.0, max: max.max(1.5) * HEADROOM }, 1.0);
        let ticks = above.ticks.into_iter().filter(|tick| tick.at >= one).collect();
        Axis { scale, ticks }
    }

    /// From none to `max` of what cannot be divided: no tick stands between two whole numbers.
    pub(crate) fn whole(max: f64) -> Axis {
        let axis = Axis::count(max, "");
        let ticks = axis.ticks.into_iter().filter(|tick| tick.at.fract() < 1e-9).collect();
        Axis { ticks, ..axis }
    }

    /// From none to all.
    pub(crate) fn share() -> Axis {
        Axis::share_below(HEADROOM)
    }

    /// The same with room above all of it for a line of words.
    pub(crate) fn share_with_room() -> Axis {
        Axis::share_below(ROOM)
    }

    fn share_below(max: f64) -> Axis {
        let tick = |at: f64, text: &str| Tick { at, text: text.to_owned() };
        Axis {
            scale: Scale::Linear { min: 0.0, max },
            ticks: vec![tick(0.5, "50\u{202f}%"), tick(1.0, "100\u{202f}%")],
        }
    }

    /// Times in seconds between these two: from zero, or logarithmic where one end would hide the other.
    pub(crate) fn times(low: f64, high: f64) -> Axis {
        if low > 0.0 && high / low > WIDE { Axis::log(low * 0.8, high) } else { Axis::span(high) }
    }

    /// Times in seconds from the one to the other, logarithmic, with no room to spare at either end.
    pub(crate) fn between(low: f64, high: f64) -> Axis {
        let axis = Axis::log(low, high);
        let ticks = axis.ticks.into_iter().filter(|tick| tick.at <= high).collect();
        Axis { scale: Scale::Log { min: low, max: high }, ticks }
    }

    /// Times in seconds from zero, in the largest unit of which they hold two.
    pub(crate) fn span(max: f64) -> Axis {
        let units = [(3600.0, "h"), (60.0, "m")];
        let (size, unit) = match max {
            max if max < 1.0 => (1e-3, "ms"),
            max => units.into_iter().find(|(size, _)| max >= 2.0 * size).unwrap_or((1.0, "s")),
        };
        Axis::linear_in(max, size, unit)
    }

    /// Whether equal steps up the axis are equal factors.
    pub(crate) fn is_log(&self) -> bool {
        matches!(self.scale, Scale::Log { .. })
    }

    /// How far up a value stands: 0 at the foot, 1 at the top.
    pub(crate) fn up(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Linear { min, max } => ((value - min) / (max - min)).clamp(0.0, 1.0),
            Scale::Log { min, max } => ((value.max(min) / min).ln() / (max / min).ln()).clamp(0.0, 1.0),
        }
    }

    /// Pixels from the top of a plot of this height.
    pub(crate) fn y(&self, value: f64, height: f64) -> f64 {
        height * (1.0 - self.up(value))
    }

    /// From zero to `max`, with ticks at round numbers of `size`, which `unit` names.
    fn linear_in(max: f64, size: f64, unit: &str) -> Axis {
        let max = if max > 0.0 { max } else { size };
        let step = step(max / size / 4.2) * size;
        let last = (max * HEADROOM / step).floor() as u32;
        let tick = |place: u32| {
            let at = f64::from(place) * step;
            let name = plain(at / size);
            let text = if place == last && !unit.is_empty() { format!("{name}\u{202f}{unit}") } else { name };
            Tick { at, text }
        };
        Axis { scale: Scale::Linear { min: 0.0, max: max * HEADROOM }, ticks: (1..=last).map(tick).collect() }
    }

    fn log(min: f64, max: f64) -> Axis {
        let within = |times: &[f64]| -> Vec<f64> {
            times.iter().copied().filter(|at| (min..=max * HEADROOM).contains(at)).collect()
        };
        let fine = within(&FINE);
        let places = if fine.len() <= TICKS { fine } else { within(&COARSE) };
        let ticks = places.into_iter().map(|at| Tick { at, text: round_time(at) }).collect();
        Axis { scale: Scale::Log { min, max: max * 1.3 }, ticks }
    }
}

/// Times in seconds that read well on a logarithmic axis, many and few: from a minute on in minutes, then in hours.
const FINE: [f64; 34] = [
    1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5,
    1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 3600.0, 7200.0, 18_000.0, 36_000.0,
    72_000.0, 172_800.0,
];
const COARSE: [f64; 12] = [1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1.0, 10.0, 60.0, 600.0, 3600.0, 36_000.0];

/// The largest value of all that a panel shows.
pub(crate) fn peak<'a>(series: impl IntoIterator<Item = &'a Values>) -> f64 {
    series.into_iter().flatten().flatten().copied().fold(0.0, f64::max)
}

/// The step of 1, 2, 2.5 or 5 times a power of ten at or above `least`.
fn step(least: f64) -> f64 {
    let decade = 10f64.powf(least.log10().floor());
    let factor = [1.0, 2.0, 2.5, 5.0].into_iter().find(|factor| factor * decade >= least * 0.999);
    factor.unwrap_or(10.0) * decade
}

/// A number as short as it can be.
fn plain(number: f64) -> String {
    match number {
        n if n >= 10_000.0 => number::short(n),
        n if n >= 1.0 && (n - n.round()).abs() < 1e-9 => number::count(n.round() as u64),
        n => {
            let text = format!("{n:.6}");
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
    }
}

/// A round time: `100 ms`, `5 s`.
pub(crate) fn round_time(secs: f64) -> String {
    match secs {
        s if s < 0.000_999 => format!("{}\u{202f}µs", plain(s * 1e6)),
        s if s < 0.999 => format!("{}\u{202f}ms", plain(s * 1e3)),
        s if s < 60.0 => format!("{}\u{202f}s", plain(s)),
        s if s < 3600.0 => format!("{}\u{202f}m", plain(s / 60.0)),
        s => format!("{}\u{202f}h", plain(s / 3600.0)),
    }
}

/// A time as the seconds that an axis counts in.
pub(crate) fn secs(time: Nanos) -> f64 {
    time.as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(axis: &Axis) -> Vec<String> {
        axis.ticks.iter().map(|tick| tick.text.replace('\u{202f}', " ")).collect()
    }

    #[test]
    fn ticks_are_few_and_round_and_the_top_one_carries_the_unit() {
        assert_eq!(texts(&Axis::count(103.0, "/s")), ["25", "50", "75", "100 /s"]);
        assert_eq!(texts(&Axis::count(42.0, "/s")), ["10", "20", "30", "40 /s"]);
        assert_eq!(texts(&Axis::above_one(3.68)), ["1", "2", "3"]);
        assert_eq!(texts(&Axis::count(0.0, "")), ["0.25", "0.5", "0.75", "1"]);
        assert_eq!(texts(&Axis::whole(1.0)), ["1"]);
        assert_eq!(texts(&Axis::whole(7.0)), ["2", "4", "6"]);
        assert_eq!(texts(&Axis::times(0.2, 0.43)), ["200", "400 ms"]);
        assert_eq!(texts(&Axis::times(2.0, 6.2)), ["2", "4", "6 s"]);
        assert_eq!(texts(&Axis::times(0.2, 31.0)), ["1 s", "10 s"]);
        assert_eq!(texts(&Axis::times(0.9, 3000.0)), ["1 s", "10 s", "1 m", "10 m"]);
        assert_eq!(texts(&Axis::span(3000.0)), ["20", "40 m"]);
        assert_eq!(texts(&Axis::span(119.0)), ["50", "100 s"]);
        assert_eq!(texts(&Axis::span(20_000.0)), ["2", "4 h"]);
    }

    #[test]
    fn a_spike_that_would_hide_the_rest_is_cut_off() {
        let usual = |place: usize| Some(3.0 + (place % 2) as f64);
        let mut values: Values = (0..100).map(usual).collect();
        assert_eq!(Axis::cut(&values), None);
        values[50] = Some(500.0);
        assert_eq!(Axis::cut(&values), Some(8.0));
        // A fault of a fifth of the run is no spike.
        values[40..60].fill(Some(500.0));
        assert_eq!(Axis::cut(&values), None);
        assert_eq!(Axis::cut(&vec![None, Some(9.0)]), None);
    }

    #[test]
    fn values_stand_between_foot_and_top() {
        for axis in [Axis::count(10.0, ""), Axis::above_one(3.0), Axis::share(), Axis::times(0.01, 90.0)] {
            for value in [0.0, 0.5, 10.0, 1e12] {
                assert!((0.0..=1.0).contains(&axis.up(value)), "{axis:?} {value}");
            }
        }
    }
}
