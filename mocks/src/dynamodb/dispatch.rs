//! From the body of a request to that of its answer.

use dynoxide::{Database, DynoxideError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Operation, errors};

/// Carries an operation out.
pub(super) fn run(database: &Database, operation: Operation, body: &[u8]) -> Result<Value, DynoxideError> {
    let call = Call { operation, body };
    match operation {
        Operation::BatchExecuteStatement => call.run(|request| database.batch_execute_statement(request)),
        Operation::BatchGetItem => call.run(|request| database.batch_get_item(request)),
        Operation::BatchWriteItem => call.run(|request| database.batch_write_item(request)),
        Operation::CreateTable => call.run(|request| database.create_table(request)),
        Operation::DeleteItem => call.run(|request| database.delete_item(request)),
        Operation::DeleteTable => call.run(|request| database.delete_table(request)),
        Operation::DescribeStream => call.run(|request| database.describe_stream(request)),
        Operation::DescribeTable => call.run(|request| database.describe_table(request)),
        Operation::DescribeTimeToLive => call.run(|request| database.describe_time_to_live(request)),
        Operation::ExecuteStatement => call.run(|request| database.execute_statement(request)),
        Operation::ExecuteTransaction => call.run(|request| database.execute_transaction(request)),
        Operation::GetItem => call.run(|request| database.get_item(request)),
        Operation::GetRecords => call.run(|request| database.get_records(request)),
        Operation::GetShardIterator => call.run(|request| database.get_shard_iterator(request)),
        Operation::ListStreams => call.run(|request| database.list_streams(request)),
        Operation::ListTables => call.run(|request| database.list_tables(request)),
        Operation::ListTagsOfResource => call.run(|request| database.list_tags_of_resource(request)),
        Operation::PutItem => call.run(|request| database.put_item(request)),
        Operation::Query => call.run(|request| database.query(request)),
        Operation::Scan => call.run(|request| database.scan(request)),
        Operation::SearchVectors => call.run(|request| database.search_vectors(request)),
        Operation::TagResource => call.run(|request| database.tag_resource(request)),
        Operation::TransactGetItems => call.run(|request| database.transact_get_items(request)),
        Operation::TransactWriteItems => call.run(|request| database.transact_write_items(request)),
        Operation::UntagResource => call.run(|request| database.untag_resource(request)),
        Operation::UpdateItem => call.run(|request| database.update_item(request)),
        Operation::UpdateTable => call.run(|request| database.update_table(request)),
        Operation::UpdateTimeToLive => call.run(|request| database.update_time_to_live(request)),
    }
}

#[derive(Clone, Copy)]
struct Call<'a> {
    operation: Operation,
    body: &'a [u8],
}

impl Call<'_> {
    fn run<Q: DeserializeOwned, A: Serialize>(
        self,
        ask: impl FnOnce(Q) -> Result<A, DynoxideError>,
    ) -> Result<Value, DynoxideError> {
        let request =
            serde_json::from_slice(self.body).map_err(|error| errors::unreadable(self.operation, &error))?;
        let answer = ask(request)?;
        serde_json::to_value(answer).map_err(|error| DynoxideError::InternalServerError(error.to_string()))
    }
}
