//! Each fault from outside: what a client gets of it, when, and what the ledger names.

use std::num::NonZeroU64;
use std::time::{Duration, SystemTime};

use crate::common::{Book, Outcome, ask, cloud, request, steady};
use aws_smithy_eventstream::frame::read_message_from;
use bedload_mocks::faults::{
    BadCrc, CrcPart, Downgrade, Drip, DuplicateEvent, EarlyEnd, ErrorAnswer, ErrorFrame, ExceptionFrame,
    Fault, FirstByte, Kind, Latency, MalformedJson, Outage, Refuse, Reset, Sever, Share, SlowTokens, Stall,
    StallTime, Strikes, SwapEvents, Throttle, Truncate, WrongDate,
};
use bedload_mocks::ledger::Verdict;
use bedload_mocks::{Cloud, Epoch, FaultHit, Spread};
use bytes::Bytes;
use http_body_util::BodyExt;

/// Longer than any answer here takes.
const LONG: Duration = Duration::from_secs(3600);

/// What a future gives, if it gives anything before long.
#[expect(clippy::disallowed_methods, reason = "only a limit tells what never comes")]
async fn patiently<T>(future: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(LONG, future).await.ok()
}

/// What a client sees of the body of an answer, a word each: the millisecond and the event, or what is
/// there instead of one.
async fn story(cloud: &Cloud, operation: &str) -> Outcome<String> {
    let began = Epoch::starting_at(SystemTime::UNIX_EPOCH).instant;
    let mut body = cloud.handle(ask(operation)?).await.into_body();
    let mut story = Vec::new();
    loop {
        let frame = patiently(body.frame()).await;
        let at_ms = began.elapsed().as_millis();
        match frame {
            None => {
                story.push("silence".to_owned());
                break;
            }
            Some(None) => break,
            Some(Some(Err(error))) => story.push(format!("{at_ms}:{error}")),
            Some(Some(Ok(frame))) => {
                story.push(format!("{at_ms}:{}", word(frame.into_data().map_err(|_| "no data")?)));
            }
        }
    }
    Ok(story.join(" "))
}

fn word(bytes: Bytes) -> String {
    let size = bytes.len();
    match read_message_from(bytes) {
        Err(error) if error.to_string().contains("checksum") => "bad-crc".to_owned(),
        Err(_) => format!("{size}B"),
        Ok(message) => {
            let names = [":event-type", ":exception-type", ":error-code"];
            let name = message.headers().iter().find(|header| names.contains(&header.name().as_str()));
            name.and_then(|header| header.value().as_string().ok())
                .map_or("?".to_owned(), |name| name.as_str().replace("contentBlock", ""))
        }
    }
}

/// The faults that the ledger names for the first exchange: the one that decided, and all.
fn named(book: &Book) -> Outcome<(String, String)> {
    let exchanges = book.exchanges();
    let exchange = exchanges.first().ok_or("nothing noted")?;
    Ok((exchange.fault.as_deref().unwrap_or("-").to_owned(), exchange.faults.join(" ")))
}

fn fault(kind: Kind) -> Fault {
    Fault::new("f", kind)
}

