//! Queues: what became of the jobs, how far the workers fell behind, what the batch needs, and what ran twice.

use crate::chart::axis::{Axis, peak, secs};
use crate::chart::clock::Clock;
use crate::chart::paint::Paint;
use crate::chart::plot::Plot;
use crate::chart::sign;
use crate::chart::steps::Values;
use crate::chart::svg::Element;
use crate::judge::finding::Severity;
use crate::number;
use crate::render::phrase;
use crate::sizing::{Consumer, Misfit, QueueSetup};
use crate::summary::{JobFigures, QueuePoint, QueueSummary, Spread, Summary, Twice};
use crate::units::Nanos;

use super::Sentence;
use super::panels::{Panel, Stack};
use super::stage_table::{Row, StageTable, box_key, line_key};

/// One queue.
pub(super) struct Queue<'a> {
    pub(super) name: &'a str,
    pub(super) lead: Sentence,
    pub(super) stack: Option<Stack>,
    pub(super) counts: Vec<Count>,
    pub(super) times: Vec<Time>,
    pub(super) needs: Vec<Need>,
    pub(super) misfits: Vec<Told>,
    /// How many jobs were received how often.
    pub(super) receives: Vec<(String, String)>,
    pub(super) twice: Vec<Ran<'a>>,
    pub(super) twice_more: u64,
}

/// A count of jobs or deliveries, with what it means.
pub(super) struct Count {
    pub(super) name: &'static str,
    pub(super) value: String,
    pub(super) about: String,
    /// Whether it should have been none.
    pub(super) bad: bool,
}

/// A distribution of times.
pub(super) struct Time {
    pub(super) name: &'static str,
    pub(super) cells: [String; 5],
}

/// What the batch needs beside what it has.
pub(super) struct Need {
    pub(super) name: &'static str,
    pub(super) least: String,
    pub(super) given: String,
    pub(super) reason: String,
}

/// A setting that does not fit.
pub(super) struct Told {
    pub(super) sign: Element,
    pub(super) sentence: String,
}

/// A job that took effect more than once.
pub(super) struct Ran<'a> {
    pub(super) job: &'a str,
    pub(super) stores: String,
    pub(super) calls: String,
    pub(super) cost: String,
}

/// Every queue of the run.
pub(super) fn view<'a>(summary: &'a Summary, clock: Option<&Clock<'_>>) -> Vec<Queue<'a>> {
    let queues = summary.queues.iter();
    queues.filter_map(|queue| self::queue(summary, queue, clock)).collect()
}

fn queue<'a>(summary: &'a Summary, queue: &'a QueueSummary, clock: Option<&Clock<'_>>) -> Option<Queue<'a>> {
    let flow = summary.run.flows.iter().find(|flow| flow.name == queue.flow)?;
    let setup = flow.queue.as_ref()?;
    let part = summary.flows.iter().find(|part| part.name == queue.flow)?;
    let jobs = part.figures.jobs.clone().unwrap_or_default();
    Some(Queue {
        name: &queue.flow,
        lead: lead(queue, setup, &jobs),
        stack: clock.and_then(|clock| stack(summary, queue, clock)),
        counts: counts(queue, setup, &jobs),
        times: vec![time("wait in the queue", &jobs.wait), time("enqueue to result", &jobs.latency)],
        needs: needs(queue, setup),
        misfits: queue.sizing.warnings.iter().map(misfit).collect(),
        receives: receives(queue),
        twice: queue.twice.iter().map(ran).collect(),
        twice_more: queue.ran_twice.saturating_sub(queue.twice.len() as u64),
    })
}

