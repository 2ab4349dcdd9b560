//! Clients side by side, and in words what going from one to the other means for this workload.
//!
//! Where a scenario has two clients it asks what the difference between them is worth. The table says by how
//! much each figure differs; the sentence above it says which way the difference works, from the figures
//! alone: it knows no policy by name.

use crate::judge::finding::Class;
use crate::number;
use crate::record::Name;
use crate::render::phrase::time_or_why;
use crate::render::sentence::Sentence;
use crate::summary::{Client, Figures, Recovery, Summary};
use crate::units::Nanos;

use super::backoff::median;

/// Clients that fit side by side.
const MOST: usize = 4;
/// Faults whose recovery has a row.
const FAULTS: usize = 3;
/// Ratios of two median waits within which they are alike.
const ALIKE: std::ops::RangeInclusive<f64> = 0.8..=1.25;
/// Shares of answers nearer to each other than this are the same to a reader.
const SAME_SHARE: f64 = 0.002;

/// The part of the section.
pub(in crate::render::html) struct Clients<'a> {
    pub(in crate::render::html) lead: Sentence,
    pub(in crate::render::html) names: Vec<&'a Name>,
    pub(in crate::render::html) rows: Vec<Row>,
    /// Whether there is a column of differences.
    pub(in crate::render::html) differ: bool,
}

/// One figure of every client.
pub(in crate::render::html) struct Row {
    pub(in crate::render::html) name: String,
    pub(in crate::render::html) cells: Vec<String>,
    pub(in crate::render::html) difference: String,
}

/// The clients of a scenario that has several; none where it has one.
pub(super) fn view(summary: &Summary) -> Option<Clients<'_>> {
    let clients: Vec<&Client> =
        summary.clients.iter().filter(|client| client.figures.requests > 0).take(MOST).collect();
    if clients.len() < 2 {
        return None;
    }
    let lead = match clients.as_slice() {
        [before, after] => compared(before, after),
        _ => Sentence::default(),
    };
    Some(Clients {
        lead,
        names: clients.iter().map(|client| &client.name).collect(),
        rows: rows(summary, &clients),
        differ: clients.len() == 2,
    })
}

/// A figure with its words and, for differences, its number.
struct Cell {
    text: String,
    number: Option<f64>,
}

/// How a difference is written.
#[derive(Clone, Copy)]
enum Measure {
    Share,
    Count,
    Ratio,
    Time,
}

fn rows(summary: &Summary, clients: &[&Client]) -> Vec<Row> {
    let row = |name: &str, measure: Measure, cell: &dyn Fn(&Client) -> Cell| {
        let cells: Vec<Cell> = clients.iter().map(|client| cell(client)).collect();
        let difference = match cells.as_slice() {
            [before, after] => difference(before.number, after.number, measure),
            _ => String::new(),
        };
        Row { name: name.to_owned(), cells: cells.into_iter().map(|cell| cell.text).collect(), difference }
    };
    let of = |figure: fn(&Figures) -> Option<f64>, measure| {
        move |client: &Client| {
            let number = figure(&client.figures);
            Cell { text: number.map_or_else(|| "–".to_owned(), |number| value(number, measure)), number }
        }
    };
    let share =
        |name, figure: fn(&Figures) -> Option<f64>| row(name, Measure::Share, &of(figure, Measure::Share));
    let count =
        |name, figure: fn(&Figures) -> Option<f64>| row(name, Measure::Count, &of(figure, Measure::Count));
    let mut rows = vec![
        count("Requests", |f| Some(f.requests as f64)),
        share("Answered", |f| f.share(f.answered())),
        share("First try", |f| f.share(f.first_try)),
        share("Retried", |f| f.share(f.retried)),
        share("Fell back", |f| f.share(f.fell_back)),
        share("Failed", |f| f.share(f.failed)),
        row("Attempts per request", Measure::Ratio, &of(Figures::attempts_per_request, Measure::Ratio)),
        row("Median wait before a retry", Measure::Time, &|client| {
            let spread = &client.figures.backoff;
            timed(spread.p50, time_or_why(spread.p50, spread.count))
        }),
    ];
    for (class, words) in [(Class::Throttling, "throttled"), (Class::Transient, "otherwise failed")] {
        let first = |client: &Client| first_wait(summary, client, class);
        if clients.iter().any(|client| first(client).is_some()) {
            rows.push(row(&format!("Median first wait, {words}"), Measure::Time, &|client| {
                let wait = first(client);
                timed(wait, wait.map_or_else(|| "–".to_owned(), number::time))
            }));
        }
    }
    rows.extend([
        row("Latency p50", Measure::Time, &|client| {
            let spread = &client.figures.latency;
            timed(spread.p50, time_or_why(spread.p50, spread.count))
        }),
        row("Latency p95", Measure::Time, &|client| {
            let spread = &client.figures.latency;
            timed(spread.p95, time_or_why(spread.p95, spread.count))
        }),
        count("Retry quota refusals", |f| Some(f.retry_quota_refusals as f64)),
        count("Tokens wasted", |f| Some(f.tokens_wasted as f64)),
    ]);
    rows.extend(summary.recoveries.iter().take(FAULTS).map(|recovery| {
        let name = format!("Recovery from {}", recovery.fault);
        row(&name, Measure::Time, &|client| {
            let time = recovered(client, recovery);
            timed(time, time.map_or_else(|| "–".to_owned(), number::time))
        })
    }));
    rows.retain(|row| row.cells.iter().any(|cell| cell != "0" && cell != "–" && cell != "0\u{202f}%"));
    rows
}

