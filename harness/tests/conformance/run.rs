//! Plays a vector, and holds what happened against it attempt by attempt.

use std::time::Duration;

use bedload_reports::record::{Call, CallEnd};

use crate::subject::{Subject, Told, in_virtual_time};
use crate::vector::{Step, Then, Vector};

/// tokio's timers tick in milliseconds and round up.
const TICK: Duration = Duration::from_millis(1);

/// Plays each vector with a client and a cloud of its own.
pub(crate) fn all(vectors: &[Vector<'_>]) {
    for vector in vectors {
        in_virtual_time(async |clock| {
            let subject = Subject::new(clock, &vector.setting);
            for (number, steps) in (1..).zip(vector.calls()) {
                let told = subject.call_meeting(steps.iter().map(|step| &step.reply)).await;
                compare(&format!("{}, call {number}", vector.name), &steps, &told, vector.setting.attempts);
            }
        });
    }
}

fn compare(name: &str, steps: &[Step], told: &Told, max_attempts: u32) {
    let attempts = &told.call.attempts;
    let met: Vec<_> = attempts.iter().filter_map(|attempt| attempt.status).collect();
    assert_eq!(met, steps.iter().map(|step| step.reply.status).collect::<Vec<_>>(), "{name}: attempts made");
    let quota: Vec<_> = steps.iter().map(|step| step.quota).collect();
    assert_eq!(told.seen.quota, quota, "{name}: quota left");
    for (step, next) in steps.iter().zip(&attempts[1..]) {
        let Then::Retry(wait) = step.then else { panic!("{name}: only the last attempt ends a call") };
        assert_waited(name, Duration::from(next.backoff), wait);
    }
    assert_eq!(end(&told.call, max_attempts), steps.last().unwrap().then, "{name}: the end");
    as_the_cloud_saw_it(name, told, max_attempts);
}

/// Holds a wait against what it should have been.
pub(crate) fn assert_waited(name: &str, waited: Duration, expected: Duration) {
    assert!(expected <= waited && waited < expected + TICK, "{name}: waited {waited:?}, not {expected:?}");
}

fn end(call: &Call, max_attempts: u32) -> Then {
    match &call.end {
        CallEnd::Failed(failure) if failure.retry_refused => Then::RetryQuotaExceeded,
        CallEnd::Failed(_) if call.attempts.len() == max_attempts as usize => Then::MaxAttemptsExceeded,
        CallEnd::Failed(_) => Then::NotRetried,
        _ => Then::Success,
    }
}

/// The ledger counts the same attempts, by the SDK's own headers.
fn as_the_cloud_saw_it(name: &str, told: &Told, max_attempts: u32) {
    let made = told.call.attempts.len();
    assert_eq!(told.exchanges.len(), made, "{name}: exchanges in the ledger");
    for (number, exchange) in (1..).zip(&told.exchanges) {
        assert_eq!(exchange.attempt, Some(number), "{name}");
        assert_eq!(exchange.invocation_id, told.exchanges[0].invocation_id, "{name}");
        assert_eq!(exchange.max_attempts, Some(max_attempts), "{name}");
    }
}
