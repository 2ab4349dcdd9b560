//! The words for what came of a comparison, shared by every output.

use crate::compare::{Change, Comparison, Difference, Ends, Row, Verdict, Why};
use crate::metric::Unit;
use crate::number;

use super::phrase;

/// The largest relative change that is told in per cent; beyond it, as a factor.
const LARGEST_PERCENT: f64 = 9.995;
/// From here on an end of an interval says nothing any more: the base may have been nothing.
const BOUNDLESS: f64 = 9e5;

/// A change in the words of its unit: points of a share, per cent of anything else, an amount where the base was nothing.
pub(super) fn change(change: &Change, unit: Unit) -> String {
    match (unit, change.relative) {
        (Unit::Share, _) | (_, None) => difference_of(change.difference, unit),
        (_, Some(relative)) => percent(relative),
    }
}

/// A difference with its sign; of none, no sign.
fn difference_of(difference: f64, unit: Unit) -> String {
    let told = number::difference(difference, unit);
    if difference == 0.0 { told.trim_start_matches('+').to_owned() } else { told }
}

/// The interval of a change in the same words.
pub(super) fn interval(change: &Change, unit: Unit) -> Option<String> {
    match (unit, change.relative.and(change.relative_interval)) {
        (Unit::Share, _) | (_, None) => {
            change.difference_interval.map(|ends| told(ends, |end| difference_of(end, unit)))
        }
        (_, Some(ends)) => Some(told(ends, percent)),
    }
}

/// What a change rests on: its interval, and of several runs the chance of as much where nothing has changed.
pub(super) fn evidence(change: &Change, unit: Unit) -> Option<String> {
    let chance = change.chance.map(|chance| format!("p {}", number::significant(chance)));
    let told: Vec<String> = interval(change, unit).into_iter().chain(chance).collect();
    (!told.is_empty()).then(|| told.join(", "))
}

/// Two ends, with their unit once where it is the same: `+14.2 … +41.0 %`.
fn told((low, high): Ends, word: impl Fn(f64) -> String) -> String {
    let (low, high) = (word(low), word(high));
    match (low.split_once('\u{202f}'), high.split_once('\u{202f}')) {
        (Some((number, unit)), Some((_, same))) if unit == same => format!("{number} … {high}"),
        _ => format!("{low} … {high}"),
    }
}

fn percent(relative: f64) -> String {
    match relative {
        0.0 => "0\u{202f}%".to_owned(),
        it if it > BOUNDLESS => "any".to_owned(),
        it if it > LARGEST_PERCENT => format!("×{}", number::significant(it + 1.0)),
        it => {
            let sign = if it < 0.0 { '−' } else { '+' };
            format!("{sign}{}\u{202f}%", number::significant(it.abs() * 100.0))
        }
    }
}

/// The figure with its scope: `latency.p99 chat in quiet`.
pub(super) fn figure(row: &Row) -> String {
    format!("{} {}", row.metric, row.scope).trim_end().to_owned()
}

/// The figure of one side, or `–`.
pub(super) fn value(value: Option<f64>, unit: Unit) -> String {
    value.map_or_else(|| "–".to_owned(), |value| number::value(value, unit))
}

/// Why there is no better answer, with what would give one.
pub(super) fn why(row: &Row) -> Option<String> {
    let unit = row.metric.entry().unit;
    Some(match row.why? {
        Why::Missing => "one side has none".to_owned(),
        Why::TooFew => {
            let least = row.base.samples.min(row.head.samples);
            format!(
                "{} of {} samples",
                number::count(least),
                number::count(row.base.floor.max(row.head.floor))
            )
        }
        Why::OneValue => "one value a run: compare several runs".to_owned(),
        Why::TooShort => "too short to tell how it varies".to_owned(),
        Why::TooWide(times) => {
            let times = format!("{:.1}", times.max(1.1));
            format!("about {times} times the samples would tell a change of {}", row.allowed.text(unit))
        }
        Why::AtTheEdge => format!("too near the allowed {}", row.allowed.text(unit)),
        Why::TooFewRuns => "too few runs for so many figures".to_owned(),
    })
}

/// How many figures got which answer: `2 of 14 figures regressed, 1 inconclusive, 11 unchanged`.
pub(super) fn tally(comparison: &Comparison) -> String {
    let all = comparison.rows.len();
    let counted = Verdict::ALL.into_iter().map(|verdict| (comparison.count(verdict), verdict.word()));
    let mut told = counted.filter(|(count, _)| *count > 0);
    let Some((count, word)) = told.next() else { return "no figure to compare".to_owned() };
    let first = format!("{count} of {all} {} {word}", phrase::plural(all, "figure", "figures"));
    told.fold(first, |text, (count, word)| format!("{text}, {count} {word}"))
}

/// How many runs it rests on: `1 run a side`, `5 runs a side`.
pub(super) fn method(comparison: &Comparison) -> String {
    match comparison.runs() {
        (1, 1) => "1 run a side".to_owned(),
        (base, head) if base == head => format!("{base} runs a side"),
        (base, head) => format!("{base} runs against {head}"),
    }
}

/// A difference between the runs: `clients.near.retry.attempts: 5 → 3`.
pub(super) fn difference(difference: &Difference) -> String {
    let shown = |value: &str| if value.is_empty() { "not there".to_owned() } else { value.to_owned() };
    format!("{}: {} → {}", difference.what, shown(&difference.base), shown(&difference.head))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_told_in_the_words_of_their_unit() {
        let of = |base: f64, head: f64| Change {
            difference: head - base,
            relative: (base > 0.0).then(|| head / base - 1.0),
            difference_interval: None,
            relative_interval: None,
            chance: None,
        };
        let table = [
            (of(2.0, 2.5), Unit::Seconds, "+25.0 %"),
            (of(2.0, 1.5), Unit::Seconds, "−25.0 %"),
            (of(0.99, 0.98), Unit::Share, "−1.00 points"),
            (of(0.0, 3.0), Unit::Count, "+3"),
            (of(1.0, 40.0), Unit::Count, "×40.0"),
        ];
        for (it, unit, text) in table {
            assert_eq!(change(&it, unit).replace('\u{202f}', " "), text);
        }
        let wide = Change { relative_interval: Some((-0.5, 1e6)), ..of(1.0, 2.0) };
        assert_eq!(
            interval(&wide, Unit::Count).unwrap_or_default().replace('\u{202f}', " "),
            "−50.0 % … any"
        );
    }
}
