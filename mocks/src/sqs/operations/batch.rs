//! Batches: their rules, and an answer that tells of each entry by itself.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::sqs::errors::Mistake;

/// The most entries of a batch.
const MOST: usize = 10;
/// The longest id of an entry, in characters.
const LONGEST_ID: usize = 80;

/// Checks how many entries there are and what they are called. `shape` is AWS's name of an entry.
pub(super) fn check<'a>(
    shape: &str,
    ids: impl ExactSizeIterator<Item = Option<&'a str>>,
) -> Result<(), Mistake> {
    match ids.len() {
        0 => {
            let message = format!("There should be at least one {shape} in the request.");
            return Err(Mistake::new("EmptyBatchRequest", message));
        }
        count if count > MOST => {
            let message = format!("Maximum number of entries per request are {MOST}. You have sent {count}.");
            return Err(Mistake::new("TooManyEntriesInBatchRequest", message));
        }
        _ => {}
    }
    let mut seen = BTreeSet::new();
    for id in ids {
        let id = id.filter(|id| is_id(id)).ok_or_else(|| {
            let message = "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.";
            Mistake::new("InvalidBatchEntryId", message)
        })?;
        if !seen.insert(id) {
            return Err(Mistake::new("BatchEntryIdsNotDistinct", format!("Id {id} repeated.")));
        }
    }
    Ok(())
}

fn is_id(id: &str) -> bool {
    let fit = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    !id.is_empty() && id.len() <= LONGEST_ID && id.bytes().all(fit)
}

/// The answer: what became of each entry, and how many were refused.
pub(super) fn answer(entries: impl Iterator<Item = (String, Result<Value, Mistake>)>) -> (Value, u32) {
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for (id, outcome) in entries {
        match outcome {
            Ok(mut told) => {
                told["Id"] = json!(id);
                successful.push(told);
            }
            Err(mistake) => failed.push(mistake.entry(&id)),
        }
    }
    let count = u32::try_from(failed.len()).unwrap_or(u32::MAX);
    let mut answer = json!({ "Successful": successful });
    if count > 0 {
        answer["Failed"] = json!(failed);
    }
    (answer, count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistake(ids: &[&str]) -> Option<String> {
        let ids: Vec<Option<&str>> = ids.iter().map(|id| Some(*id)).collect();
        check("SendMessageBatchRequestEntry", ids.into_iter()).err().map(|mistake| mistake.to_string())
    }

    #[test]
    fn a_batch_has_one_to_ten_entries_that_can_be_told_apart() {
        let eleven: Vec<String> = (0..11).map(|n| n.to_string()).collect();
        let eleven: Vec<&str> = eleven.iter().map(String::as_str).collect();
        assert_eq!(mistake(&["a", "b_1-C"]), None);
        assert_eq!(mistake(&eleven[..10]), None);
        let ids = "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.";
        let cases: [(&[&str], &str); 5] = [
            (&[], "There should be at least one SendMessageBatchRequestEntry in the request."),
            (&eleven, "Maximum number of entries per request are 10. You have sent 11."),
            (&["a", "a"], "Id a repeated."),
            (&["a b"], ids),
            (&[""], ids),
        ];
        for (batch, expected) in cases {
            assert_eq!(mistake(batch).as_deref(), Some(expected), "{batch:?}");
        }
    }
}
