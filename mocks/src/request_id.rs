//! Request ids and message ids: shaped as UUIDs of version 4, and drawn from the exchange's own chance.

use rand::{Rng, RngExt};

use crate::chance::{Chance, Label};

const LABEL: Label = Label::new("request-id");

/// The id of an exchange.
pub(crate) fn draw(chance: Chance) -> String {
    uuid(&mut chance.stream(LABEL))
}

/// A UUID of version 4, drawn from `rng`.
pub(crate) fn uuid(rng: &mut impl Rng) -> String {
    let bits: u128 = rng.random();
    let bits = bits & !(0xf << 76) & !(0b11 << 62) | (0x4 << 76) | (0b10 << 62);
    let part = |shift: u32, digits: u32| bits >> shift & ((1 << (4 * digits)) - 1);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        part(96, 8) as u32,
        part(80, 4) as u16,
        part(64, 4) as u16,
        part(48, 4) as u16,
        part(0, 12) as u64
    )
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
