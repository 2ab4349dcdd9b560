//! The operations of DynamoDB and of its streams.

/// An operation of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    BatchExecuteStatement,
    BatchGetItem,
    BatchWriteItem,
    CreateTable,
    DeleteItem,
    DeleteTable,
    DescribeStream,
    DescribeTable,
    DescribeTimeToLive,
    ExecuteStatement,
    ExecuteTransaction,
    GetItem,
    GetRecords,
    GetShardIterator,
    ListStreams,
    ListTables,
    ListTagsOfResource,
    PutItem,
    Query,
    Scan,
    SearchVectors,
    TagResource,
    TransactGetItems,
    TransactWriteItems,
    UntagResource,
    UpdateItem,
    UpdateTable,
    UpdateTimeToLive,
}

/// All of them, by AWS's names.
const ALL: [(&str, Operation); 28] = [
    ("BatchExecuteStatement", Operation::BatchExecuteStatement),
    ("BatchGetItem", Operation::BatchGetItem),
    ("BatchWriteItem", Operation::BatchWriteItem),
    ("CreateTable", Operation::CreateTable),
    ("DeleteItem", Operation::DeleteItem),
    ("DeleteTable", Operation::DeleteTable),
    ("DescribeStream", Operation::DescribeStream),
    ("DescribeTable", Operation::DescribeTable),
    ("DescribeTimeToLive", Operation::DescribeTimeToLive),
    ("ExecuteStatement", Operation::ExecuteStatement),
    ("ExecuteTransaction", Operation::ExecuteTransaction),
    ("GetItem", Operation::GetItem),
    ("GetRecords", Operation::GetRecords),
    ("GetShardIterator", Operation::GetShardIterator),
    ("ListStreams", Operation::ListStreams),
    ("ListTables", Operation::ListTables),
    ("ListTagsOfResource", Operation::ListTagsOfResource),
    ("PutItem", Operation::PutItem),
    ("Query", Operation::Query),
    ("Scan", Operation::Scan),
    ("SearchVectors", Operation::SearchVectors),
    ("TagResource", Operation::TagResource),
    ("TransactGetItems", Operation::TransactGetItems),
    ("TransactWriteItems", Operation::TransactWriteItems),
    ("UntagResource", Operation::UntagResource),
    ("UpdateItem", Operation::UpdateItem),
    ("UpdateTable", Operation::UpdateTable),
    ("UpdateTimeToLive", Operation::UpdateTimeToLive),
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
