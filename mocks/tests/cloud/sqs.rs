//! SQS from outside, in virtual time: what clients get, when, and what the ledger says of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use bedload_mocks::faults::{
    Aim, DuplicateDelivery, EmptyReceive, Fault, Kind, OutOfOrder, Outage, Share, Throttle, Unavailable,
};
use bedload_mocks::ledger::{QueueDepth, QueueWork, Verdict};
use bedload_mocks::{Cloud, Epoch, Exchange, Service};
use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use crate::common::{Book, Outcome, cloud, read, steady};

const SIGNATURE: &str = "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/sqs/aws4_request, Signature=0";

fn queues(faults: Vec<Fault>) -> Outcome<(Arc<Cloud>, Arc<Book>)> {
    cloud(7, steady(), faults)
}

fn request(operation: &str, body: &Value) -> Outcome<Request<Bytes>> {
    Ok(Request::post("/")
        .header("host", "localhost:4580")
        .header("authorization", SIGNATURE)
        .header("x-amz-target", format!("AmazonSQS.{operation}"))
        .header("content-type", "application/x-amz-json-1.0")
        .body(Bytes::from(body.to_string()))?)
}

/// The status and the body of an answer.
async fn ask(cloud: &Cloud, operation: &str, body: Value) -> Outcome<(u16, Value)> {
    let response = cloud.handle(request(operation, &body)?).await;
    let status = response.status().as_u16();
    Ok((status, serde_json::from_slice(&read(response).await?)?))
}

/// The body of an answer that is no error.
async fn tell(cloud: &Cloud, operation: &str, body: Value) -> Outcome<Value> {
    let (status, told) = ask(cloud, operation, body).await?;
    if status == 200 { Ok(told) } else { Err(format!("{operation}: {status} {told}").into()) }
}

/// A queue's URL.
async fn queue(cloud: &Cloud, name: &str, attributes: Value) -> Outcome<String> {
    let told = tell(cloud, "CreateQueue", json!({ "QueueName": name, "Attributes": attributes })).await?;
    Ok(told["QueueUrl"].as_str().ok_or("no URL")?.to_owned())
}

async fn send(cloud: &Cloud, url: &str, body: &str) -> Outcome<Value> {
    tell(cloud, "SendMessage", json!({ "QueueUrl": url, "MessageBody": body })).await
}

async fn receive(cloud: &Cloud, url: &str, most: u32, wait_s: u32) -> Outcome<Vec<Value>> {
    let told = tell(
        cloud,
        "ReceiveMessage",
        json!({
            "QueueUrl": url,
            "MaxNumberOfMessages": most,
            "WaitTimeSeconds": wait_s,
            "MessageSystemAttributeNames": ["All"],
        }),
    )
    .await?;
    Ok(told["Messages"].as_array().cloned().unwrap_or_default())
}

fn bodies(messages: &[Value]) -> Vec<&str> {
    messages.iter().filter_map(|message| message["Body"].as_str()).collect()
}

fn of<'a>(exchanges: &'a [Exchange], operation: &str) -> Vec<&'a Exchange> {
    exchanges.iter().filter(|exchange| exchange.operation == Some(operation)).collect()
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// How long something takes, in milliseconds.
async fn timed<T>(future: impl Future<Output = Outcome<T>>) -> Outcome<(T, u128)> {
    let began = Epoch::starting_at(UNIX_EPOCH).instant;
    let done = future.await?;
    Ok((done, began.elapsed().as_millis()))
}

#[expect(clippy::disallowed_methods, reason = "virtual time is the test's to move")]
async fn pass(time: Duration) {
    tokio::time::sleep(time).await;
}

fn aimed(kind: Kind, operation: &str) -> Fault {
    let aim = Aim { services: vec![Service::Sqs], operations: vec![operation.into()], ..Aim::default() };
    Fault::new("f", kind).aimed_at(aim)
}

