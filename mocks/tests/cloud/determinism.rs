//! One seed gives the same bytes at the same times; another seed gives others.

use std::num::NonZeroU64;
use std::time::Duration;

use crate::common::{Outcome, ask, cloud, steady};
use bedload_mocks::faults::{
    Drip, Fault, FirstByte, Kind, Latency, MalformedJson, Reset, Share, SwapEvents, Throttle,
};
use bedload_mocks::{Behaviour, Spread};
use http_body_util::BodyExt;

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
    let some = |name: &str, kind| Fault::new(name, kind).share(half);
    let faults = vec![
        some("slow", Kind::Latency(Latency { added })),
        some("late", Kind::FirstByte(FirstByte { added })),
        some("swap", Kind::SwapEvents(SwapEvents { after: 2 })),
        some("thin", Kind::Drip(Drip { bytes_per_s: NonZeroU64::MIN.saturating_add(2999) })),
        some("garbled", Kind::MalformedJson(MalformedJson)),
        some("cut", Kind::Reset(Reset::WithinBody { after: 5 })),
        some("busy", Kind::Throttle(Throttle::default())),
    ];
    let (cloud, book) = cloud(seed, lively()?, faults)?;
    let mut story = String::new();
    for operation in OPERATIONS.iter().cycle().take(40) {
        let response = cloud.handle(ask(operation)?).await;
        story += &format!("{:?} {:?}\n", response.status(), response.headers());
        let mut body = response.into_body();
        while let Some(frame) = body.frame().await {
            story += &format!("{frame:?}\n");
        }
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
