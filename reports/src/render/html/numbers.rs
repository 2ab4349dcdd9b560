//! The headline numbers: what the run is worth, in a dozen figures.

use crate::number;
use crate::render::phrase;
use crate::summary::{Figures, Spread, Summary};

use super::Sentence;

/// The section.
pub(super) struct Numbers {
    pub(super) lead: Sentence,
    pub(super) figures: Vec<Headline>,
}

/// One headline number.
pub(super) struct Headline {
    pub(super) term: String,
    pub(super) values: Vec<Value>,
    pub(super) note: String,
    pub(super) wide: bool,
}

/// A figure, its digits apart from its units so that the digits stand out.
pub(super) struct Value {
    pub(super) parts: Vec<(String, &'static str)>,
}

pub(super) fn view(summary: &Summary) -> Numbers {
    let total = &summary.total;
    let outcomes = [
        ("First try", total.first_try),
        ("Retried", total.retried),
        ("Fell back", total.fell_back),
        ("Failed", total.failed),
    ];
    let outcomes = outcomes.map(|(term, count)| {
        let of = format!("{} of {} requests", number::count(count), number::count(total.requests));
        headline(term, vec![phrase::share(total, count)], of)
    });
    let rest = [
        Some(attempts(total)),
        recovery(summary).or_else(|| batch(summary)),
        Some(tokens(total)),
        cost(total),
    ];
    let spreads = [
        Some(spread("Latency", "due to done, of answered requests", &total.latency)),
        (total.ttft.count > 0)
            .then(|| spread("Time to first token", "due to first content, of streams", &total.ttft)),
    ];
    let figures = outcomes.into_iter().chain(rest.into_iter().flatten()).chain(spreads.into_iter().flatten());
    // Of nothing there is nothing to tell but that.
    let figures = figures.filter(|_| total.requests > 0);
    Numbers { lead: lead(summary), figures: figures.collect() }
}

fn lead(summary: &Summary) -> Sentence {
    let total = &summary.total;
    if total.requests == 0 {
        return Sentence::of(match &summary.judgement {
            None => "No request was due in a recorded stage, so there is nothing to count.",
            Some(_) => "bedload sent nothing itself; what another client did is told by what the cloud saw.",
        });
    }
    let rate = total
        .per_second(total.requests)
        .map_or_else(String::new, |rate| format!(", {} a second", number::significant(rate)));
    let lead = Sentence::default()
        .stress(number::share(total.share(total.answered()).unwrap_or_default()))
        .say(format!(
            " of {} requests got an answer in {}{rate}",
            number::count(total.requests),
            number::time(total.length)
        ));
    match total.good.and_then(|good| total.share(good)) {
        None => lead.say("."),
        Some(good) => lead.say("; ").stress(number::share(good)).say(" within the SLO."),
    }
}

fn headline(term: &str, values: Vec<String>, note: String) -> Headline {
    let wide = values.len() > 1;
    Headline { term: term.to_owned(), values: values.iter().map(|value| apart(value)).collect(), note, wide }
}

fn attempts(total: &Figures) -> Headline {
    let ratio = total.attempts_per_request().map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}"));
    let note =
        format!("{} attempts, {} throttled", number::count(total.attempts), number::count(total.throttled));
    headline("Attempts per request", vec![ratio], note)
}

/// The longest recovery of all faults; none where none could be measured.
fn recovery(summary: &Summary) -> Option<Headline> {
    let known = summary.recoveries.iter().filter_map(|recovery| Some((recovery, recovery.time?)));
    let (longest, time) = known.max_by_key(|(_, time)| *time)?;
    Some(headline("Recovery", vec![number::time(time)], format!("after {}", longest.fault)))
}

/// How long the slowest batch took.
fn batch(summary: &Summary) -> Option<Headline> {
    let drained = summary.queues.iter().filter_map(|queue| Some((queue, queue.drain_time()?)));
    let (queue, time) = drained.max_by_key(|(_, time)| *time)?;
    Some(headline(
        "Batch",
        vec![number::time(time)],
        format!("from the first of {} to the last settled", queue.flow),
    ))
}

fn tokens(total: &Figures) -> Headline {
    let of = |count: u64| number::short(count as f64);
    let wasted = match total.tokens_wasted {
        0 => String::new(),
        wasted => format!(", {} for nothing", of(wasted)),
    };
    let note = format!("{} in, {} out{wasted}", of(total.tokens_input), of(total.tokens_output));
    headline("Tokens", vec![of(total.tokens_input + total.tokens_output)], note)
}

fn cost(total: &Figures) -> Option<Headline> {
    let cost = total.cost_usd?;
    let answered = total.answered();
    let each = (answered > 0).then(|| cost / answered as f64 * 1000.0);
    let note = each.map_or_else(String::new, |each| format!("{} for a thousand answers", number::usd(each)));
    Some(headline("Cost", vec![number::usd(cost)], note))
}

fn spread(term: &str, note: &str, spread: &Spread) -> Headline {
    let values = [spread.p50, spread.p95, spread.p99].map(|time| phrase::time_or_why(time, spread.count));
    headline(
        &format!("{term} p50 · p95 · p99"),
        values.to_vec(),
        format!("{note}; n {}", number::count(spread.count)),
    )
}

/// `20.7 s` as digits and unit; a word such as `too few` as a unit alone.
fn apart(text: &str) -> Value {
    let class = |part: &str| {
        if part.starts_with(|c: char| c.is_ascii_digit() || c == '–' || c == '−') { "" } else { "unit" }
    };
    Value { parts: text.split('\u{202f}').map(|part| (part.to_owned(), class(part))).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::storm;

    #[test]
    fn digits_stand_apart_from_units() {
        let parts = |text: &str| apart(text).parts;
        assert_eq!(
            parts("4\u{202f}m\u{202f}39\u{202f}s").iter().filter(|(_, class)| class.is_empty()).count(),
            2
        );
        assert_eq!(parts("too few"), [("too few".to_owned(), "unit")]);
    }

    #[test]
    fn the_four_words_come_first() {
        let numbers = view(&storm().summary);
        let terms: Vec<&str> = numbers.figures.iter().take(4).map(|figure| figure.term.as_str()).collect();
        assert_eq!(terms, ["First try", "Retried", "Fell back", "Failed"]);
    }
}
