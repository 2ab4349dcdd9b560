//! Jobs that travel through a queue.

use std::time::Duration;

use crate::queue::policy::{
    Acknowledge, Consumer, Existing, Function, Handling, Idempotency, OnFailure, QueuePolicy, Scaling,
    Workers,
};
use crate::scenario::code::Code;
use crate::scenario::decode::{BriefOrFull, Optional};
use crate::scenario::defaults;
use crate::scenario::file;
use crate::scenario::leaf::{Positive, Time};
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::{At, Place};

/// The longest visibility of SQS.
const LONGEST_VISIBILITY: Duration = Duration::from_secs(12 * 3600);
/// The longest delay of SQS.
const LONGEST_DELAY: Duration = Duration::from_secs(15 * 60);
/// The longest wait of a receive.
const LONGEST_WAIT: Duration = Duration::from_secs(20);
/// The longest batching window of an event source mapping.
const LONGEST_WINDOW: Duration = Duration::from_secs(300);
/// The longest that a function may take.
const LONGEST_FUNCTION: Duration = Duration::from_secs(15 * 60);
/// The largest batch without a batching window, and of FIFO queues.
const PLAIN_BATCH: u32 = 10;
/// The shortest batching window of a larger batch.
const LEAST_WINDOW: Duration = Duration::from_secs(1);

pub(super) fn queue(raw: &file::Queue, flow: Place, notes: &mut Notes) -> Result<QueuePolicy, Noted> {
    let visibility = bounded(&raw.visibility, defaults::VISIBILITY, LONGEST_VISIBILITY, "visibility", notes);
    let delay = limited(&raw.delay, defaults::DELAY, LONGEST_DELAY, "delay", notes);
    let groups = raw.groups.value().map(|groups| groups.map(|groups| groups.get_u32()));
    let consumer = consumer(raw, flow, groups.as_ref().ok().copied().flatten(), notes);
    let handling = handling(raw, visibility.as_ref().ok().copied(), notes);
    let existing = raw.existing.value()?.map(existing).transpose();
    Ok(QueuePolicy {
        jobs: raw.jobs.value()?.get(),
        enqueue_per_s: raw.enqueue.value()?.get().per_second(),
        send_batch: raw.send_batch.map_or(defaults::SEND_BATCH as u32, |batch| batch.get_u32())?,
        delay: delay?,
        visibility: visibility?,
        max_receives: raw.max_receives.map_or(defaults::MAX_RECEIVES as u32, |count| count.get_u32())?,
        deadline: raw.deadline.value()?.map(|time| time.get().get()),
        groups: groups?,
        consumer: consumer?,
        handling: handling?,
        existing: existing?,
    })
}

fn consumer(
    raw: &file::Queue,
    flow: Place,
    groups: Option<u32>,
    notes: &mut Notes,
) -> Result<Consumer, Noted> {
    match (raw.workers.get()?, raw.function.get()?) {
        (Some(given), None) => match &given.value {
            BriefOrFull::Brief(count) => Ok(Consumer::Workers(plain_workers(count.get_u32()))),
            BriefOrFull::Full(full) => workers(full, notes).map(Consumer::Workers),
        },
        (None, Some(given)) => function(&given.value, given.place, groups, notes).map(Consumer::Function),
        (Some(_), Some(second)) => {
            let note =
                Note::new(Code::Contradiction, second.place, "both workers and a function take jobs out")
                    .label("the second")
                    .help("keep one of `workers` and `function`");
            Err(notes.add(note))
        }
        (None, None) => {
            let note = Note::new(Code::MissingKey, flow, "nobody takes jobs out of the queue")
                .label("no consumer")
                .help("add `workers: 8` or `function: {}`");
            Err(notes.add(note))
        }
    }
}

fn plain_workers(count: u32) -> Workers {
    Workers {
        count,
        in_flight: defaults::WORKER_IN_FLIGHT as u32,
        batch: defaults::RECEIVE_BATCH as u32,
        wait: defaults::RECEIVE_WAIT,
        idle: defaults::RECEIVE_IDLE,
    }
}

