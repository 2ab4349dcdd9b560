//! Durations: `400ms`, `3.1s`, `1m 30s`.

use std::time::Duration;

use jiff::fmt::friendly::SpanParser;

use super::leaf_schema;
use super::positive::MaybeZero;
use super::spread::Quantity;
use crate::scenario::decode::{Leaf, Slip, Word};

/// The longest time that a scenario may name. Within it a count of nanoseconds survives the way to
/// floating-point seconds and back, on which printing a plan rests.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);

/// A length of time; zero is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub(crate) struct Time(Duration);

/// A limit in time, or the word `off`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimeOrOff(Option<Duration>);

/// A length of time, or the word `forever`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimeOrForever(Option<Duration>);

impl Time {
    /// The time itself.
    pub(crate) fn get(self) -> Duration {
        self.0
    }

    /// As a scenario writes it: the one unit that needs no fraction.
    pub(crate) fn written(time: Duration) -> String {
        const UNITS: [(u128, &str); 5] = [
            (3_600_000_000_000, "h"),
            (60_000_000_000, "m"),
            (1_000_000_000, "s"),
            (1_000_000, "ms"),
            (1_000, "us"),
        ];
        let nanos = time.as_nanos();
        if nanos == 0 {
            return "0s".to_owned();
        }
        match UNITS.iter().find(|(size, _)| nanos.is_multiple_of(*size)) {
            Some((size, unit)) => format!("{}{unit}", nanos / size),
            None => format!("{nanos}ns"),
        }
    }
}

impl TimeOrOff {
    /// The limit, if there is one.
    pub(crate) fn get(self) -> Option<Duration> {
        self.0
    }

    /// As a scenario writes it.
    pub(crate) fn written(limit: Option<Duration>) -> String {
        limit.map_or_else(|| "off".to_owned(), Time::written)
    }
}

impl TimeOrForever {
    /// The time; none is for ever.
    pub(crate) fn get(self) -> Option<Duration> {
        self.0
    }

    /// As a scenario writes it.
    pub(crate) fn written(time: Option<Duration>) -> String {
        time.map_or_else(|| "forever".to_owned(), Time::written)
    }
}

impl Leaf for Time {
    fn shape() -> String {
        "a duration, as in `400ms`, `3.1s` or `1m 30s`".to_owned()
    }

    fn read(word: Word<'_>) -> Result<Self, Slip> {
        match word {
            Word::Whole(number) => Err(unit_missing(number)),
            Word::Decimal(number) => Err(unit_missing(number)),
            Word::Bool(_) => Err(Slip::Kind),
            Word::Text(text) if text.parse::<f64>().is_ok() => Err(unit_missing(text)),
            Word::Text(text) => parse(text).ok_or(Slip::Form).and_then(bounded),
        }
    }
}

fn unit_missing(number: impl std::fmt::Display) -> Slip {
    Slip::Unit(format!("a duration needs a unit: `{number}s`, or `ms`, `m`, `h`"))
}

/// jiff reads more than we promise (`1:30:00`, `2s ago`); what we promise has only numbers and units.
fn parse(text: &str) -> Option<Duration> {
    let promised = |c: char| c.is_ascii_alphanumeric() || matches!(c, 'µ' | '.' | ' ');
    if !text.chars().all(promised) || text.ends_with("ago") {
        return None;
    }
    let signed = SpanParser::new().parse_duration(text).ok()?;
    Duration::try_from(signed).ok()
}

fn bounded(time: Duration) -> Result<Time, Slip> {
    if time > LONGEST {
        return Err(Slip::Range(format!("the longest duration is a week: `{}`", Time::written(LONGEST))));
    }
    Ok(Time(time))
}

impl Leaf for TimeOrOff {
    fn shape() -> String {
        format!("{}, or `off`", Time::shape())
    }

    fn read(word: Word<'_>) -> Result<Self, Slip> {
        match word {
            Word::Text("off") => Ok(TimeOrOff(None)),
            _ => super::Positive::<Time>::read(word).map(|time| TimeOrOff(Some(time.get().get()))),
        }
    }
}

impl Leaf for TimeOrForever {
    fn shape() -> String {
        format!("{}, or `forever`", Time::shape())
    }

    fn read(word: Word<'_>) -> Result<Self, Slip> {
        match word {
            Word::Text("forever") => Ok(TimeOrForever(None)),
            _ => super::Positive::<Time>::read(word).map(|time| TimeOrForever(Some(time.get().get()))),
        }
    }
}

impl MaybeZero for Time {
    fn is_zero(&self) -> bool {
        self.0.is_zero()
    }
}

impl Quantity for Time {
    fn amount(&self) -> f64 {
        self.0.as_secs_f64()
    }
}

leaf_schema!(Time, "Time", {
    "type": "string",
    "pattern": r"^\d+(\.\d+)? *[a-zµ]+( *\d+(\.\d+)? *[a-zµ]+)*$",
    "examples": ["400ms", "3.1s", "1m 30s"],
});

leaf_schema!(TimeOrOff, "TimeOrOff", {
    "type": "string",
    "pattern": r"^(off|\d+(\.\d+)? *[a-zµ]+( *\d+(\.\d+)? *[a-zµ]+)*)$",
    "examples": ["20s", "off"],
});

leaf_schema!(TimeOrForever, "TimeOrForever", {
    "type": "string",
    "pattern": r"^(forever|\d+(\.\d+)? *[a-zµ]+( *\d+(\.\d+)? *[a-zµ]+)*)$",
    "examples": ["20s", "forever"],
});

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Duration, Slip> {
        Time::read(Word::Text(text)).map(Time::get)
    }

    #[test]
    fn durations_are_read_in_the_units_people_use() {
        let table = [
            ("0s", 0),
            ("250us", 250),
            ("250µs", 250),
            ("400ms", 400_000),
            ("3.1s", 3_100_000),
            ("1m30s", 90_000_000),
            ("1m 30s", 90_000_000),
            ("1h 5min", 3_900_000_000),
        ];
        for (text, micros) in table {
            assert_eq!(read(text), Ok(Duration::from_micros(micros)), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in ["", "s", "1x", "-1s", "1s ago", "1:30:00", "PT1M", "1d", "1s..2s", "٣s", "off"] {
            assert_eq!(read(text), Err(Slip::Form), "{text}");
        }
        assert!(matches!(read("60"), Err(Slip::Unit(_))));
        assert!(matches!(Time::read(Word::Whole(60)), Err(Slip::Unit(_))));
        assert!(matches!(read("169h"), Err(Slip::Range(_))));
        assert!(matches!(TimeOrOff::read(Word::Text("0s")), Err(Slip::Range(_))));
        assert!(matches!(TimeOrForever::read(Word::Text("0s")), Err(Slip::Range(_))));
        assert_eq!(TimeOrForever::read(Word::Text("off")), Err(Slip::Form));
    }

    #[test]
    fn what_is_written_is_read_back() {
        for nanos in [0, 1, 999, 1_000, 3_100_000_000, 90_000_000_000, 7_200_000_000_000, 604_799_999_999_999]
        {
            let time = Duration::from_nanos(nanos);
            assert_eq!(read(&Time::written(time)), Ok(time));
        }
    }
}
