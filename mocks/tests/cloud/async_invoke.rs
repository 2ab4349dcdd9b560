//! Asynchronous invocations, from their submission to their files.

use std::fs;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bedload_mocks::faults::{Fault, Kind, Script, Share, Throttle};
use bedload_mocks::{Cloud, CloudSpec, Epoch, ModelSpec};
use bytes::Bytes;
use http::{Method, Request};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::common::{Book, Outcome, read, steady};

const REEL: &str = "amazon.nova-reel-v1:0";

fn spec(seed: u64, faults: Vec<Fault>) -> Outcome<CloudSpec> {
    let regions = vec!["us-east-1".to_owned(), "us-west-2".to_owned()];
    let models = vec![
        ModelSpec::new("reel", REEL, steady())?,
        ModelSpec::new("marengo", "twelvelabs.marengo-embed-2-7-v1:0", steady())?,
    ];
    Ok(CloudSpec::new(seed, regions, models, Script::new(faults)?)?)
}

fn cloud(spec: CloudSpec) -> (Arc<Cloud>, Arc<Book>) {
    let book = Arc::new(Book::default());
    let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
    (Cloud::new(spec, Epoch::starting_at(wall), book.clone()), book)
}

fn start_body(token: &str, text: &str) -> Value {
    json!({
        "clientRequestToken": token,
        "modelId": REEL,
        "modelInput": { "taskType": "TEXT_VIDEO", "textToVideoParams": { "text": text } },
        "outputDataConfig": { "s3OutputDataConfig": { "s3Uri": "s3://bucket/out" } },
    })
}

/// The status and the JSON of an answer.
async fn ask(cloud: &Cloud, method: Method, uri: &str, body: &str, region: &str) -> Outcome<(u16, Value)> {
    let scope = format!("AWS4-HMAC-SHA256 Credential=A/20260101/{region}/bedrock/aws4_request, Signature=0");
    let request = Request::builder().method(method).uri(uri).header("authorization", scope);
    let response = cloud.handle(request.body(Bytes::from(body.to_owned()))?).await;
    let status = response.status().as_u16();
    Ok((status, serde_json::from_slice(&read(response).await?)?))
}

async fn start(cloud: &Cloud, token: &str, text: &str) -> Outcome<String> {
    let body = start_body(token, text).to_string();
    let (status, answer) = ask(cloud, Method::POST, "/async-invoke", &body, "us-east-1").await?;
    assert_eq!(status, 200, "{answer}");
    Ok(answer["invocationArn"].as_str().ok_or("no ARN")?.to_owned())
}

async fn get(cloud: &Cloud, arn: &str, region: &str) -> Outcome<(u16, Value)> {
    let uri = format!("/async-invoke/{}", utf8_percent_encode(arn, NON_ALPHANUMERIC));
    ask(cloud, Method::GET, &uri, "", region).await
}

async fn list(cloud: &Cloud, query: &str) -> Outcome<(u16, Value)> {
    ask(cloud, Method::GET, &format!("/async-invoke?{query}"), "", "us-east-1").await
}

fn arns(page: &Value) -> Vec<&str> {
    let summaries = page["asyncInvokeSummaries"].as_array().map_or(&[][..], Vec::as_slice);
    summaries.iter().filter_map(|summary| summary["invocationArn"].as_str()).collect()
}

