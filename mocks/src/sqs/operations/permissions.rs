//! AddPermission and RemovePermission: statements of a queue's policy, which is told and not enforced.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Desk, done};
use crate::sqs::errors::{Mistake, invalid_value, missing};
use crate::sqs::shared::State;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Request {
    queue_url: Option<String>,
    label: Option<String>,
    #[serde(rename = "AWSAccountIds")]
    accounts: Vec<String>,
    actions: Vec<String>,
}

pub(super) fn add(desk: &mut Desk<'_>, request: Request) -> Result<Value, Mistake> {
    let queue = desk.queue(request.queue_url.as_deref())?;
    let label = request.label.ok_or_else(|| missing("Label"))?;
    let principals: Vec<String> =
        request.accounts.iter().map(|account| format!("arn:aws:iam::{account}:root")).collect();
    let actions: Vec<String> = request.actions.iter().map(|action| format!("SQS:{action}")).collect();
    let statement = json!({
        "Sid": label,
        "Effect": "Allow",
        "Principal": { "AWS": principals },
        "Action": actions,
        "Resource": queue.address.to_string(),
    });
    queue.with(desk.visit.now(), |state| {
        let mut statements = statements(state);
        if statements.iter().any(|it| it["Sid"] == *label) {
            let reason = "Already exists.";
            return Err(invalid_value(&label, "Label", reason));
        }
        statements.push(statement);
        keep(state, &queue.address.to_string(), statements)
    })??;
    Ok(done())
}

pub(super) fn remove(desk: &mut Desk<'_>, request: Request) -> Result<Value, Mistake> {
    let queue = desk.queue(request.queue_url.as_deref())?;
    let label = request.label.ok_or_else(|| missing("Label"))?;
    queue.with(desk.visit.now(), |state| {
        let mut statements = statements(state);
        let count = statements.len();
        statements.retain(|it| it["Sid"] != *label);
        if statements.len() == count {
            return Err(invalid_value(&label, "Label", "can't find label on existing policy."));
        }
        keep(state, &queue.address.to_string(), statements)
    })??;
    Ok(done())
}

fn statements(state: &State) -> Vec<Value> {
    let policy = state.settings.policy().and_then(|text| serde_json::from_str::<Value>(text).ok());
    policy.and_then(|policy| policy["Statement"].as_array().cloned()).unwrap_or_default()
}

fn keep(state: &mut State, arn: &str, statements: Vec<Value>) -> Result<(), Mistake> {
    let policy = json!({
        "Version": "2012-10-17",
        "Id": format!("{arn}/SQSDefaultPolicy"),
        "Statement": statements,
    });
    let text = if statements.is_empty() { String::new() } else { policy.to_string() };
    state.settings = state.settings.with(&BTreeMap::from([("Policy".to_owned(), text)]))?;
    Ok(())
}
