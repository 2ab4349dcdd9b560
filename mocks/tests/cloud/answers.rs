//! The words on the wire, as the SDK's own decoder reads them.

use crate::common::{Outcome, ask, cloud, read, steady};
use aws_smithy_eventstream::frame::read_message_from;
use aws_smithy_types::base64;
use bytes::{Buf, Bytes};
use serde_json::Value;

/// Each event's type and payload, a line each; the payload of a chunk decoded.
pub(crate) fn tell(mut stream: Bytes) -> Outcome<String> {
    let mut story = String::new();
    while stream.has_remaining() {
        let message = read_message_from(&mut stream)?;
        let event =
            message.headers().first().and_then(|header| header.value().as_string().ok()).ok_or("no type")?;
        let payload: Value = serde_json::from_slice(message.payload())?;
        let payload = match payload["bytes"].as_str() {
            Some(chunk) => String::from_utf8(base64::decode(chunk)?)?,
            None => payload.to_string(),
        };
        story += &format!("{} {payload}\n", event.as_str());
    }
    Ok(story)
}

async fn answer(operation: &str) -> Outcome<(String, Bytes)> {
    let (cloud, _) = cloud(7, steady(), vec![])?;
    let response = cloud.handle(ask(operation)?).await;
    let head =
        response.headers().iter().map(|(name, value)| format!("{name}: {}\n", value.to_str().unwrap_or("?")));
    Ok((format!("{}\n", response.status()) + &head.collect::<String>(), read(response).await?))
}

#[tokio::test(start_paused = true)]
async fn converse() -> Outcome {
    let (head, body) = answer("converse").await?;
    insta::assert_snapshot!(head + std::str::from_utf8(&body)?);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn converse_stream() -> Outcome {
    let (head, body) = answer("converse-stream").await?;
    insta::assert_snapshot!(head + &tell(body)?);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn invoke() -> Outcome {
    let (head, body) = answer("invoke").await?;
    insta::assert_snapshot!(head + std::str::from_utf8(&body)?);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn invoke_with_response_stream() -> Outcome {
    let (head, body) = answer("invoke-with-response-stream").await?;
    insta::assert_snapshot!(head + &tell(body)?);
    Ok(())
}
