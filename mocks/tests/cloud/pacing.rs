//! Answers keep the time that their model's behaviour says, to the millisecond, in virtual time.

use std::sync::Arc;
use std::time::Duration;

use crate::common::{Book, HAIKU, Outcome, ask, cloud, steady};
use aws_smithy_eventstream::frame::read_message_from;
use bedload_mocks::faults::{Fault, Kind, Latency, Refuse, Script, Throttle, Window};
use bedload_mocks::{Cloud, CloudBody, CloudSpec, Epoch, ModelSpec, Spread, Start};
use http::Response;
use http_body_util::BodyExt;

/// When each event came, in milliseconds since `epoch`, and its name.
async fn timeline(response: Response<CloudBody>, epoch: Epoch) -> Outcome<Vec<(u128, String)>> {
    let mut body = response.into_body();
    let mut events = Vec::new();
    while let Some(frame) = body.frame().await {
        let at_ms = epoch.instant.elapsed().as_millis();
        let message = read_message_from(frame?.into_data().map_err(|_| "no data")?)?;
        let name = message.headers().iter().find(|header| header.name().as_str() == ":event-type");
        let name = name.and_then(|header| header.value().as_string().ok()).ok_or("no name")?;
        events.push((at_ms, name.as_str().to_owned()));
    }
    Ok(events)
}

fn epoch() -> Epoch {
    Epoch::starting_at(std::time::SystemTime::UNIX_EPOCH)
}

#[tokio::test(start_paused = true)]
async fn a_stream_begins_at_once_and_speaks_as_its_tokens_come() -> Outcome {
    let (cloud, _) = cloud(7, steady(), vec![])?;
    let epoch = epoch();
    let response = cloud.handle(ask("converse-stream")?).await;
    assert_eq!(epoch.instant.elapsed(), Duration::ZERO);
    let expected = [
        (0, "messageStart"),
        (400, "contentBlockDelta"),
        (430, "contentBlockDelta"),
        (460, "contentBlockDelta"),
        (470, "contentBlockStop"),
        (470, "messageStop"),
        (470, "metadata"),
    ];
    assert_eq!(timeline(response, epoch).await?, expected.map(|(at, name)| (at, name.to_owned())));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_whole_answer_comes_when_a_stream_would_end() -> Outcome {
    for operation in ["converse", "invoke"] {
        let (cloud, _) = cloud(7, steady(), vec![])?;
        let epoch = epoch();
        cloud.handle(ask(operation)?).await;
        assert_eq!(epoch.instant.elapsed(), Duration::from_millis(470), "{operation}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_slow_reader_shifts_nothing_after_it() -> Outcome {
    let (cloud, _) = cloud(7, steady(), vec![])?;
    let epoch = epoch();
    let response = cloud.handle(ask("converse-stream")?).await;
    tokio::time::advance(Duration::from_millis(435)).await;
    let times: Vec<u128> = timeline(response, epoch).await?.into_iter().map(|(at, _)| at).collect();
    assert_eq!(times, [435, 435, 435, 460, 470, 470, 470]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn latency_comes_before_everything_and_adds_up() -> Outcome {
    let slow = |name: &str, ms| {
        let added = Spread::constant(Duration::from_millis(ms));
        Fault::new(name, Kind::Latency(Latency { added }))
    };
    let (cloud, _) = cloud(7, steady(), vec![slow("some", 1000), slow("more", 500)])?;
    let epoch = epoch();
    let response = cloud.handle(ask("converse-stream")?).await;
    assert_eq!(epoch.instant.elapsed(), Duration::from_millis(1500));
    let times: Vec<u128> = timeline(response, epoch).await?.into_iter().map(|(at, _)| at).collect();
    assert_eq!(times, [1500, 1900, 1930, 1960, 1970, 1970, 1970]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn time_that_starts_with_the_first_request_waits_for_it() -> Outcome {
    let window = |from, to| Window::between(Duration::from_secs(from), Duration::from_secs(to));
    let faults = vec![
        Fault::new("early", Kind::Throttle(Throttle::default())).during(window(0, 1)?),
        Fault::new("shut", Kind::Refuse(Refuse)).during(window(5, 6)?),
    ];
    let models = vec![ModelSpec::new("haiku", HAIKU, steady())?];
    let spec = CloudSpec::new(7, vec!["us-east-1".into()], models, Script::new(faults)?)?;
    let book = Arc::new(Book::default());
    let cloud = Cloud::new(spec.starting(Start::AtFirstRequest), epoch(), book.clone());
    let changes = cloud.fault_changes();
    tokio::time::advance(Duration::from_secs(30)).await;
    assert!(cloud.began().is_none());
    assert!(!cloud.refusal().refusing);

    assert_eq!(cloud.handle(ask("converse")?).await.status(), 429, "the early window has only now begun");
    assert!(changes.has_changed()?, "who waits for the door to shut must look again");
    tokio::time::advance(Duration::from_secs(5)).await;
    assert!(cloud.refusal().refusing);
    assert_eq!(cloud.handle(ask("converse")?).await.status(), 200);
    let times: Vec<u64> = book.exchanges().iter().map(|exchange| exchange.at_ns / 1_000_000).collect();
    assert_eq!(times, [0, 5000]);
    Ok(())
}