fn timed(time: Option<Nanos>, text: String) -> Cell {
    Cell { text, number: time.map(Nanos::as_secs_f64) }
}

fn value(number: f64, measure: Measure) -> String {
    match measure {
        Measure::Share => number::share(number),
        Measure::Count => number::short(number),
        Measure::Ratio => format!("{number:.2}"),
        Measure::Time => number::seconds(number),
    }
}

fn difference(before: Option<f64>, after: Option<f64>, measure: Measure) -> String {
    let (Some(before), Some(after)) = (before, after) else { return "–".to_owned() };
    let difference = after - before;
    if difference.abs() < 1e-12 {
        return "same".to_owned();
    }
    let sign = if difference < 0.0 { '−' } else { '+' };
    let size = match measure {
        Measure::Share => format!("{}\u{202f}points", number::significant(difference.abs() * 100.0)),
        _ => value(difference.abs(), measure),
    };
    format!("{sign}{size}")
}

/// The median of a client's first waits of a class, as the judge saw them.
fn first_wait(summary: &Summary, client: &Client, class: Class) -> Option<Nanos> {
    let waits = &summary.judgement.as_ref()?.waits;
    let first = waits.iter().find(|w| w.client == client.name && w.class == class && w.ordinal == 0)?;
    median(first)
}

fn recovered(client: &Client, of: &Recovery) -> Option<Nanos> {
    client.recoveries.iter().find(|recovery| recovery.fault == of.fault)?.time
}

/// What going from the first client to the second means, in words.
fn compared(before: &Client, after: &Client) -> Sentence {
    let lead = Sentence::of(format!("Going from {} to {}: ", before.name, after.name));
    let waits = [before, after].map(|client| client.figures.backoff.p50);
    let told = match waits {
        [Some(one), Some(other)] => lead
            .say("the median wait before a retry was ")
            .stress(number::time(other))
            .say(format!(" instead of {}{}, and ", number::time(one), times(one, other))),
        _ => lead,
    };
    let told = told
        .say("a request took ")
        .stress(ratio(&after.figures))
        .say(format!(" attempts instead of {}", ratio(&before.figures)));
    told.say(effects(before, after)).then(Sentence::of(reason(before, after)))
}

/// How many times shorter or longer, where that is worth a word.
fn times(one: Nanos, other: Nanos) -> String {
    let (one, other) = (one.as_secs_f64().max(1e-9), other.as_secs_f64().max(1e-9));
    let way = if other < one { "shorter" } else { "longer" };
    match (one / other).max(other / one) {
        factor if factor < 2.0 => String::new(),
        factor => format!(" ({} times {way})", number::count(factor.round() as u64)),
    }
}

fn ratio(figures: &Figures) -> String {
    figures.attempts_per_request().map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}"))
}

/// What else differed: answers, recovery, refusals.
fn effects(before: &Client, after: &Client) -> String {
    let mut told = Vec::new();
    let answered = [before, after].map(|client| client.figures.share(client.figures.answered()));
    if let [Some(one), Some(other)] = answered
        && (other - one).abs() >= SAME_SHARE
    {
        told.push(format!("{} were answered instead of {}", number::share(other), number::share(one)));
    }
    for recovery in before.recoveries.iter().take(1) {
        if let (Some(one), Some(other)) = (recovery.time, recovered(after, recovery)) {
            told.push(match one == other {
                true if one == Nanos::ZERO => format!("trouble ended with {} for both", recovery.fault),
                true => format!("callers recovered from {} alike, in {}", recovery.fault, number::time(one)),
                false => format!(
                    "callers recovered from {} in {} instead of {}",
                    recovery.fault,
                    number::time(other),
                    number::time(one)
                ),
            });
        }
    }
    let [one, other] = [before, after].map(|client| client.figures.retry_quota_refusals);
    if one != other {
        told.push(format!(
            "the retry quota refused {} calls instead of {}",
            number::count(other),
            number::count(one)
        ));
    }
    match told.as_slice() {
        [] => ".".to_owned(),
        told => format!("; {}.", told.join(", ")),
    }
}

