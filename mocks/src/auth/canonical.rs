//! The canonical form of a request, which is what SigV4 signs.
//!
//! AWS's own signer makes it of a request that it is about to send, and knows no pseudo-header. The SDK for
//! JavaScript signs `:authority` over HTTP/2, where it sends no `host`, and the service takes either; so the form
//! is made here, and only the cryptography is left to that signer. Paths are not normalised: none of
//! Bedrock's has an empty or a dot segment.

use std::borrow::Cow;

use http::request::Parts;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};

/// What SigV4 escapes in a query: all but letters, digits and these four.
const IN_QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// What it escapes in a path, which is escaped already and is so a second time.
const IN_PATH: &AsciiSet = &IN_QUERY.remove(b'/');

/// The canonical form of this request with these signed headers, or nothing if it lacks one of them.
pub(super) fn form(head: &Parts, signed_headers: &str, body: &[u8]) -> Option<String> {
    let mut names: Vec<&str> = signed_headers.split(';').collect();
    names.sort_unstable();
    let headers: Option<String> =
        names.iter().map(|name| Some(format!("{name}:{}\n", spaced(&value(head, name)?)))).collect();
    Some(format!(
        "{}\n{}\n{}\n{}\n{}\n{}",
        head.method,
        utf8_percent_encode(head.uri.path(), IN_PATH),
        query(head.uri.query().unwrap_or_default()),
        headers?,
        names.join(";"),
        sha256(body),
    ))
}

/// The SHA-256 of these bytes in hexadecimal digits.
pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A header's value. Where the request was sent may be said by a header or, over HTTP/2, by a pseudo-header.
fn value(head: &Parts, name: &str) -> Option<String> {
    let authority = || head.uri.authority().map(|authority| authority.to_string());
    if name == ":authority" {
        return authority();
    }
    let values: Option<Vec<&str>> =
        head.headers.get_all(name).iter().map(|value| value.to_str().ok()).collect();
    match values {
        Some(values) if values.is_empty() && name == "host" => authority(),
        values => values.filter(|values| !values.is_empty()).map(|values| values.join(",")),
    }
}

/// Without spaces at its ends, and with one at a time between words.
fn spaced(value: &str) -> String {
    value.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The parameters, escaped in the one way, in order.
fn query(text: &str) -> String {
    let mut pairs: Vec<_> = text
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (escaped(name), escaped(value)))
        .collect();
    pairs.sort_unstable();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

fn escaped(text: &str) -> String {
    let text = text.replace('+', " ");
    let plain: Cow<'_, [u8]> = percent_decode_str(&text).into();
    percent_encoding::percent_encode(&plain, IN_QUERY).to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_query_is_escaped_in_one_way_and_put_in_order() {
        let cases = [
            ("", ""),
            ("b=2&a=1", "a=1&b=2"),
            ("a", "a="),
            ("a=2&a=1&&", "a=1&a=2"),
            ("a=b+c", "a=b%20c"),
            ("a=b%20c%2b", "a=b%20c%2B"),
            ("a=x/y:z=~", "a=x%2Fy%3Az%3D~"),
        ];
        for (text, expected) in cases {
            assert_eq!(query(text), expected, "{text}");
        }
    }

    #[test]
    fn spaces_of_a_value_do_not_matter() {
        for (value, expected) in [("", ""), ("  a  b ", "a b"), ("a,b", "a,b")] {
            assert_eq!(spaced(value), expected, "{value}");
        }
    }

    proptest! {
        #[test]
        fn an_escaped_query_stays_as_it_is(text in "[!-~]*") {
            let once = query(&text);
            prop_assert_eq!(query(&once), once);
        }
    }
}
