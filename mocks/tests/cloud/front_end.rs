//! What the front end answers before any model is asked: content types, unknown operations, guardrails.

use bedload_mocks::{Cloud, CloudSpec, Epoch, ModelSpec};
use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};

use crate::common::{Book, HAIKU, Outcome, cloud, read, request, steady};

#[tokio::test(start_paused = true)]
async fn a_body_of_another_type_is_refused() -> Outcome {
    let (cloud, book) = cloud(7, steady(), vec![])?;
    for (operation, content_type, status, code) in [
        ("converse", "text/plain", 415, "UnsupportedMediaTypeException"),
        ("invoke", "text/plain", 400, "ValidationException"),
    ] {
        let mut request = request(&format!("/model/{HAIKU}/{operation}"), "{}")?;
        request.headers_mut().insert("content-type", content_type.parse()?);
        let response = cloud.handle(request).await;
        assert_eq!(response.status(), status, "{operation}");
        assert_eq!(response.headers()["x-amzn-errortype"], code, "{operation}");
    }
    assert_eq!(book.exchanges()[0].operation, Some("Converse"));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn another_method_or_path_is_no_operation() -> Outcome {
    let (cloud, _) = cloud(7, steady(), vec![])?;
    let converse = format!("/model/{HAIKU}/converse");
    for (method, path) in [
        (Method::GET, &*converse),
        (Method::PUT, "/async-invoke"),
        (Method::DELETE, "/"),
        (Method::POST, "/x"),
    ] {
        let request = Request::builder().method(method).uri(path).body(Bytes::new())?;
        let response = cloud.handle(request).await;
        assert_eq!(response.status(), 404, "{path}");
        let body: Value = serde_json::from_slice(&read(response).await?)?;
        assert_eq!(body["Output"]["__type"], "com.amazon.coral.service#UnknownOperationException", "{path}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_guardrail_blocks_the_words_that_it_was_given() -> Outcome {
    let models = vec![ModelSpec::new("haiku", HAIKU, steady())?];
    let spec = CloudSpec::new(7, vec!["us-east-1".to_owned()], models, Default::default())?;
    let spec = spec.blocked_words(["flood".to_owned()]);
    let epoch = Epoch::starting_at(std::time::SystemTime::UNIX_EPOCH);
    let cloud = Cloud::new(spec, epoch, Book::default());
    let mut actions = Vec::new();
    for text in ["a quiet river", "a Flood"] {
        let body = json!({ "source": "INPUT", "content": [{ "text": { "text": text } }] });
        let response = cloud.handle(request("/guardrail/gr1/version/DRAFT/apply", &body.to_string())?).await;
        assert_eq!(response.status(), 200);
        let answer: Value = serde_json::from_slice(&read(response).await?)?;
        actions.push(answer["action"].clone());
    }
    assert_eq!(actions, ["NONE", "GUARDRAIL_INTERVENED"]);
    Ok(())
}