#[tokio::test(start_paused = true)]
async fn it_completes_when_an_answer_would_be_there() -> Outcome {
    let (cloud, _) = cloud(spec(7, vec![])?);
    let arn = start(&cloud, "t", "a river").await?;
    tokio::time::advance(Duration::from_millis(469)).await;
    let (_, early) = get(&cloud, &arn, "us-east-1").await?;
    assert_eq!((early["status"].as_str(), early.get("endTime")), (Some("InProgress"), None));
    tokio::time::advance(Duration::from_millis(1)).await;
    let (_, told) = get(&cloud, &arn, "us-east-1").await?;
    insta::assert_snapshot!(serde_json::to_string_pretty(&told)?);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn one_seed_gives_one_arn_and_each_exchange_its_own() -> Outcome {
    let mut first = Vec::new();
    for seed in [7, 7, 8] {
        let (cloud, _) = cloud(spec(seed, vec![])?);
        first.push((start(&cloud, "a", "x").await?, start(&cloud, "b", "x").await?));
    }
    assert_eq!(first[0], first[1]);
    assert_ne!(first[0].0, first[0].1);
    assert_ne!(first[0], first[2]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_token_starts_one_invocation() -> Outcome {
    let (cloud, _) = cloud(spec(7, vec![])?);
    let arn = start(&cloud, "t", "a river").await?;
    assert_eq!(start(&cloud, "t", "a river").await?, arn);
    let other = start_body("t", "a desert").to_string();
    let (status, error) = ask(&cloud, Method::POST, "/async-invoke", &other, "us-east-1").await?;
    assert_eq!(status, 400);
    assert!(error["message"].as_str().is_some_and(|message| message.contains("conflict")), "{error}");
    let (status, west) = ask(&cloud, Method::POST, "/async-invoke", &other, "us-west-2").await?;
    assert_eq!(status, 200, "{west}");
    assert_eq!(arns(&list(&cloud, "").await?.1), [arn]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn pages_hold_each_invocation_once_in_either_order() -> Outcome {
    let (cloud, _) = cloud(spec(7, vec![])?);
    let mut started = Vec::new();
    for number in 0..5 {
        started.push(start(&cloud, &format!("t{number}"), "a river").await?);
        tokio::time::advance(Duration::from_secs(1)).await;
    }
    for order in ["Ascending", "Descending"] {
        let (mut seen, mut token, mut pages) = (Vec::new(), String::new(), 0);
        loop {
            let (_, page) = list(&cloud, &format!("maxResults=2&sortOrder={order}{token}")).await?;
            seen.extend(arns(&page).into_iter().map(str::to_owned));
            pages += 1;
            let Some(next) = page["nextToken"].as_str() else { break };
            token = format!("&nextToken={}", utf8_percent_encode(next, NON_ALPHANUMERIC));
        }
        if order == "Descending" {
            seen.reverse();
        }
        assert_eq!((pages, &seen), (3, &started), "{order}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn filters_go_by_status_and_time_of_submission() -> Outcome {
    let (cloud, _) = cloud(spec(7, vec![])?);
    let old = start(&cloud, "a", "x").await?;
    tokio::time::advance(Duration::from_secs(60)).await;
    let new = start(&cloud, "b", "x").await?;
    let cases = [
        ("statusEquals=Completed", vec![&old]),
        ("statusEquals=InProgress", vec![&new]),
        ("statusEquals=Failed", vec![]),
        ("submitTimeAfter=2026-01-01T00:00:30Z", vec![&new]),
        ("submitTimeBefore=2026-01-01T00%3A00%3A30Z", vec![&old]),
    ];
    for (query, expected) in cases {
        assert_eq!(arns(&list(&cloud, query).await?.1), expected, "{query}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn what_is_unknown_is_a_validation_error() -> Outcome {
    let (cloud, book) = cloud(spec(7, vec![])?);
    let arn = start(&cloud, "t", "x").await?;
    assert_eq!(get(&cloud, &arn, "us-west-2").await?.0, 400);
    assert_eq!(
        get(&cloud, "arn:aws:bedrock:us-east-1:123456789012:async-invoke/zzzzzzzzzzzz", "us-east-1").await?.0,
        400
    );
    let mut unknown = start_body("u", "x");
    unknown["modelId"] = json!("acme.unknown");
    assert_eq!(ask(&cloud, Method::POST, "/async-invoke", &unknown.to_string(), "us-east-1").await?.0, 400);
    assert_eq!(list(&cloud, "nextToken=AAAA").await?.0, 400);
    let noted = book.exchanges();
    let noted: Vec<_> = noted
        .iter()
        .map(|exchange| (exchange.operation, exchange.model.as_deref(), exchange.client_token.as_deref()))
        .collect();
    let expected = [
        ("StartAsyncInvoke", Some(REEL), Some("t")),
        ("GetAsyncInvoke", None, None),
        ("GetAsyncInvoke", None, None),
        ("StartAsyncInvoke", Some("acme.unknown"), Some("u")),
        ("ListAsyncInvokes", None, None),
    ];
    assert_eq!(noted, expected.map(|(operation, model, token)| (Some(operation), model, token)));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn faults_aim_at_the_model_in_the_body() -> Outcome {
    let mut aim = bedload_mocks::faults::Aim::default();
    aim.models.push("marengo".into());
    let fault = Fault::new("storm", Kind::Throttle(Throttle::default())).aimed_at(aim);
    let (cloud, _) = cloud(spec(7, vec![fault])?);
    start(&cloud, "t", "x").await?;
    let mut marengo = start_body("u", "x");
    marengo["modelId"] = json!("twelvelabs.marengo-embed-2-7-v1:0");
    assert_eq!(ask(&cloud, Method::POST, "/async-invoke", &marengo.to_string(), "us-east-1").await?.0, 429);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_share_of_them_fails_when_it_was_told_to() -> Outcome {
    let (cloud, _) = cloud(spec(7, vec![])?.async_failures(Share::ALL));
    let arn = start(&cloud, "t", "x").await?;
    tokio::time::advance(Duration::from_secs(1)).await;
    let (_, told) = get(&cloud, &arn, "us-east-1").await?;
    assert_eq!(told["status"], "Failed");
    assert!(told["failureMessage"].as_str().is_some_and(|message| !message.is_empty()), "{told}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_reset_forgets_them_all() -> Outcome {
    let (cloud, _) = cloud(spec(7, vec![])?);
    let arn = start(&cloud, "t", "x").await?;
    cloud.reset();
    assert_eq!(start(&cloud, "t", "another").await?, arn);
    cloud.reset();
    assert_eq!(get(&cloud, &arn, "us-east-1").await?.0, 400);
    Ok(())
}

/// Waits for the end of an invocation, as a client does.
#[expect(clippy::disallowed_methods, reason = "a client waits by its own clock, here the paused one")]
async fn ended(cloud: &Cloud, arn: &str) -> Outcome<Value> {
    for _ in 0..1000 {
        let (_, told) = get(cloud, arn, "us-east-1").await?;
        if told["status"] != "InProgress" {
            return Ok(told);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err("it never ends".into())
}

#[tokio::test(start_paused = true)]
async fn the_files_are_there_once_it_has_completed() -> Outcome {
    let root = tempfile::tempdir()?;
    let (cloud, _) = cloud(spec(7, vec![])?.s3_folder(root.path()));
    let arn = start(&cloud, "t", "x").await?;
    let id = arn.rsplit('/').next().ok_or("no id")?.to_owned();
    assert!(!root.path().join("bucket").exists());
    let told = ended(&cloud, &arn).await?;
    assert_eq!(told["status"], "Completed", "{told}");
    let folder = root.path().join("bucket/out").join(&id);
    let film = fs::read(folder.join("output.mp4"))?;
    assert_eq!(&film[4..8], b"ftyp");
    let manifest: Value = serde_json::from_slice(&fs::read(folder.join("manifest.json"))?)?;
    assert_eq!(manifest["invocationArn"], arn);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn nothing_is_written_outside_of_the_folder() -> Outcome {
    let root = tempfile::tempdir()?;
    let inner = root.path().join("inner");
    let (cloud, _) = cloud(spec(7, vec![])?.s3_folder(&inner));
    let mut body = start_body("t", "x");
    body["outputDataConfig"]["s3OutputDataConfig"]["s3Uri"] = json!("s3://bucket/../../../escape");
    let (_, answer) = ask(&cloud, Method::POST, "/async-invoke", &body.to_string(), "us-east-1").await?;
    ended(&cloud, answer["invocationArn"].as_str().ok_or("no ARN")?).await?;
    let beside: Vec<_> = fs::read_dir(root.path())?.collect::<Result<_, _>>()?;
    assert_eq!(beside.iter().map(|entry| entry.file_name()).collect::<Vec<_>>(), ["inner"]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn an_output_that_cannot_be_written_fails() -> Outcome {
    let file = tempfile::NamedTempFile::new()?;
    let (cloud, _) = cloud(spec(7, vec![])?.s3_folder(file.path()));
    let told = ended(&cloud, &start(&cloud, "t", "x").await?).await?;
    assert_eq!(told["status"], "Failed");
    assert!(told["failureMessage"].as_str().is_some_and(|why| why.contains("written")), "{told}");
    Ok(())
}
