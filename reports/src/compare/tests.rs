//! The rules against simulated runs: how often they cry wolf, and how often they miss one.
//!
//! A run is 120 s of 20 requests a second. Service times are log-normal around 800 ms (sd of the logarithm 0.35), one in a
//! hundred takes four times as long, the level drifts from second to second (AR(1), ρ 0.8, sd 10 %) and from run to run
//! (sd 5 %). The figure is the 99th percentile. The whole table, of 2,000 trials a row, is the snapshot of
//! `the_whole_table`: deviation between runs, factor, then how often each rule said *slower*, in per cent. Where nothing
//! changed a plain limit is wrong every fourth time.

use std::sync::Arc;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use super::blocks::{Block, Blocks};
use super::bootstrap::{Figure as _, Percentile};
use super::bounds::Pairing;
use super::change::Verdict;
use super::law::{Law, Over};
use super::margin::{Margin, Stand};
use super::one_run::interval;
use super::permutation::{LEVEL, test};
use super::question::{Question, usual};
use super::series::Series;
use crate::gate::{Measured, Scope};
use crate::header::{Header, Stage};
use crate::histogram::{Histogram, Quantile};
use crate::metric::{Better, Figure, Metric, Statistic, Timing};
use crate::tally::Tally;
use crate::testing::{answered, failed, header, retried};
use crate::units::Nanos;
use crate::validity::Ending;

const SECONDS: u64 = 120;
const EACH_SECOND: usize = 20;

struct Chance(ChaCha8Rng);

impl Chance {
    fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }
}

/// What a run of the simulation is.
#[derive(Clone, Copy)]
struct World {
    /// How far runs differ as wholes, as a standard deviation.
    between_runs: f64,
    /// By what the head is slower.
    slower: f64,
}

fn run(world: World, chance: &mut Chance) -> Series {
    let stage = Stage { name: "all".into(), from: Nanos::ZERO, to: Nanos::from_secs(SECONDS), record: true };
    let header = Header { stages: vec![stage], ..header() };
    let metric = Metric::Timing(Timing::Latency, Statistic::Percentile(Quantile::P99));
    let blocks = Blocks::of(&header, &Scope::default());
    let mut counted = vec![Block::default(); blocks.count()];
    let mut all = Histogram::new();
    let level = world.between_runs * chance.normal();
    let mut drift = 0.10 * chance.normal();
    for second in 0..SECONDS {
        drift = 0.8 * drift + 0.10 * (1.0f64 - 0.64).sqrt() * chance.normal();
        for _ in 0..EACH_SECOND {
            let tail = if chance.uniform() < 0.01 { 4.0 } else { 1.0 };
            let secs = 0.8 * (0.35 * chance.normal() + level + drift).exp() * tail * world.slower;
            let time = Nanos::new((secs * 1e9) as u64);
            all.record(time);
            if let Some(place) = blocks.place("all", Nanos::from_secs(second)) {
                counted[place].times.record(time);
            }
        }
    }
    let value = all.at(Quantile::P99).map(Nanos::as_secs_f64);
    let measured = Measured::sharp(value, all.count(), Quantile::P99.sample_floor());
    Series::new(Question::of_all(metric), measured, Arc::new(blocks), counted.into())
}

/// How often each rule says that a head is slower, in per cent of the trials.
#[derive(Clone, Copy, Debug, Default)]
struct Flagged {
    /// More than a tenth slower on the face of it.
    plain: f64,
    /// The interval of the change leaves no change out.
    excludes: f64,
    /// The rule for one run a side: the whole interval beyond a tenth.
    one_run: f64,
    /// The rule for several.
    several_runs: f64,
}

fn p99(series: &Series) -> f64 {
    series.measured().value.unwrap_or_default()
}

