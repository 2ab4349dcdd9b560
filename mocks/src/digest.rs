//! A short digest of a request's body: whether a client sent the same again.

use std::fmt::{self, Display, Formatter};

use serde::{Serialize, Serializer};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The first sixteen hex digits of the SHA-256 of a body.
///
/// That is 64 bits: among a thousand million bodies, two share theirs with a chance of 3 %.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BodyDigest(u64);

impl BodyDigest {
    /// The digest of this body.
    pub fn of(body: &[u8]) -> Self {
        BodyDigest(Sha256::digest(body).iter().take(8).fold(0, |bits, byte| bits << 8 | u64::from(*byte)))
    }

    /// The same of a JSON text, whatever the order of its members: SDKs write their maps in the order of a hash
    /// that differs from process to process. A text that is no JSON is taken as it is.
    pub(crate) fn of_json(body: &[u8]) -> Self {
        match serde_json::from_slice::<Value>(body) {
            Ok(mut value) => {
                value.sort_all_objects();
                BodyDigest::of(value.to_string().as_bytes())
            }
            Err(_) => BodyDigest::of(body),
        }
    }
}

impl Display for BodyDigest {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:016x}", self.0)
    }
}

impl Serialize for BodyDigest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_begins_as_every_other_sha_256_does() {
        // The test vectors of FIPS 180-4.
        assert_eq!(BodyDigest::of(b"").to_string(), "e3b0c44298fc1c14");
        assert_eq!(BodyDigest::of(b"abc").to_string(), "ba7816bf8f01cfea");
        assert_eq!(BodyDigest(1).to_string(), "0000000000000001");
    }

    #[test]
    fn the_order_of_members_is_no_difference_and_that_of_elements_is() {
        let digest = BodyDigest::of_json(br#"{"a":{"c":1,"d":2},"b":[1,2]}"#);
        assert_eq!(BodyDigest::of_json(br#"{"b":[1,2],"a":{"d":2,"c":1}}"#), digest);
        assert_ne!(BodyDigest::of_json(br#"{"a":{"c":1,"d":2},"b":[2,1]}"#), digest);
        assert_eq!(BodyDigest::of_json(b"abc"), BodyDigest::of(b"abc"));
    }
}