/// What a reader wants to know first: are they all done, in what time, and would fewer workers have done.
fn lead(queue: &QueueSummary, setup: &QueueSetup, jobs: &JobFigures) -> Sentence {
    let Some(all) = queue.sequential else { return done(queue, jobs).say(".") };
    let lead = done(queue, jobs).say(". One after the other the calls would have taken ").stress(long(all));
    let lead = match queue.sizing.least_slots {
        Some(least) => lead
            .say(", so the deadline needs ")
            .stress(format!("{} at once", number::count(least)))
            .say(format!("; {} could be", number::count(setup.consumer.slots()))),
        None => lead.say(format!("; {} could be made at once", number::count(setup.consumer.slots()))),
    };
    match queue.utilisation {
        Some(share) => lead.say(", and were for ").stress(number::share(share)).say(" of the time."),
        None => lead.say("."),
    }
}

/// What became of the jobs, and when that was known: a sentence without its end.
fn done(queue: &QueueSummary, jobs: &JobFigures) -> Sentence {
    let lead = Sentence::of("Of ").stress(format!("{} jobs", number::count(jobs.enqueued))).say(" ");
    let lead = match jobs.completed {
        completed if completed == jobs.enqueued => lead.say("all were completed, "),
        completed => lead.stress(number::count(completed)).say(" were completed, "),
    };
    let none = |count: u64| if count == 0 { "none".to_owned() } else { number::count(count) };
    let lead = lead.stress(none(jobs.lost)).say(" lost, ").stress(none(queue.ran_twice)).say(" done twice");
    match queue.drain_time() {
        Some(time) => lead.say("; the batch took ").stress(number::time(time)),
        None => lead.say("; the queue was not drained"),
    }
}

/// A time that may be of many hours.
fn long(time: Nanos) -> String {
    let hours = time.as_secs_f64() / 3600.0;
    if hours >= 2.0 { format!("{} h", number::significant(hours)) } else { number::time(time) }
}

fn counts(queue: &QueueSummary, setup: &QueueSetup, jobs: &JobFigures) -> Vec<Count> {
    let count = |name, count: u64, about: &str, bad| Count {
        name,
        value: number::count(count),
        about: about.to_owned(),
        bad: bad && count > 0,
    };
    let wasted = match queue.wasted_usd.filter(|usd| *usd > 0.0) {
        Some(usd) => format!(
            "answers that became nobody's result; with all that was wasted they cost {}",
            number::usd(usd)
        ),
        None => "answers that became nobody's result".to_owned(),
    };
    let checked = match setup.checks {
        true => "deliveries that found the job done, or in other hands, and did nothing",
        false => "no delivery was checked: this worker asks the model each time",
    };
    let killed: Vec<String> = queue
        .killed
        .iter()
        .map(|(point, count)| format!("{} when {}", number::count(*count), point.name()))
        .collect();
    let killed = match killed.is_empty() {
        true => "deliveries whose worker died".to_owned(),
        false => format!("deliveries whose worker died: {}", killed.join(", ")),
    };
    vec![
        count("taken by the queue", jobs.enqueued, "jobs that were sent and acknowledged", false),
        count("completed", jobs.completed, "a result is stored", false),
        count("failed", jobs.failed, "given up, and the store says so", true),
        count("dead-lettered", jobs.dead_lettered, "received as often as the queue allows", true),
        count("lost", jobs.lost, "nothing is stored, and no queue holds them", true),
        count("unfinished", jobs.unfinished, "still in the queue when the run was over", true),
        count("duplicate effects", jobs.duplicate_effects, "results stored beyond each job's first", true),
        count("wasted calls", jobs.wasted_calls, &wasted, true),
        count(
            "answers in the ledger",
            queue.ledger_answers.unwrap_or(jobs.answered_calls),
            "calls for these jobs that the cloud answered, by its own account",
            false,
        ),
        count("redeliveries", jobs.redeliveries, "receives beyond each job's first", false),
        count("nothing to do", jobs.no_ops, checked, false),
        count("cut off", jobs.killed, &killed, false),
        count(
            "most receives",
            jobs.most_receives,
            &format!("of one job; the queue allows {}", setup.max_receives),
            false,
        ),
    ]
}

fn time(name: &'static str, spread: &Spread) -> Time {
    let told = |time: Option<Nanos>| phrase::time_or_why(time, spread.count);
    Time { name, cells: [spread.p50, spread.p90, spread.p99, spread.max, spread.mean].map(told) }
}