/// Trials of so many runs a side. The rules for one take the first of each.
fn flagged(between_runs: f64, slower: f64, runs: usize, trials: u64) -> Flagged {
    let base = World { between_runs, slower: 1.0 };
    let head = World { between_runs, slower };
    let mut sum = Flagged::default();
    let said = |said: bool| if said { 100.0 / trials as f64 } else { 0.0 };
    for trial in 0..trials {
        let mut chance = Chance(ChaCha8Rng::seed_from_u64(trial));
        let mut side = |world| -> Vec<Series> { (0..runs).map(|_| run(world, &mut chance)).collect() };
        let (bases, heads) = (side(base), side(head));
        let (before, after) = (&bases[0], &heads[0]);
        sum.plain += said(p99(after) > 1.1 * p99(before));
        if let Some(interval) = interval(before, after, Pairing::Apart, trial) {
            sum.excludes += said(Margin::Relative(0.0).rise(&interval) == Stand::Beyond);
            let verdict = Verdict::of_interval(&interval, Margin::Relative(0.1), Better::Lower);
            sum.one_run += said(verdict == Verdict::Regressed);
        }
        let logs = |runs: &[Series]| runs.iter().map(|run| p99(run).ln()).collect::<Vec<f64>>();
        let told = test(&logs(&bases), &logs(&heads), Pairing::Apart);
        sum.several_runs += said(told.p_up < LEVEL && told.means.1 - told.means.0 > 0.05f64.ln_1p());
    }
    sum
}

#[test]
#[ignore = "takes minutes: cargo test --release -p bedload-reports -- --ignored the_whole_table"]
fn the_whole_table() {
    let worlds = [(0.05, 1.0), (0.05, 1.1), (0.05, 1.25), (0.05, 1.5), (0.10, 1.0), (0.10, 1.1)];
    let rows = worlds.map(|(between_runs, slower)| {
        let Flagged { plain, excludes, one_run, several_runs } = flagged(between_runs, slower, 5, 2000);
        format!("{between_runs:.2} {slower:.2} | {plain:5.1} {excludes:5.1} {one_run:5.1} {several_runs:5.1}")
    });
    insta::assert_snapshot!(rows.join("\n"));
}

#[test]
fn one_run_a_side_seldom_cries_wolf_and_sees_what_is_large() {
    let still = flagged(0.05, 1.0, 1, 150);
    assert!(still.plain > 15.0 && still.one_run <= 2.0 && still.excludes <= 8.0, "{still:?}");
    let half_again = flagged(0.05, 1.5, 1, 60);
    assert!(half_again.one_run >= 50.0, "{half_again:?}");
}

#[test]
fn five_runs_a_side_see_a_quarter() {
    let (still, quarter) = (flagged(0.10, 1.0, 5, 40), flagged(0.05, 1.25, 5, 25));
    assert!(still.several_runs <= 12.0 && quarter.several_runs >= 80.0, "{still:?} {quarter:?}");
}

/// A run in which requests fail in bursts: one second in five begins one, and a fifth fail in it for two seconds or so.
fn bursts(more: f64, chance: &mut Chance) -> Series {
    let stage = Stage { name: "all".into(), from: Nanos::ZERO, to: Nanos::from_secs(SECONDS), record: true };
    let header = Header { stages: vec![stage], ..header() };
    let blocks = Blocks::of(&header, &Scope::default());
    let mut counted = vec![Block::default(); blocks.count()];
    let mut burst = false;
    for second in 0..SECONDS {
        burst = chance.uniform() < if burst { 0.5 } else { 0.2 };
        let share = (if burst { 0.2 } else { 0.02 }) * more;
        let Some(place) = blocks.place("all", Nanos::from_secs(second)) else { continue };
        counted[place].of += EACH_SECOND as u64;
        counted[place].hits += (0..EACH_SECOND).filter(|_| chance.uniform() < share).count() as u64;
    }
    let sum = |count: fn(&Block) -> u64| counted.iter().map(count).sum::<u64>();
    let (of, hits) = (sum(|block| block.of), sum(|block| block.hits));
    let measured = Measured::sharp(Some(hits as f64 / of as f64), of, 1);
    let question = Question::of_all(Metric::Figure(Figure::FallbackShare));
    Series::new(question, measured, Arc::new(blocks), counted.into())
}

