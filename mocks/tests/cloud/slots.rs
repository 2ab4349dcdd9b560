//! A model with so many slots answers so many at once, and has the others wait in line.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bedload_mocks::{Cloud, Epoch, ModelSpec};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::common::{HAIKU, Outcome, read};
use crate::plant::{Converse, cloud_of, haiku, many};

/// How long haiku takes for an answer.
const SERVICE: Duration = Duration::from_millis(470);

/// A haiku with so many slots.
fn slotted(slots: u32) -> Outcome<ModelSpec> {
    Ok(haiku()?.slots(many(slots)))
}

fn now() -> Instant {
    Epoch::starting_at(SystemTime::UNIX_EPOCH).instant
}

#[expect(clippy::disallowed_methods, reason = "a client waits by its own clock, here the paused one")]
async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}

/// Asks for a whole answer, and tells when it has been read: in milliseconds after `began`.
fn ask(cloud: &Arc<Cloud>, began: Instant, operation: &'static str) -> JoinHandle<u128> {
    let cloud = cloud.clone();
    tokio::spawn(async move {
        let asked = Converse { operation, ..Converse::default() };
        let read = async { read(asked.to(&cloud).await?).await };
        match read.await {
            Ok(_) => began.elapsed().as_millis(),
            Err(_) => 0,
        }
    })
}

#[tokio::test(start_paused = true)]
async fn the_line_is_first_come_first_served_whole_or_streamed() -> Outcome {
    for operation in ["converse", "converse-stream"] {
        let (cloud, _) = cloud_of(slotted(1)?)?;
        let began = now();
        let mut asked = Vec::new();
        for _ in 0..4 {
            asked.push(ask(&cloud, began, operation));
            pause(Duration::from_millis(10)).await;
        }
        for (place, asked) in (1..).zip(asked) {
            assert_eq!(asked.await?, place * SERVICE.as_millis(), "{operation}");
        }
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn who_hangs_up_leaves_the_line_or_the_slot() -> Outcome {
    let (cloud, book) = cloud_of(slotted(1)?.capacity(many(3)))?;
    let began = now();
    let at_the_counter = ask(&cloud, began, "converse");
    pause(Duration::from_millis(10)).await;
    let in_line = ask(&cloud, began, "converse");
    pause(Duration::from_millis(10)).await;
    let behind = ask(&cloud, began, "converse");
    pause(Duration::from_millis(10)).await;
    in_line.abort();
    pause(Duration::from_millis(70)).await;
    at_the_counter.abort();
    // 100 ms in, the third is the only one left.
    assert_eq!(behind.await?, 100 + SERVICE.as_millis());
    let hung_up: Vec<(u64, bool)> =
        book.exchanges().iter().map(|exchange| (exchange.number, exchange.hung_up)).collect();
    assert_eq!(hung_up, [(1, true), (0, true), (2, false)]);
    // Who left the line was never answered; its place is free again.
    assert!(book.exchanges()[0].output_tokens.is_none());
    let all = [0; 3].map(|_| ask(&cloud, began, "converse"));
    for asked in all {
        assert_ne!(asked.await?, 0);
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn at_overload_c_slots_give_c_answers_per_service_time() -> Outcome {
    for slots in [1, 3, 8] {
        let (cloud, _) = cloud_of(slotted(slots)?)?;
        let began = now();
        // Twice what the slots can do, for 100 service times.
        let mut asked = Vec::new();
        for _ in 0..200 * slots {
            asked.push(ask(&cloud, began, "converse-stream"));
            pause(SERVICE / (2 * slots)).await;
        }
        // Eighty of them, once all slots are taken.
        let window = (10 * SERVICE.as_millis())..(90 * SERVICE.as_millis());
        let mut within = 0;
        for asked in asked {
            within += u32::from(window.contains(&asked.await?));
        }
        assert_eq!(within, 80 * slots, "{slots} slots");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn capacity_counts_those_in_line_and_a_line_is_each_regions_own() -> Outcome {
    let (cloud, _) = cloud_of(slotted(1)?.capacity(many(2)))?;
    let (served, in_line) = (ask(&cloud, now(), "converse"), ask(&cloud, now(), "converse"));
    pause(Duration::from_millis(1)).await;
    assert_eq!(Converse::default().outcome(&cloud).await?.0, 503);
    let elsewhere = Converse { region: "us-west-2", model_id: HAIKU.to_owned(), ..Converse::default() };
    let began = now();
    assert_eq!(elsewhere.outcome(&cloud).await?.0, 200);
    assert_eq!(began.elapsed(), SERVICE);
    assert_eq!(served.await?, SERVICE.as_millis());
    assert_eq!(in_line.await?, 2 * SERVICE.as_millis());
    Ok(())
}
