//! The arrivals of a flow: due times in order.

use bedload_reports::units::Nanos;
use rand_chacha::ChaCha8Rng;

use super::arrivals::{Arrivals, Gaps};
use super::curve::Curve;
use super::replay::{Lengths, Replay};

/// One arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// When it is due.
    pub at: Nanos,
    /// How long its prompt and answer are, if a trace says.
    pub lengths: Option<Lengths>,
}

/// The arrivals of one flow, in order of their due times.
#[derive(Clone, Debug)]
pub struct Schedule(Source);

#[derive(Clone, Debug)]
enum Source {
    Drawn(Box<Drawn>),
    Replayed(Replay),
}

/// Arrivals that are made up as they are asked for.
#[derive(Clone, Debug)]
struct Drawn {
    curve: Curve,
    gaps: Gaps,
    rng: ChaCha8Rng,
    expected: f64,
    last: Nanos,
}

impl Drawn {
    fn next(&mut self) -> Option<Nanos> {
        self.expected += self.gaps.next(&mut self.rng);
        // Rounded, two arrivals of one burst could change places by a nanosecond.
        self.last = self.curve.reach(self.expected)?.max(self.last);
        Some(self.last)
    }
}

impl Schedule {
    /// The arrivals of a curve. `rng` is drawn from by random arrivals only.
    pub fn new(curve: Curve, arrivals: Arrivals, rng: ChaCha8Rng) -> Self {
        Schedule(Source::Drawn(Box::new(Drawn {
            curve,
            gaps: Gaps::new(arrivals),
            rng,
            expected: 0.0,
            last: Nanos::ZERO,
        })))
    }

    /// The arrivals of a trace.
    pub fn replay(replay: Replay) -> Self {
        Schedule(Source::Replayed(replay))
    }
}

impl Iterator for Schedule {
    type Item = Due;

    fn next(&mut self) -> Option<Due> {
        match &mut self.0 {
            Source::Drawn(drawn) => drawn.next().map(Due::from),
            Source::Replayed(replay) => replay.next(),
        }
    }
}

