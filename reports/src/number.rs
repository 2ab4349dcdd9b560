//! How figures are written: three significant digits and a unit, the same everywhere people read.

use crate::metric::Unit;
use crate::units::Nanos;

/// A narrow no-break space between a number and its unit.
pub(crate) const GAP: char = '\u{202f}';

/// A value in the metric's unit.
pub fn value(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Seconds => seconds(value),
        Unit::Share => share(value),
        Unit::Ratio => format!("{value:.2}"),
        Unit::Count => count_f64(value),
        Unit::PerSecond => format!("{}{GAP}/s", significant(value)),
        Unit::PerMinute => format!("{}{GAP}/min", short(value)),
        Unit::Usd => usd(value),
    }
}

/// A difference in the metric's unit, with its sign; differences of shares are points.
pub fn difference(value: f64, unit: Unit) -> String {
    let sign = if value < 0.0 { '−' } else { '+' };
    let size = match unit {
        Unit::Share => format!("{}{GAP}points", significant(value.abs() * 100.0)),
        _ => self::value(value.abs(), unit),
    };
    format!("{sign}{size}")
}

/// A length of time: `61.7 ms`, `2.41 s`, `4 m 39 s`.
pub fn time(nanos: Nanos) -> String {
    seconds(nanos.as_secs_f64())
}

/// Seconds as a length of time.
pub fn seconds(secs: f64) -> String {
    let whole = secs.round() as u64;
    match secs {
        s if !s.is_finite() => "–".to_owned(),
        0.0 => format!("0{GAP}s"),
        s if s < 0.0 => format!("−{}", seconds(-s)),
        s if s < 999.5e-9 => format!("{}{GAP}ns", significant(s * 1e9)),
        s if s < 999.5e-6 => format!("{}{GAP}µs", significant(s * 1e6)),
        s if s < 999.5e-3 => format!("{}{GAP}ms", significant(s * 1e3)),
        s if s < 99.95 => format!("{}{GAP}s", significant(s)),
        _ if whole < 3600 => format!("{}{GAP}m{GAP}{:02}{GAP}s", whole / 60, whole % 60),
        _ => format!("{}{GAP}h{GAP}{:02}{GAP}m", whole / 3600, whole % 3600 / 60),
    }
}

/// Two lengths of time with one unit, with digits enough to tell them apart: `1.002–1.007 s`. One where they
/// cannot be.
pub fn range(low: f64, high: f64) -> String {
    let (scale, unit, most_decimals) = match high {
        high if high >= 0.9995 => (1.0, "s", 3.0),
        high if high >= 0.000_999_5 => (1e3, "ms", 1.0),
        _ => (1e6, "µs", 0.0),
    };
    let decimals = (1.0 - ((high - low) * scale).log10().floor()).clamp(0.0, most_decimals) as usize;
    let (low, high) = (format!("{:.decimals$}", low * scale), format!("{:.decimals$}", high * scale));
    if low == high { format!("{high}{GAP}{unit}") } else { format!("{low}–{high}{GAP}{unit}") }
}

/// A place in an order, counted from 0: `first`, `second`, `third`, `4th`.
pub fn ordinal(place: u32) -> String {
    match place {
        0 => "first".to_owned(),
        1 => "second".to_owned(),
        2 => "third".to_owned(),
        _ => format!("{}th", u64::from(place) + 1),
    }
}

/// A clock time on the run's axis: `3:51`, `1:03:51`.
pub fn clock(offset: Nanos) -> String {
    let secs = offset.get() / 1_000_000_000;
    match secs / 3600 {
        0 => format!("{}:{:02}", secs / 60, secs % 60),
        hours => format!("{hours}:{:02}:{:02}", secs / 60 % 60, secs % 60),
    }
}

/// A share of 1 as per cent. Near 1 it is the misses that matter, so they keep two digits: `99.80 %`.
pub fn share(share: f64) -> String {
    let percent = share * 100.0;
    let misses = 100.0 - percent;
    if share > 0.9 && misses > 0.0 {
        let decimals = (1.0 - misses.log10().floor()).clamp(1.0, 4.0) as usize;
        return format!("{percent:.decimals$}{GAP}%");
    }
    format!("{}{GAP}%", significant(percent))
}

