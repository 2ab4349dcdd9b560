//! What became of requests and what it took, and what the client's policies did beyond the SDK's retries.
//!
//! Most clients use a few of the policies that there are, so a column stands only where one of them acted; where those are
//! few they stand beside the other figures, and else in a table of their own.

use crate::number;
use crate::render::phrase::{share, time_or_why};
use crate::summary::{Figures, Summary};

use super::groups;

/// The table.
pub(in crate::render::html) struct Policies<'a> {
    pub(in crate::render::html) columns: Vec<&'static str>,
    pub(in crate::render::html) groups: Vec<(&'static str, Vec<Row<'a>>)>,
    /// Columns, the name's included.
    pub(in crate::render::html) width: usize,
}

/// One part of the traffic.
pub(in crate::render::html) struct Row<'a> {
    pub(in crate::render::html) name: &'a str,
    pub(in crate::render::html) cells: Vec<String>,
}

/// A column: its head, whether its policy acted, and its cell.
type Column = (&'static str, fn(&Figures) -> bool, fn(&Figures) -> String);

/// Columns of policies that have room beside the other figures.
const ROOM: usize = 3;

const EFFORT: [Column; 10] = [
    ("Requests", |_| true, |f| number::count(f.requests)),
    ("First try", |_| true, |f| share(f, f.first_try)),
    ("Retried", |_| true, |f| share(f, f.retried)),
    ("Fell back", |_| true, |f| share(f, f.fell_back)),
    ("Failed", |_| true, |f| share(f, f.failed)),
    ("Attempts per request", |_| true, amplification),
    ("Throttled", |_| true, |f| number::count(f.throttled)),
    ("Backoff slept", |_| true, |f| number::time(f.backoff_slept)),
    ("Backoff p95", |_| true, |f| time_or_why(f.backoff.p95, f.backoff.count)),
    ("Quota refusals", |_| true, |f| number::count(f.retry_quota_refusals)),
];

const COLUMNS: [Column; 15] = [
    ("Failed over", |f| f.failed_over > 0, |f| share(f, f.failed_over)),
    ("Degraded answers", |f| f.degraded() > 0, |f| of_answers(f, f.degraded())),
    ("Region returns", |f| f.region_returns > 0, |f| number::count(f.region_returns)),
    ("Budget spent", |f| f.budget_spent > 0, |f| number::count(f.budget_spent)),
    ("Hedged", |f| f.hedged > 0, |f| share(f, f.hedged)),
    ("Hedges won", |f| f.hedged > 0, hedges_won),
    ("Streams broken", |f| f.broken_streams > 0, |f| number::count(f.broken_streams)),
    ("Streams restarted", |f| f.stream_restarts > 0, |f| number::count(f.stream_restarts)),
    ("Breaker refusals", |f| f.breaker_refusals > 0, |f| number::count(f.breaker_refusals)),
    ("Limit wait p95", |f| f.limit_wait.count > 0, |f| time_or_why(f.limit_wait.p95, f.limit_wait.count)),
    ("Shed", |f| f.shed > 0, |f| number::count(f.shed)),
    ("Gateway refusals", |f| f.gateway_refusals > 0, |f| number::count(f.gateway_refusals)),
    ("Gateway timeouts", |f| f.gateway_timeouts > 0, |f| number::count(f.gateway_timeouts)),
    ("Tokens wasted", |f| f.tokens_wasted > 0, |f| number::short(f.tokens_wasted as f64)),
    ("Cost wasted", |f| f.tokens_wasted > 0 && f.cost_wasted_usd.is_some(), cost_wasted),
];

/// What became of requests, and what it took.
pub(super) fn effort(summary: &Summary) -> Policies<'_> {
    let policies = acted(summary);
    let beside = if policies.len() <= ROOM { policies } else { Vec::new() };
    table(summary, EFFORT.into_iter().chain(beside).collect())
}

/// The policies that acted, where they are too many to stand beside the other figures.
pub(super) fn apart(summary: &Summary) -> Option<Policies<'_>> {
    let policies = acted(summary);
    (policies.len() > ROOM).then(|| table(summary, policies))
}

fn acted(summary: &Summary) -> Vec<Column> {
    COLUMNS.into_iter().filter(|(_, acted, _)| acted(&summary.total)).collect()
}

fn table(summary: &Summary, columns: Vec<Column>) -> Policies<'_> {
    let row = |(name, figures): (_, &Figures)| Row {
        name,
        cells: columns.iter().map(|(_, _, cell)| cell(figures)).collect(),
    };
    let groups = groups(summary).map(|(title, parts)| (title, parts.into_iter().map(row).collect())).into();
    Policies { groups, width: columns.len() + 1, columns: columns.iter().map(|(head, ..)| *head).collect() }
}

fn amplification(figures: &Figures) -> String {
    figures.attempts_per_request().map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}"))
}

fn of_answers(figures: &Figures, count: u64) -> String {
    match figures.answered() {
        0 => "–".to_owned(),
        answered => number::share(count as f64 / answered as f64),
    }
}

fn hedges_won(figures: &Figures) -> String {
    match figures.hedged {
        0 => "–".to_owned(),
        hedged => number::share(figures.hedges_won as f64 / hedged as f64),
    }
}

fn cost_wasted(figures: &Figures) -> String {
    figures.cost_wasted_usd.map_or_else(|| "–".to_owned(), number::usd)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::storm;

    #[test]
    fn only_policies_that_acted_have_a_column() {
        let mut summary = storm().summary;
        summary.total.hedged = 0;
        let heads = apart(&summary).map(|policies| policies.columns).unwrap_or_default();
        assert!(heads.contains(&"Degraded answers") && !heads.contains(&"Hedges won"), "{heads:?}");
        assert_eq!(effort(&summary).columns.len(), EFFORT.len());
    }

    #[test]
    fn a_few_columns_stand_beside_the_other_figures() {
        let mut summary = storm().summary;
        summary.total = Figures { failed_over: 3, ..Figures::default() };
        assert!(apart(&summary).is_none());
        assert_eq!(effort(&summary).columns.last(), Some(&"Failed over"));
    }
}
