//! What a request is about: the table, and of an operation on a single item its key.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::Operation;
use super::register::Register;

/// The most characters of a key that are noted. Keys may have 3 KB, and a ledger has a line for each request.
const KEY_CHARS: usize = 128;

/// A table and an item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Subject {
    /// The table's name; none if there is none or more than one.
    pub table: Option<String>,
    /// The values of the item's key, with slashes between.
    pub key: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Request {
    table_name: Option<String>,
    key: Option<Attributes>,
    item: Option<Attributes>,
    request_items: BTreeMap<String, IgnoredAny>,
}

type Attributes = BTreeMap<String, Scalar>;

/// A value that can be a key's.
#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
struct Scalar {
    s: Option<String>,
    n: Option<String>,
    b: Option<String>,
}

/// Reads a body, of which nothing is known if it is not as it should be.
pub(super) fn read(operation: Operation, body: &[u8], register: &Register) -> Subject {
    let request: Request = serde_json::from_slice(body).unwrap_or_default();
    let table = request.table_name.as_deref().map(name).or_else(|| only(&request.request_items));
    let attributes = match operation {
        Operation::PutItem => request.item.as_ref(),
        Operation::GetItem | Operation::UpdateItem | Operation::DeleteItem => request.key.as_ref(),
        _ => None,
    };
    let key = attributes.zip(table).and_then(|(attributes, table)| key(attributes, register.key_of(table)));
    Subject { table: table.map(str::to_owned), key }
}

/// A table may be named by its ARN.
fn name(table: &str) -> &str {
    table.rsplit('/').next().unwrap_or(table)
}

fn only(tables: &BTreeMap<String, IgnoredAny>) -> Option<&str> {
    tables.keys().next().filter(|_| tables.len() == 1).map(|table| name(table))
}

fn key(attributes: &Attributes, names: &[String]) -> Option<String> {
    let values = names.iter().map(|name| attributes.get(name).and_then(Scalar::text));
    let key = values.collect::<Option<Vec<&str>>>()?.join("/");
    Some(key.chars().take(KEY_CHARS).collect()).filter(|key: &String| !key.is_empty())
}

impl Scalar {
    fn text(&self) -> Option<&str> {
        self.s.as_deref().or(self.n.as_deref()).or(self.b.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::chance::Chance;
    use crate::dynamodb::Moment;

    fn register() -> Register {
        let mut register = Register::new("us-east-1".into());
        let mut answer = json!({ "TableDescription": {
            "TableName": "jobs",
            "KeySchema": [{ "AttributeName": "job" }, { "AttributeName": "part" }],
        }});
        let moment = Moment { unix_ns: 0, chance: Chance::new(1, 0) };
        register.settle(Operation::CreateTable, &mut answer, moment);
        register
    }

    fn subject(operation: Operation, body: &serde_json::Value) -> (Option<String>, Option<String>) {
        let subject = read(operation, body.to_string().as_bytes(), &register());
        (subject.table, subject.key)
    }

    #[test]
    fn a_single_items_key_is_told_in_the_order_of_the_schema() {
        let key = json!({ "part": { "N": "7" }, "job": { "S": "j1" } });
        let item = json!({ "part": { "N": "7" }, "job": { "S": "j1" }, "tags": { "L": [{ "S": "a" }] } });
        let jobs = || Some("jobs".to_owned());
        let cases = [
            (Operation::GetItem, json!({ "TableName": "jobs", "Key": key }), jobs(), Some("j1/7")),
            (Operation::PutItem, json!({ "TableName": "jobs", "Item": item }), jobs(), Some("j1/7")),
            (Operation::PutItem, json!({ "TableName": "jobs", "Key": key }), jobs(), None),
            (
                Operation::GetItem,
                json!({ "TableName": "jobs", "Key": { "job": { "S": "j" } } }),
                jobs(),
                None,
            ),
            (Operation::Query, json!({ "TableName": "jobs", "Key": key }), jobs(), None),
            (
                Operation::GetItem,
                json!({ "TableName": "arn:a:b:c:d:table/jobs", "Key": key }),
                jobs(),
                Some("j1/7"),
            ),
            (Operation::GetItem, json!({ "TableName": "others", "Key": key }), Some("others".into()), None),
            (Operation::BatchWriteItem, json!({ "RequestItems": { "jobs": [] } }), jobs(), None),
            (Operation::BatchGetItem, json!({ "RequestItems": { "jobs": {}, "others": {} } }), None, None),
            (Operation::GetItem, json!(7), None, None),
        ];
        for (operation, body, table, key) in cases {
            assert_eq!(subject(operation, &body), (table, key.map(str::to_owned)), "{operation:?} {body}");
        }
    }

    #[test]
    fn a_long_key_is_cut() {
        let key = json!({ "part": { "N": "7" }, "job": { "S": "ä".repeat(2000) } });
        let (_, key) = subject(Operation::GetItem, &json!({ "TableName": "jobs", "Key": key }));
        assert_eq!(key.map(|key| key.chars().count()), Some(KEY_CHARS));
    }
}
