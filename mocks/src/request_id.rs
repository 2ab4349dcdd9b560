//! Request ids and message ids: shaped as UUIDs of version 4, and drawn from the exchange's own chance.

use std::fmt::{self, Display, Formatter};

use rand::{Rng, RngExt};
use serde::{Serialize, Serializer};

use crate::chance::{Chance, Label};

const LABEL: Label = Label::new("request-id");
/// The characters of a UUID, and where its hyphens stand.
const CHARS: usize = 36;
const HYPHENS: [usize; 4] = [8, 13, 18, 23];

/// The id of an exchange, as `x-amzn-requestid` tells it.
///
/// It is kept as the number that it is: a ledger holds many, and few are ever read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(u128);

impl RequestId {
    /// The id of the exchange that this is the chance of.
    pub(crate) fn draw(chance: Chance) -> Self {
        RequestId::random(&mut chance.stream(LABEL))
    }

    fn random(rng: &mut impl Rng) -> Self {
        let bits: u128 = rng.random();
        RequestId(bits & !(0xf << 76) & !(0b11 << 62) | (0x4 << 76) | (0b10 << 62))
    }

    /// Its characters, all of them ASCII.
    pub(crate) fn chars(self) -> [u8; CHARS] {
        let mut chars = [b'-'; CHARS];
        let mut left = self.0;
        for at in (0..CHARS).rev().filter(|at| !HYPHENS.contains(at)) {
            chars[at] = b"0123456789abcdef"[(left & 0xf) as usize];
            left >>= 4;
        }
        chars
    }
}

/// A UUID of version 4, drawn from `rng`.
pub(crate) fn uuid(rng: &mut impl Rng) -> String {
    RequestId::random(rng).to_string()
}

impl Display for RequestId {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(&String::from_utf8_lossy(&self.chars()))
    }
}

impl Serialize for RequestId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_random_uuid_and_the_same_for_one_seed() {
        let id = RequestId::draw(Chance::new(7, 3));
        assert_eq!(id, RequestId::draw(Chance::new(7, 3)));
        let id = id.to_string();
        let shape: String = id.chars().map(|c| if c.is_ascii_hexdigit() { 'x' } else { c }).collect();
        assert_eq!(shape, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
        assert_eq!(&id[14..15], "4");
        assert!(matches!(&id[19..20], "8" | "9" | "a" | "b"));
    }

    #[test]
    fn it_is_written_as_a_number_in_groups() {
        let id = RequestId(0x0123_4567_89ab_cdef_0011_2233_4455_6677);
        assert_eq!(id.to_string(), "01234567-89ab-cdef-0011-223344556677");
        assert_eq!(RequestId::default().to_string(), "00000000-0000-0000-0000-000000000000");
    }
}