fn needs(queue: &QueueSummary, setup: &QueueSetup) -> Vec<Need> {
    let sizing = &queue.sizing;
    let within =
        setup.deadline.map_or_else(String::new, |deadline| format!(" within {}", number::time(deadline)));
    let dash = || "–".to_owned();
    let whole = |value: Option<f64>| value.map_or_else(dash, |value| number::count(value.ceil() as u64));
    let limit =
        |value: Option<f64>| value.map_or_else(|| "no limit".to_owned(), |value| number::count(value as u64));
    let slots = match setup.consumer {
        Consumer::Workers { count, in_flight: 1 } => format!("{} workers", number::count(count.into())),
        Consumer::Workers { count, in_flight } => {
            format!("{} workers × {in_flight}", number::count(count.into()))
        }
        Consumer::Function { concurrency, in_flight: 1, .. } => {
            format!("{} invocations", number::count(concurrency.into()))
        }
        Consumer::Function { concurrency, in_flight, .. } => {
            format!("{} invocations × {in_flight}", number::count(concurrency.into()))
        }
    };
    let work = &setup.work;
    let each = work.mean.map_or_else(dash, number::time);
    vec![
        Need {
            name: "jobs at once",
            least: sizing.least_slots.map_or_else(dash, number::count),
            given: slots,
            reason: format!("Little's law: {} jobs × {each}{within}", number::count(setup.jobs)),
        },
        Need {
            name: "requests a minute",
            least: whole(sizing.least_rpm),
            given: limit(work.quota_rpm),
            reason: format!("{} jobs{within}, one call each", number::count(setup.jobs)),
        },
        Need {
            name: "tokens a minute",
            least: whole(sizing.least_tpm),
            given: limit(work.quota_tpm),
            reason: format!(
                "as the quota reserves them: {} a call",
                work.reserved_tokens.map_or_else(dash, number::count)
            ),
        },
        Need {
            name: "visibility",
            least: number::time(work.longest),
            given: match setup.heartbeat {
                Some(heartbeat) => {
                    format!("{}, extended every {}", number::time(setup.visibility), number::time(heartbeat))
                }
                None => number::time(setup.visibility),
            },
            reason: "the longest that a worker can need for a message and for what it took with it"
                .to_owned(),
        },
    ]
}

fn misfit(misfit: &Misfit) -> Told {
    Told { sign: sign::finding(Severity::Warning, 11.0), sentence: misfit.sentence() }
}

fn receives(queue: &QueueSummary) -> Vec<(String, String)> {
    let rows = queue.receives.iter().enumerate().filter(|(_, jobs)| **jobs > 0);
    rows.map(|(place, jobs)| (number::count(place as u64 + 1), number::count(*jobs))).collect()
}

fn ran(twice: &Twice) -> Ran<'_> {
    Ran {
        job: &twice.job,
        stores: number::count(twice.stores),
        calls: number::count(twice.answered_calls),
        cost: twice.wasted_usd.map_or_else(|| "no price".to_owned(), number::usd),
    }
}

fn stack(summary: &Summary, queue: &QueueSummary, clock: &Clock<'_>) -> Option<Stack> {
    if queue.timeline.is_empty() {
        return None;
    }
    let depth = depth(summary, queue, clock, &format!("queue-depth-{}", id(queue)));
    let panels = vec![depth, age(summary, queue, clock)];
    Stack::of(&format!("The queue of {} over time", queue.flow), clock, panels)
}

/// The queue over time, for the top of a page that tells of nothing else; none where nobody looked at it.
pub(super) fn glance(summary: &Summary, queue: &QueueSummary, clock: &Clock<'_>) -> Option<Panel> {
    (!queue.timeline.is_empty()).then(|| depth(summary, queue, clock, "glance"))
}

/// What became of a queue's jobs, in a sentence.
pub(super) fn told(summary: &Summary, queue: &QueueSummary) -> Option<Sentence> {
    let part = summary.flows.iter().find(|part| part.name == queue.flow)?;
    Some(done(queue, part.figures.jobs.as_ref()?).say("."))
}

