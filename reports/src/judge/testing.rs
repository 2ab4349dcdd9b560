//! Invented waits and clients for the judge's tests.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::finding::{Class, Finding, Ruling};
use super::gaps::{Cell, Gap, Group, LeftOut};
use super::policy::Policy;
use crate::units::Nanos;

/// A group of transient failures with these waits in milliseconds, a list for each ordinal. Those at one
/// place of the lists are of one call, and a call fails every second.
pub(crate) fn transient(cells: &[&[f64]]) -> Group {
    let gap = |ordinal: usize, place: usize| {
        let wait = |ordinal: usize| Some(Nanos::new((cells.get(ordinal)?.get(place)? * 1e6).round() as u64));
        Some(Gap {
            ordinal: u32::try_from(ordinal).ok()?,
            begin: Nanos::from_secs(place as u64),
            wait: wait(ordinal)?,
            before: ordinal.checked_sub(1).and_then(wait),
            failed: (place * 10 + ordinal) as u64,
            retry: (place * 10 + ordinal + 1) as u64,
        })
    };
    let gaps = |ordinal: usize| (0..cells[ordinal].len()).filter_map(|place| gap(ordinal, place)).collect();
    Group {
        client: "boto3".into(),
        class: Class::Transient,
        failures: "503s".into(),
        attempts: u32::try_from(cells.len()).unwrap_or(u32::MAX) + 1,
        exhausted: false,
        cells: (0..cells.len()).map(|ordinal| Cell::of(ordinal as u32, gaps(ordinal), Vec::new())).collect(),
        left_out: LeftOut::default(),
        truncated: false,
    }
}

/// The finding that an answer must be.
#[expect(clippy::panic, reason = "an answer that is no finding fails the test")]
pub(crate) fn finding(ruling: Ruling) -> Finding {
    match ruling {
        Ruling::Found(finding) => finding,
        other => panic!("no finding: {other:?}"),
    }
}

/// The chance that a finding is given with, to three digits.
pub(crate) fn chance_of(ruling: &Ruling) -> Option<String> {
    let Ruling::Found(finding) = ruling else { return None };
    finding.chance.map(three_digits)
}

/// A value as the vectors are written: `5.12e-4`.
pub(crate) fn three_digits(value: f64) -> String {
    format!("{value:.2e}")
}

/// Chance for simulations: one seed, one world.
pub(crate) struct Chance(ChaCha8Rng);

impl Chance {
    pub(crate) fn seeded(seed: u64) -> Self {
        Chance(ChaCha8Rng::seed_from_u64(seed))
    }

    /// Evenly from `low` to `high`.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.between(0.0, 1.0)).ln()
    }
}

/// What a client and its host add to a wait, in milliseconds: the model that the judge's error rates were
/// measured under. A host is quiet, typical or rough for a whole run.
pub(crate) struct Overhead {
    base: f64,
    mean: f64,
    hiccups: f64,
}

impl Overhead {
    pub(crate) fn draw(chance: &mut Chance) -> Self {
        match chance.between(0.0, 3.0) as u32 {
            0 => Overhead { base: chance.between(0.1, 1.0), mean: 0.3, hiccups: 0.0 },
            1 => Overhead { base: chance.between(0.5, 5.0), mean: 1.5, hiccups: 0.01 },
            _ => Overhead { base: chance.between(2.0, 12.0), mean: 4.0, hiccups: 0.05 },
        }
    }

    pub(crate) fn of_a_wait(&self, chance: &mut Chance) -> f64 {
        let ordinary = (self.base + chance.exponential(self.mean)).min(20.0);
        let hiccup = chance.between(0.0, 1.0) < self.hiccups;
        ordinary + if hiccup { chance.between(0.0, 100.0) } else { 0.0 }
    }
}

/// The waits of `calls` calls that fail throughout, by a client with this policy and so many attempts.
pub(crate) fn simulate(policy: Policy, calls: usize, attempts: u32, seed: u64) -> Group {
    let mut chance = Chance::seeded(seed);
    let overhead = Overhead::draw(&mut chance);
    let mut cells = vec![Vec::new(); attempts as usize - 1];
    for _ in 0..calls {
        let mut before = None;
        for (ordinal, cell) in (0..).zip(&mut cells) {
            let band = policy.band(ordinal, before);
            let wait = chance.between(band.low, band.high);
            before = Some(wait);
            cell.push(wait * 1e3 + overhead.of_a_wait(&mut chance));
        }
    }
    transient(&cells.iter().map(Vec::as_slice).collect::<Vec<_>>())
}
