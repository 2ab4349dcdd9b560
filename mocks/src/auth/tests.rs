//! Signatures made by botocore 1.44.5 for a fixed time, and what becomes of them when something is changed.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::time::UNIX_EPOCH;

use http::Request;
use proptest::prelude::*;

use super::*;

const PATH: &str = "/model/us.anthropic.claude-3-haiku-20240307-v1%3A0/converse";
const BODY: &[u8] = br#"{"messages":[]}"#;
const SIGNATURE: &str = "173f9bf771610647e5570d55a8a3258722f61a570b4cb7322406e16bd714ac60";
const SIGNATURE_WITH_TOKEN: &str = "876ef85ec7bd80da398058f4e574953cae2f6fa5c69b1035741e033d958f2dca";
const SIGNATURE_OF_LIST: &str = "490fecf196691303a61e9bf8855bdb863ee32627c7dd5464916fccad8496d0c6";
/// By `@smithy/signature-v4` 5.7.5, as the SDK for JavaScript signs over HTTP/2.
const SIGNATURE_OF_AUTHORITY: &str = "91d46f9862b51807de1c1d590d6ac7b4461e8acf875676ba690b8d1be3e44e6b";
const SCOPE: &str = "AKIDEXAMPLE/20260101/us-east-1/bedrock/aws4_request";
const SIGNED: &str = "amz-sdk-invocation-id;content-type;host;x-amz-date";
const STAMP: &str = "20260101T000000Z";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// 2026-01-01T00:00:00Z, and so many seconds.
fn at(secs: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_767_225_600 + secs)
}

fn keys() -> Keys {
    let keys = vec![
        AccessKey::new("AKIDEXAMPLE", SECRET, None).unwrap(),
        AccessKey::new("ASIAEXAMPLE", SECRET, Some("a-session-token".into())).unwrap(),
    ];
    Keys::new(keys, vec!["one-api-key".into(), "bedrock-api-key".into()]).unwrap()
}

fn claim(scope: &str, signed: &str, signature: &str) -> String {
    format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={signed}, Signature={signature}")
}