/// The share of trials in which the interval leaves no change out.
fn seen_in_bursts(more: f64, metric: Figure) -> f64 {
    let trials = 400;
    let seen = (0..trials).filter(|trial| {
        let mut chance = Chance(ChaCha8Rng::seed_from_u64(*trial));
        let of = |series: Series| series.about(Metric::Figure(metric));
        let (base, head) = (of(bursts(1.0, &mut chance)), of(bursts(more, &mut chance)));
        let interval = interval(&base, &head, Pairing::Apart, *trial);
        interval.is_some_and(|it| it.difference.0 > 0.0 || it.difference.1 < 0.0)
    });
    seen.count() as f64 / trials as f64
}

#[test]
fn failures_that_come_in_bursts_are_not_taken_for_independent_ones() {
    for figure in [Figure::FallbackShare, Figure::Failures, Figure::TokensWasted] {
        let (still, twice) = (seen_in_bursts(1.0, figure), seen_in_bursts(2.0, figure));
        // Taken for independent, four in ten would be taken for a change.
        assert!(still <= 0.1 && twice >= 0.7, "{figure:?}: {still} {twice}");
    }
}

#[test]
fn the_same_run_twice_is_unchanged_and_no_more_is_claimed_than_was_seen() {
    let run = || bursts(1.0, &mut Chance(ChaCha8Rng::seed_from_u64(1)));
    for figure in [Figure::FallbackShare, Figure::Failures] {
        let of = |series: Series| series.about(Metric::Figure(figure));
        let one_more = of(run()).with_a_hit_more();
        let told = |head: &Series, pairing| interval(&of(run()), head, pairing, 1).map(|it| it.difference);
        assert_eq!(told(&of(run()), Pairing::SameSeed), Some((0.0, 0.0)));
        let (same, apart) = (told(&one_more, Pairing::SameSeed), told(&one_more, Pairing::Apart));
        let (Some(same), Some(apart)) = (same, apart) else { unreachable!("both have an interval") };
        assert!(same.0 < 0.0 && 0.0 < same.1 && same.1 < apart.1 / 4.0, "{figure:?}: {same:?} {apart:?}");
    }
}

/// What the blocks of an answer add up to, by its law.
fn added_up(answer: &Series) -> Option<f64> {
    let counted = answer.counted();
    let sum = |value: fn(&Block) -> f64| counted.iter().map(value).sum::<f64>();
    let (hits, of) = (sum(|block| block.hits as f64), sum(|block| block.of as f64));
    match Law::of(answer.question().metric) {
        Law::Times(Statistic::Percentile(quantile)) => {
            Percentile::new(quantile, counted).of(&vec![1; counted.len()])
        }
        Law::Share | Law::Ratio(Over::HitsOverRequests) => Some(hits / of),
        Law::Ratio(Over::UsdOverHits) => Some(sum(|block| block.usd) / hits * 1000.0),
        Law::Events => Some(hits),
        _ => None,
    }
}

#[test]
fn blocks_add_up_to_the_figure_that_everybody_sees() {
    let header = header();
    let mut questions = usual(&header);
    questions.push(Question::of_all(Metric::Figure(Figure::Throttles)));
    let during = Scope { during: Some("after".into()), ..Scope::default() };
    questions.push(Question { metric: Metric::Figure(Figure::SuccessFirstTry), scope: during });
    let mut tally = Tally::new(&header).asking(&questions);
    for id in 0..1300 {
        let due = Nanos::new(id * 100_000_000);
        tally.observe(&match id % 7 {
            0 => retried(id, due),
            3 if id > 600 => failed(id, due),
            _ => answered(id, due),
        });
    }
    let answers = tally.finish(Ending::Complete, 0).answers;
    assert_eq!(
        answers.iter().map(Series::question).collect::<Vec<_>>(),
        questions.iter().collect::<Vec<_>>()
    );
    let mut held = 0;
    for answer in &answers {
        let Some(sum) = added_up(answer) else { continue };
        let value = answer.measured().value.unwrap_or(f64::NAN);
        // Blocks keep three digits of a time, and a histogram its extremes exactly.
        assert!(
            (sum - value).abs() <= 1e-3 * value,
            "{}: {sum} instead of {value}",
            answer.question().metric
        );
        held += 1;
    }
    assert!(held >= 12, "{held}");
}
