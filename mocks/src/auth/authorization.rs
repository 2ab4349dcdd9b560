//! What an `Authorization` header of SigV4 claims.

/// The only algorithm that is understood.
pub(super) const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// The parts of a claim to have signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Authorization<'a> {
    /// Whose key it was.
    pub access_key_id: &'a str,
    /// The day that it was signed for, as `20260101`.
    pub date: &'a str,
    /// The region that it was signed for.
    pub region: &'a str,
    /// The service that it was signed for.
    pub service: &'a str,
    /// The names of the headers signed, between semicolons.
    pub signed_headers: &'a str,
    /// The signature, in hexadecimal digits.
    pub signature: &'a str,
}

/// Why a header claims nothing that can be checked, in AWS's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Incomplete(pub String);

impl<'a> Authorization<'a> {
    /// What this header claims.
    pub(super) fn parse(header: &'a str) -> Result<Self, Incomplete> {
        let (algorithm, rest) = header.split_once(' ').unwrap_or((header, ""));
        if algorithm != ALGORITHM {
            return Err(Incomplete(format!(
                "Unsupported AWS 'algorithm': '{algorithm}' (only {ALGORITHM} is supported)"
            )));
        }
        let (mut credential, mut signed_headers, mut signature) = (None, None, None);
        for part in rest.split([',', ' ']).filter(|part| !part.is_empty()) {
            match part.split_once('=') {
                Some(("Credential", value)) => credential = Some(value),
                Some(("SignedHeaders", value)) => signed_headers = Some(value),
                Some(("Signature", value)) => signature = Some(value),
                Some(_) => {}
                None => {
                    return Err(Incomplete(format!(
                        "'{part}' not a valid key=value pair (missing equal-sign) in Authorization header: '{header}'."
                    )));
                }
            }
        }
        let (Some(credential), Some(signed_headers), Some(signature)) =
            (credential, signed_headers, signature)
        else {
            return Err(missing(header, [credential, signature, signed_headers]));
        };
        let mut parts = credential.rsplitn(5, '/');
        let (Some("aws4_request"), Some(service), Some(region), Some(date), Some(access_key_id)) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(Incomplete(format!(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{credential}'"
            )));
        };
        Ok(Authorization { access_key_id, date, region, service, signed_headers, signature })
    }
}

fn missing(header: &str, parts: [Option<&str>; 3]) -> Incomplete {
    let names = ["Credential", "Signature", "SignedHeaders"];
    let absent = names.into_iter().zip(parts).filter(|(_, part)| part.is_none());
    let mut text: String =
        absent.map(|(name, _)| format!("Authorization header requires '{name}' parameter. ")).collect();
    text.push_str("Authorization=");
    text.push_str(header);
    Incomplete(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_whole_claim_is_taken_apart() {
        let claim = Authorization {
            access_key_id: "AKID",
            date: "20260101",
            region: "us-east-1",
            service: "bedrock",
            signed_headers: "host;x-amz-date",
            signature: "0af1",
        };
        let header = "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/bedrock/aws4_request, SignedHeaders=host;x-amz-date, Signature=0af1";
        assert_eq!(Authorization::parse(header), Ok(claim));
        assert_eq!(Authorization::parse(&header.replace(", ", ",")), Ok(claim));
    }

    #[test]
    fn what_is_missing_is_named() {
        let cases = [
            ("", "Unsupported AWS 'algorithm': ''"),
            ("Basic abc", "Unsupported AWS 'algorithm': 'Basic'"),
            (
                "AWS4-HMAC-SHA256",
                "requires 'Credential' parameter. Authorization header requires 'Signature'",
            ),
            (
                "AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request, SignedHeaders=host",
                "requires 'Signature' parameter. Authorization=AWS4",
            ),
            ("AWS4-HMAC-SHA256 Credential= a/b", "'a/b' not a valid key=value pair (missing equal-sign)"),
            (
                "AWS4-HMAC-SHA256 Credential=AKID/bedrock, SignedHeaders=host, Signature=0",
                "exactly 5 slash-delimited elements",
            ),
        ];
        for (header, text) in cases {
            let error =
                Authorization::parse(header).map_err(|Incomplete(error)| error).err().unwrap_or_default();
            assert!(error.contains(text), "{header}: {error}");
        }
    }

    proptest! {
        #[test]
        fn any_header_is_parsed_or_incomplete(rest in "\\PC*") {
            let _ = Authorization::parse(&rest);
            let _ = Authorization::parse(&format!("AWS4-HMAC-SHA256 Credential={rest}, SignedHeaders={rest}"));
        }
    }
}