fn head(path: &str, headers: &[(&str, &str)]) -> Parts {
    let mut request = Request::post(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap().into_parts().0
}

/// The request as botocore signed it, with another `Authorization` and date.
fn signed(authorization: &str, stamp: &str) -> Parts {
    let headers = [
        ("host", "127.0.0.1:4580"),
        ("content-type", "application/json"),
        ("user-agent", "changed on the way"),
        ("amz-sdk-invocation-id", "x  y"),
        ("x-amz-date", stamp),
        ("authorization", authorization),
    ];
    head(PATH, &headers)
}

fn code(result: Result<(), ServiceError>) -> String {
    result.map_or_else(|error| error.into_code().into_owned(), |()| "let in".to_owned())
}

#[test]
fn what_botocore_signed_is_let_in() {
    let request = signed(&claim(SCOPE, SIGNED, SIGNATURE), STAMP);
    assert_eq!(keys().admit(Service::Bedrock, &request, BODY, at(0)), Ok(()));
}

#[test]
fn a_query_is_part_of_what_is_signed() {
    let authorization = claim(SCOPE, "host;x-amz-date", SIGNATURE_OF_LIST);
    let list = |query: &str| {
        let headers =
            [("host", "127.0.0.1:4580"), ("x-amz-date", STAMP), ("authorization", authorization.as_str())];
        let mut head = head(&format!("/async-invoke?{query}"), &headers);
        head.method = http::Method::GET;
        code(keys().admit(Service::Bedrock, &head, b"", at(0)))
    };
    assert_eq!(list("statusEquals=Completed&maxResults=5&nameContains=a%20b%2Bc"), "let in");
    assert_eq!(
        list("statusEquals=Completed&maxResults=6&nameContains=a%20b%2Bc"),
        "InvalidSignatureException"
    );
}

#[test]
fn over_http_2_the_authority_is_the_host() {
    let mut request = signed(&claim(SCOPE, SIGNED, SIGNATURE), STAMP);
    request.headers.remove("host");
    request.uri = format!("http://127.0.0.1:4580{PATH}").parse().unwrap();
    assert_eq!(keys().admit(Service::Bedrock, &request, BODY, at(0)), Ok(()));
}

#[test]
fn over_http_2_the_authority_may_be_signed_instead() {
    let names = ":authority;amz-sdk-invocation-id;content-type;x-amz-content-sha256;x-amz-date";
    let mut request = signed(&claim(SCOPE, names, SIGNATURE_OF_AUTHORITY), STAMP);
    let digest = "5e4ce7b36ba37b78a5d5f9fd08e6b7b54ba6879d651aa46ec9e1d6fa24ebe30a";
    request.headers.insert("x-amz-content-sha256", digest.parse().unwrap());
    request.headers.remove("host");
    assert_eq!(code(keys().admit(Service::Bedrock, &request, BODY, at(0))), "InvalidSignatureException");
    request.uri = format!("http://127.0.0.1:4581{PATH}").parse().unwrap();
    assert_eq!(code(keys().admit(Service::Bedrock, &request, BODY, at(0))), "InvalidSignatureException");
    request.uri = format!("http://127.0.0.1:4580{PATH}").parse().unwrap();
    assert_eq!(keys().admit(Service::Bedrock, &request, BODY, at(0)), Ok(()));
}

#[test]
fn a_session_token_belongs_to_its_key() {
    let scope = SCOPE.replace("AKID", "ASIA");
    let signed_headers = format!("{SIGNED};x-amz-security-token");
    let mut request = signed(&claim(&scope, &signed_headers, SIGNATURE_WITH_TOKEN), STAMP);
    assert_eq!(code(keys().admit(Service::Bedrock, &request, BODY, at(0))), "UnrecognizedClientException");
    request.headers.insert("x-amz-security-token", "another".parse().unwrap());
    assert_eq!(code(keys().admit(Service::Bedrock, &request, BODY, at(0))), "UnrecognizedClientException");
    request.headers.insert("x-amz-security-token", "a-session-token".parse().unwrap());
    assert_eq!(code(keys().admit(Service::Bedrock, &request, BODY, at(0))), "let in");
}

#[test]
fn whatever_is_changed_is_found() {
    let whole = signed(&claim(SCOPE, SIGNED, SIGNATURE), STAMP);
    let changed = |change: fn(&mut Parts)| {
        let mut head = whole.clone();
        change(&mut head);
        code(keys().admit(Service::Bedrock, &head, BODY, at(0)))
    };
    let cases = [
        changed(|head| head.method = http::Method::PUT),
        changed(|head| head.uri = PATH.replace("haiku", "opus").parse().unwrap()),
        changed(|head| head.uri = format!("{PATH}?a=b").parse().unwrap()),
        changed(|head| _ = head.headers.insert("content-type", "text/plain".parse().unwrap())),
        changed(|head| _ = head.headers.insert("host", "127.0.0.1:4581".parse().unwrap())),
        changed(|head| _ = head.headers.remove("amz-sdk-invocation-id")),
        code(keys().admit(Service::Bedrock, &whole, b"{}", at(0))),
    ];
    assert_eq!(cases, [(); 7].map(|()| "InvalidSignatureException"));
}

#[test]
fn each_mistake_has_its_code_and_words() {
    let other = |from: &str, to: &str| claim(&SCOPE.replace(from, to), SIGNED, SIGNATURE);
    let right = claim(SCOPE, SIGNED, SIGNATURE);
    let cases = [
        (right.clone(), STAMP, 300, None),
        (
            right.clone(),
            STAMP,
            301,
            Some((
                403,
                "InvalidSignatureException",
                "Signature expired: 20260101T000000Z is now earlier than 20260101T000001Z (20260101T000501Z - 5 min.)",
            )),
        ),
        (
            right.clone(),
            "20260101T000501Z",
            0,
            Some((
                403,
                "InvalidSignatureException",
                "Signature not yet current: 20260101T000501Z is still later than 20260101T000500Z (20260101T000000Z + 5 min.)",
            )),
        ),
        (
            right.clone(),
            "Thu, 01 Jan 2026 00:00:00 GMT",
            0,
            Some((
                400,
                "IncompleteSignatureException",
                "Date must be in ISO-8601 'basic format'. Got 'Thu, 01 Jan 2026 00:00:00 GMT'.",
            )),
        ),
        (
            other("AKID", "AKIX"),
            STAMP,
            0,
            Some((
                403,
                "UnrecognizedClientException",
                "The security token included in the request is invalid.",
            )),
        ),
        (
            other("20260101", "20260102"),
            STAMP,
            0,
            Some((403, "InvalidSignatureException", "'20260102' != '20260101', from '20260101T000000Z'")),
        ),
        (
            other("bedrock", "bedrock-runtime"),
            STAMP,
            0,
            Some((
                403,
                "InvalidSignatureException",
                "Credential should be scoped to correct service: 'bedrock'.",
            )),
        ),
        (
            other("us-east-1", "us-west-2"),
            STAMP,
            0,
            Some((403, "InvalidSignatureException", "The request signature we calculated does not match")),
        ),
        (
            claim(SCOPE, "x-amz-date", SIGNATURE),
            STAMP,
            0,
            Some((403, "InvalidSignatureException", "'Host' or ':authority' must be a 'SignedHeader'")),
        ),
        (
            claim(SCOPE, SIGNED, "0"),
            STAMP,
            0,
            Some((403, "InvalidSignatureException", "The request signature we calculated does not match")),
        ),
        (
            "AWS4-HMAC-SHA256 SignedHeaders=host".into(),
            STAMP,
            0,
            Some((400, "IncompleteSignatureException", "requires 'Credential' parameter")),
        ),
        ("Bearer bedrock-api-key".into(), STAMP, 0, None),
        (
            "Bearer bedrock-api-kez".into(),
            STAMP,
            0,
            Some((
                403,
                "AccessDeniedException",
                "Authentication failed: Please make sure your API Key is valid.",
            )),
        ),
    ];
    for (authorization, stamp, secs, expected) in cases {
        let result = keys().admit(Service::Bedrock, &signed(&authorization, stamp), BODY, at(secs));
        let Some((status, code, text)) = expected else {
            assert_eq!(result, Ok(()), "{authorization}");
            continue;
        };
        let error = result.unwrap_err();
        assert_eq!((error.status().as_u16(), error.code()), (status, code), "{authorization}");
        let body: serde_json::Value = serde_json::from_slice(&error.body()).unwrap();
        assert!(body["message"].as_str().unwrap().contains(text), "{body}");
    }
    assert_eq!(
        code(keys().admit(Service::Bedrock, &head(PATH, &[]), BODY, at(0))),
        "MissingAuthenticationTokenException"
    );
}

#[test]
fn keys_that_could_let_nobody_in_are_refused() {
    assert_eq!(Keys::new(vec![], vec![]).err(), Some(KeysError::None));
    assert_eq!(Keys::new(vec![], vec![String::new()]).err(), Some(KeysError::ApiKey));
    let key = AccessKey::new("AKID", "s", None).unwrap();
    assert_eq!(Keys::new(vec![key.clone(), key], vec![]).err(), Some(KeysError::Twice("AKID".into())));
    for (id, secret) in [("", "s"), ("a/b", "s"), ("AKID", "")] {
        assert!(AccessKey::new(id, secret, None).is_err());
    }
    assert!(!format!("{:?}", keys()).contains(SECRET));
}

proptest! {
    #[test]
    fn any_bytes_are_let_in_or_refused(
        path in "[!-~]{0,40}", value in proptest::collection::vec(32_u8..=255, 0..60), signed_headers in "[!-~]{0,40}",
    ) {
        let Ok(uri) = format!("/{path}").parse() else { return Ok(()) };
        let mut request = signed(&claim(SCOPE, &format!("host;{signed_headers}"), SIGNATURE), STAMP);
        request.uri = uri;
        if let Ok(value) = http::HeaderValue::from_bytes(&value) {
            for name in ["host", "content-type", "x-amz-date", "authorization"] {
                let mut request = request.clone();
                request.headers.insert(name, value.clone());
                prop_assert!(keys().admit(Service::Bedrock, &request, BODY, at(0)).is_err());
            }
        }
        prop_assert!(keys().admit(Service::Bedrock, &request, BODY, at(0)).is_err());
    }
}