/// An amount of memory: `212 MiB`.
pub fn mebibytes(bytes: u64) -> String {
    format!("{}{GAP}MiB", significant(bytes as f64 / 1_048_576.0))
}

/// A whole number with its thousands told apart: `10,001`.
pub fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A large number cut to three digits: `2.10 M`, `41.0 k`.
pub fn short(number: f64) -> String {
    match number.abs() {
        n if n >= 999.5e6 => format!("{}{GAP}G", significant(number / 1e9)),
        n if n >= 999.5e3 => format!("{}{GAP}M", significant(number / 1e6)),
        n if n >= 9_999.5 => format!("{}{GAP}k", significant(number / 1e3)),
        _ => count_f64(number),
    }
}

/// US dollars; cents until they stop mattering, more digits below a cent.
pub fn usd(usd: f64) -> String {
    match usd.abs() {
        0.0 => format!("0{GAP}USD"),
        u if u < 0.1 => format!("{}{GAP}USD", significant(usd)),
        _ => format!("{usd:.2}{GAP}USD"),
    }
}

/// Three significant digits without an exponent.
pub fn significant(number: f64) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    if !number.is_finite() {
        return "–".to_owned();
    }
    // Rounding may carry into the next power of ten (9.996 → 10.0), so the digits are counted after it.
    let exponent = number.abs().log10().floor() as i32;
    let scale = 10f64.powi(2 - exponent);
    let rounded = (number * scale).round() / scale;
    let decimals = (2 - rounded.abs().log10().floor() as i32).max(0) as usize;
    format!("{rounded:.decimals$}")
}

fn count_f64(number: f64) -> String {
    if number.fract() == 0.0 && (0.0..1e18).contains(&number) {
        count(number as u64)
    } else {
        significant(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_keep_three_digits_and_a_unit() {
        let table = [
            (0.0617, "61.7 ms"),
            (0.432, "432 ms"),
            (2.414, "2.41 s"),
            (21.94, "21.9 s"),
            (279.0, "4 m 39 s"),
            (0.9996, "1.00 s"),
            (9.996, "10.0 s"),
            (0.0, "0 s"),
            (0.000_000_5, "500 ns"),
            (4000.0, "1 h 06 m"),
        ];
        for (secs, text) in table {
            assert_eq!(seconds(secs).replace(GAP, " "), text);
        }
    }

    #[test]
    fn ranges_have_the_digits_that_tell_their_ends_apart() {
        let table = [
            (1.002, 1.007, "1.002–1.007 s"),
            (0.87, 1.59, "0.87–1.59 s"),
            (0.8, 2.54, "0.8–2.5 s"),
            (0.0301, 0.0652, "30–65 ms"),
            (0.0021, 0.003, "2.1–3.0 ms"),
            (1.0, 1.0, "1.000 s"),
            (0.0, 0.000_3, "0–300 µs"),
        ];
        for (low, high, text) in table {
            assert_eq!(range(low, high).replace(GAP, " "), text);
        }
        assert_eq!([0, 1, 2, 3].map(ordinal), ["first", "second", "third", "4th"]);
    }

    #[test]
    fn shares_near_one_show_their_misses() {
        let table =
            [(0.687, "68.7 %"), (0.998, "99.80 %"), (0.99957, "99.957 %"), (1.0, "100 %"), (0.0, "0 %")];
        for (value, text) in table {
            assert_eq!(share(value).replace(GAP, " "), text);
        }
    }

    #[test]
    fn counts_and_money_read_well() {
        assert_eq!(count(10_001), "10,001");
        assert_eq!(count(999), "999");
        assert_eq!(short(2_100_000.0).replace(GAP, " "), "2.10 M");
        assert_eq!(usd(20.714).replace(GAP, " "), "20.71 USD");
        assert_eq!(clock(Nanos::from_secs(231)), "3:51");
        assert_eq!(clock(Nanos::from_secs(3831)), "1:03:51");
        assert_eq!(difference(-0.031, Unit::Share).replace(GAP, " "), "−3.10 points");
    }
}
