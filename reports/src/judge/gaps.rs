//! The waits before retries, sorted into cells: one for each client, class of failure and ordinal.
//!
//! A wait counts from the end of the attempt that failed to the arrival of the next one of its call. What
//! would bias it is left out and counted: waits that the service itself asked for, waits of adaptive
//! clients (they hold those of a rate limit), codes that SDKs class differently, moments when the judge's own
//! host stood still, and the end of a record that cuts waits off.

use std::collections::{BTreeMap, BTreeSet};

use super::agent::Mode;
use super::calls::{Attempt, Call, Calls, Client};
use super::context::Context;
use super::fate::Fate;
use super::finding::Class;
use super::retry_quota::explains;
use crate::record::Name;
use crate::units::Nanos;

/// Failures this near the end of a record may have a retry that came after it: the cap of the AWS SDKs'
/// backoff, 20 s, with room.
const TAIL: Nanos = Nanos::from_secs(25);

/// The most waits of one cell that are tested; they are taken evenly, and no table of the judge's powers goes
/// further.
const MOST_TESTED: usize = 200;

/// Codes that some SDKs take for throttling and others do not: Rust waits as for a transient failure.
const CLASSED_DIFFERENTLY: [&str; 1] = ["ModelNotReadyException"];

/// The share of failures with attempts left that may go without a retry before a deadline is suspected.
const UNRETRIED: f64 = 0.05;

/// One wait before a retry.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Gap {
    /// 0 before the first retry.
    pub(super) ordinal: u32,
    /// When it began: the end of the attempt that failed.
    pub(super) begin: Nanos,
    /// How long it was.
    pub(super) wait: Nanos,
    /// The wait before it in the same call, if there was one.
    pub(super) before: Option<Nanos>,
    /// The exchange that failed, by number.
    pub(super) failed: u64,
    /// The exchange that came next, by number.
    pub(super) retry: u64,
}

impl Gap {
    /// How long it was, in seconds.
    pub(super) fn secs(&self) -> f64 {
        self.wait.as_secs_f64()
    }
}

/// The waits of one client after failures of one class.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Group {
    /// The client.
    pub(super) client: Name,
    /// The class.
    pub(super) class: Class,
    /// What failed, in words: `503s`.
    pub(super) failures: String,
    /// The most attempts that a call of the client has: at least 2, since there are retries.
    pub(super) attempts: u32,
    /// Whether a call of the client failed with that many.
    pub(super) exhausted: bool,
    /// The waits, by ordinal.
    pub(super) cells: Vec<Cell>,
    /// Waits that are not in the cells.
    pub(super) left_out: LeftOut,
    /// Whether a deadline may have cut long waits off, so that what is left looks short.
    pub(super) truncated: bool,
}

/// The waits of one group before the retries of one ordinal.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cell {
    /// 0 before first retries.
    pub(super) ordinal: u32,
    /// Waits that can be judged, in order of their beginnings.
    pub(super) gaps: Vec<Gap>,
    /// Waits that were timed but cannot be.
    pub(super) unfit: Vec<Gap>,
    /// Those that are tested, in seconds and sorted.
    pub(super) sorted: Vec<f64>,
}

/// Waits that are not judged, by the reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct LeftOut {
    /// The service asked for the wait.
    pub(super) asked: usize,
    /// The client is in adaptive mode.
    pub(super) adaptive: usize,
    /// The code is classed differently by the SDKs.
    pub(super) doubtful: usize,
    /// The next attempt came before the end of the one that failed.
    pub(super) overlapping: usize,
    /// The judge's host stood still.
    pub(super) paused: usize,
    /// It began too near the end of the record.
    pub(super) tail: usize,
}

impl Cell {
    /// A cell of waits that can be judged, and of others.
    pub(super) fn of(ordinal: u32, mut gaps: Vec<Gap>, mut unfit: Vec<Gap>) -> Self {
        gaps.sort_by_key(|gap| (gap.begin, gap.failed));
        unfit.sort_by_key(|gap| (gap.begin, gap.failed));
        let mut sorted: Vec<f64> = evenly(&gaps, MOST_TESTED).map(Gap::secs).collect();
        sorted.sort_by(f64::total_cmp);
        Cell { ordinal, gaps, unfit, sorted }
    }

    /// Those that are tested, in order of their beginnings.
    pub(super) fn tested(&self) -> impl Iterator<Item = &Gap> {
        evenly(&self.gaps, MOST_TESTED)
    }
}

