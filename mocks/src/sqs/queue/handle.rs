//! Receipt handles: which receive of which message of which queue.
//!
//! To a client they are opaque. Here they say where to look, so that no table of handles is kept, and they
//! end in a check that tells what was made up or torn.

use aws_smithy_types::base64;
use sha2::{Digest, Sha256};

/// Tells the queues of a cloud apart, those of one name included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Serial(pub u64);

/// A receive of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Handle {
    /// The queue.
    pub serial: Serial,
    /// The message.
    pub key: u64,
    /// The receive, from 1.
    pub receive: u32,
}

/// As the real ones begin.
const PREFIX: &str = "AQEB";
/// A queue, a message, a receive and a check.
const BYTES: usize = 8 + 8 + 4 + 4;

impl Handle {
    /// What a client gets to see.
    pub(crate) fn text(self) -> String {
        let mut bytes = self.bytes();
        let check = check(&bytes);
        bytes.extend(check);
        format!("{PREFIX}{}", base64::encode(bytes))
    }

    /// The handle that a client was given.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = base64::decode(text.strip_prefix(PREFIX)?).ok().filter(|bytes| bytes.len() == BYTES)?;
        let number = |from: usize| Some(u64::from_be_bytes(bytes.get(from..from + 8)?.try_into().ok()?));
        let receive = u32::from_be_bytes(bytes.get(16..20)?.try_into().ok()?);
        let handle = Handle { serial: Serial(number(0)?), key: number(8)?, receive };
        (bytes.get(20..)? == check(&bytes[..20])).then_some(handle)
    }

    fn bytes(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(BYTES);
        bytes.extend(self.serial.0.to_be_bytes());
        bytes.extend(self.key.to_be_bytes());
        bytes.extend(self.receive.to_be_bytes());
        bytes
    }
}

fn check(bytes: &[u8]) -> [u8; 4] {
    let digest = Sha256::digest(bytes);
    [digest[0], digest[1], digest[2], digest[3]]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn each_is_read_back_and_nothing_else_is(serial: u64, key: u64, receive: u32, text in "\\PC*") {
            let handle = Handle { serial: Serial(serial), key, receive };
            prop_assert_eq!(Handle::parse(&handle.text()), Some(handle));
            prop_assert_eq!(Handle::parse(&text), None);
            let torn = &handle.text()[..30];
            prop_assert_eq!(Handle::parse(torn), None);
        }
    }
}
