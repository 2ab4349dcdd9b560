//! What StartAsyncInvoke asks.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde::Deserialize;
use serde_json::Value;

use super::s3::S3Uri;
use crate::bedrock::errors::{self, constraint};
use crate::error::ServiceError;

/// The most tags of an invocation.
const MOST_TAGS: usize = 200;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    client_request_token: Option<String>,
    model_id: Option<String>,
    model_input: Option<Value>,
    output_data_config: Option<OutputDataConfig>,
    #[serde(default)]
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OutputDataConfig {
    s3_output_data_config: Option<S3OutputDataConfig>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct S3OutputDataConfig {
    s3_uri: Option<String>,
    kms_key_id: Option<String>,
    bucket_owner: Option<String>,
}

#[derive(Deserialize, Hash)]
struct Tag {
    key: String,
    value: String,
}

/// An invocation to be started.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Start {
    /// The token that makes a repeated request harmless.
    pub token: Option<String>,
    /// Where the output goes.
    pub output: Output,
    /// A digest of all that is asked but the token: equal for equal requests.
    pub digest: u64,
}

/// Where the output goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Output {
    /// The place.
    pub place: S3Uri,
    /// The key that it is to be encrypted with; noted and not used.
    pub kms_key_id: Option<String>,
    /// Whose bucket it is; noted and not checked.
    pub bucket_owner: Option<String>,
}

/// What a request's body names, as far as it does; for the faults, which aim by it before the request is
/// read, and for the ledger, which has it even where a fault refuses the request.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Named {
    /// The model.
    pub model_id: Option<String>,
    /// The token that makes a repeated request harmless.
    pub client_request_token: Option<String>,
}

impl Named {
    /// What this body names; nothing if it is not as it should be.
    pub(crate) fn in_body(body: &[u8]) -> Self {
        serde_json::from_slice(body).unwrap_or_default()
    }
}

/// What a request's body asks.
pub(super) fn read(body: &[u8]) -> Result<Start, ServiceError> {
    let request: Request = serde_json::from_slice(body).map_err(|error| errors::malformed(&error))?;
    let model_id = required("modelId", request.model_id)?;
    let input = required("modelInput", request.model_input)?;
    let output = output(required("outputDataConfig", request.output_data_config)?)?;
    if request.client_request_token.as_deref().is_some_and(|token| !is_token(token)) {
        let rule = "Member must satisfy regular expression pattern: [!-~]*";
        return Err(constraint("'…'", "clientRequestToken", rule));
    }
    if request.tags.len() > MOST_TAGS {
        let rule = format!("Member must have length less than or equal to {MOST_TAGS}");
        return Err(constraint("'…'", "tags", &rule));
    }
    let mut digest = DefaultHasher::new();
    (&model_id, input.to_string(), &output, &request.tags).hash(&mut digest);
    Ok(Start { token: request.client_request_token, output, digest: digest.finish() })
}

fn required<T>(field: &str, value: Option<T>) -> Result<T, ServiceError> {
    value.ok_or_else(|| constraint("null", field, "Member must not be null"))
}

fn output(config: OutputDataConfig) -> Result<Output, ServiceError> {
    let s3 = required("outputDataConfig.s3OutputDataConfig", config.s3_output_data_config)?;
    let field = "outputDataConfig.s3OutputDataConfig.s3Uri";
    let uri = required(field, s3.s3_uri)?;
    let rule =
        "Member must satisfy regular expression pattern: s3://[a-z0-9][\\.\\-a-z0-9]{1,61}[a-z0-9](/.*)?";
    let place = S3Uri::parse(&uri).ok_or_else(|| constraint(&format!("'{uri}'"), field, rule))?;
    Ok(Output { place, kms_key_id: s3.kms_key_id, bucket_owner: s3.bucket_owner })
}

fn is_token(token: &str) -> bool {
    (1..=256).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use serde_json::json;

    use super::*;

    fn request(changes: &[(&str, Value)]) -> String {
        let mut request = json!({
            "clientRequestToken": "token-1",
            "modelId": "amazon.nova-reel-v1:0",
            "modelInput": { "taskType": "TEXT_VIDEO" },
            "outputDataConfig": { "s3OutputDataConfig": { "s3Uri": "s3://bucket/out" } },
        });
        for (pointer, value) in changes {
            request[*pointer] = value.clone();
        }
        request.to_string()
    }

    fn digest(changes: &[(&str, Value)]) -> u64 {
        read(request(changes).as_bytes()).unwrap().digest
    }

    #[test]
    fn the_digest_is_of_everything_but_the_token() {
        let same = digest(&[]);
        assert_eq!(digest(&[("clientRequestToken", json!("token-2"))]), same);
        let others = [
            ("modelId", json!("acme.one")),
            ("modelInput", json!({ "taskType": "OTHER" })),
            ("outputDataConfig", json!({ "s3OutputDataConfig": { "s3Uri": "s3://bucket/in" } })),
            ("tags", json!([{ "key": "team", "value": "one" }])),
        ];
        for change in others {
            assert_ne!(digest(std::slice::from_ref(&change)), same, "{change:?}");
        }
    }

    #[test]
    fn mistakes_are_named_by_their_field() {
        let s3 = |config: Value| json!({ "s3OutputDataConfig": config });
        let cases = [
            ("modelId", json!(null), "'modelId'"),
            ("modelInput", json!(null), "'modelInput'"),
            ("outputDataConfig", json!(null), "'outputDataConfig'"),
            ("outputDataConfig", json!({}), "s3OutputDataConfig'"),
            ("outputDataConfig", s3(json!({})), "s3Uri'"),
            ("outputDataConfig", s3(json!({ "s3Uri": "file:///etc" })), "'file:///etc'"),
            ("clientRequestToken", json!(""), "'clientRequestToken'"),
            ("clientRequestToken", json!("with space"), "'clientRequestToken'"),
            ("tags", json!(vec![json!({ "key": "k", "value": "v" }); 201]), "'tags'"),
            ("tags", json!("none"), "Malformed input request"),
        ];
        for (field, value, part) in cases {
            let error = read(request(&[(field, value.clone())]).as_bytes()).unwrap_err();
            assert_eq!(error.code(), "ValidationException", "{field}");
            assert!(String::from_utf8_lossy(&error.body()).contains(part), "{field} {value}: {error:?}");
        }
    }

    #[test]
    fn names_are_found_without_reading_the_rest() {
        let named = |body: &str| {
            let named = Named::in_body(body.as_bytes());
            (named.model_id, named.client_request_token)
        };
        let (model, token) = (Some("acme.one".to_owned()), Some("token-1".to_owned()));
        let both = r#"{"modelInput":[],"clientRequestToken":"token-1","modelId":"acme.one"}"#;
        assert_eq!(named(both), (model.clone(), token));
        assert_eq!(named(r#"{"modelInput":[],"modelId":"acme.one"}"#), (model, None));
        for none in ["", "{}", "[]", r#"{"modelId":7}"#] {
            assert_eq!(named(none), (None, None), "{none}");
        }
    }
}