impl Group {
    /// The waits of one ordinal, in seconds and sorted; none where there are none.
    pub(super) fn sorted(&self, ordinal: u32) -> &[f64] {
        self.cells.iter().find(|cell| cell.ordinal == ordinal).map_or(&[], |cell| &cell.sorted)
    }

    /// How many waits are tested.
    pub(super) fn tested(&self) -> usize {
        self.cells.iter().map(|cell| cell.sorted.len()).sum()
    }

    /// The tested waits of all ordinals.
    pub(super) fn gaps(&self) -> impl Iterator<Item = &Gap> {
        self.cells.iter().flat_map(Cell::tested)
    }

    /// How many calls that fail throughout give this many waits.
    pub(super) fn calls_for(&self, waits: usize) -> usize {
        waits.div_ceil(self.attempts.saturating_sub(1).max(1) as usize)
    }
}

impl LeftOut {
    /// Why waits are not judged, for an answer that lacks them; empty where none are left out.
    pub(super) fn told(&self) -> String {
        let reasons = [
            (self.asked, "the service asked for"),
            (self.doubtful, "followed a code that SDKs class differently"),
            (self.overlapping, "began before the answer was over"),
            (self.paused, "the judge's host was too slow to time"),
            (self.tail, "the end of the record may have cut"),
        ];
        let told: Vec<_> = reasons
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, why)| format!("{count} that {why}"))
            .collect();
        if told.is_empty() { String::new() } else { format!("; left out: {}", told.join(", ")) }
    }

    fn merge(&mut self, why: Unfit) {
        *match why {
            Unfit::Asked => &mut self.asked,
            Unfit::Adaptive => &mut self.adaptive,
            Unfit::Doubtful => &mut self.doubtful,
            Unfit::Overlapping => &mut self.overlapping,
            Unfit::Paused => &mut self.paused,
            Unfit::Tail => &mut self.tail,
        } += 1;
    }
}

/// Why a wait is left out.
enum Unfit {
    Asked,
    Adaptive,
    Doubtful,
    Overlapping,
    Paused,
    Tail,
}

/// At most `most` of these, as evenly over their order as can be.
pub(super) fn evenly<T>(all: &[T], most: usize) -> impl Iterator<Item = &T> {
    let taken = all.len().min(most);
    (0..taken).filter_map(move |place| all.get(place * all.len() / taken))
}

/// Every group that has a retry, by client, then class.
pub(super) fn groups(calls: &Calls<'_>, context: &Context) -> Vec<Group> {
    let classes = [Class::Throttling, Class::Transient];
    let of_client = |client| classes.into_iter().filter_map(move |class| group(client, class, context));
    calls.clients.iter().flat_map(of_client).collect()
}

fn group(client: &Client<'_>, class: Class, context: &Context) -> Option<Group> {
    let attempts = client.most_attempts();
    let tail = tail(client, attempts, context.end);
    let mut cells: BTreeMap<u32, (Vec<Gap>, Vec<Gap>)> = BTreeMap::new();
    let mut left_out = LeftOut::default();
    let mut statuses = BTreeSet::new();
    for call in &client.calls {
        let mut previous: Option<Gap> = None;
        for (failed, next) in call.pairs() {
            let gap = gap(failed, next, previous);
            previous = Some(gap);
            if failed.fate.class() != Some(class) {
                continue;
            }
            statuses.insert(failed.exchange.status.filter(|_| failed.fate != Fate::Left));
            match unfit(client, failed, next, tail, context) {
                Some(why @ (Unfit::Asked | Unfit::Overlapping)) => left_out.merge(why),
                Some(why) => {
                    left_out.merge(why);
                    cells.entry(gap.ordinal).or_default().1.push(gap);
                }
                None => cells.entry(gap.ordinal).or_default().0.push(gap),
            }
        }
    }
    (!statuses.is_empty()).then(|| Group {
        client: client.name.clone(),
        class,
        failures: failures(class, &statuses),
        attempts: attempts.max(2),
        exhausted: client.calls.iter().any(|call| exhausted(call, attempts)),
        cells: cells.into_iter().map(|(ordinal, (gaps, unfit))| Cell::of(ordinal, gaps, unfit)).collect(),
        left_out,
        // An empty quota refuses retries whatever their waits would have been: it cuts no long ones off.
        truncated: truncated(client, class, attempts, tail) && !explains(client, context),
    })
}

fn gap(failed: &Attempt<'_>, next: &Attempt<'_>, previous: Option<Gap>) -> Gap {
    let ordinal = failed.number.saturating_sub(1);
    Gap {
        ordinal,
        begin: failed.exchange.done,
        wait: next.exchange.at.since(failed.exchange.done),
        before: previous.filter(|gap| gap.ordinal + 1 == ordinal).map(|gap| gap.wait),
        failed: failed.exchange.number,
        retry: next.exchange.number,
    }
}

