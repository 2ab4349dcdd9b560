//! What is known of a region's tables beside what is in them: dates and ids, which the database would take
//! from the machine, and the names of their keys.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Moment, Operation};
use crate::chance::Label;
use crate::digest::BodyDigest;
use crate::request_id;

/// How the database begins the ARNs of everything, in whichever region.
const ITS_ARNS: &str = "arn:aws:dynamodb:dynoxide:000000000000:";
/// The account of all tables: the one that AWS's documentation uses in its examples.
const ACCOUNT: &str = "123456789012";

/// The tables of a region.
pub(super) struct Register {
    region: Arc<str>,
    tables: BTreeMap<String, Table>,
}

/// One table.
struct Table {
    /// Seconds since the Unix epoch, in whole milliseconds.
    created_s: f64,
    /// When it was last updated, likewise.
    updated_s: f64,
    id: String,
    /// The names of its key's attributes, the partition key first.
    key: Vec<String>,
}

impl Register {
    /// No tables yet.
    pub(super) fn new(region: Arc<str>) -> Self {
        Register { region, tables: BTreeMap::new() }
    }

    /// The names of the attributes that a table's items are told apart by; none for a table that is not there.
    pub(super) fn key_of(&self, table: &str) -> &[String] {
        self.tables.get(table).map_or(&[], |table| &table.key)
    }

    /// Takes down what an operation has done to a table, and puts our dates, ids and ARNs into its answer.
    pub(super) fn settle(&mut self, operation: Operation, answer: &mut Value, moment: Moment) {
        match operation {
            Operation::CreateTable | Operation::UpdateTable | Operation::DeleteTable => {
                self.settle_description(operation, &mut answer["TableDescription"], moment);
            }
            Operation::DescribeTable => self.settle_description(operation, &mut answer["Table"], moment),
            Operation::ListStreams | Operation::DescribeStream => self.rewrite(answer, None),
            Operation::GetRecords => self.settle_records(answer),
            _ => {}
        }
    }

    fn settle_description(&mut self, operation: Operation, description: &mut Value, moment: Moment) {
        let Some(name) = description["TableName"].as_str().map(str::to_owned) else { return };
        if operation == Operation::CreateTable {
            self.tables.insert(name.clone(), Table::new(description, moment));
        }
        let Some(table) = self.tables.get_mut(&name) else { return };
        if operation == Operation::UpdateTable {
            table.updated_s = seconds(moment);
        }
        self.rewrite(description, self.tables.get(&name));
        if operation == Operation::DeleteTable {
            self.tables.remove(&name);
        }
    }

    /// The ids of stream records are drawn by the machine; here each follows from its place in the stream.
    fn settle_records(&self, answer: &mut Value) {
        for record in answer["Records"].as_array_mut().into_iter().flatten() {
            let place = record["dynamodb"]["SequenceNumber"].as_str().unwrap_or_default();
            let id = BodyDigest::of(format!("{}/{place}", self.region).as_bytes());
            record["eventID"] = format!("{id}{id}").into();
            record["awsRegion"] = (*self.region).into();
        }
    }

    fn rewrite(&self, value: &mut Value, table: Option<&Table>) {
        match value {
            Value::Object(members) => self.rewrite_members(members, table),
            Value::Array(values) => values.iter_mut().for_each(|value| self.rewrite(value, table)),
            _ => {}
        }
    }

    fn rewrite_members(&self, members: &mut Map<String, Value>, table: Option<&Table>) {
        for (name, value) in members {
            match (name.as_str(), &*value, table) {
                ("CreationDateTime", Value::Number(_), Some(table)) => *value = table.created_s.into(),
                ("TableId", Value::String(_), Some(table)) => *value = table.id.clone().into(),
                (name, Value::Number(_), Some(table)) if name.ends_with("DateTime") => {
                    *value = table.updated_s.into();
                }
                (name, Value::String(arn), _) if name.ends_with("Arn") => {
                    if let Some(rest) = arn.strip_prefix(ITS_ARNS) {
                        *value = format!("arn:aws:dynamodb:{}:{ACCOUNT}:{rest}", self.region).into();
                    }
                }
                _ => self.rewrite(value, table),
            }
        }
    }
}

impl Table {
    fn new(description: &Value, moment: Moment) -> Self {
        let elements = description["KeySchema"].as_array().into_iter().flatten();
        let names = elements.filter_map(|element| element["AttributeName"].as_str());
        Table {
            created_s: seconds(moment),
            updated_s: seconds(moment),
            id: request_id::uuid(&mut moment.chance.stream(Label::new("dynamodb-table-id"))),
            key: names.map(str::to_owned).collect(),
        }
    }
}

/// The service tells dates to the millisecond.
fn seconds(moment: Moment) -> f64 {
    (moment.unix_ns / 1_000_000) as f64 / 1000.0
}
