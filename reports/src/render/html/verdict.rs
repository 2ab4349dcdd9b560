//! The top of the page: the verdict in a word, a sentence and a picture, and whether to trust it.

use crate::chart::clock::Clock;
use crate::chart::sign;
use crate::chart::svg::Element;
use crate::gate::Verdict;
use crate::header::ClockKind;
use crate::number;
use crate::render::phrase::plural;
use crate::render::{finding, phrase};
use crate::summary::{QueueSummary, Recovery, RunVerdict, Summary};
use crate::validity::Check;

use super::Sentence;
use super::panels::{self, Panel, Stack};
use super::queue;
use super::resilience::is_lasting;
use super::stage_table::brief_share;

/// Faults told in the story; the rest stand under Resilience.
const FAULTS: usize = 2;

/// The verdict strip.
pub(super) struct Strip {
    pub(super) title: String,
    pub(super) scenario: String,
    pub(super) about: String,
    pub(super) sign: Element,
    pub(super) word: &'static str,
    /// The class that colours the word.
    pub(super) tone: &'static str,
    pub(super) tally: String,
    pub(super) cause: Sentence,
    pub(super) story: Sentence,
    pub(super) counts: Vec<Count>,
    /// The whole run in one small chart.
    pub(super) picture: Option<Stack>,
    pub(super) facts: Vec<(&'static str, String)>,
}

/// Gates and expectations with the same answer.
pub(super) struct Count {
    pub(super) sign: Element,
    pub(super) words: String,
    pub(super) gates: usize,
}

/// Whether the measurement may be trusted.
pub(super) struct Validity<'a> {
    pub(super) holds: bool,
    pub(super) sign: Element,
    pub(super) troubles: Vec<&'a Check>,
    /// What was found in order, in one sentence.
    pub(super) kept: String,
}

pub(super) fn view(summary: &Summary, clock: Option<&Clock<'_>>) -> Strip {
    let word = summary.verdict.word();
    let tally = phrase::tally(summary);
    Strip {
        title: format!("{word}: {}, {tally}", summary.run.scenario),
        scenario: summary.run.scenario.to_string(),
        about: summary.run.about.clone(),
        sign: sign::run(summary.verdict, 28.0),
        word,
        tone: match summary.verdict {
            RunVerdict::Pass => "good",
            RunVerdict::Fail | RunVerdict::Invalid => "bad",
            RunVerdict::Inconclusive => "",
        },
        tally,
        cause: cause(summary),
        story: story(summary),
        counts: counts(summary),
        picture: clock
            .and_then(|clock| Stack::of("The run at a glance", clock, vec![glance(summary, clock)])),
        facts: facts(summary),
    }
}

/// The picture that tells most of a run: requests in trouble, or, of a batch, how it was worked off.
fn glance(summary: &Summary, clock: &Clock<'_>) -> Panel {
    let batch = batch(summary).and_then(|batch| queue::glance(summary, batch, clock));
    batch.unwrap_or_else(|| panels::trouble(summary, clock))
}

/// The queue of a run that does nothing but work it off.
fn batch(summary: &Summary) -> Option<&QueueSummary> {
    let all = summary.run.flows.iter().all(|flow| flow.queue.is_some());
    summary.queues.first().filter(|_| all && summary.queues.len() == 1)
}

/// The verdict in one sentence. Of a run that passed, what it is worth: that every limit was kept, its word says.
fn cause(summary: &Summary) -> Sentence {
    let total = &summary.total;
    let (what, done) =
        if batch(summary).is_some() { ("jobs", "completed") } else { ("requests", "answered") };
    match total.share(total.answered()) {
        Some(share) if summary.verdict == RunVerdict::Pass && !summary.gates.is_empty() => Sentence::default(
        )
        .stress(number::share(share))
        .say(format!(" of {} {what} were {done}, and every limit was kept.", number::count(total.requests))),
        _ => phrase::cause(summary),
    }
}

pub(super) fn validity(summary: &Summary) -> Validity<'_> {
    let holds = summary.validity.holds();
    let (kept, troubles): (Vec<&Check>, Vec<&Check>) =
        summary.validity.checks.iter().partition(|check| check.ok);
    let kept: Vec<&str> = kept.iter().map(|check| check.finding.as_str()).collect();
    let kept = phrase::sentence_case(&kept.join("; "));
    let sign = sign::run(if holds { RunVerdict::Pass } else { RunVerdict::Invalid }, 16.0);
    Validity { holds, sign, troubles, kept }
}

/// What happened, in order of time.
fn story(summary: &Summary) -> Sentence {
    let total = &summary.total;
    if total.requests == 0 {
        return found(summary);
    }
    let told = summary.recoveries.iter().filter(|recovery| !is_lasting(summary, recovery));
    let faults = told.take(FAULTS).map(recovery).fold(Sentence::default(), Sentence::then);
    also_failed(summary).then(overall(summary)).then(faults).then(lasting(summary)).then(found(summary))
}