/// Jobs that waited, and jobs that workers held.
fn depth(summary: &Summary, queue: &QueueSummary, clock: &Clock<'_>, id: &str) -> Panel {
    let waiting = in_buckets(summary, queue, |point| point.waiting as f64);
    let held = in_buckets(summary, queue, |point| point.held as f64);
    let settled = in_buckets(summary, queue, |point| point.settled as f64);
    let top: Vec<f64> = waiting.iter().map(|value| value.unwrap_or(0.0)).collect();
    let chart = Plot::new(clock, Axis::whole(peak([&waiting, &held, &settled])), 110.0)
        .area(&vec![0.0; top.len()], &top, Paint::Bulk, Paint::BulkEdge)
        .line(&settled, Paint::Ink3, 1.0, "settled")
        .line(&held, Paint::Retry, 1.25, "held");
    let most_held = queue.timeline.iter().map(|point| point.held).max().unwrap_or(0);
    let last = queue.timeline.last().map_or(0, |point| point.settled);
    let desc = format!(
        "At most {} jobs waited and {} were held; {} were settled in the end.",
        number::count(queue.depth),
        number::count(most_held),
        number::count(last)
    );
    let row = |key, name: &str, peak| Row {
        key: Some(key),
        name: name.to_owned(),
        cells: Vec::new(),
        peak,
        series: String::new(),
    };
    let rows = vec![
        row(box_key(Paint::Bulk, Paint::BulkEdge), "waiting", number::count(queue.depth)),
        row(line_key(Paint::Retry, 1.5), "held", number::count(most_held)),
        row(line_key(Paint::Ink3, 1.0), "settled", number::count(last)),
    ];
    let about = "waiting in the queue, held by workers, settled; looked at every second";
    let chart = chart.finish(id, "Jobs in the queue over time", &desc);
    Panel::new(id, "Jobs", about, chart, of_the_whole(summary, rows))
}

/// The age of the oldest job that is not settled.
fn age(summary: &Summary, queue: &QueueSummary, clock: &Clock<'_>) -> Panel {
    let oldest = in_buckets(summary, queue, |point| secs(point.oldest));
    let desc = format!("The oldest unsettled job reached an age of {}.", number::time(queue.oldest));
    let axis = Axis::span(peak([&oldest]));
    let chart = Plot::new(clock, axis, 90.0).line(&oldest, Paint::Ink, 1.25, "oldest");
    let row = Row {
        key: Some(line_key(Paint::Ink, 1.5)),
        name: "oldest".to_owned(),
        cells: Vec::new(),
        peak: number::time(queue.oldest),
        series: String::new(),
    };
    let (id, about) =
        (format!("queue-age-{}", id(queue)), "since the queue had taken it, of jobs that are not settled");
    let chart = chart.finish(&id, "Age of the oldest job over time", &desc);
    Panel::new(&id, "Age of the oldest job", about, chart, of_the_whole(summary, vec![row]))
}

/// A table without columns for stages: a queue carries over from one to the next.
fn of_the_whole(summary: &Summary, rows: Vec<Row>) -> StageTable {
    StageTable { columns: Vec::new(), rows, ..StageTable::new(summary) }
}

/// The worst of a figure in each bucket of the run's timeline; none where nobody looked.
fn in_buckets(summary: &Summary, queue: &QueueSummary, figure: fn(&QueuePoint) -> f64) -> Values {
    let timeline = &summary.timeline;
    let mut values: Values = vec![None; timeline.offered.len()];
    for point in &queue.timeline {
        let place = point.at.get() / timeline.bucket.get().max(1);
        if let Some(value) = usize::try_from(place).ok().and_then(|place| values.get_mut(place)) {
            let seen = figure(point);
            *value = Some(value.map_or(seen, |worst: f64| worst.max(seen)));
        }
    }
    values
}

/// The queue's name as a part of an id.
fn id(queue: &QueueSummary) -> String {
    queue.flow.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}