fn workers(raw: &file::Workers, notes: &mut Notes) -> Result<Workers, Noted> {
    let wait = limited(&raw.wait, defaults::RECEIVE_WAIT, LONGEST_WAIT, "wait", notes);
    let plain = plain_workers(raw.count.value()?.get_u32());
    Ok(Workers {
        in_flight: raw.in_flight.map_or(plain.in_flight, |count| count.get_u32())?,
        batch: raw.batch.map_or(plain.batch, |count| count.get_u32())?,
        idle: raw.idle.map_or(plain.idle, |time| time.get())?,
        wait: whole_seconds(&raw.wait, wait?, notes)?,
        ..plain
    })
}

fn function(
    raw: &file::Function,
    place: Place,
    groups: Option<u32>,
    notes: &mut Notes,
) -> Result<Function, Noted> {
    let window = limited(&raw.window, defaults::FUNCTION_WINDOW, LONGEST_WINDOW, "window", notes);
    let timeout = bounded(&raw.timeout, defaults::FUNCTION_TIMEOUT, LONGEST_FUNCTION, "timeout", notes);
    let batch = raw.batch.map_or(defaults::FUNCTION_BATCH as u32, |count| count.get_u32())?;
    let function = Function {
        batch,
        window: window?,
        max_concurrency: raw
            .max_concurrency
            .map_or(defaults::MAX_CONCURRENCY as u32, |most| most.get_u32())?,
        reserved: raw.reserved.value()?.map(|most| most.get_u32()),
        in_flight: raw.in_flight.map_or(defaults::FUNCTION_IN_FLIGHT as u32, |count| count.get_u32())?,
        timeout: timeout?,
        partial: raw.partial.map_or(defaults::PARTIAL, |partial| *partial)?,
        scaling: scaling(raw.scaling.value()?)?,
    };
    let unfit = match groups {
        Some(_) if batch > PLAIN_BATCH => Some("a FIFO queue gives a function `10` messages at most"),
        Some(_) if function.window > Duration::ZERO => Some("a FIFO queue has no batching window"),
        None if batch > PLAIN_BATCH && function.window < LEAST_WINDOW => {
            Some("more than `10` messages need `window: 1s` at least")
        }
        _ => None,
    };
    match unfit {
        None => Ok(function),
        Some(help) => {
            let note = Note::new(Code::Contradiction, place, "a batch that Lambda does not make");
            Err(notes.add(note.label("not with this queue").help(help)))
        }
    }
}

fn scaling(raw: Option<&file::Scaling>) -> Result<Scaling, Noted> {
    let usual = Scaling {
        start: defaults::SCALING_START as u32,
        per_minute: defaults::SCALING_PER_MINUTE as u32,
        most: defaults::SCALING_MOST as u32,
    };
    let Some(raw) = raw else { return Ok(usual) };
    Ok(Scaling {
        start: raw.start.map_or(usual.start, |count| count.get_u32())?,
        per_minute: raw.per_minute.map_or(usual.per_minute, |count| count.get_u32())?,
        most: raw.most.map_or(usual.most, |count| count.get_u32())?,
    })
}

fn handling(raw: &file::Queue, visibility: Option<Duration>, notes: &mut Notes) -> Result<Handling, Noted> {
    let heartbeat = heartbeat(&raw.heartbeat, visibility, notes);
    let acknowledge = acknowledge(raw, notes);
    let on_failure = match raw.on_failure.value()? {
        None | Some(file::OnFailure::Leave) => OnFailure::Leave,
        Some(file::OnFailure::GiveUp) => OnFailure::GiveUp,
        Some(file::OnFailure::Release(raw)) => {
            OnFailure::Release(raw.after.map_or(defaults::RELEASE_AFTER, |time| time.get())?)
        }
    };
    Ok(Handling {
        idempotency: raw.idempotency.map_or(Idempotency::Careful, |word| match word {
            file::Idempotency::Careful => Idempotency::Careful,
            file::Idempotency::Off => Idempotency::Off,
        })?,
        acknowledge: acknowledge?,
        on_failure,
        lease: raw.lease.map_or(visibility.unwrap_or(defaults::VISIBILITY), |time| time.get().get())?,
        heartbeat: heartbeat?,
    })
}

