//! Numbers as letters and digits, for ids that look like those of the services.

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The last `length` digits of a number in base 62; 22 hold a whole `u128`.
pub(crate) fn digits(mut number: u128, length: usize) -> String {
    let mut digits = vec!['0'; length];
    for digit in digits.iter_mut().rev() {
        *digit = char::from(DIGITS[(number % 62) as usize]);
        number /= 62;
    }
    digits.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_base_62() {
        let cases = [(0, 2, "00"), (61, 2, "0z"), (62, 2, "10"), (u128::MAX, 22, "7n42DGM5Tflk9n8mt7Fhc7")];
        for (number, length, expected) in cases {
            assert_eq!(digits(number, length), expected);
        }
    }
}
