//! The ledger: every exchange stands in it once, as it went.

use std::time::Duration;

use crate::common::{Outcome, ask, cloud, read, request, steady};
use bedload_mocks::FaultHit;
use bedload_mocks::faults::{ErrorFrame, ExceptionFrame, Fault, Kind, Throttle, ThrottleMessage};
use bedload_mocks::ledger::Verdict;
use http_body_util::BodyExt;

#[tokio::test(start_paused = true)]
async fn a_stream_read_to_its_end() -> Outcome {
    let (cloud, book) = cloud(7, steady(), vec![])?;
    let bytes = read(cloud.handle(ask("converse-stream")?).await).await?;
    let [exchange] = &book.exchanges()[..] else {
        return Err("not one exchange".into());
    };
    assert_eq!(exchange.response_bytes, bytes.len() as u64);
    insta::assert_snapshot!(serde_json::to_string_pretty(exchange)?);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_whole_answer_is_over_before_its_first_byte_is_written() -> Outcome {
    let (cloud, book) = cloud(7, steady(), vec![])?;
    let response = cloud.handle(ask("converse")?).await;
    let [exchange] = &book.exchanges()[..] else {
        return Err("not one exchange".into());
    };
    assert_eq!((exchange.head_ns, exchange.done_ns), (Some(470_000_000), 470_000_000));
    assert_eq!((exchange.last_event_ns, exchange.verdict), (None, Verdict::Answered));
    drop(response);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_stream_tells_when_its_head_and_its_last_frame_left() -> Outcome {
    let (cloud, book) = cloud(7, steady(), vec![])?;
    let mut body = cloud.handle(ask("converse-stream")?).await.into_body();
    for _ in 0..3 {
        body.frame().await.ok_or("a frame is missing")??;
    }
    tokio::time::advance(Duration::from_secs(60)).await;
    drop(body);
    let [exchange] = &book.exchanges()[..] else {
        return Err("not one exchange".into());
    };
    assert_eq!((exchange.head_ns, exchange.last_event_ns), (Some(0), Some(430_000_000)));
    assert_eq!((exchange.done_ns, exchange.verdict), (60_430_000_000, Verdict::HungUp));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_breaks_off_with_an_error_names_it() -> Outcome {
    let frames = [
        (Kind::ExceptionFrame(ExceptionFrame::new("throttlingException", None, 2)?), "ThrottlingException"),
        (Kind::ExceptionFrame(ExceptionFrame::new("OtherException", None, 2)?), "OtherException"),
        (Kind::ErrorFrame(ErrorFrame::new("InternalError", "", 2)?), "InternalError"),
    ];
    for (kind, code) in frames {
        let (cloud, book) = cloud(7, steady(), vec![Fault::new("broken", kind)])?;
        read(cloud.handle(ask("converse-stream")?).await).await?;
        let [exchange] = &book.exchanges()[..] else {
            return Err("not one exchange".into());
        };
        assert_eq!((exchange.status, exchange.error_type.as_deref()), (Some(200), Some(code)));
        assert_eq!((exchange.stream_events, exchange.hung_up), (3, false), "{code}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_client_that_leaves_before_the_error_has_not_met_it() -> Outcome {
    let frame = ExceptionFrame::new("ThrottlingException", None, 2)?;
    let (cloud, book) = cloud(7, steady(), vec![Fault::new("broken", Kind::ExceptionFrame(frame))])?;
    let mut body = cloud.handle(ask("converse-stream")?).await.into_body();
    body.frame().await.ok_or("a frame is missing")??;
    drop(body);
    assert_eq!(book.exchanges()[0].error_type, None);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn clocks_are_compared_by_the_date_that_a_client_signs_with() -> Outcome {
    let cases = [
        ("20260101T000000Z", Some(0)),
        ("20260101T000300Z", Some(180_000)),
        ("20251231T235959Z", Some(-1000)),
        ("yesterday", None),
    ];
    let (cloud, book) = cloud(7, steady(), vec![])?;
    for (date, _) in cases {
        let mut request = request("/", "")?;
        request.headers_mut().insert("x-amz-date", date.parse()?);
        cloud.handle(request).await;
    }
    let noted: Vec<_> = book.exchanges().into_iter().map(|exchange| exchange.skew_ms).collect();
    assert_eq!(noted, cases.map(|(_, skew_ms)| skew_ms));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn what_a_request_lets_the_model_write_is_known_in_every_dialect() -> Outcome {
    let cases = [
        ("invoke", None, Some(64)),
        (
            "converse",
            Some(
                r#"{"messages":[{"role":"user","content":[{"text":"hi"}]}],"inferenceConfig":{"maxTokens":97}}"#,
            ),
            Some(97),
        ),
        ("converse", None, None),
    ];
    let throttle = Throttle { message: ThrottleMessage::Tokens, retry_after_ms: None };
    for faults in [vec![], vec![Fault::new("storm", Kind::Throttle(throttle))]] {
        let (cloud, book) = cloud(7, steady(), faults)?;
        for (operation, body, _) in cases {
            let mut request = ask(operation)?;
            if let Some(body) = body {
                *request.body_mut() = body.into();
            }
            cloud.handle(request).await;
        }
        let noted: Vec<_> =
            book.exchanges().iter().map(|exchange| exchange.max_tokens.map(u32::from)).collect();
        assert_eq!(noted, cases.map(|(_, _, max_tokens)| max_tokens));
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_stream_whose_last_frame_was_read_is_over() -> Outcome {
    let (cloud, book) = cloud(7, steady(), vec![])?;
    let mut body = cloud.handle(ask("converse-stream")?).await.into_body();
    for _ in 0..7 {
        body.frame().await.ok_or("a frame is missing")??;
    }
    drop(body);
    assert_eq!(book.exchanges().iter().map(|exchange| exchange.hung_up).collect::<Vec<_>>(), [false]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_client_that_leaves_a_stream_hangs_up() -> Outcome {
    let (cloud, book) = cloud(7, steady(), vec![])?;
    let mut body = cloud.handle(ask("converse-stream")?).await.into_body();
    for _ in 0..2 {
        body.frame().await.ok_or("a frame is missing")??;
    }
    drop(body);
    let [exchange] = &book.exchanges()[..] else {
        return Err("not one exchange".into());
    };
    assert!(exchange.hung_up);
    assert_eq!((exchange.status, exchange.stream_events), (Some(200), 2));
    assert_eq!(exchange.done_ns - exchange.at_ns, 400_000_000);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_wait_for_an_answer_hangs_up() -> Outcome {
    let (cloud, book) = cloud(7, steady(), vec![])?;
    let request = ask("converse")?;
    let handling = tokio::spawn({
        let cloud = cloud.clone();
        async move { cloud.handle(request).await.status() }
    });
    tokio::time::advance(Duration::from_millis(100)).await;
    tokio::task::yield_now().await;
    handling.abort();
    assert!(handling.await.is_err());
    let [exchange] = &book.exchanges()[..] else {
        return Err("not one exchange".into());
    };
    assert!(exchange.hung_up);
    assert_eq!((exchange.status, exchange.output_tokens), (None, Some(8)));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_throttled_request_names_its_fault() -> Outcome {
    let throttle = Throttle { message: ThrottleMessage::Tokens, retry_after_ms: Some(1500) };
    let (cloud, book) = cloud(7, steady(), vec![Fault::new("storm", Kind::Throttle(throttle))])?;
    let response = cloud.handle(ask("converse")?).await;
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["x-amzn-errortype"], "ThrottlingException");
    assert_eq!(response.headers()["x-amz-retry-after"], "1500");
    assert_eq!(response.extensions().get(), Some(&FaultHit("storm".into())));
    let body = read(response).await?;
    assert_eq!(body, r#"{"message":"Too many tokens, please wait before trying again."}"#);
    let [exchange] = &book.exchanges()[..] else {
        return Err("not one exchange".into());
    };
    assert_eq!(exchange.fault.as_deref(), Some("storm"));
    assert_eq!(exchange.retry_after_ms, Some(1500));
    assert_eq!((exchange.status, exchange.error_type.as_deref()), (Some(429), Some("ThrottlingException")));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn mistaken_requests_are_answered_and_noted() -> Outcome {
    let cases = [
        ("/model/acme.unknown/converse", "{}", 400, "ValidationException"),
        ("/model/anthropic.claude-3-haiku-20240307-v1:0/converse", "{not json", 400, "ValidationException"),
        ("/model/anthropic.claude-3-haiku-20240307-v1:0/ponder", "{}", 404, "UnknownOperationException"),
        ("/", "", 404, "UnknownOperationException"),
    ];
    let (cloud, book) = cloud(7, steady(), vec![])?;
    for (path, body, status, code) in cases {
        let response = cloud.handle(request(path, body)?).await;
        assert_eq!(response.status(), status, "{path}");
        assert_eq!(response.headers()["x-amzn-errortype"], code, "{path}");
        assert!(response.headers().contains_key("x-amzn-requestid"), "{path}");
    }
    let noted: Vec<_> = book.exchanges().into_iter().map(|exchange| exchange.error_type).collect();
    assert_eq!(noted, cases.map(|(_, _, _, code)| Some(code.into())));
    Ok(())
}
