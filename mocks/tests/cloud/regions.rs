//! Regions and cross-region inference: where a request is served, and what a client gets to know of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bedload_mocks::faults::{Aim, Fault, Kind, Outage, Unavailable, UnavailableMessage};
use bedload_mocks::{ApplicationProfile, Cloud, Geography, Quota};
use serde_json::json;

use crate::common::{Book, HAIKU, Outcome, read};
use crate::plant::{Converse, cloud_of, haiku, many, plant, spec};

const FULL: &str = "Too many connections, please wait before trying again.";

fn ask(model_id: &str) -> Converse {
    Converse { model_id: model_id.to_owned(), ..Converse::default() }
}

fn us() -> String {
    format!("us.{HAIKU}")
}

fn served(book: &Book) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for region in book.exchanges().into_iter().filter_map(|exchange| exchange.inference_region) {
        *counts.entry(region.to_string()).or_default() += 1;
    }
    counts
}

fn in_region(region: &str) -> Aim {
    Aim { regions: vec![region.into()], ..Aim::default() }
}

async fn ask_often(cloud: &Cloud, model_id: &str) -> Outcome<BTreeSet<u16>> {
    let mut statuses = BTreeSet::new();
    for _ in 0..60 {
        statuses.insert(ask(model_id).outcome(cloud).await?.0);
    }
    Ok(statuses)
}

/// Asks so many times at once; the outcomes in the order of asking.
async fn ask_at_once(cloud: &Arc<Cloud>, model_id: &str, times: usize) -> Outcome<Vec<(u16, String)>> {
    let asked = |_| {
        let (cloud, ask) = (cloud.clone(), ask(model_id));
        tokio::spawn(async move { ask.outcome(&cloud).await })
    };
    let mut outcomes = Vec::new();
    for asked in (0..times).map(asked).collect::<Vec<_>>() {
        outcomes.push(asked.await??);
    }
    Ok(outcomes)
}

