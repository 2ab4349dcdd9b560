//! Clouds that offer a model in a way of their own, and requests that ask it so.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bedload_mocks::faults::{Fault, Script};
use bedload_mocks::{Cloud, CloudBody, CloudSpec, Epoch, ModelSpec};
use bytes::Bytes;
use http::{Request, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::common::{Book, HAIKU, Outcome, steady};

/// The three regions that a `us.` profile spreads over, and one outside of them.
pub(crate) const REGIONS: [&str; 4] = ["us-east-1", "us-east-2", "us-west-2", "eu-west-1"];

/// Haiku, which answers eight tokens in 470 ms.
pub(crate) fn haiku() -> Outcome<ModelSpec> {
    Ok(ModelSpec::new("haiku", HAIKU, steady())?)
}

pub(crate) fn many(count: u32) -> NonZeroU32 {
    NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN)
}

pub(crate) fn spec(model: ModelSpec, faults: Vec<Fault>) -> Outcome<CloudSpec> {
    let regions = REGIONS.map(str::to_owned).to_vec();
    Ok(CloudSpec::new(7, regions, vec![model], Script::new(faults)?)?)
}

/// A cloud that starts on a full minute of a full day.
pub(crate) fn plant(spec: CloudSpec) -> (Arc<Cloud>, Arc<Book>) {
    let book = Arc::new(Book::default());
    let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
    (Cloud::new(spec, Epoch::starting_at(wall), book.clone()), book)
}

pub(crate) fn cloud_of(model: ModelSpec) -> Outcome<(Arc<Cloud>, Arc<Book>)> {
    Ok(plant(spec(model, vec![])?))
}

/// A request of Converse; three tokens of input.
pub(crate) struct Converse {
    pub(crate) model_id: String,
    pub(crate) region: &'static str,
    pub(crate) access_key: &'static str,
    pub(crate) operation: &'static str,
    pub(crate) fields: Value,
}

impl Default for Converse {
    fn default() -> Self {
        Converse {
            model_id: HAIKU.to_owned(),
            region: "us-east-1",
            access_key: "AKIDONE",
            operation: "converse",
            fields: json!({ "inferenceConfig": { "maxTokens": 97 } }),
        }
    }
}

impl Converse {
    pub(crate) async fn to(self, cloud: &Cloud) -> Outcome<Response<CloudBody>> {
        let mut body = json!({ "messages": [{ "role": "user", "content": [{ "text": "Say hello." }] }] });
        if let (Some(body), Some(fields)) = (body.as_object_mut(), self.fields.as_object()) {
            body.extend(fields.clone());
        }
        let id = utf8_percent_encode(&self.model_id, NON_ALPHANUMERIC);
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/20260101/{}/bedrock/aws4_request, Signature=0",
            self.access_key, self.region
        );
        let request = Request::post(format!("/model/{id}/{}", self.operation))
            .header("authorization", authorization)
            .body(Bytes::from(body.to_string()))?;
        Ok(cloud.handle(request).await)
    }

    /// The status, and what the body says of an error.
    pub(crate) async fn outcome(self, cloud: &Cloud) -> Outcome<(u16, String)> {
        let response = self.to(cloud).await?;
        let status = response.status().as_u16();
        let body: Value = serde_json::from_slice(&crate::common::read(response).await?)?;
        Ok((status, body["message"].as_str().unwrap_or_default().to_owned()))
    }
}