fn millis(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

const WHOLE_STREAM: &str =
    "0:messageStart 400:Delta 430:Delta 460:Delta 470:Stop 470:messageStop 470:metadata";

#[tokio::test(start_paused = true)]
async fn what_a_stream_becomes() -> Outcome {
    let stall = |lasts| Kind::Stall(Stall { after: 2, lasts });
    let crc = |part| Kind::BadCrc(BadCrc { after: 2, part });
    let rest = "460:Delta 470:Stop 470:messageStop 470:metadata";
    let late = |name: &str| format!("0:messageStart 400:Delta {name}");
    let cases = [
        (
            Kind::FirstByte(FirstByte { added: Spread::constant(millis(100)) }),
            "100:messageStart 500:Delta 530:Delta 560:Delta 570:Stop 570:messageStop 570:metadata".to_owned(),
        ),
        (
            Kind::SlowTokens(SlowTokens::new(2.0)?),
            "0:messageStart 800:Delta 860:Delta 920:Delta 940:Stop 940:messageStop 940:metadata".to_owned(),
        ),
        (
            stall(StallTime::For(millis(1000))),
            late("1430:Delta 1460:Delta 1470:Stop 1470:messageStop 1470:metadata"),
        ),
        (stall(StallTime::Forever), late("silence")),
        (
            Kind::ExceptionFrame(ExceptionFrame::new("ModelStreamErrorException", None, 2)?),
            late("430:modelStreamErrorException"),
        ),
        (Kind::ErrorFrame(ErrorFrame::new("Weird", "It broke.", 2)?), late("430:Weird")),
        (Kind::Truncate(Truncate { after: 2 }), late("430:79B")),
        (crc(CrcPart::Message), late(&format!("430:bad-crc {rest}"))),
        (crc(CrcPart::Prelude), late(&format!("430:bad-crc {rest}"))),
        (Kind::EarlyEnd(EarlyEnd { after: 2 }), "0:messageStart 400:Delta".to_owned()),
        (Kind::Reset(Reset::WithinBody { after: 2 }), late("430:connection reset")),
        (Kind::DuplicateEvent(DuplicateEvent { after: 2 }), late(&format!("430:Delta 430:Delta {rest}"))),
        (
            Kind::SwapEvents(SwapEvents { after: 3 }),
            "0:messageStart 400:Delta 430:Delta 470:Stop 470:Delta 470:messageStop 470:metadata".to_owned(),
        ),
    ];
    for (kind, expected) in cases {
        let word = kind.word();
        let (cloud, book) = cloud(7, steady(), vec![fault(kind)])?;
        assert_eq!(story(&cloud, "converse-stream").await?, expected, "{word}");
        assert_eq!(named(&book)?, ("f".to_owned(), "f".to_owned()), "{word}");
        let exchange = &book.exchanges()[0];
        assert_eq!(exchange.hung_up, expected.ends_with("silence"), "{word}");
        assert_eq!(exchange.verdict == Verdict::Severed, expected.ends_with("reset"), "{word}");
        let [state] = &cloud.faults()[..] else { return Err("not one fault".into()) };
        assert_eq!((state.matched, state.struck), (1, 1), "{word}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn what_a_whole_answer_becomes() -> Outcome {
    let (plain, _) = cloud(7, steady(), vec![])?;
    let plain = story(&plain, "converse").await?;
    let size: usize = plain.trim_start_matches("470:").trim_end_matches('B').parse()?;
    let (first, second) = (size / 2, size - size / 2);
    let stall = |lasts| Kind::Stall(Stall { after: 9, lasts });
    let cases = [
        (Kind::FirstByte(FirstByte { added: Spread::constant(millis(100)) }), format!("570:{size}B")),
        (stall(StallTime::For(millis(1000))), format!("470:{first}B 1470:{second}B")),
        (stall(StallTime::Forever), format!("470:{first}B silence")),
        (Kind::Truncate(Truncate { after: 9 }), format!("470:{first}B")),
        (Kind::Reset(Reset::WithinBody { after: 9 }), format!("470:{first}B 470:connection reset")),
        (Kind::MalformedJson(MalformedJson), format!("470:{size}B")),
    ];
    for (kind, expected) in cases {
        let word = kind.word();
        let (cloud, book) = cloud(7, steady(), vec![fault(kind)])?;
        assert_eq!(story(&cloud, "converse").await?, expected, "{word}");
        assert_eq!(named(&book)?, ("f".to_owned(), "f".to_owned()), "{word}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_fault_that_could_not_bite_is_not_named() -> Outcome {
    let stream = [
        Kind::EarlyEnd(EarlyEnd { after: 7 }),
        Kind::SwapEvents(SwapEvents { after: 6 }),
        Kind::Stall(Stall { after: 99, lasts: StallTime::Forever }),
        Kind::Downgrade(Downgrade::Tier),
        Kind::Latency(Latency { added: Spread::constant(Duration::ZERO) }),
        Kind::Drip(Drip { bytes_per_s: NonZeroU64::MAX }),
    ];
    for kind in stream {
        let word = kind.word();
        let (cloud, book) = cloud(7, steady(), vec![fault(kind)])?;
        assert_eq!(story(&cloud, "converse-stream").await?, WHOLE_STREAM, "{word}");
        assert_eq!(named(&book)?, ("-".to_owned(), String::new()), "{word}");
        assert_eq!(cloud.faults()[0].struck, 0, "{word}");
    }
    let whole = [
        Kind::SlowTokens(SlowTokens::new(9.0)?),
        Kind::ExceptionFrame(ExceptionFrame::new("ThrottlingException", None, 0)?),
        Kind::BadCrc(BadCrc { after: 0, part: CrcPart::Message }),
        Kind::EarlyEnd(EarlyEnd { after: 0 }),
        Kind::DuplicateEvent(DuplicateEvent { after: 0 }),
    ];
    for kind in whole {
        let word = kind.word();
        let (cloud, book) = cloud(7, steady(), vec![fault(kind)])?;
        assert!(story(&cloud, "invoke").await?.starts_with("470:"), "{word}");
        assert_eq!(named(&book)?, ("-".to_owned(), String::new()), "{word}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn several_faults_strike_one_answer_in_the_scripts_order() -> Outcome {
    let faults = vec![
        Fault::new("late", Kind::Latency(Latency { added: Spread::constant(millis(50)) })),
        Fault::new("twice", Kind::DuplicateEvent(DuplicateEvent { after: 0 })),
        Fault::new("slow", Kind::SlowTokens(SlowTokens::new(2.0)?)),
        Fault::new("cut", Kind::Reset(Reset::WithinBody { after: 4 })),
        Fault::new("too-late", Kind::EarlyEnd(EarlyEnd { after: 6 })),
    ];
    let (cloud, book) = cloud(7, steady(), faults)?;
    let story = story(&cloud, "converse-stream").await?;
    assert_eq!(story, "50:messageStart 50:messageStart 850:Delta 910:Delta 970:connection reset");
    assert_eq!(named(&book)?, ("cut".to_owned(), "late twice slow cut".to_owned()));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn edits_reach_errors_too() -> Outcome {
    let faults = vec![
        Fault::new("clock", Kind::WrongDate(WrongDate::Ahead(Duration::from_secs(600)))),
        Fault::new("garbled", Kind::MalformedJson(MalformedJson)),
        Fault::new("busy", Kind::Throttle(Throttle::default())),
    ];
    let (cloud, book) = cloud(7, steady(), faults)?;
    let response = cloud.handle(ask("converse")?).await;
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["date"], "Thu, 01 Jan 2026 00:10:00 GMT");
    let body = response.into_body().collect().await?.to_bytes();
    assert!(body.ends_with(b"again.\"{"), "{body:?}");
    assert_eq!(named(&book)?, ("busy".to_owned(), "busy clock garbled".to_owned()));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_thin_pipe_lets_a_stream_trickle() -> Outcome {
    let drip = Drip { bytes_per_s: NonZeroU64::MIN.saturating_add(999) };
    let (plain, _) = cloud(7, steady(), vec![])?;
    let (thin, book) = cloud(7, steady(), vec![fault(Kind::Drip(drip))])?;
    let plain = plain.handle(ask("converse-stream")?).await.into_body().collect().await?.to_bytes();
    let began = Epoch::starting_at(SystemTime::UNIX_EPOCH).instant;
    let mut body = thin.handle(ask("converse-stream")?).await.into_body();
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let part = frame?.into_data().map_err(|_| "no data")?;
        assert!(part.len() <= 100, "a tenth of a second's worth: {}", part.len());
        bytes.extend_from_slice(&part);
        assert!(bytes.len() as u128 <= began.elapsed().as_millis(), "no faster than 1,000 bytes a second");
    }
    drop(body);
    assert_eq!(bytes, plain);
    assert_eq!((book.exchanges()[0].stream_events, book.exchanges()[0].hung_up), (7, false));
    assert_eq!(named(&book)?.0, "f");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn cuts_stand_in_the_extensions() -> Outcome {
    let cases = [
        (Kind::Refuse(Refuse), Sever::Refused),
        (Kind::Reset(Reset::BeforeHead), Sever::BeforeHead),
        (Kind::Reset(Reset::WithinHead), Sever::WithinHead),
    ];
    for (kind, sever) in cases {
        let (cloud, book) = cloud(7, steady(), vec![fault(kind)])?;
        let response = cloud.handle(ask("converse")?).await;
        assert_eq!(response.extensions().get(), Some(&sever));
        assert_eq!(response.extensions().get(), Some(&FaultHit("f".into())));
        let [exchange] = &book.exchanges()[..] else { return Err("not one exchange".into()) };
        assert_eq!((exchange.status, exchange.fault.as_deref()), (None, Some("f")));
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn the_strikes_of_an_answer_are_told_while_it_is_read() -> Outcome {
    let (cloud, _) = cloud(7, steady(), vec![fault(Kind::Reset(Reset::WithinBody { after: 1 }))])?;
    let response = cloud.handle(ask("converse-stream")?).await;
    let strikes = response.extensions().get::<Strikes>().cloned().ok_or("no word of the faults")?;
    assert_eq!(response.extensions().get::<FaultHit>(), None, "it may yet come to nothing");
    let mut body = response.into_body();
    body.frame().await.ok_or("an event is missing")??;
    assert_eq!(strikes.fault(), None);
    assert!(body.frame().await.ok_or("the reset is missing")?.is_err());
    assert_eq!(strikes.fault().as_deref(), Some("f"));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn any_error_at_all() -> Outcome {
    let headers =
        [("Retry-After".to_owned(), "2".to_owned()), ("x-amz-retry-after".to_owned(), "900".to_owned())];
    let cases = [
        (
            ErrorAnswer::new(Some("ModelTimeoutException"), None, None, &[])?,
            408,
            Some("ModelTimeoutException"),
        ),
        (ErrorAnswer::new(Some("SlowDown"), Some(503), Some("Slow down."), &headers)?, 503, Some("SlowDown")),
        (ErrorAnswer::new(None, Some(429), None, &[])?, 429, None),
    ];
    for (error, status, code) in cases {
        let (cloud, book) = cloud(7, steady(), vec![fault(Kind::Error(error))])?;
        let response = cloud.handle(ask("converse")?).await;
        assert_eq!(response.status(), status);
        let said = response.headers().get("x-amzn-errortype").map(|code| code.to_str()).transpose()?;
        assert_eq!(said, code);
        if status == 503 {
            assert_eq!(response.headers()["retry-after"], "2");
            assert_eq!(response.headers()["x-amz-retry-after"], "900");
            assert_eq!(response.into_body().collect().await?.to_bytes(), r#"{"message":"Slow down."}"#);
        }
        assert_eq!(book.exchanges()[0].error_type.as_deref(), code);
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_downgrade_is_told_by_the_answer_alone() -> Outcome {
    let (cloud, book) = cloud(7, steady(), vec![fault(Kind::Downgrade(Downgrade::Tier))])?;
    let body =
        r#"{"messages":[{"role":"user","content":[{"text":"hi"}]}],"serviceTier":{"type":"priority"}}"#;
    let path = format!("/model/{}/converse", crate::common::HAIKU);
    let response = cloud.handle(request(&path, body)?).await;
    assert_eq!(response.status(), 200);
    let answer: serde_json::Value =
        serde_json::from_slice(&response.into_body().collect().await?.to_bytes())?;
    assert_eq!(answer["serviceTier"]["type"], "default");
    assert_eq!(named(&book)?.0, "f");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn faults_change_under_way_and_are_reset() -> Outcome {
    let (cloud, book) = cloud(7, steady(), vec![fault(Kind::Throttle(Throttle::default()))])?;
    let status =
        async |cloud: &Cloud| -> Outcome<u16> { Ok(cloud.handle(ask("converse")?).await.status().as_u16()) };
    assert_eq!(status(&cloud).await?, 429);
    assert!(cloud.remove_fault("f"));
    assert_eq!(status(&cloud).await?, 200);
    cloud.add_faults(vec![Fault::new("gone", Kind::Outage(Outage)).share(Share::new(1.0)?)])?;
    assert_eq!(status(&cloud).await?, 503);
    assert!(!cloud.refusal().refusing);
    cloud.add_faults(vec![Fault::new("shut", Kind::Refuse(Refuse))])?;
    assert!(cloud.refusal().refusing);
    cloud.clear_faults();
    assert_eq!(status(&cloud).await?, 200);
    cloud.reset();
    assert_eq!(status(&cloud).await?, 429);
    let exchanges = book.exchanges();
    assert_eq!(exchanges[0].request_id, exchanges[4].request_id, "chance begins anew too");
    Ok(())
}
