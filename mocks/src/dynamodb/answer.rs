//! How an answer leaves: when, and with the checksum of its body.

use std::time::Duration;

use http::HeaderValue;
use serde_json::Value;

use crate::aws_json;
use crate::reply::{Content, Reply};

/// The header that holds the CRC-32 of the body, as a decimal number. DynamoDB alone of AWS's services sends
/// it, and the SDKs for Go and Java refuse a body that it does not fit.
const CRC32: &str = "x-amz-crc32";

/// How long any operation takes: AWS promises single-digit milliseconds at any scale.
const TAKES: Duration = Duration::from_millis(5);

/// The answer of an operation that was carried out.
pub(super) fn whole(body: Value) -> Reply {
    aws_json::answer(&body, TAKES)
}

/// Any reply of the service, errors too, under its checksum. It is that of the body as the service wrote it, so
/// that a fault which alters it on its way is found out.
pub(crate) fn seal(reply: Reply) -> Reply {
    let crc32 = match &reply.content {
        Content::Whole { bytes, .. } => crc32fast::hash(bytes),
        Content::Stream(_) => return reply,
    };
    reply.header(CRC32, HeaderValue::from(crc32))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_checksum_is_that_of_the_body() {
        let sealed = seal(whole(json!({})));
        // CRC-32 of the two bytes `{}`, which every empty answer of the real service has.
        assert_eq!(sealed.headers[CRC32], "2745614147");
    }
}