impl From<Nanos> for Due {
    fn from(at: Nanos) -> Self {
        Due { at, lengths: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pace::{Shape, Stretch};
    use crate::seed::Seed;
    use proptest::prelude::*;

    fn stretch(from: u64, to: u64, shape: Shape) -> Stretch {
        Stretch { from: Nanos::from_secs(from), to: Nanos::from_secs(to), shape }
    }

    fn ramp(from: u64, to: u64, from_per_s: f64, to_per_s: f64) -> Stretch {
        stretch(from, to, Shape::Ramp { from_per_s, to_per_s })
    }

    fn due(stretches: &[Stretch], arrivals: Arrivals, seed: u64) -> Vec<Nanos> {
        let rng = Seed::new(seed).stream("arrivals");
        Schedule::new(Curve::new(stretches), arrivals, rng).map(|due| due.at).collect()
    }

    /// How many are due in each of so many seconds.
    fn counts(due: &[Nanos], every_s: u64, last_s: u64) -> Vec<usize> {
        let within = |from: u64| {
            let (from, to) = (Nanos::from_secs(from), Nanos::from_secs(from + every_s));
            due.iter().filter(|due| (from..to).contains(due)).count()
        };
        (0..last_s).step_by(every_s as usize).map(within).collect()
    }

    fn gaps(due: &[Nanos]) -> (f64, f64) {
        let gaps: Vec<f64> = due.windows(2).map(|pair| pair[1].since(pair[0]).as_secs_f64()).collect();
        let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
        let variance = gaps.iter().map(|gap| (gap - mean).powi(2)).sum::<f64>() / gaps.len() as f64;
        (mean, variance.sqrt() / mean)
    }

    #[test]
    fn a_steady_rate_is_evenly_spaced_from_its_start() {
        let due = due(&[ramp(10, 12, 2.0, 2.0)], Arrivals::Constant, 1);
        assert_eq!(due, [10_000, 10_500, 11_000, 11_500].map(|ms| Nanos::new(ms * 1_000_000)));
    }

    #[test]
    fn a_ramp_from_nothing_crowds_towards_its_end() {
        // 0 to 10/s over 10 s is 50 arrivals; by t seconds, t²/2 of them.
        let due = due(&[ramp(0, 10, 0.0, 10.0)], Arrivals::Constant, 1);
        assert_eq!(due.len(), 50);
        assert_eq!(due[8], Nanos::from_secs(4));
        assert_eq!(due[32], Nanos::from_secs(8));
    }

    #[test]
    fn steps_are_flat_and_of_one_height() {
        let steps = stretch(0, 40, Shape::Steps { from_per_s: 1.0, to_per_s: 7.0, count: 4 });
        assert_eq!(counts(&due(&[steps], Arrivals::Constant, 1), 10, 40), [10, 30, 50, 70]);
    }

    #[test]
    fn a_spike_stands_in_its_place() {
        let (at, lasts) = (Nanos::from_secs(10), Nanos::from_secs(5));
        let spike = |base_per_s| stretch(5, 35, Shape::Spike { base_per_s, peak_per_s: 20.0, at, lasts });
        let due = |base| due(&[spike(base)], Arrivals::Constant, 1);
        assert_eq!(counts(&due(2.0), 5, 35), [0, 10, 10, 100, 10, 10, 10]);
        assert_eq!(counts(&due(0.0), 5, 35), [0, 0, 0, 100, 0, 0, 0]);
    }

    #[test]
    fn a_wave_goes_on_from_stage_to_stage() {
        let sine = Shape::Sine { low_per_s: 2.0, high_per_s: 10.0, period: Nanos::from_secs(60) };
        let (whole, parts) = ([stretch(0, 120, sine)], [stretch(0, 17, sine), stretch(17, 120, sine)]);
        let (whole, parts) = (due(&whole, Arrivals::Constant, 1), due(&parts, Arrivals::Constant, 1));
        assert!((whole.len() as i64 - 720).abs() <= 1, "a mean of 6/s over 120 s: {}", whole.len());
        assert!(whole.iter().zip(&parts).all(|(one, other)| one.get().abs_diff(other.get()) < 1_000));
        let counts = counts(&whole, 10, 60);
        assert!(counts[0] < 30 && counts[2] > 90 && counts[3] > 90 && counts[5] < 30, "{counts:?}");
    }

    #[test]
    fn gaps_between_stretches_hold_no_arrivals() {
        for due in due(&[ramp(0, 1, 3.0, 3.0), ramp(5, 6, 3.0, 3.0)], Arrivals::Poisson, 3) {
            assert!(due < Nanos::from_secs(1) || due >= Nanos::from_secs(5), "{due:?}");
        }
    }

    #[test]
    fn gaps_are_as_long_and_as_varied_as_asked() {
        let steady = [ramp(0, 1000, 50.0, 50.0)];
        for (arrivals, cv) in [
            (Arrivals::Poisson, 1.0),
            (Arrivals::Gamma { cv: 1.0 }, 1.0),
            (Arrivals::Gamma { cv: 2.0 }, 2.0),
            (Arrivals::Gamma { cv: 0.25 }, 0.25),
        ] {
            let (mean, varied) = gaps(&due(&steady, arrivals, 5));
            assert!((mean * 50.0 - 1.0).abs() < 0.02, "{arrivals:?}: mean {mean}");
            assert!((varied / cv - 1.0).abs() < 0.03, "{arrivals:?}: {varied}");
        }
        // So little deviation that no number holds it is none.
        assert_eq!(due(&steady, Arrivals::Gamma { cv: 1e-200 }, 5).len(), 50_000);
    }

    #[test]
    fn bursty_arrivals_are_no_more_than_the_area() {
        // Counted over many short schedules: a process that began with an arrival would hold (cv² − 1) / 2 too many.
        let count = |cv| -> usize {
            (0..400).map(|seed| due(&[ramp(0, 10, 2.0, 2.0)], Arrivals::Gamma { cv }, seed).len()).sum()
        };
        for (cv, tolerance) in [(0.5, 0.02), (3.0, 0.08)] {
            let mean = count(cv) as f64 / 400.0;
            assert!((mean / 20.0 - 1.0).abs() < tolerance, "cv {cv}: {mean} instead of 20");
        }
    }

    fn shape() -> impl Strategy<Value = Shape> {
        let rate = 0.0f64..40.0;
        prop_oneof![
            (rate.clone(), rate.clone())
                .prop_map(|(from_per_s, to_per_s)| Shape::Ramp { from_per_s, to_per_s }),
            (rate.clone(), rate.clone(), 2u32..9).prop_map(|(from_per_s, to_per_s, count)| Shape::Steps {
                from_per_s,
                to_per_s,
                count
            }),
            (rate.clone(), rate.clone(), 0u64..40, 1u64..20).prop_map(
                |(base_per_s, peak_per_s, at, lasts)| {
                    Shape::Spike {
                        base_per_s,
                        peak_per_s,
                        at: Nanos::from_secs(at),
                        lasts: Nanos::from_secs(lasts),
                    }
                }
            ),
            (rate.clone(), rate, 1u64..100).prop_map(|(low_per_s, more, period)| Shape::Sine {
                low_per_s,
                high_per_s: low_per_s + more,
                period: Nanos::from_secs(period)
            }),
        ]
    }

    proptest! {
        #[test]
        fn due_times_are_ordered_inside_the_curve_and_as_many_as_its_area(
            pieces in prop::collection::vec((1u64..50, shape()), 1..6),
            seed in any::<u64>(),
        ) {
            let mut from = 0;
            let stretches: Vec<_> = pieces.iter().map(|&(length, shape)| {
                let piece = stretch(from, from + length, shape);
                from += length;
                piece
            }).collect();
            let total = Curve::new(&stretches).total();
            let steady = due(&stretches, Arrivals::Constant, seed);
            prop_assert!((steady.len() as f64 - total).abs() <= 1.0 + 1e-6);
            for (cv, arrivals) in
                [(1.0, Arrivals::Poisson), (2.0, Arrivals::Gamma { cv: 2.0 }), (0.5, Arrivals::Gamma { cv: 0.5 })]
            {
                let random = due(&stretches, arrivals, seed);
                let most = 6.0 * cv * total.sqrt() + 10.0 * cv * cv + 10.0;
                prop_assert!((random.len() as f64 - total).abs() <= most);
                prop_assert!(random.is_sorted() && random.iter().all(|due| *due <= Nanos::from_secs(from)));
            }
            prop_assert!(steady.is_sorted() && steady.iter().all(|due| *due <= Nanos::from_secs(from)));
        }
    }
}