/// Which way the difference works.
fn reason(before: &Client, after: &Client) -> String {
    let waits = [before, after].map(|client| client.figures.backoff.p50.map(Nanos::as_secs_f64));
    let [Some(one), Some(other)] = waits else {
        return "Too few calls were retried to say what their waits are worth.".to_owned();
    };
    let ratio = other / one.max(1e-9);
    let failed = [before, after].map(|client| client.figures.share(client.figures.failed).unwrap_or(0.0));
    let refused = after.figures.retry_quota_refusals > before.figures.retry_quota_refusals;
    let worse = failed[1] > failed[0] + SAME_SHARE;
    let better = failed[1] + SAME_SHARE < failed[0];
    match ratio {
        ratio if ALIKE.contains(&ratio) => "Both waited alike for what this workload met, so it will hardly notice the change.",
        ratio if ratio < 1.0 && worse && refused => {
            "The shorter waits end inside the fault, where retries fail, use up the attempts of a call and drain the retry quota: \
             fewer calls outlast it."
        }
        ratio if ratio < 1.0 && worse => {
            "The shorter waits end inside the fault, where retries fail and use up the attempts of a call: fewer calls outlast it."
        }
        ratio if ratio < 1.0 && refused => {
            "The shorter waits drain the retry quota sooner, which caps what the fault costs; as many calls were answered all the same."
        }
        ratio if ratio < 1.0 && better => "The shorter waits found room sooner, before callers gave up.",
        ratio if ratio < 1.0 => "The shorter waits cost no answers: callers waited less, and the service was asked again sooner.",
        _ if better => "The longer waits carry more retries past the end of the fault, so more calls outlast it.",
        _ if worse => "The longer waits kept callers waiting without carrying more of them past the fault.",
        _ => "The longer waits asked less of the service while it was in trouble, and cost callers time and no answers.",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::summary::Spread;

    fn client(name: &str, wait_ms: u64, failed: u64, refusals: u64) -> Client {
        let backoff = Spread { count: 100, p50: Some(Nanos::new(wait_ms * 1_000_000)), ..Spread::default() };
        let figures = Figures {
            requests: 1000,
            first_try: 1000 - failed,
            failed,
            attempts: 1500,
            retry_quota_refusals: refusals,
            backoff,
            ..Figures::default()
        };
        let recovery = Recovery {
            fault: "storm".into(),
            time: Some(Nanos::from_secs(wait_ms)),
            share_before: None,
            share_during: None,
            set_by: None,
            amplification: [None; 3],
        };
        Client { name: name.into(), figures, recoveries: vec![recovery] }
    }

    #[test]
    fn the_sentence_says_what_changed_and_which_way_it_works() {
        let said =
            compared(&client("old", 500, 10, 0), &client("new", 25, 80, 30)).plain().replace('\u{202f}', " ");
        assert_eq!(
            said,
            "Going from old to new: the median wait before a retry was 25.0 ms instead of 500 ms (20 times shorter), and a request took 1.50 attempts \
             instead of 1.50; 92.0 % were answered instead of 99.0 %, callers recovered from storm in 25.0 s instead of 8 m 20 s, \
             the retry quota refused 30 calls instead of 0. The shorter waits end inside the fault, where retries fail, use \
             up the attempts of a call and drain the retry quota: fewer calls outlast it."
        );
    }

    #[test]
    fn each_way_has_its_reason() {
        let old = client("old", 500, 50, 0);
        let table = [
            (client("new", 520, 50, 0), "hardly notice"),
            (client("new", 50, 90, 0), "fewer calls outlast"),
            (client("new", 50, 50, 9), "caps what the fault costs"),
            (client("new", 50, 10, 0), "found room sooner"),
            (client("new", 50, 50, 0), "cost no answers"),
            (client("new", 2000, 10, 0), "more calls outlast"),
            (client("new", 2000, 90, 0), "without carrying more"),
            (client("new", 2000, 50, 0), "time and no answers"),
        ];
        for (new, words) in table {
            assert!(reason(&old, &new).contains(words), "{words}: {}", reason(&old, &new));
        }
    }

    #[test]
    fn differences_keep_their_measure() {
        let said =
            |before, after, measure| difference(Some(before), Some(after), measure).replace('\u{202f}', " ");
        assert_eq!(said(0.99, 0.92, Measure::Share), "−7.00 points");
        assert_eq!(said(0.5, 0.025, Measure::Time), "−475 ms");
        assert_eq!(said(2.0, 2.0, Measure::Count), "same");
        assert_eq!(difference(None, Some(1.0), Measure::Ratio), "–");
    }
}
