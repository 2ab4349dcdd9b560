//! The shapes that a rate can have over a stretch of time.

use bedload_reports::units::Nanos;

use super::segment::Segment;
use super::wave::Wave;

/// How a rate goes over a stretch of time. No rate is negative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// In a straight line; a steady rate is one whose ends are the same.
    Ramp {
        /// Arrivals each second at its start.
        from_per_s: f64,
        /// Arrivals each second at its end.
        to_per_s: f64,
    },
    /// In steps of the same length and height, the first at one rate and the last at the other.
    Steps {
        /// Arrivals each second in the first step.
        from_per_s: f64,
        /// Arrivals each second in the last step.
        to_per_s: f64,
        /// How many steps; at least two.
        count: u32,
    },
    /// Steady but for a while.
    Spike {
        /// Arrivals each second before and after.
        base_per_s: f64,
        /// Arrivals each second meanwhile.
        peak_per_s: f64,
        /// When it begins, from the start of the stretch.
        at: Nanos,
        /// How long it lasts.
        lasts: Nanos,
    },
    /// Up and down, at its low when the run begins: stretches of the same wave go on from one another.
    Sine {
        /// The lowest rate, in arrivals each second.
        low_per_s: f64,
        /// The highest rate.
        high_per_s: f64,
        /// From one low to the next.
        period: Nanos,
    },
}

/// A stretch of time with the shape of its rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stretch {
    /// Its start, an offset from the epoch.
    pub from: Nanos,
    /// Its end.
    pub to: Nanos,
    /// How the rate goes over it.
    pub shape: Shape,
}

/// A stretch of time whose area is known in closed form.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Piece {
    /// Its start, an offset from the epoch.
    pub from: Nanos,
    /// Its end.
    pub to: Nanos,
    form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Form {
    Straight(Segment),
    Wave(Wave),
}

impl Shape {
    /// The same rate throughout.
    pub const fn steady(per_s: f64) -> Self {
        Shape::Ramp { from_per_s: per_s, to_per_s: per_s }
    }

    /// The highest rate, in arrivals each second.
    pub fn peak_per_s(&self) -> f64 {
        match *self {
            Shape::Ramp { from_per_s, to_per_s } | Shape::Steps { from_per_s, to_per_s, .. } => {
                from_per_s.max(to_per_s)
            }
            Shape::Spike { base_per_s, peak_per_s, .. } => base_per_s.max(peak_per_s),
            Shape::Sine { high_per_s, .. } => high_per_s,
        }
    }

    /// Whether there is ever any traffic.
    pub fn has_traffic(&self) -> bool {
        self.peak_per_s() > 0.0
    }
}

impl Stretch {
    /// The pieces that it is made of, in order.
    pub(super) fn pieces(&self) -> Vec<Piece> {
        let (from, to) = (self.from, self.to);
        match self.shape {
            Shape::Ramp { from_per_s, to_per_s } => vec![Piece::straight(from, to, from_per_s, to_per_s)],
            Shape::Steps { from_per_s, to_per_s, count } => self.steps(from_per_s, to_per_s, count),
            Shape::Spike { base_per_s, peak_per_s, at, lasts } => {
                let begins = from.plus(at).min(to);
                let ends = begins.plus(lasts).min(to);
                [(from, begins, base_per_s), (begins, ends, peak_per_s), (ends, to, base_per_s)]
                    .map(|(from, to, per_s)| Piece::straight(from, to, per_s, per_s))
                    .into()
            }
            Shape::Sine { low_per_s, high_per_s, period } => {
                let wave = Wave {
                    begins_s: from.as_secs_f64(),
                    length_s: to.since(from).as_secs_f64(),
                    low_per_s,
                    high_per_s,
                    period_s: period.as_secs_f64(),
                };
                vec![Piece { from, to, form: Form::Wave(wave) }]
            }
        }
    }

    fn steps(&self, from_per_s: f64, to_per_s: f64, count: u32) -> Vec<Piece> {
        let count = count.max(2);
        let length = u128::from(self.to.since(self.from).get());
        // By whole nanoseconds from the start, so that no rounding adds up.
        let edge =
            |step: u32| self.from.plus(Nanos::new((length * u128::from(step) / u128::from(count)) as u64));
        let rise = (to_per_s - from_per_s) / f64::from(count - 1);
        (0..count)
            .map(|step| {
                let per_s = from_per_s + rise * f64::from(step);
                Piece::straight(edge(step), edge(step + 1), per_s, per_s)
            })
            .collect()
    }
}

impl Piece {
    fn straight(from: Nanos, to: Nanos, start_per_s: f64, end_per_s: f64) -> Self {
        let length_s = to.since(from).as_secs_f64();
        Piece { from, to, form: Form::Straight(Segment { length_s, start_per_s, end_per_s }) }
    }

    /// Expected arrivals over all of it.
    pub(super) fn area(&self) -> f64 {
        match &self.form {
            Form::Straight(segment) => segment.area(),
            Form::Wave(wave) => wave.area(),
        }
    }

    /// When `count` arrivals are expected since its start; `count` is within its area.
    pub(super) fn reach(&self, count: f64) -> Nanos {
        let secs = match &self.form {
            Form::Straight(segment) => segment.reach(count),
            Form::Wave(wave) => wave.reach(count),
        };
        self.from.plus(Nanos::new((secs * 1e9).round() as u64)).min(self.to)
    }
}