fn unfit(
    client: &Client<'_>,
    failed: &Attempt<'_>,
    next: &Attempt<'_>,
    tail: Nanos,
    context: &Context,
) -> Option<Unfit> {
    let (exchange, arrival) = (failed.exchange, next.exchange.at);
    match () {
        () if exchange.retry_after_ms.is_some() => Some(Unfit::Asked),
        () if is_adaptive(client, context) => Some(Unfit::Adaptive),
        () if exchange.error_type.as_deref().is_some_and(|code| CLASSED_DIFFERENTLY.contains(&code)) => {
            Some(Unfit::Doubtful)
        }
        () if arrival < exchange.done => Some(Unfit::Overlapping),
        () if context.paused(exchange.done, arrival) => Some(Unfit::Paused),
        () if exchange.done > tail => Some(Unfit::Tail),
        () => None,
    }
}

fn is_adaptive(client: &Client<'_>, context: &Context) -> bool {
    client.agent.mode == Some(Mode::Adaptive) || context.adaptive.contains(&client.name)
}

/// The moment after which failures are not judged: the tail's beginning where a call of the client may
/// have been cut off in it.
///
/// Where none was, all that the record could have held is in it, and leaving out its end would gain nothing:
/// the waits seen are then the same as if the record had gone on.
fn tail(client: &Client<'_>, attempts: u32, end: Nanos) -> Nanos {
    let begin = Nanos::new(end.get().saturating_sub(TAIL.get()));
    let cut = client.calls.iter().any(|call| call.last().exchange.done > begin && unfinished(call, attempts));
    if cut { begin } else { Nanos::new(u64::MAX) }
}

/// Whether the last attempt failed, and it was the last that the client makes.
fn exhausted(call: &Call<'_>, attempts: u32) -> bool {
    call.last().fate.class().is_some() && call.last().number == attempts
}

/// Whether the last attempt failed, and the client would make more.
fn unfinished(call: &Call<'_>, attempts: u32) -> bool {
    let last = call.last();
    last.fate.class().is_some() && last.number < call.most_attempts().unwrap_or(attempts)
}

fn truncated(client: &Client<'_>, class: Class, attempts: u32, tail: Nanos) -> bool {
    let failed =
        |attempt: &&Attempt<'_>| attempt.fate == Fate::Failed(class) && attempt.exchange.done <= tail;
    let (mut with_attempts_left, mut unretried) = (0_u32, 0_u32);
    for call in &client.calls {
        let most = call.most_attempts().unwrap_or(attempts);
        let left = call.attempts().filter(failed).filter(|attempt| attempt.number < most);
        with_attempts_left += u32::try_from(left.count()).unwrap_or(u32::MAX);
        unretried += u32::from(failed(&call.last()) && unfinished(call, attempts));
    }
    f64::from(unretried) > UNRETRIED * f64::from(with_attempts_left)
}

