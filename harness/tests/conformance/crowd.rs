//! Callers at once: a fixed number of workers, each of which makes the next call once its last is over.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bedload_reports::record::{Call, CallEnd};
use tokio::task::JoinSet;

use crate::subject::Subject;

/// Makes `calls` calls through the workers' clients, and tells of them in the order in which they were begun.
pub(crate) async fn call(workers: Vec<Subject>, calls: usize) -> Vec<Call> {
    let begun = Arc::new(AtomicUsize::new(0));
    let mut working = JoinSet::new();
    for worker in workers {
        let begun = begun.clone();
        working.spawn(async move {
            let mut made = Vec::new();
            loop {
                let number = begun.fetch_add(1, Ordering::Relaxed);
                if number >= calls {
                    return made;
                }
                made.push((number, worker.call().await.call));
            }
        });
    }
    let mut made: Vec<_> = working.join_all().await.into_iter().flatten().collect();
    made.sort_by_key(|(number, _)| *number);
    made.into_iter().map(|(_, call)| call).collect()
}

/// Whether the retry quota forbade the next attempt of a call.
pub(crate) fn was_refused(call: &Call) -> bool {
    matches!(&call.end, CallEnd::Failed(failure) if failure.retry_refused)
}
