//! StartMessageMoveTask, ListMessageMoveTasks and CancelMessageMoveTask.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::Desk;
use super::queues::sources;
use crate::sqs::address::Address;
use crate::sqs::errors::{Mistake, invalid, invalid_value, missing, no_resource};
use crate::sqs::moves::{MOST_A_SECOND, MoveTask};
use crate::sqs::shared::SharedQueue;

/// The most tasks that are listed.
const MOST_RESULTS: i64 = 10;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct StartRequest {
    source_arn: Option<String>,
    destination_arn: Option<String>,
    max_number_of_messages_per_second: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct ListRequest {
    source_arn: Option<String>,
    max_results: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct CancelRequest {
    task_handle: Option<String>,
}

pub(super) fn start(desk: &mut Desk<'_>, request: StartRequest) -> Result<Value, Mistake> {
    let source = find(desk, request.source_arn.as_deref())?;
    let destination = match request.destination_arn.as_deref() {
        None => None,
        Some(arn) => Some(find(desk, Some(arn))?.address.clone()),
    };
    let rate = match request.max_number_of_messages_per_second {
        None => None,
        Some(rate) => {
            Some(u32::try_from(rate).ok().filter(|rate| (1..=MOST_A_SECOND).contains(rate)).ok_or_else(
                || invalid_value(rate, "MaxNumberOfMessagesPerSecond", "Must be between 1 and 500."),
            )?)
        }
    };
    if sources(desk, &source.address).is_empty() {
        return Err(invalid("Source queue must be configured as a Dead Letter Queue."));
    }
    let visit = desk.visit;
    let now = visit.now();
    let to_move = source.with(now, |state| state.queue.counts().visible as u64)?;
    let task = {
        let mut moves = desk.registry.moves();
        if moves.iter().any(|task| task.runs() && task.source == source.address) {
            return Err(Mistake::new(
                "UnsupportedOperation",
                "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
            ));
        }
        let task = MoveTask::new(source.address.clone(), destination, rate, to_move, now, visit.chance);
        moves.push(task.clone());
        task
    };
    let handle = task.handle.clone();
    tokio::spawn(task.run(desk.registry.clone(), visit.epoch, visit.chance));
    Ok(json!({ "TaskHandle": handle }))
}

pub(super) fn list(desk: &mut Desk<'_>, request: ListRequest) -> Result<Value, Mistake> {
    let source = find(desk, request.source_arn.as_deref())?;
    let most = request.max_results.unwrap_or(1);
    if !(1..=MOST_RESULTS).contains(&most) {
        return Err(invalid_value(most, "MaxResults", "Must be between 1 and 10."));
    }
    let moves = desk.registry.moves();
    let of_source = moves.iter().rev().filter(|task| task.source == source.address);
    let told: Vec<Value> = of_source.take(most.unsigned_abs() as usize).map(|task| task.tell()).collect();
    Ok(json!({ "Results": told }))
}

pub(super) fn cancel(desk: &mut Desk<'_>, request: CancelRequest) -> Result<Value, Mistake> {
    let handle = request.task_handle.ok_or_else(|| missing("TaskHandle"))?;
    let moves = desk.registry.moves();
    let task = moves.iter().find(|task| task.handle == handle && task.runs());
    let task: &Arc<MoveTask> = task.ok_or_else(|| no_resource("Task does not exist."))?;
    task.cancel();
    Ok(json!({ "ApproximateNumberOfMessagesMoved": task.moved() }))
}

/// The queue with an ARN.
fn find(desk: &Desk<'_>, arn: Option<&str>) -> Result<Arc<SharedQueue>, Mistake> {
    let arn = arn.ok_or_else(|| missing("SourceArn"))?;
    Address::from_arn(arn).and_then(|address| desk.registry.find(&address).ok()).ok_or_else(|| {
        no_resource("The resource that you specified for the SourceArn parameter doesn't exist.")
    })
}