/// When messages are deleted. Of a function's that is Lambda's to say.
fn acknowledge(raw: &file::Queue, notes: &mut Notes) -> Result<Acknowledge, Noted> {
    match raw.acknowledge.get()? {
        Some(At { value: file::Acknowledge::OnReceive, place }) if raw.function.get()?.is_some() => {
            let note =
                Note::new(Code::Contradiction, *place, "a function cannot delete its messages on receive");
            let help = "Lambda deletes a batch when the function has answered: leave `acknowledge` out, or use `workers`";
            Err(notes.add(note.label("not with `function`").help(help)))
        }
        Some(At { value: file::Acknowledge::OnReceive, .. }) => Ok(Acknowledge::OnReceive),
        Some(At { value: file::Acknowledge::WhenStored, .. }) | None => Ok(Acknowledge::WhenStored),
    }
}

/// A heartbeat that comes when the message is with somebody else already is none.
fn heartbeat(
    raw: &Optional<crate::scenario::leaf::TimeOrOff>,
    visibility: Option<Duration>,
    notes: &mut Notes,
) -> Result<Option<Duration>, Noted> {
    let Some(given) = raw.get()? else { return Ok(None) };
    match (given.value.get(), visibility) {
        (Some(Duration::ZERO), _) => Err(notes.add(
            Note::new(Code::OutOfRange, given.place, "a heartbeat without a pause")
                .label("never ends")
                .help("write `off`, or a time such as `30s`"),
        )),
        (Some(heartbeat), Some(visibility)) if heartbeat >= visibility => {
            let message =
                format!("the heartbeat comes when the visibility of {} is over", Time::written(visibility));
            let note = Note::new(Code::Contradiction, given.place, message);
            Err(notes.add(note.label("too late").help("let it beat at least twice within `visibility`")))
        }
        (heartbeat, _) => Ok(heartbeat),
    }
}

fn existing(raw: &file::Existing) -> Result<Existing, Noted> {
    Ok(Existing {
        queue_url: raw.queue.value()?.get().clone(),
        dead_letter_url: raw.dead_letters.value()?.map(|url| url.get().clone()),
        table: raw.table.value()?.get().clone(),
    })
}

fn bounded(
    raw: &Optional<Positive<Time>>,
    usual: Duration,
    most: Duration,
    what: &str,
    notes: &mut Notes,
) -> Result<Duration, Noted> {
    let given = raw.get()?.map(|given| given.with(given.value.get().get()));
    within(given, usual, most, what, notes)
}

fn limited(
    raw: &Optional<Time>,
    usual: Duration,
    most: Duration,
    what: &str,
    notes: &mut Notes,
) -> Result<Duration, Noted> {
    let given = raw.get()?.map(|given| given.with(given.value.get()));
    within(given, usual, most, what, notes)
}

fn within(
    given: Option<At<Duration>>,
    usual: Duration,
    most: Duration,
    what: &str,
    notes: &mut Notes,
) -> Result<Duration, Noted> {
    match given {
        None => Ok(usual),
        Some(At { value, place }) if value > most => {
            let note = Note::new(Code::OutOfRange, place, format!("a longer {what} than AWS allows"));
            Err(notes.add(note.label("too long").help(format!("the longest is `{}`", Time::written(most)))))
        }
        Some(At { value, .. }) => Ok(value),
    }
}

/// `WaitTimeSeconds` counts whole seconds.
fn whole_seconds(raw: &Optional<Time>, wait: Duration, notes: &mut Notes) -> Result<Duration, Noted> {
    match raw.get()? {
        Some(given) if wait.subsec_nanos() > 0 => {
            let note = Note::new(Code::OutOfRange, given.place, "a wait of a part of a second");
            Err(notes.add(note.label("not whole").help("SQS waits for whole seconds, from `0s` to `20s`")))
        }
        _ => Ok(wait),
    }
}