/// What failed, in words.
fn failures(class: Class, statuses: &BTreeSet<Option<u16>>) -> String {
    let only = if statuses.len() == 1 { statuses.first().copied().flatten() } else { None };
    match (only, class) {
        (Some(status), _) => format!("{status}s"),
        (None, Class::Throttling) => "throttled calls".to_owned(),
        (None, Class::Transient) => "transient failures".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Exchange;
    use crate::judge::calls::calls;

    /// An attempt that takes 10 ms.
    fn attempt(call: u64, attempt: u32, at_ms: u64, status: u16) -> Exchange {
        let at = Nanos::new(at_ms * 1_000_000);
        Exchange {
            number: call * 10 + u64::from(attempt),
            at,
            done: at.plus(Nanos::new(10_000_000)),
            invocation_id: Some(call.to_string().into()),
            attempt: Some(attempt),
            max_attempts: Some(3),
            status: Some(status),
            ..Exchange::default()
        }
    }

    /// A call that begins at a time, waits 1 s and 2 s, and is never answered.
    fn failing(call: u64, begin_ms: u64, status: u16) -> [Exchange; 3] {
        [(1, 0), (2, 1_010), (3, 3_020)].map(|(number, at)| attempt(call, number, begin_ms + at, status))
    }

    fn grouped(exchanges: &[Exchange], context: &Context) -> Vec<Group> {
        groups(&calls(exchanges, &BTreeMap::new()), context)
    }

    fn minute() -> Context {
        Context { end: Nanos::from_secs(60), ..Context::default() }
    }

    fn one(exchanges: &[Exchange], context: &Context) -> Group {
        grouped(exchanges, context).remove(0)
    }

    #[test]
    fn waits_are_sorted_by_class_and_ordinal() {
        let exchanges = [failing(1, 0, 503), failing(2, 500, 429), failing(3, 900, 503)].concat();
        let groups = grouped(&exchanges, &minute());
        let told: Vec<_> = groups
            .iter()
            .map(|group| {
                (group.class, &*group.failures, group.cells.iter().map(|cell| cell.sorted.clone()).collect())
            })
            .collect();
        let waits = |count: usize| -> Vec<Vec<f64>> { vec![vec![1.0; count], vec![2.0; count]] };
        assert_eq!(told, [(Class::Throttling, "429s", waits(1)), (Class::Transient, "503s", waits(2))]);
        let second = groups[1].cells[1].gaps[0];
        assert_eq!((second.before, second.failed, second.retry), (Some(Nanos::from_secs(1)), 12, 13));
        assert!(groups[0].exhausted && !groups[0].truncated);
    }

    #[test]
    fn what_would_bias_a_wait_is_left_out_and_counted() {
        let changed = |change: fn(&mut Exchange)| {
            let mut exchanges = failing(1, 0, 503);
            exchanges.iter_mut().for_each(change);
            one(&exchanges, &minute()).left_out
        };
        let left_out = LeftOut::default();
        let asked = changed(|exchange| exchange.retry_after_ms = Some(500));
        assert_eq!(asked, LeftOut { asked: 2, ..left_out });
        let adaptive = changed(|exchange| exchange.user_agent = Some("Boto3/1.44.5 m/F".into()));
        assert_eq!(adaptive, LeftOut { adaptive: 2, ..left_out });
        let known = Context { adaptive: ["unnamed client".into()].into(), ..minute() };
        assert_eq!(one(&failing(1, 0, 503), &known).left_out, LeftOut { adaptive: 2, ..left_out });
        let doubtful = changed(|exchange| exchange.error_type = Some("ModelNotReadyException".into()));
        assert_eq!(doubtful, LeftOut { doubtful: 2, ..left_out });
        let overlapping = changed(|exchange| exchange.done = exchange.done.plus(Nanos::from_secs(5)));
        assert_eq!(overlapping, LeftOut { overlapping: 2, ..left_out });
    }

    #[test]
    fn a_wait_while_the_host_stood_still_is_not_judged_but_shown() {
        let pause = (Nanos::new(500_000_000), Nanos::new(600_000_000));
        let group = one(&failing(1, 0, 503), &Context { pauses: vec![pause], ..minute() });
        assert_eq!((group.left_out.paused, group.tested()), (1, 1));
        assert_eq!((group.cells[0].gaps.len(), group.cells[0].unfit.len()), (0, 1));
        assert_eq!(group.left_out.told(), "; left out: 1 that the judge's host was too slow to time");
    }

    #[test]
    fn the_tail_is_cut_where_a_call_in_it_is_unfinished() {
        let whole = [failing(1, 0, 503), failing(2, 40_000, 503)].concat();
        assert_eq!(one(&whole, &minute()).tested(), 4);
        let cut = &whole[..5];
        let group = one(cut, &minute());
        assert_eq!((group.tested(), group.left_out.tail), (2, 1));
    }

    #[test]
    fn failures_that_nothing_follows_make_a_deadline_likely() {
        let stopped: Vec<_> = (2..4).map(|call| attempt(call, 1, call * 100, 503)).collect();
        let exchanges = [failing(1, 0, 503).to_vec(), stopped].concat();
        assert!(one(&exchanges, &minute()).truncated);
        let answered: Vec<_> = (2..4).map(|call| attempt(call, 1, call * 100, 200)).collect();
        let exchanges = [failing(1, 0, 503).to_vec(), answered].concat();
        assert!(!one(&exchanges, &minute()).truncated);
    }

    #[test]
    fn what_was_never_retried_is_no_group() {
        assert_eq!(grouped(&[attempt(1, 1, 0, 503), attempt(2, 1, 0, 400)], &minute()), []);
    }

    #[test]
    fn a_sample_is_taken_evenly() {
        let all: Vec<u32> = (0..10).collect();
        assert_eq!(evenly(&all, 4).copied().collect::<Vec<_>>(), [0, 2, 5, 7]);
        assert_eq!(evenly(&all, 20).count(), 10);
        assert_eq!(evenly(&all[..0], 4).count(), 0);
    }
}