#[tokio::test(start_paused = true)]
async fn a_profile_spreads_over_its_destinations() -> Outcome {
    let ids = [
        us(),
        format!("arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.{HAIKU}"),
        "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3".to_owned(),
    ];
    let model = haiku()?.application_profile(ApplicationProfile::of_profile("a1b2c3", Geography::Us));
    for id in ids {
        let (cloud, book) = cloud_of(model.clone())?;
        assert_eq!(ask_often(&cloud, &id).await?, BTreeSet::from([200]));
        let served = served(&book);
        assert_eq!(served.keys().collect::<Vec<_>>(), ["us-east-1", "us-east-2", "us-west-2"], "{id}");
        assert!(served.values().all(|&count| count >= 10), "{served:?}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_model_is_served_where_it_is_asked() -> Outcome {
    let (cloud, book) = cloud_of(haiku()?)?;
    assert_eq!(ask_often(&cloud, HAIKU).await?, BTreeSet::from([200]));
    assert_eq!(served(&book), BTreeMap::from([("us-east-1".to_owned(), 60)]));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_profile_moves_round_a_faulted_region_and_no_response_tells() -> Outcome {
    let faults = [Kind::Unavailable(Unavailable::default()), Kind::Outage(Outage)];
    for kind in faults {
        let fault = Fault::new("gone", kind).aimed_at(in_region("us-east-2"));
        let (cloud, book) = plant(spec(haiku()?, vec![fault])?);
        for _ in 0..60 {
            let response = ask(&us()).to(&cloud).await?;
            assert_eq!(response.status(), 200);
            let names: BTreeSet<_> = response.headers().keys().map(|name| name.as_str()).collect();
            assert_eq!(names, BTreeSet::from(["content-type", "date", "x-amzn-requestid"]));
            let told = format!(
                "{:?} {:?}",
                response.headers(),
                response.extensions().get::<bedload_mocks::FaultHit>()
            );
            let body = String::from_utf8(read(response).await?.to_vec())?;
            for region in ["us-east-2", "us-west-2", "gone"] {
                assert!(!told.contains(region) && !body.contains(region), "{told} {body}");
            }
        }
        assert_eq!(served(&book).into_keys().collect::<Vec<_>>(), ["us-east-1", "us-west-2"]);
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn without_a_destination_left_it_is_a_503() -> Outcome {
    let connections = Unavailable { message: UnavailableMessage::Connections };
    let everywhere = Fault::new("gone", Kind::Unavailable(connections));
    let model = haiku()?.quota(Quota::unlimited().requests_per_minute(1));
    let (cloud, book) = plant(spec(model, vec![everywhere])?);
    for _ in 0..3 {
        assert_eq!(ask(&us()).outcome(&cloud).await?, (503, FULL.to_owned()));
    }
    assert!(book.exchanges().iter().all(|exchange| exchange.fault.as_deref() == Some("gone")));
    assert!(book.exchanges().iter().all(|exchange| exchange.inference_region.is_none()));
    // What no region had room for used none of the quota.
    cloud.clear_faults();
    assert_eq!(ask(&us()).outcome(&cloud).await?.0, 200);
    assert_eq!(ask(&us()).outcome(&cloud).await?.0, 429);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn what_no_model_answers_needs_a_region_but_no_quota() -> Outcome {
    let away = Fault::new("away", Kind::Unavailable(Unavailable::default()));
    let model = haiku()?.quota(Quota::unlimited().requests_per_minute(0)).capacity(many(1));
    let (cloud, _) = plant(spec(model, vec![away])?);
    let count = || {
        let messages = json!([{ "role": "user", "content": [{ "text": "Say hello." }] }]);
        let fields = json!({ "input": { "converse": { "messages": messages } } });
        Converse { operation: "count-tokens", fields, ..ask(HAIKU) }
    };
    assert_eq!(count().outcome(&cloud).await?.0, 503);
    cloud.clear_faults();
    assert_eq!(count().outcome(&cloud).await?.0, 200);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn capacity_is_requests_in_flight_and_never_a_429() -> Outcome {
    let (cloud, book) = cloud_of(haiku()?.capacity(many(2)))?;
    let outcomes = ask_at_once(&cloud, HAIKU, 4).await?;
    let full = (503, FULL.to_owned());
    let ok = (200, String::new());
    assert_eq!(outcomes, [ok.clone(), ok.clone(), full.clone(), full]);
    assert_eq!(ask(HAIKU).outcome(&cloud).await?, ok);
    let errors: Vec<_> = book.exchanges().into_iter().filter_map(|exchange| exchange.error_type).collect();
    assert_eq!(errors, ["ServiceUnavailableException", "ServiceUnavailableException"]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_profile_fills_its_destinations_one_after_the_other() -> Outcome {
    let (cloud, book) = cloud_of(haiku()?.capacity(many(2)))?;
    let outcomes = ask_at_once(&cloud, &us(), 8).await?;
    let statuses: Vec<_> = outcomes.into_iter().map(|(status, _)| status).collect();
    assert_eq!(statuses, [200, 200, 200, 200, 200, 200, 503, 503]);
    assert!(served(&book).values().all(|&count| count == 2));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn an_id_that_leads_nowhere_is_a_mistake() -> Outcome {
    let behind = haiku()?.profiles_only();
    let elsewhere = haiku()?.regions(["us-west-2"]);
    let invalid = || "The provided model identifier is invalid.".to_owned();
    let eu = format!("eu.{HAIKU}");
    let cases = [
        (
            behind.clone(),
            HAIKU.to_owned(),
            format!(
                "Invocation of model ID {HAIKU} with on-demand throughput isn’t supported. Retry your request with the ID or ARN of an inference profile that contains this model."
            ),
        ),
        (elsewhere.clone(), HAIKU.to_owned(), invalid()),
        (haiku()?, eu, invalid()),
    ];
    for (model, id, message) in cases {
        let (cloud, _) = cloud_of(model)?;
        assert_eq!(ask(&id).outcome(&cloud).await?, (400, message), "{id}");
    }
    for model in [behind, elsewhere] {
        let (cloud, _) = cloud_of(model)?;
        assert_eq!(ask(&us()).outcome(&cloud).await?.0, 200);
    }
    Ok(())
}