/// How the requests ended, or what became of the jobs.
fn overall(summary: &Summary) -> Sentence {
    if let Some(told) = batch(summary).and_then(|batch| queue::told(summary, batch)) {
        return told;
    }
    let total = &summary.total;
    let share = |count| brief_share(total.share(count));
    Sentence::of("Of ").stress(format!("{} requests", number::count(total.requests))).say(format!(
        " {} were answered at the first try, {} were retried, {} fell back and {} failed.",
        share(total.first_try),
        share(total.retried),
        share(total.fell_back),
        share(total.failed),
    ))
}

/// The faults that were on all the time.
fn lasting(summary: &Summary) -> Sentence {
    let names: Vec<&str> = summary
        .run
        .faults
        .iter()
        .filter(|fault| fault.is_lasting(&summary.run))
        .map(|fault| &*fault.name)
        .collect();
    match names.as_slice() {
        [] => Sentence::default(),
        [one] => Sentence::of(format!("{one} was on all the time.")),
        [first, rest @ ..] => {
            let others = plural(rest.len(), "another fault", "other faults");
            let count = if rest.len() == 1 { String::new() } else { format!("{} ", rest.len()) };
            Sentence::of(format!("{first} and {count}{others} were on all the time."))
        }
    }
}

/// What the judge holds against the clients, in a sentence.
fn found(summary: &Summary) -> Sentence {
    let Some((answer, _)) = summary.grave().next() else { return Sentence::default() };
    let count = summary.grave().count();
    Sentence::of("From the exchanges the judge found ")
        .stress(format!("{count} {}", phrase::plural(count, "thing", "things")))
        .say(format!(" to change, first {} of {}.", finding::name(answer.code), answer.client))
}

/// The gates that failed the run beside the one that the cause tells of.
fn also_failed(summary: &Summary) -> Sentence {
    let rest: Vec<&str> = phrase::failing(summary).skip(1).map(|judged| &*judged.gate.name).collect();
    match (summary.verdict, rest.as_slice()) {
        (RunVerdict::Fail, [one]) => Sentence::default().stress(*one).say(" failed too."),
        (RunVerdict::Fail, [first, second]) => {
            Sentence::default().stress(*first).say(" and ").stress(*second).say(" failed too.")
        }
        (RunVerdict::Fail, [first, others @ ..]) => {
            Sentence::default().stress(*first).say(format!(" and {} more failed too.", others.len()))
        }
        _ => Sentence::default(),
    }
}

/// How one fault was met and left behind.
fn recovery(recovery: &Recovery) -> Sentence {
    let Some(during) = recovery.share_during else {
        return Sentence::of(format!("No request was due while {} was on.", recovery.fault));
    };
    let before = recovery
        .share_before
        .map_or_else(String::new, |before| format!(", {} before it", brief_share(Some(before))));
    let said = Sentence::of(format!("While {} was on, ", recovery.fault))
        .stress(brief_share(Some(during)))
        .say(format!(" of requests were in trouble{before}"));
    match recovery.time {
        None => said.say("; whether callers recovered was not measured."),
        Some(time) if time == crate::units::Nanos::ZERO => said.say("; trouble ended with the fault."),
        Some(time) => said.say("; trouble lasted ").stress(number::time(time)).say(" beyond its end."),
    }
}

fn counts(summary: &Summary) -> Vec<Count> {
    let verdicts = [
        (Verdict::Fail, "failed"),
        (Verdict::NoData, "without data"),
        (Verdict::Inconclusive, "inconclusive"),
        (Verdict::Pass, "passed"),
    ];
    let expected = |verdict| summary.expectations().iter().filter(|it| it.verdict == verdict).count();
    let count = |(verdict, words): (Verdict, &str)| Count {
        sign: sign::gate(verdict, 14.0),
        words: words.to_owned(),
        gates: phrase::count(summary, verdict) + expected(verdict),
    };
    verdicts.map(count).into_iter().filter(|count| count.gates > 0).collect()
}

fn facts(summary: &Summary) -> Vec<(&'static str, String)> {
    let run = &summary.run;
    let clock = match run.clock {
        ClockKind::Virtual => "virtual",
        ClockKind::Real => "real time",
    };
    vec![
        ("Target", run.target.clone()),
        ("Clock", clock.to_owned()),
        ("Duration", number::time(run.length())),
        ("Seed", run.seed.to_string()),
        ("Digest", run.digest.get(..12).unwrap_or(&run.digest).to_owned()),
        match &summary.judgement {
            Some(judgement) if summary.total.requests == 0 => {
                ("Exchanges", number::count(judgement.exchanges))
            }
            _ => ("Requests", number::count(summary.total.requests)),
        },
    ]
}
