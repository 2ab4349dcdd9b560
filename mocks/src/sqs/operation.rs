//! The operations of SQS.

/// An operation of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    AddPermission,
    CancelMessageMoveTask,
    ChangeMessageVisibility,
    ChangeMessageVisibilityBatch,
    CreateQueue,
    DeleteMessage,
    DeleteMessageBatch,
    DeleteQueue,
    GetQueueAttributes,
    GetQueueUrl,
    ListDeadLetterSourceQueues,
    ListMessageMoveTasks,
    ListQueueTags,
    ListQueues,
    PurgeQueue,
    ReceiveMessage,
    RemovePermission,
    SendMessage,
    SendMessageBatch,
    SetQueueAttributes,
    StartMessageMoveTask,
    TagQueue,
    UntagQueue,
}

/// All of them, by AWS's names.
const ALL: [(&str, Operation); 23] = [
    ("AddPermission", Operation::AddPermission),
    ("CancelMessageMoveTask", Operation::CancelMessageMoveTask),
    ("ChangeMessageVisibility", Operation::ChangeMessageVisibility),
    ("ChangeMessageVisibilityBatch", Operation::ChangeMessageVisibilityBatch),
    ("CreateQueue", Operation::CreateQueue),
    ("DeleteMessage", Operation::DeleteMessage),
    ("DeleteMessageBatch", Operation::DeleteMessageBatch),
    ("DeleteQueue", Operation::DeleteQueue),
    ("GetQueueAttributes", Operation::GetQueueAttributes),
    ("GetQueueUrl", Operation::GetQueueUrl),
    ("ListDeadLetterSourceQueues", Operation::ListDeadLetterSourceQueues),
    ("ListMessageMoveTasks", Operation::ListMessageMoveTasks),
    ("ListQueueTags", Operation::ListQueueTags),
    ("ListQueues", Operation::ListQueues),
    ("PurgeQueue", Operation::PurgeQueue),
    ("ReceiveMessage", Operation::ReceiveMessage),
    ("RemovePermission", Operation::RemovePermission),
    ("SendMessage", Operation::SendMessage),
    ("SendMessageBatch", Operation::SendMessageBatch),
    ("SetQueueAttributes", Operation::SetQueueAttributes),
    ("StartMessageMoveTask", Operation::StartMessageMoveTask),
    ("TagQueue", Operation::TagQueue),
    ("UntagQueue", Operation::UntagQueue),
];

impl Operation {
    /// The operation with this name, and the name as one that lasts.
    pub(crate) fn find(name: &str) -> Option<(&'static str, Operation)> {
        ALL.binary_search_by_key(&name, |(known, _)| known).ok().map(|index| ALL[index])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_found_by_its_name() {
        for (name, operation) in ALL {
            assert_eq!(Operation::find(name), Some((name, operation)));
            assert_eq!(format!("{operation:?}"), name);
        }
        assert_eq!(Operation::find("Ponder"), None);
    }
}
