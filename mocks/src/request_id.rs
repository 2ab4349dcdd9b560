//! Request ids: shaped as UUIDs of version 4, and drawn from the exchange's own chance.

use rand::RngExt;

use crate::chance::{Chance, Label};

const LABEL: Label = Label::new("request-id");

/// The id of an exchange.
pub(crate) fn draw(chance: Chance) -> String {
    let bits: u128 = chance.stream(LABEL).random();
    let bits = bits & !(0xf << 76) & !(0b11 << 62) | (0x4 << 76) | (0b10 << 62);
    let hex = format!("{bits:032x}");
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_random_uuid_and_the_same_for_one_seed() {
        let id = draw(Chance::new(7, 3));
        assert_eq!(id, draw(Chance::new(7, 3)));
        let shape: String = id.chars().map(|c| if c.is_ascii_hexdigit() { 'x' } else { c }).collect();
        assert_eq!(shape, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
        assert_eq!(&id[14..15], "4");
        assert!(matches!(&id[19..20], "8" | "9" | "a" | "b"));
    }
}
