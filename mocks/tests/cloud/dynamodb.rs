//! DynamoDB from outside: its protocol, its regions, what is repeatable, and what faults do to it.

use std::sync::Arc;

use crate::common::{Book, Outcome, cloud, read, steady};
use bedload_mocks::faults::{Aim, ErrorAnswer, Fault, Kind, Reset, Throttle, Unavailable};
use bedload_mocks::ledger::Verdict;
use bedload_mocks::{Cloud, CloudBody, Service};
use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use serde_json::{Value, json};

/// Where these tests ask if they do not say.
const HOME: &str = "us-east-1";

fn request(region: &str, operation: &str, body: &str) -> Outcome<Request<Bytes>> {
    let scope =
        format!("AWS4-HMAC-SHA256 Credential=AKID/20260101/{region}/dynamodb/aws4_request, Signature=0");
    Ok(Request::post("/")
        .header("authorization", scope)
        .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
        .header("content-type", "application/x-amz-json-1.0")
        .header("x-bedload-flow", "documents")
        .header("amz-sdk-request", "attempt=1; max=3")
        .body(Bytes::from(body.to_owned()))?)
}

/// An answer's status, headers and JSON.
struct Said {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

impl Said {
    /// The code of an error, as SDKs read it.
    fn code(&self) -> &str {
        self.body["__type"].as_str().and_then(|kind| kind.rsplit('#').next()).unwrap_or_default()
    }
}

async fn said(response: Response<CloudBody>) -> Outcome<Said> {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = read(response).await?;
    assert_eq!(headers["x-amz-crc32"], crc32fast::hash(&bytes).to_string(), "{bytes:?}");
    assert_eq!(headers["content-type"], "application/x-amz-json-1.0");
    assert!(headers.contains_key("x-amzn-requestid"));
    Ok(Said { status, headers, body: serde_json::from_slice(&bytes)? })
}

async fn ask_in(cloud: &Cloud, region: &str, operation: &str, body: Value) -> Outcome<Said> {
    said(cloud.handle(request(region, operation, &body.to_string())?).await).await
}

async fn ask(cloud: &Cloud, operation: &str, body: Value) -> Outcome<Said> {
    ask_in(cloud, HOME, operation, body).await
}

fn jobs_table() -> Value {
    json!({
        "TableName": "jobs",
        "KeySchema": [{ "AttributeName": "job_id", "KeyType": "HASH" }],
        "AttributeDefinitions": [{ "AttributeName": "job_id", "AttributeType": "S" }],
        "BillingMode": "PAY_PER_REQUEST",
    })
}

/// The claim of a job, to be refused if it is claimed.
fn claim(job: &str, owner: &str) -> Value {
    json!({
        "TableName": "jobs",
        "Item": { "job_id": { "S": job }, "owner": { "S": owner }, "n": { "N": "1" } },
        "ConditionExpression": "attribute_not_exists(job_id)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    })
}

fn job(id: &str) -> Value {
    json!({ "TableName": "jobs", "Key": { "job_id": { "S": id } } })
}

/// A cloud with a table of jobs in the home region.
async fn with_jobs(faults: Vec<Fault>) -> Outcome<(Arc<Cloud>, Arc<Book>)> {
    let (cloud, book) = cloud(7, steady(), faults)?;
    let made = ask(&cloud, "CreateTable", jobs_table()).await?;
    assert_eq!(made.status, 200, "{}", made.body);
    Ok((cloud, book))
}

fn at_dynamodb(name: &str, kind: Kind) -> Fault {
    let aim = Aim { services: vec![Service::DynamoDb], operations: vec!["GetItem".into()], ..Aim::default() };
    Fault::new(name, kind).aimed_at(aim)
}

#[tokio::test(start_paused = true)]
async fn a_condition_that_fails_shows_what_was_there() -> Outcome {
    let (cloud, _) = with_jobs(Vec::new()).await?;
    assert_eq!(ask(&cloud, "PutItem", claim("j1", "w1")).await?.body, json!({}));
    let refused = ask(&cloud, "PutItem", claim("j1", "w2")).await?;
    assert_eq!((refused.status, refused.code()), (400, "ConditionalCheckFailedException"));
    assert_eq!(refused.body["Item"]["owner"], json!({ "S": "w1" }));
    assert!(!refused.headers.contains_key("x-amzn-errortype"), "the body alone has the code");
    let item = ask(&cloud, "GetItem", job("j1")).await?.body;
    assert_eq!(item.to_string(), r#"{"Item":{"job_id":{"S":"j1"},"n":{"N":"1"},"owner":{"S":"w1"}}}"#);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn every_region_has_tables_of_its_own() -> Outcome {
    let (cloud, _) = with_jobs(Vec::new()).await?;
    let elsewhere = ask_in(&cloud, "us-west-2", "GetItem", job("j1")).await?;
    assert_eq!((elsewhere.status, elsewhere.code()), (400, "ResourceNotFoundException"));
    let made = ask_in(&cloud, "us-west-2", "CreateTable", jobs_table()).await?.body;
    assert_eq!(made["TableDescription"]["TableArn"], "arn:aws:dynamodb:us-west-2:123456789012:table/jobs");
    ask(&cloud, "PutItem", claim("j1", "w1")).await?;
    assert_eq!(ask_in(&cloud, "us-west-2", "GetItem", job("j1")).await?.body, json!({}));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_table_was_made_by_the_clouds_own_clock_and_chance() -> Outcome {
    let (one, _) = with_jobs(Vec::new()).await?;
    let (other, _) = with_jobs(Vec::new()).await?;
    let named = || json!({ "TableName": "jobs" });
    let described = ask(&one, "DescribeTable", named()).await?.body;
    assert_eq!(described["Table"]["CreationDateTime"], json!(1_767_225_600.0));
    assert_eq!(described["Table"]["TableStatus"], "ACTIVE");
    assert_eq!(described, ask(&other, "DescribeTable", named()).await?.body);
    ask(&one, "DeleteTable", named()).await?;
    ask(&one, "CreateTable", jobs_table()).await?;
    let again = ask(&one, "DescribeTable", named()).await?.body;
    assert_ne!(again["Table"]["TableId"], described["Table"]["TableId"]);
    assert_ne!(again["Table"]["CreationDateTime"], described["Table"]["CreationDateTime"]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn of_many_claims_one_is_won() -> Outcome {
    let (cloud, _) = with_jobs(Vec::new()).await?;
    let claims = (0..32).map(|worker| {
        let cloud = cloud.clone();
        tokio::spawn(async move { ask(&cloud, "PutItem", claim("j1", &format!("w{worker}"))).await })
    });
    let mut won = 0;
    for claim in claims.collect::<Vec<_>>() {
        won += u32::from(claim.await??.status == 200);
    }
    assert_eq!(won, 1);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn faults_aimed_at_it_strike_in_its_own_words() -> Outcome {
    let own =
        ErrorAnswer::new(Some("ProvisionedThroughputExceededException"), Some(400), Some("Slow."), &[])?;
    let cases = [
        (Kind::Throttle(Throttle::default()), 400, "ThrottlingException", Verdict::Throttled),
        (Kind::Unavailable(Unavailable::default()), 503, "ServiceUnavailable", Verdict::Unavailable),
        (Kind::Error(own), 400, "ProvisionedThroughputExceededException", Verdict::Throttled),
    ];
    for (kind, status, code, verdict) in cases {
        let (cloud, book) = with_jobs(vec![at_dynamodb("trouble", kind)]).await?;
        assert_eq!(ask(&cloud, "PutItem", claim("j1", "w1")).await?.status, 200, "it is aimed at GetItem");
        let struck = ask(&cloud, "GetItem", job("j1")).await?;
        assert_eq!((struck.status, struck.code()), (status, code));
        let exchange = book.exchanges().pop().ok_or("no exchange")?;
        assert_eq!((exchange.fault.as_deref(), exchange.verdict), (Some("trouble"), verdict));
        assert_eq!((exchange.table.as_deref(), exchange.item_key.as_deref()), (Some("jobs"), Some("j1")));
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_cut_before_the_head_leaves_the_item_unwritten() -> Outcome {
    let aim = Aim { services: vec![Service::DynamoDb], operations: vec!["PutItem".into()], ..Aim::default() };
    let cut = Fault::new("cut", Kind::Reset(Reset::BeforeHead)).aimed_at(aim);
    let (cloud, book) = with_jobs(vec![cut]).await?;
    let response = cloud.handle(request(HOME, "PutItem", &claim("j1", "w1").to_string())?).await;
    assert!(response.extensions().get::<bedload_mocks::faults::Sever>().is_some());
    drop(response);
    assert_eq!(book.exchanges().pop().map(|exchange| exchange.verdict), Some(Verdict::Severed));
    assert_eq!(ask(&cloud, "GetItem", job("j1")).await?.body, json!({}));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn faults_that_name_no_service_leave_it_alone() -> Outcome {
    let (cloud, _) = with_jobs(vec![Fault::new("throttle", Kind::Throttle(Throttle::default()))]).await?;
    assert_eq!(ask(&cloud, "GetItem", job("j1")).await?.status, 200);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn the_ledger_tells_what_was_asked_and_how_it_went() -> Outcome {
    let (cloud, book) = with_jobs(Vec::new()).await?;
    ask(&cloud, "PutItem", claim("j1", "w1")).await?;
    ask(&cloud, "PutItem", claim("j1", "w2")).await?;
    ask(&cloud, "Scan", json!({ "TableName": "jobs" })).await?;
    let told = |exchange: &bedload_mocks::Exchange| {
        let words =
            [exchange.service, exchange.operation, exchange.table.as_deref(), exchange.item_key.as_deref()];
        let words = words.map(Option::unwrap_or_default).join(" ");
        format!("{words} {:?} {}", exchange.status, exchange.error_type.as_deref().unwrap_or_default())
    };
    assert_eq!(
        book.exchanges().iter().map(told).collect::<Vec<_>>(),
        [
            "dynamodb CreateTable jobs  Some(200) ",
            "dynamodb PutItem jobs j1 Some(200) ",
            "dynamodb PutItem jobs j1 Some(400) ConditionalCheckFailedException",
            "dynamodb Scan jobs  Some(200) ",
        ]
    );
    assert_eq!(book.exchanges()[1].flow.as_deref(), Some("documents"));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn what_is_no_request_has_an_error_of_the_protocol() -> Outcome {
    let (cloud, _) = with_jobs(Vec::new()).await?;
    let nameless = r#"{"TableName":"jobs","Item":{"x":{"S":"y"}}}"#;
    let cases = [
        ("Ponder", "{}", "UnknownOperationException"),
        ("GetItem", "{", "SerializationException"),
        ("GetItem", "", "SerializationException"),
        ("GetItem", r#"{"TableName":7}"#, "SerializationException"),
        ("GetItem", "{}", "ValidationException"),
        ("PutItem", nameless, "ValidationException"),
        ("GetItem", r#"{"TableName":"none","Key":{"job_id":{"S":"x"}}}"#, "ResourceNotFoundException"),
    ];
    for (operation, body, code) in cases {
        let answer = said(cloud.handle(request(HOME, operation, body)?).await).await?;
        assert_eq!((answer.status, answer.code()), (400, code), "{operation} {body}: {}", answer.body);
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_reset_forgets_all_tables() -> Outcome {
    let (cloud, _) = with_jobs(Vec::new()).await?;
    cloud.reset();
    assert_eq!(ask(&cloud, "ListTables", json!({})).await?.body, json!({ "TableNames": [] }));
    Ok(())
}

/// All that a client and the ledger can see of a table's life, as text.
async fn story() -> Outcome<String> {
    let (cloud, book) = with_jobs(Vec::new()).await?;
    let mut story = String::new();
    let numbered = |n: u32| {
        let item = json!({ "job_id": { "S": format!("j{n}") }, "a": { "N": "1" }, "b": { "S": "x" }, "c": { "BOOL": true } });
        json!({ "PutRequest": { "Item": item } })
    };
    let batch = json!({ "RequestItems": { "jobs": (0..25).map(numbered).collect::<Vec<_>>() } });
    let update = json!({
        "StreamSpecification": { "StreamEnabled": true, "StreamViewType": "NEW_IMAGE" },
        "TableName": "jobs",
    });
    let asked = [
        ("UpdateTable", update),
        ("BatchWriteItem", batch),
        ("Scan", json!({ "TableName": "jobs", "Limit": 10 })),
        ("DescribeTable", json!({ "TableName": "jobs" })),
        ("ListStreams", json!({ "TableName": "jobs" })),
    ];
    for (operation, body) in asked {
        let answer = ask(&cloud, operation, body).await?;
        assert_eq!(answer.status, 200, "{operation}: {}", answer.body);
        story += &format!("{:?} {}\n", answer.headers, answer.body);
    }
    for exchange in book.exchanges() {
        story += &format!("{}\n", serde_json::to_string(&exchange)?);
    }
    Ok(story)
}

#[tokio::test(start_paused = true)]
async fn one_seed_tells_one_story_of_a_table() -> Outcome {
    let told = story().await?;
    assert_eq!(told, story().await?);
    assert!(!told.contains("dynoxide"), "{told}");
    Ok(())
}
