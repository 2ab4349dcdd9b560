//! Quotas as a client meets them: what is admitted, what is not, and in which words.

use std::time::Duration;

use bedload_mocks::faults::{Fault, Kind, QuotaSqueeze, Share};
use bedload_mocks::{Account, Optimized, Provisioned, Quota, Reserved, WindowLaw};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::time::advance;

use crate::common::{Outcome, read};
use crate::plant::{Converse, cloud_of, haiku, many, plant, spec};

const REQUESTS: &str = "Too many requests, please wait before trying again.";
const TOKENS: &str = "Too many tokens, please wait before trying again.";
const TOKENS_PER_DAY: &str = "Too many tokens per day, please wait before trying again.";

/// A reservation of 100 tokens: 3 of input, 97 to answer at most.
fn ask() -> Converse {
    Converse::default()
}

fn no_limit() -> Converse {
    Converse { fields: json!({}), ..ask() }
}

fn stream() -> Converse {
    Converse { operation: "converse-stream", ..ask() }
}

fn ok() -> (u16, String) {
    (200, String::new())
}

fn throttled(message: &str) -> (u16, String) {
    (429, message.to_owned())
}

#[tokio::test(start_paused = true)]
async fn each_quota_throttles_in_its_own_words_and_comes_back() -> Outcome {
    let cases = [
        (Quota::unlimited().requests_per_minute(1), REQUESTS, 60),
        (Quota::unlimited().tokens_per_minute(100), TOKENS, 60),
        (Quota::unlimited().tokens_per_day(100), TOKENS_PER_DAY, 24 * 3600),
    ];
    for (quota, words, secs) in cases {
        let (cloud, book) = cloud_of(haiku()?.quota(quota))?;
        assert_eq!(ask().outcome(&cloud).await?, ok(), "{quota:?}");
        let response = ask().to(&cloud).await?;
        assert_eq!(response.headers()["x-amzn-errortype"], "ThrottlingException");
        assert_eq!(response.status(), 429);
        assert_eq!(read(response).await?, json!({ "message": words }).to_string());
        advance(Duration::from_secs(secs)).await;
        assert_eq!(ask().outcome(&cloud).await?, ok(), "{quota:?}");
        let statuses: Vec<_> = book.exchanges().iter().map(|exchange| exchange.status).collect();
        assert_eq!(statuses, [Some(200), Some(429), Some(200)]);
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn what_was_reserved_comes_back_when_the_answer_ends() -> Outcome {
    let (cloud, _) = cloud_of(haiku()?.quota(Quota::unlimited().tokens_per_minute(150)))?;
    let mut body = stream().to(&cloud).await?.into_body();
    assert_eq!(ask().outcome(&cloud).await?, throttled(TOKENS));
    while let Some(frame) = body.frame().await {
        frame?;
    }
    // 3 in and 8 out are spent of 150: another 100 fit.
    assert_eq!(ask().outcome(&cloud).await?, ok());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_client_that_hangs_up_settles_too() -> Outcome {
    let (cloud, book) = cloud_of(haiku()?.quota(Quota::unlimited().tokens_per_minute(150)))?;
    let mut body = stream().to(&cloud).await?.into_body();
    body.frame().await.ok_or("no first frame")??;
    drop(body);
    assert!(book.exchanges()[0].hung_up);
    assert_eq!(ask().outcome(&cloud).await?, ok());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn an_unset_limit_reserves_the_models_maximum() -> Outcome {
    let quota = Quota::unlimited().tokens_per_minute(4098);
    let model = haiku()?.quota(quota).max_output_tokens(many(4096));
    let (cloud, _) = cloud_of(model)?;
    assert_eq!(no_limit().outcome(&cloud).await?, throttled(TOKENS));
    assert_eq!(ask().outcome(&cloud).await?, ok());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn output_burns_down_faster_than_it_was_reserved() -> Outcome {
    // A request holds 100 of 180 and ends up with 3 + 8 × 10: nothing of 100 fits after it, but 97 do.
    let model = haiku()?.quota(Quota::unlimited().tokens_per_minute(180)).burndown(many(10));
    let (cloud, _) = cloud_of(model)?;
    assert_eq!(ask().outcome(&cloud).await?, ok());
    assert_eq!(ask().outcome(&cloud).await?, throttled(TOKENS));
    let smaller = Converse { fields: json!({ "inferenceConfig": { "maxTokens": 94 } }), ..ask() };
    assert_eq!(smaller.outcome(&cloud).await?, ok());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn mistaken_and_throttled_requests_use_nothing() -> Outcome {
    let (cloud, _) = cloud_of(haiku()?.quota(Quota::unlimited().requests_per_minute(2)))?;
    let mistaken = || Converse { fields: json!({ "messages": [] }), ..ask() };
    for _ in 0..3 {
        assert_eq!(mistaken().outcome(&cloud).await?.0, 400);
    }
    assert_eq!(ask().outcome(&cloud).await?, ok());
    assert_eq!(ask().outcome(&cloud).await?, ok());
    for _ in 0..3 {
        assert_eq!(ask().outcome(&cloud).await?, throttled(REQUESTS));
    }
    advance(Duration::from_secs(60)).await;
    assert_eq!(ask().outcome(&cloud).await?, ok());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_bucket_refills_all_the_time() -> Outcome {
    let quota = Quota::unlimited().requests_per_minute(2).windows(WindowLaw::Refill);
    let (cloud, _) = cloud_of(haiku()?.quota(quota))?;
    assert_eq!(ask().outcome(&cloud).await?, ok());
    assert_eq!(ask().outcome(&cloud).await?, ok());
    assert_eq!(ask().outcome(&cloud).await?, throttled(REQUESTS));
    advance(Duration::from_secs(30)).await;
    assert_eq!(ask().outcome(&cloud).await?, ok());
    assert_eq!(ask().outcome(&cloud).await?, throttled(REQUESTS));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn regions_profiles_and_accounts_have_quotas_of_their_own() -> Outcome {
    let model = haiku()?.quota(Quota::unlimited().requests_per_minute(1));
    let two = Account::new("222222222222")?.access_key("AKIDTWO");
    let spec = spec(model, vec![])?.account(Account::new("111111111111")?)?.account(two)?;
    let (cloud, _) = plant(spec);
    let profile = format!("us.{}", ask().model_id);
    let askers = [
        || ask(),
        || Converse { region: "us-west-2", ..ask() },
        || Converse { access_key: "AKIDTWO", ..ask() },
    ];
    for asker in askers {
        assert_eq!(asker().outcome(&cloud).await?, ok());
        assert_eq!(asker().outcome(&cloud).await?, throttled(REQUESTS));
        let through = || Converse { model_id: profile.clone(), ..asker() };
        assert_eq!(through().outcome(&cloud).await?, ok());
        assert_eq!(through().outcome(&cloud).await?, throttled(REQUESTS));
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn reserved_capacity_flows_over_into_the_default_tier() -> Outcome {
    let model = haiku()?.quota(Quota::unlimited().requests_per_minute(1)).reserved(Reserved::new(100, 97)?);
    let (cloud, book) = cloud_of(model)?;
    let tiered = |tier: &str| Converse {
        fields: json!({ "serviceTier": { "type": tier }, "inferenceConfig": { "maxTokens": 97 } }),
        ..ask()
    };
    // The first answer holds all the reserved output while it runs.
    let first = Converse { operation: "converse-stream", ..tiered("reserved") }.to(&cloud).await?;
    let second = tiered("reserved").to(&cloud).await?;
    let said: Value = serde_json::from_slice(&read(second).await?)?;
    assert_eq!(said["serviceTier"], json!({ "type": "default" }));
    for tier in ["reserved", "priority", "flex", "default"] {
        assert_eq!(tiered(tier).outcome(&cloud).await?, throttled(REQUESTS), "{tier}");
    }
    read(first).await?;
    let tiers: Vec<_> = book.exchanges().iter().filter_map(|exchange| exchange.service_tier).collect();
    assert_eq!(tiers, ["default", "reserved"]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_reservation_must_be_there() -> Outcome {
    let (cloud, _) = cloud_of(haiku()?)?;
    let reserved = Converse { fields: json!({ "serviceTier": { "type": "reserved" } }), ..ask() };
    assert_eq!(reserved.outcome(&cloud).await?, (400, "Reservation not found.".to_owned()));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn optimised_latency_is_faster_and_ends_in_silence() -> Outcome {
    let optimized = Optimized::new(Quota::unlimited().requests_per_minute(1), 2.0)?;
    let (cloud, book) = cloud_of(haiku()?.optimized(optimized))?;
    let mut modes = Vec::new();
    for _ in 0..2 {
        let fast = Converse { fields: json!({ "performanceConfig": { "latency": "optimized" } }), ..ask() };
        let said: Value = serde_json::from_slice(&read(fast.to(&cloud).await?).await?)?;
        modes.push((said["performanceConfig"]["latency"].clone(), said["metrics"]["latencyMs"].clone()));
    }
    assert_eq!(modes, [(json!("optimized"), json!(235)), (json!("standard"), json!(470))]);
    let noted: Vec<_> = book.exchanges().iter().map(|exchange| exchange.latency_mode).collect();
    assert_eq!(noted, [Some("optimized"), Some("standard")]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn provisioned_units_have_throughput_of_their_own() -> Outcome {
    const ARN: &str = "arn:aws:bedrock:us-east-1:111111111111:provisioned-model/a1b2c3";
    let units = Provisioned::new("a1b2c3", "us-east-1", many(2), 75)?;
    let (cloud, _) = cloud_of(haiku()?.quota(Quota::unlimited().requests_per_minute(0)).provisioned(units))?;
    let provisioned = |region| Converse { model_id: ARN.to_owned(), region, ..ask() };
    assert_eq!(ask().outcome(&cloud).await?, throttled(REQUESTS));
    let held = Converse { operation: "converse-stream", ..provisioned("us-east-1") }.to(&cloud).await?;
    assert_eq!(provisioned("us-east-1").outcome(&cloud).await?, throttled(TOKENS));
    read(held).await?;
    assert_eq!(provisioned("us-east-1").outcome(&cloud).await?, ok());
    assert_eq!(provisioned("us-west-2").outcome(&cloud).await?.0, 400);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_squeeze_is_blamed_only_for_what_it_alone_refuses() -> Outcome {
    let squeeze = Fault::new("squeeze", Kind::QuotaSqueeze(QuotaSqueeze { to: Share::new(0.25)? }));
    let model = haiku()?.quota(Quota::unlimited().requests_per_minute(4));
    let (cloud, book) = plant(spec(model, vec![squeeze])?);
    assert_eq!(ask().outcome(&cloud).await?, ok());
    assert_eq!(ask().outcome(&cloud).await?, throttled(REQUESTS));
    cloud.clear_faults();
    for _ in 0..3 {
        assert_eq!(ask().outcome(&cloud).await?, ok());
    }
    assert_eq!(ask().outcome(&cloud).await?, throttled(REQUESTS));
    let faults: Vec<_> = book.exchanges().iter().map(|exchange| exchange.fault.clone()).collect();
    assert_eq!(faults, [None, Some("squeeze".into()), None, None, None, None]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_reset_gives_all_quotas_back() -> Outcome {
    let (cloud, _) = cloud_of(haiku()?.quota(Quota::unlimited().requests_per_minute(1)))?;
    assert_eq!(ask().outcome(&cloud).await?, ok());
    assert_eq!(ask().outcome(&cloud).await?, throttled(REQUESTS));
    cloud.reset();
    assert_eq!(ask().outcome(&cloud).await?, ok());
    Ok(())
}
