//! What stands in a cell: a time, or a number of tokens.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::Times;

/// The most tokens of a prompt or an answer, as everywhere in a scenario.
const MOST_TOKENS: f64 = 10_000_000.0;

/// A time in nanoseconds, from 1970 or from wherever the file counts.
pub(super) fn time(text: &str, times: Times) -> Option<i64> {
    let nanos_each = match times {
        Times::DateTime => return date_time(text),
        Times::Seconds => 1e9,
        Times::Millis => 1e6,
        Times::Micros => 1e3,
        Times::Nanos => 1.0,
    };
    let nanos = number(text)? * nanos_each;
    // What lies beyond is no time, and would not fit either.
    (nanos < i64::MAX as f64).then_some(nanos.round() as i64)
}

/// `2023-11-16 18:15:46.6805900`, or with an offset behind it. Without one it is UTC, which changes no gap.
fn date_time(text: &str) -> Option<i64> {
    let instant = match text.parse::<Timestamp>() {
        Ok(instant) => instant,
        Err(_) => TimeZone::UTC.to_timestamp(text.parse::<DateTime>().ok()?).ok()?,
    };
    i64::try_from(instant.as_nanosecond()).ok()
}

/// A number of tokens, which some tools write as `120.0`.
pub(super) fn count(text: &str) -> Option<u32> {
    let count = number(text)?;
    (count.fract() == 0.0 && count <= MOST_TOKENS).then_some(count as u32)
}

/// A plain number that is not negative.
fn number(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_they_are_published() {
        let since = |text, times| time(text, times);
        let azure = since("2023-11-16 18:15:46.6805900", Times::DateTime);
        assert_eq!(azure, Some(1_700_158_546_680_590_000));
        assert_eq!(
            since("2024-05-10 00:00:00.009930+00:00", Times::DateTime),
            Some(1_715_299_200_009_930_000)
        );
        assert_eq!(since("2024-05-10T02:00:00+02:00", Times::DateTime), Some(1_715_299_200_000_000_000));
        assert_eq!(since("5", Times::Seconds), Some(5_000_000_000));
        assert_eq!(since("0.25", Times::Seconds), Some(250_000_000));
        assert_eq!(since("27482", Times::Millis), Some(27_482_000_000));
        assert_eq!((since("7", Times::Micros), since("7", Times::Nanos)), (Some(7_000), Some(7)));
        for (text, times) in [
            ("", Times::Seconds),
            ("-1", Times::Seconds),
            ("nan", Times::Seconds),
            ("1e300", Times::Seconds),
            ("2023-11-16", Times::Seconds),
            ("5", Times::DateTime),
            ("2023-13-16 18:15:46", Times::DateTime),
        ] {
            assert_eq!(since(text, times), None, "{text}");
        }
    }

    #[test]
    fn tokens_are_whole_and_not_too_many() {
        for (text, tokens) in
            [("374", Some(374)), (" 0 ", Some(0)), ("120.0", Some(120)), ("1.5", None), ("-1", None)]
        {
            assert_eq!(count(text), tokens, "{text}");
        }
        assert_eq!((count("10000001"), count("many")), (None, None));
    }
}
