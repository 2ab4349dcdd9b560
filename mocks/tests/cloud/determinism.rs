//! One seed gives the same bytes at the same times; another seed gives others.

use std::time::Duration;

use crate::common::{Outcome, ask, cloud, read, steady};
use bedload_mocks::faults::{Fault, Kind, Latency, Share, Throttle};
use bedload_mocks::{Behaviour, Spread};

const OPERATIONS: [&str; 4] = ["converse", "converse-stream", "invoke", "invoke-with-response-stream"];

fn lively() -> Outcome<Behaviour> {
    let millis = Duration::from_millis;
    Ok(Behaviour {
        ttft: Spread::from_p50_p99(millis(400), millis(1500))?,
        per_token: Spread::from_p50_p99(millis(10), millis(40))?,
        output_tokens: Spread::from_p50_p99(30, 120)?,
        ..steady()
    })
}

/// Everything that a client and the ledger can see of forty exchanges, as text.
async fn story(seed: u64) -> Outcome<String> {
    let half = Share::new(0.5)?;
    let added = Spread::from_p50_p99(Duration::from_millis(100), Duration::from_secs(1))?;
    let faults = vec![
        Fault::new("slow", Kind::Latency(Latency { added })).share(half),
        Fault::new("busy", Kind::Throttle(Throttle::default())).share(half),
    ];
    let (cloud, book) = cloud(seed, lively()?, faults)?;
    let mut story = String::new();
    for operation in OPERATIONS.iter().cycle().take(40) {
        let response = cloud.handle(ask(operation)?).await;
        story += &format!("{:?} {:?}\n", response.status(), response.headers());
        story += &format!("{:?}\n", read(response).await?);
    }
    for exchange in book.exchanges() {
        story += &serde_json::to_string(&exchange)?;
        story.push('\n');
    }
    Ok(story)
}

#[tokio::test(start_paused = true)]
async fn one_seed_tells_one_story() -> Outcome {
    assert_eq!(story(7).await?, story(7).await?);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn another_seed_tells_another() -> Outcome {
    assert_ne!(story(7).await?, story(8).await?);
    Ok(())
}
