//! A short digest of a request's body: whether a client sent the same again.

use sha2::{Digest, Sha256};

/// The first sixteen digits, in hex, of the SHA-256 of these bytes.
///
/// That is 64 bits: among a thousand million bodies, two share theirs with a chance of 3 %.
pub(crate) fn of(bytes: &[u8]) -> String {
    let first = Sha256::digest(bytes).iter().take(8).fold(0, |bits, byte| bits << 8 | u64::from(*byte));
    format!("{first:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_begins_as_every_other_sha_256_does() {
        // The test vectors of FIPS 180-4.
        assert_eq!(of(b""), "e3b0c44298fc1c14");
        assert_eq!(of(b"abc"), "ba7816bf8f01cfea");
    }
}