#[tokio::test(start_paused = true)]
async fn a_message_goes_its_way_and_the_ledger_can_follow_it() -> Outcome {
    let (cloud, book) = queues(Vec::new())?;
    let url = queue(&cloud, "jobs", json!({})).await?;
    assert_eq!(url, "http://localhost:4580/123456789012/jobs");
    let sent = send(&cloud, &url, "one").await?;
    let got = receive(&cloud, &url, 10, 0).await?;
    assert_eq!(bodies(&got), ["one"]);
    assert_eq!(got[0]["MessageId"], sent["MessageId"]);
    let handle = &got[0]["ReceiptHandle"];
    tell(&cloud, "DeleteMessage", json!({ "QueueUrl": url, "ReceiptHandle": handle })).await?;
    let id: Arc<str> = sent["MessageId"].as_str().ok_or("no id")?.into();
    let work: Vec<QueueWork> =
        book.exchanges().into_iter().skip(1).filter_map(|it| it.queue).map(|it| *it).collect();
    let of_one = QueueWork { name: "jobs".into(), message_ids: vec![id], ..QueueWork::default() };
    let depth = |visible, in_flight, oldest_age_ms| {
        Some(QueueDepth { visible, in_flight, delayed: 0, oldest_age_ms })
    };
    assert_eq!(
        work,
        [
            QueueWork { depth: depth(1, 0, Some(0)), ..of_one.clone() },
            QueueWork { depth: depth(0, 1, Some(0)), receives: vec![1], ..of_one.clone() },
            QueueWork { depth: depth(0, 0, None), ..of_one },
        ]
    );
    let exchange = &book.exchanges()[1];
    assert_eq!((exchange.service, exchange.operation), (Some("sqs"), Some("SendMessage")));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_long_poll_ends_when_there_is_something_or_its_time_is_over() -> Outcome {
    let (cloud, _) = queues(Vec::new())?;
    let url = queue(&cloud, "jobs", json!({ "VisibilityTimeout": "5" })).await?;
    let (none, took_ms) = timed(receive(&cloud, &url, 1, 20)).await?;
    assert_eq!((none.len(), took_ms), (0, 20_000));
    let (none, took_ms) = timed(receive(&cloud, &url, 1, 0)).await?;
    assert_eq!((none.len(), took_ms), (0, 10), "time passes for whoever asks again at once");

    let waiting = tokio::spawn({
        let (cloud, url) = (cloud.clone(), url.clone());
        async move { timed(receive(&cloud, &url, 1, 20)).await }
    });
    pass(secs(3)).await;
    send(&cloud, &url, "one").await?;
    let (got, took_ms) = waiting.await??;
    assert_eq!((bodies(&got), took_ms), (vec!["one"], 3_000), "sent");

    let (again, took_ms) = timed(receive(&cloud, &url, 1, 20)).await?;
    assert_eq!((bodies(&again), took_ms), (vec!["one"], 5_000), "visible again");
    assert_eq!(again[0]["Attributes"]["ApproximateReceiveCount"], "2");
    let handle = &again[0]["ReceiptHandle"];
    tell(&cloud, "DeleteMessage", json!({ "QueueUrl": url, "ReceiptHandle": handle })).await?;

    let late = json!({ "QueueUrl": url, "MessageBody": "late", "DelaySeconds": 7 });
    tell(&cloud, "SendMessage", late).await?;
    let (got, took_ms) = timed(receive(&cloud, &url, 1, 20)).await?;
    assert_eq!((bodies(&got), took_ms), (vec!["late"], 7_000), "no longer delayed");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_hears_of_a_visibility_that_is_cut_short() -> Outcome {
    let (cloud, _) = queues(Vec::new())?;
    let url = queue(&cloud, "jobs", json!({ "VisibilityTimeout": "600" })).await?;
    send(&cloud, &url, "one").await?;
    let first = receive(&cloud, &url, 1, 0).await?;
    let waiting: Vec<_> = (0..3)
        .map(|_| {
            let (cloud, url) = (cloud.clone(), url.clone());
            tokio::spawn(async move { timed(receive(&cloud, &url, 1, 20)).await })
        })
        .collect();
    pass(secs(2)).await;
    let sooner =
        json!({ "QueueUrl": url, "ReceiptHandle": first[0]["ReceiptHandle"], "VisibilityTimeout": 4 });
    tell(&cloud, "ChangeMessageVisibility", sooner).await?;
    let mut took = Vec::new();
    for receiver in waiting {
        let (got, took_ms) = receiver.await??;
        took.push((got.len(), took_ms));
    }
    took.sort_unstable();
    assert_eq!(took, [(0, 20_000), (0, 20_000), (1, 6_000)]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_keeper_that_leaves_is_followed_by_another() -> Outcome {
    let (cloud, _) = queues(Vec::new())?;
    let url = queue(&cloud, "jobs", json!({ "VisibilityTimeout": "12" })).await?;
    send(&cloud, &url, "one").await?;
    receive(&cloud, &url, 1, 0).await?;
    let receivers: Vec<_> = (0..3)
        .map(|_| {
            let (cloud, url) = (cloud.clone(), url.clone());
            tokio::spawn(async move { timed(receive(&cloud, &url, 1, 20)).await })
        })
        .collect();
    pass(secs(1)).await;
    // The first of them is the keeper, and hangs up.
    receivers[0].abort();
    let mut found = Vec::new();
    for receiver in receivers.into_iter().skip(1) {
        let (got, took_ms) = receiver.await??;
        found.push((got.len(), took_ms));
    }
    found.sort_unstable();
    assert_eq!(found, [(0, 20_000), (1, 12_000)]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_poison_message_is_dead_at_the_receive_that_its_policy_says() -> Outcome {
    let (cloud, book) = queues(Vec::new())?;
    let dead = queue(&cloud, "dead", json!({})).await?;
    let policy =
        json!({ "deadLetterTargetArn": "arn:aws:sqs:us-east-1:123456789012:dead", "maxReceiveCount": 3 });
    let attributes = json!({ "VisibilityTimeout": "5", "RedrivePolicy": policy.to_string() });
    let url = queue(&cloud, "jobs", attributes).await?;
    let sent = send(&cloud, &url, "poison").await?;
    let mut counts = Vec::new();
    for _ in 0..4 {
        let got = receive(&cloud, &url, 1, 20).await?;
        counts.extend(got.iter().map(|it| it["Attributes"]["ApproximateReceiveCount"].clone()));
    }
    assert_eq!(counts, ["1", "2", "3"]);
    let got = receive(&cloud, &dead, 1, 0).await?;
    assert_eq!(bodies(&got), ["poison"]);
    assert_eq!(got[0]["MessageId"], sent["MessageId"]);
    assert_eq!(got[0]["Attributes"]["DeadLetterQueueSourceArn"], "arn:aws:sqs:us-east-1:123456789012:jobs");
    let exchanges = book.exchanges();
    let buried: Vec<usize> = of(&exchanges, "ReceiveMessage")
        .iter()
        .map(|it| it.queue.as_ref().map_or(0, |work| work.dead_lettered.len()))
        .collect();
    assert_eq!(buried, [0, 0, 0, 1, 0]);

    let start =
        json!({ "SourceArn": "arn:aws:sqs:us-east-1:123456789012:dead", "MaxNumberOfMessagesPerSecond": 1 });
    tell(
        &cloud,
        "ChangeMessageVisibility",
        json!({
            "QueueUrl": dead, "ReceiptHandle": got[0]["ReceiptHandle"], "VisibilityTimeout": 0,
        }),
    )
    .await?;
    tell(&cloud, "StartMessageMoveTask", start.clone()).await?;
    let back = receive(&cloud, &url, 1, 20).await?;
    assert_eq!(bodies(&back), ["poison"]);
    assert_eq!(back[0]["Attributes"]["ApproximateReceiveCount"], "1", "it is a new message");
    assert_ne!(back[0]["MessageId"], sent["MessageId"]);
    pass(secs(2)).await;
    let source = json!({ "SourceArn": start["SourceArn"] });
    let tasks = tell(&cloud, "ListMessageMoveTasks", source).await?;
    assert_eq!(tasks["Results"][0]["Status"], "COMPLETED");
    assert_eq!(tasks["Results"][0]["ApproximateNumberOfMessagesMoved"], 1);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_group_of_a_fifo_queue_waits_for_its_message_in_flight() -> Outcome {
    let (cloud, _) = queues(Vec::new())?;
    let url = queue(&cloud, "jobs.fifo", json!({ "FifoQueue": "true", "ContentBasedDeduplication": "true" }))
        .await?;
    for (body, group) in [("a1", "a"), ("a2", "a"), ("b1", "b"), ("a1", "a")] {
        let sent = json!({ "QueueUrl": url, "MessageBody": body, "MessageGroupId": group });
        tell(&cloud, "SendMessage", sent).await?;
    }
    let first = receive(&cloud, &url, 1, 0).await?;
    assert_eq!(bodies(&first), ["a1"]);
    assert_eq!(bodies(&receive(&cloud, &url, 10, 0).await?), ["b1"]);
    let waiting = tokio::spawn({
        let (cloud, url) = (cloud.clone(), url.clone());
        async move { timed(receive(&cloud, &url, 10, 20)).await }
    });
    pass(secs(4)).await;
    let handle = &first[0]["ReceiptHandle"];
    tell(&cloud, "DeleteMessage", json!({ "QueueUrl": url, "ReceiptHandle": handle })).await?;
    let (got, took_ms) = waiting.await??;
    assert_eq!((bodies(&got), took_ms), (vec!["a2"], 4_000));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn errors_have_the_codes_and_the_words_of_the_service() -> Outcome {
    let (cloud, _) = queues(Vec::new())?;
    let url = queue(&cloud, "jobs", json!({})).await?;
    let fifo = queue(&cloud, "jobs.fifo", json!({ "FifoQueue": "true" })).await?;
    let entry = json!({ "Id": "a", "MessageBody": "x" });
    let large = "x".repeat(1_048_577);
    let asked = [
        ("Ponder", json!({})),
        ("SendMessage", json!({ "QueueUrl": "http://localhost/123456789012/none", "MessageBody": "x" })),
        ("SendMessage", json!({ "MessageBody": "x" })),
        ("SendMessage", json!({ "QueueUrl": url, "MessageBody": "" })),
        ("SendMessage", json!({ "QueueUrl": url, "MessageBody": large })),
        ("SendMessage", json!({ "QueueUrl": url, "MessageBody": "\u{0}" })),
        ("SendMessage", json!({ "QueueUrl": url, "MessageBody": "x", "DelaySeconds": 901 })),
        ("SendMessage", json!({ "QueueUrl": fifo, "MessageBody": "x" })),
        ("SendMessage", json!({ "QueueUrl": fifo, "MessageBody": "x", "MessageDeduplicationId": "d" })),
        ("SendMessage", json!({ "QueueUrl": url, "MessageBody": 7 })),
        ("SendMessageBatch", json!({ "QueueUrl": url, "Entries": [] })),
        ("SendMessageBatch", json!({ "QueueUrl": url, "Entries": [entry.clone(), entry] })),
        (
            "SendMessageBatch",
            json!({ "QueueUrl": url, "Entries": [
                { "Id": "a", "MessageBody": "x".repeat(600_000) },
                { "Id": "b", "MessageBody": "x".repeat(600_000) },
            ] }),
        ),
        ("ReceiveMessage", json!({ "QueueUrl": url, "MaxNumberOfMessages": 11 })),
        ("ReceiveMessage", json!({ "QueueUrl": url, "WaitTimeSeconds": 21 })),
        ("DeleteMessage", json!({ "QueueUrl": url, "ReceiptHandle": "garbage" })),
        (
            "DeleteMessageBatch",
            json!({ "QueueUrl": url, "Entries": [{ "Id": "a", "ReceiptHandle": "garbage" }] }),
        ),
        ("CreateQueue", json!({ "QueueName": "jobs", "Attributes": { "DelaySeconds": "9" } })),
        ("CreateQueue", json!({ "QueueName": "two words" })),
        ("GetQueueAttributes", json!({ "QueueUrl": url, "AttributeNames": ["Colour"] })),
        ("SetQueueAttributes", json!({ "QueueUrl": url, "Attributes": { "DelaySeconds": "901" } })),
        (
            "SetQueueAttributes",
            json!({ "QueueUrl": url, "Attributes": { "RedrivePolicy":
                r#"{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:none"}"# } }),
        ),
        ("StartMessageMoveTask", json!({ "SourceArn": "arn:aws:sqs:us-east-1:123456789012:jobs" })),
        ("CancelMessageMoveTask", json!({ "TaskHandle": "none" })),
    ];
    let mut told = Vec::new();
    for (operation, body) in asked {
        let response = cloud.handle(request(operation, &body)?).await;
        let query = response.headers().get("x-amzn-query-error").map(|it| it.to_str()).transpose()?;
        let head = format!("{operation} {} {}", response.status().as_u16(), query.unwrap_or("-"));
        told.push(format!("{head}\n  {}", String::from_utf8(read(response).await?.to_vec())?));
    }
    insta::assert_snapshot!(told.join("\n"));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn refusals_aim_at_operations_of_queues_and_spare_everybody_else() -> Outcome {
    let outage = Fault::new("f", Kind::Outage(Outage))
        .aimed_at(Aim { services: vec![Service::Sqs], ..Aim::default() });
    let cases = [
        (
            aimed(Kind::Throttle(Throttle::default()), "SendMessage"),
            400,
            "RequestThrottled",
            Verdict::Throttled,
        ),
        (
            aimed(Kind::Unavailable(Unavailable::default()), "SendMessage"),
            503,
            "ServiceUnavailable",
            Verdict::Unavailable,
        ),
        (outage, 503, "ServiceUnavailable", Verdict::Unavailable),
    ];
    for (fault, status, code, verdict) in cases {
        let (cloud, book) = queues(Vec::new())?;
        let url = queue(&cloud, "jobs", json!({})).await?;
        cloud.add_faults(vec![fault.clone()])?;
        let (got, body) = ask(&cloud, "SendMessage", json!({ "QueueUrl": url, "MessageBody": "x" })).await?;
        assert_eq!((got, &body["__type"]), (status, &json!(format!("com.amazonaws.sqs#{code}"))));
        let answer = cloud.handle(crate::common::ask("converse")?).await;
        assert_eq!(answer.status(), 200, "Bedrock is another service");
        let exchanges = book.exchanges();
        assert_eq!((exchanges[1].verdict, exchanges[1].fault.as_deref()), (verdict, Some("f")), "{fault:?}");
    }
    let (cloud, _) = queues(vec![Fault::new("f", Kind::Throttle(Throttle::default()))])?;
    queue(&cloud, "jobs", json!({})).await?;
    assert_eq!(
        cloud.handle(crate::common::ask("converse")?).await.status(),
        429,
        "no service named is Bedrock"
    );
    Ok(())
}

/// How often each body was received of `count` sent, by a client that deletes all it gets, and in how many
/// receives; then the order of first receives.
async fn drain(cloud: &Cloud, count: usize) -> Outcome<(BTreeMap<String, usize>, usize, Vec<String>)> {
    let url = queue(cloud, "jobs", json!({})).await?;
    for body in 0..count {
        send(cloud, &url, &format!("{body:03}")).await?;
    }
    let (mut seen, mut receives, mut order) = (BTreeMap::new(), 0, Vec::new());
    loop {
        receives += 1;
        let got = receive(cloud, &url, 10, 1).await?;
        let depth = json!({ "QueueUrl": url, "AttributeNames": ["ApproximateNumberOfMessages"] });
        let left = tell(cloud, "GetQueueAttributes", depth).await?;
        for message in &got {
            let body = message["Body"].as_str().unwrap_or_default().to_owned();
            *seen.entry(body.clone()).or_insert(0) += 1;
            order.push(body);
            let gone = json!({ "QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"] });
            tell(cloud, "DeleteMessage", gone).await?;
        }
        if got.is_empty() && left["Attributes"]["ApproximateNumberOfMessages"] == "0" {
            return Ok((seen, receives, order));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_share_of_messages_is_delivered_twice() -> Outcome {
    let twice = Fault::new("f", Kind::DuplicateDelivery(DuplicateDelivery)).share(Share::new(0.2)?);
    let (cloud, book) = queues(vec![twice])?;
    let (seen, ..) = drain(&cloud, 200).await?;
    assert_eq!(seen.len(), 200);
    let copies: usize = seen.values().map(|times| times - 1).sum();
    // A copy may itself be delivered twice: 200 × (0.2 + 0.04 + …).
    assert!((30..=70).contains(&copies), "{copies}");
    let struck = cloud.faults()[0].struck;
    assert_eq!(struck, copies as u64);
    let exchanges = book.exchanges();
    let named: usize = exchanges.iter().map(|it| it.faults.len()).sum();
    assert_eq!(named, copies);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_share_of_messages_overtakes_others() -> Outcome {
    let (cloud, _) = queues(Vec::new())?;
    let (_, _, order) = drain(&cloud, 100).await?;
    assert!(order.is_sorted(), "without a fault the oldest is first");
    let (cloud, _) = queues(vec![Fault::new("f", Kind::OutOfOrder(OutOfOrder)).share(Share::new(0.1)?)])?;
    let (seen, _, order) = drain(&cloud, 100).await?;
    assert_eq!(seen.len(), 100);
    let overtakers = order.windows(2).filter(|pair| pair[1] < pair[0]).count() as u64;
    let struck = cloud.faults()[0].struck;
    assert!((4..=20).contains(&struck) && (1..=struck).contains(&overtakers), "{struck} {overtakers}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_share_of_receives_finds_nothing() -> Outcome {
    let (cloud, book) =
        queues(vec![Fault::new("f", Kind::EmptyReceive(EmptyReceive)).share(Share::new(0.5)?)])?;
    let (seen, receives, _) = drain(&cloud, 100).await?;
    assert_eq!(seen.len(), 100);
    let struck = cloud.faults()[0].struck;
    assert_eq!(receives as u64, 10 + 1 + struck, "and the last finds none that is there");
    assert!((4..=20).contains(&struck), "{struck}");
    let exchanges = book.exchanges();
    assert_eq!(exchanges.iter().filter(|it| it.fault.is_some()).count() as u64, struck);
    Ok(())
}

/// The ledger of so many jobs, and so many workers that wait for them, each busy for eight seconds a job.
async fn day(seed: u64, jobs: usize, workers: usize) -> Outcome<Vec<Exchange>> {
    let twice = Fault::new("f", Kind::DuplicateDelivery(DuplicateDelivery)).share(Share::new(0.05)?);
    let (cloud, book) = cloud(seed, steady(), vec![twice])?;
    let url = queue(&cloud, "jobs", json!({ "VisibilityTimeout": "60" })).await?;
    let workers: Vec<_> = (0..workers)
        .map(|_| {
            let (cloud, url) = (cloud.clone(), url.clone());
            tokio::spawn(async move {
                loop {
                    let got = receive(&cloud, &url, 1, 20).await?;
                    let Some(message) = got.first() else { return Outcome::Ok(()) };
                    pass(secs(8)).await;
                    let gone = json!({ "QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"] });
                    tell(&cloud, "DeleteMessage", gone).await?;
                }
            })
        })
        .collect();
    for body in 0..jobs {
        send(&cloud, &url, &body.to_string()).await?;
    }
    for worker in workers {
        worker.await??;
    }
    Ok(book.exchanges())
}

#[tokio::test(start_paused = true)]
async fn many_waiting_workers_do_all_jobs_and_one_seed_has_one_story() -> Outcome {
    let first = day(7, 1_000, 100).await?;
    let deleted: BTreeSet<Arc<str>> = of(&first, "DeleteMessage")
        .iter()
        .filter_map(|it| it.queue.as_ref())
        .flat_map(|work| work.message_ids.clone())
        .collect();
    assert_eq!(deleted.len(), 1_000);
    let last = first.iter().map(|it| it.done_ns).max().unwrap_or_default();
    // 1,000 jobs and their copies, about 1,053, on 100 workers: eleven rounds of 8 s, and the last poll.
    assert!((100..=120).contains(&(last / 1_000_000_000)), "{last}");
    let second = day(7, 1_000, 100).await?;
    assert!(first == second, "the same ledger");
    let third = day(8, 1_000, 100).await?;
    assert!(first != third, "another seed, another ledger");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_at_a_queue_that_is_deleted_hears_of_it() -> Outcome {
    let (cloud, _) = queues(Vec::new())?;
    let url = queue(&cloud, "jobs", json!({})).await?;
    let waiting = tokio::spawn({
        let (cloud, url) = (cloud.clone(), url.clone());
        async move { ask(&cloud, "ReceiveMessage", json!({ "QueueUrl": url, "WaitTimeSeconds": 20 })).await }
    });
    pass(secs(1)).await;
    tell(&cloud, "DeleteQueue", json!({ "QueueUrl": url })).await?;
    let (status, body) = waiting.await??;
    assert_eq!((status, &body["__type"]), (400, &json!("com.amazonaws.sqs#QueueDoesNotExist")));
    let (_, body) = ask(&cloud, "CreateQueue", json!({ "QueueName": "jobs" })).await?;
    assert_eq!(body["__type"], "com.amazonaws.sqs#QueueDeletedRecently");
    pass(secs(60)).await;
    queue(&cloud, "jobs", json!({})).await?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn tags_permissions_and_lists_are_kept_and_told() -> Outcome {
    let (cloud, _) = queues(Vec::new())?;
    let url = queue(&cloud, "jobs", json!({})).await?;
    for name in ["jobs-2", "jobs-3", "other"] {
        queue(&cloud, name, json!({})).await?;
    }
    tell(&cloud, "TagQueue", json!({ "QueueUrl": url, "Tags": { "run": "7", "team": "a" } })).await?;
    tell(&cloud, "UntagQueue", json!({ "QueueUrl": url, "TagKeys": ["team"] })).await?;
    let tags = tell(&cloud, "ListQueueTags", json!({ "QueueUrl": url })).await?;
    assert_eq!(tags, json!({ "Tags": { "run": "7" } }));

    let first = tell(&cloud, "ListQueues", json!({ "QueueNamePrefix": "jobs", "MaxResults": 2 })).await?;
    assert_eq!(first["QueueUrls"].as_array().map(Vec::len), Some(2));
    let rest = json!({ "QueueNamePrefix": "jobs", "MaxResults": 2, "NextToken": first["NextToken"] });
    let rest = tell(&cloud, "ListQueues", rest).await?;
    assert_eq!(rest, json!({ "QueueUrls": ["http://localhost:4580/123456789012/jobs-3"] }));

    let label = json!({ "QueueUrl": url, "Label": "l", "AWSAccountIds": ["111111111111"], "Actions": ["SendMessage"] });
    tell(&cloud, "AddPermission", label).await?;
    let policy = json!({ "QueueUrl": url, "AttributeNames": ["Policy"] });
    let told = tell(&cloud, "GetQueueAttributes", policy.clone()).await?;
    let text = told["Attributes"]["Policy"].as_str().ok_or("no policy")?;
    let statement: Value = serde_json::from_str(text)?;
    assert_eq!(statement["Statement"][0]["Principal"]["AWS"][0], "arn:aws:iam::111111111111:root");
    tell(&cloud, "RemovePermission", json!({ "QueueUrl": url, "Label": "l" })).await?;
    assert_eq!(tell(&cloud, "GetQueueAttributes", policy).await?, json!({}));
    Ok(())
}
