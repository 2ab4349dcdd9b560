//! The credential scope of a SigV4 signature: who signed for which service, where.
//!
//! The signature itself is not checked: any credentials will do against a mock. The scope is what tells
//! several regions and services on one port apart, as every SDK signs for the region it means to call.

/// The region and service that a request is meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scope<'a> {
    /// The region's name, such as `us-east-1`.
    pub region: &'a str,
    /// The service's signing name, such as `bedrock`.
    pub service: &'a str,
}

impl<'a> Scope<'a> {
    /// The scope in an `Authorization` header.
    ///
    /// Bearer tokens have none, nor have SigV4A signatures, which hold for many regions at once.
    pub(crate) fn from_authorization(header: &'a str) -> Option<Self> {
        let (rest, "aws4_request") = split_last(credential(header)?)? else {
            return None;
        };
        let (rest, service) = split_last(rest)?;
        let (rest, region) = split_last(rest)?;
        let (_, date) = split_last(rest)?;
        let dated = date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit());
        dated.then_some(Scope { region, service })
    }

    /// The scope that an AWS host name stands for: `bedrock-runtime.us-east-1.amazonaws.com`.
    pub(crate) fn from_host(host: &'a str) -> Option<Self> {
        let name = host.split(':').next()?;
        let labels = name.strip_suffix(".amazonaws.com").or_else(|| name.strip_suffix(".api.aws"))?;
        let (endpoint, region) = labels.split_once('.')?;
        let service = endpoint.strip_suffix("-fips").unwrap_or(endpoint);
        Some(Scope { region, service })
    }
}

/// The access key id that an `Authorization` header is signed with: who asks.
pub(crate) fn access_key(authorization: &str) -> Option<&str> {
    // The scope behind it is four words long; a key may hold slashes of its own.
    credential(authorization)?.rsplitn(5, '/').nth(4).filter(|key| !key.is_empty())
}

/// The key and the scope that an `Authorization` header names.
fn credential(header: &str) -> Option<&str> {
    // Nearly all begin so; others are searched.
    let usual = header.strip_prefix("AWS4-HMAC-SHA256 Credential=");
    let rest = usual.or_else(|| Some(header.split_once("Credential=")?.1))?;
    let end = rest.bytes().position(|byte| matches!(byte, b',' | b' '));
    rest.get(..end.unwrap_or(rest.len()))
}

/// What stands before and after the last slash.
fn split_last(text: &str) -> Option<(&str, &str)> {
    let slash = text.as_bytes().iter().rposition(|byte| *byte == b'/')?;
    Some((text.get(..slash)?, text.get(slash + 1..)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn authorization_headers() {
        let east = Some(Scope { region: "us-east-1", service: "bedrock" });
        let cases = [
            (
                "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/bedrock/aws4_request, SignedHeaders=host, Signature=0",
                east,
            ),
            (
                "AWS4-HMAC-SHA256 SignedHeaders=host,Credential=A/K/ID/20260101/us-east-1/bedrock/aws4_request,Signature=0",
                east,
            ),
            ("AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/bedrock/aws4_request", east),
            ("AWS4-ECDSA-P256-SHA256 Credential=AKID/20260101/bedrock/aws4_request, Signature=0", None),
            ("AWS4-HMAC-SHA256 Credential=20260101/us-east-1/bedrock/aws4_request", None),
            ("AWS4-HMAC-SHA256 Credential=AKID/today/us-east-1/bedrock/aws4_request", None),
            ("AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/bedrock/aws2_request", None),
            ("AWS4-HMAC-SHA256 Credential=", None),
            ("Bearer bedrock-api-key", None),
            ("", None),
        ];
        for (header, scope) in cases {
            assert_eq!(Scope::from_authorization(header), scope, "{header}");
        }
    }

    #[test]
    fn access_keys() {
        let cases = [
            (
                "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/bedrock/aws4_request, Signature=0",
                Some("AKID"),
            ),
            (
                "AWS4-HMAC-SHA256 Credential=A/K/20260101/us-east-1/bedrock/aws4_request,Signature=0",
                Some("A/K"),
            ),
            ("AWS4-HMAC-SHA256 Credential=/20260101/us-east-1/bedrock/aws4_request", None),
            ("AWS4-HMAC-SHA256 Credential=AKID", None),
            ("Bearer bedrock-api-key", None),
        ];
        for (header, key) in cases {
            assert_eq!(access_key(header), key, "{header}");
        }
    }

    #[test]
    fn host_names() {
        let east = Some(Scope { region: "us-east-1", service: "bedrock-runtime" });
        let cases = [
            ("bedrock-runtime.us-east-1.amazonaws.com", east),
            ("bedrock-runtime-fips.us-east-1.amazonaws.com:443", east),
            ("bedrock-runtime.us-east-1.api.aws", east),
            ("amazonaws.com", None),
            ("127.0.0.1:4580", None),
            ("localhost", None),
            ("[::1]:4580", None),
        ];
        for (host, scope) in cases {
            assert_eq!(Scope::from_host(host), scope, "{host}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_parsed_or_passed_over(text in "\\PC*") {
            let _ = Scope::from_authorization(&text);
            let _ = Scope::from_host(&text);
        }

        #[test]
        fn every_scope_is_found_again(region in "[a-z0-9-]{1,20}", service in "[a-z-]{1,20}") {
            let header = format!("AWS4-HMAC-SHA256 Credential=AKID/20260101/{region}/{service}/aws4_request, Signature=0");
            let scope = Scope::from_authorization(&header);
            prop_assert_eq!(scope, Some(Scope { region: &region, service: &service }));
        }
    }
}
