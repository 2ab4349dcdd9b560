//! Requests worth reading one by one, each with its waterfall and its attempts in a table.

use crate::chart::sign;
use crate::chart::svg::Element;
use crate::chart::waterfall::{answer_text, waterfall};
use crate::gate::Verdict;
use crate::header::Header;
use crate::number;
use crate::record::{Call, CallEnd, Decision, Outcome, Record};
use crate::render::phrase;
use crate::summary::{Exemplar, Summary, Why};
use crate::tally::decided;
use crate::trace::Tracer;

use super::Sentence;
use super::gates;

/// Requests drawn: beyond it the page grows and the reader does not learn more.
const REQUESTS: usize = 50;
/// Requests that stand open.
const OPEN: usize = 1;

/// The section.
pub(super) struct Requests<'a> {
    pub(super) lead: Sentence,
    pub(super) requests: Vec<Request<'a>>,
}

/// One request.
pub(super) struct Request<'a> {
    pub(super) id: u64,
    pub(super) open: bool,
    pub(super) sign: Option<Element>,
    pub(super) why: String,
    /// The gates that it shows.
    pub(super) gates: Vec<Shown>,
    pub(super) flow: &'a str,
    pub(super) stage: &'a str,
    pub(super) due: String,
    pub(super) latency: String,
    pub(super) outcome: &'static str,
    pub(super) route: String,
    pub(super) chart: Element,
    pub(super) said: Vec<&'a str>,
    pub(super) attempts: Vec<Attempted<'a>>,
    pub(super) decisions: Vec<Decided>,
    pub(super) trace: Option<Trace>,
}

/// A gate that a request shows.
pub(super) struct Shown {
    pub(super) name: String,
    pub(super) anchor: String,
}

/// Where a request is found in X-Ray.
pub(super) struct Trace {
    pub(super) id: String,
    /// The page in AWS's console, where the run was on AWS.
    pub(super) console: Option<String>,
}

/// A decision of a policy about a request.
pub(super) struct Decided {
    pub(super) at: String,
    pub(super) what: String,
}

/// One attempt of a request.
pub(super) struct Attempted<'a> {
    pub(super) number: u32,
    pub(super) destination: String,
    pub(super) sent: String,
    pub(super) backoff: String,
    pub(super) answer: String,
    pub(super) failed: bool,
    pub(super) took: String,
    pub(super) fault: &'a str,
    pub(super) request_id: &'a str,
}

/// Whether a request has its place on the page.
pub(super) fn is_shown(summary: &Summary, id: u64) -> bool {
    summary.exemplars.iter().take(REQUESTS).any(|exemplar| exemplar.record.id == id)
}

pub(super) fn view(summary: &Summary) -> Requests<'_> {
    let requests = summary
        .exemplars
        .iter()
        .take(REQUESTS)
        .enumerate()
        .map(|(place, exemplar)| request(summary, place, exemplar));
    Requests { lead: lead(summary), requests: requests.collect() }
}

fn lead(summary: &Summary) -> Sentence {
    let kept = &summary.exemplars;
    let failed = kept.iter().filter(|exemplar| matches!(exemplar.why, Why::Failed(_))).count();
    let slowest = kept.iter().filter(|exemplar| exemplar.why == Why::Slowest).count();
    match kept.len() {
        0 => Sentence::of("No request was over in a recorded stage."),
        1 => Sentence::of("One request. Its time runs from when it was due; hatched gaps are backoff."),
        count => Sentence::default().stress(format!("{count} requests")).say(format!(
            ": {failed} that failed, the {slowest} slowest, one for each gate, fault, error and policy, and usual ones. Time runs from \
             when each was due; hatched gaps are waits before a retry, the tall tick is the first token, fine bars are the stream."
        )),
    }
}

fn request<'a>(summary: &Summary, place: usize, exemplar: &'a Exemplar) -> Request<'a> {
    let record = &exemplar.record;
    let route = phrase::route(record);
    let desc = format!(
        "{} after {}. {route}",
        phrase::outcome(decided::outcome(record)),
        number::time(record.latency())
    );
    Request {
        id: record.id,
        open: place < OPEN,
        sign: match record.outcome {
            Outcome::Failed => Some(sign::gate(Verdict::Fail, 12.0)),
            _ => None,
        },
        why: phrase::why(&exemplar.why),
        gates: shown(summary, record.id),
        flow: &record.flow,
        stage: &record.stage,
        due: number::clock(record.due),
        latency: number::time(record.latency()),
        outcome: phrase::outcome(decided::outcome(record)),
        chart: waterfall(&format!("w{}", record.id), record, phrase::deed, &desc),
        route,
        said: record.calls.iter().filter_map(said).collect(),
        attempts: record.calls.iter().flat_map(|call| attempts(record, call)).collect(),
        decisions: record.decisions.iter().map(|decision| decision_of(record, decision)).collect(),
        trace: summary.traced.is_some().then(|| trace(&summary.run, record)),
    }
}

fn shown(summary: &Summary, id: u64) -> Vec<Shown> {
    let gates = summary.gates.iter().map(|judged| &judged.gate.name);
    let shown = gates.filter(|name| summary.exhibits.get(*name) == Some(&id));
    shown.map(|name| Shown { name: name.to_string(), anchor: gates::anchor(name) }).collect()
}

fn trace(run: &Header, record: &Record) -> Trace {
    let id = Tracer::new(run).ids(record).trace().xray();
    let region = decided::deciding(record).map(|call| &*call.region).filter(|_| run.real_aws);
    let page = |region: &str| {
        format!("https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#xray:traces/{id}")
    };
    Trace { console: region.map(page), id }
}

fn decision_of(record: &Record, decision: &Decision) -> Decided {
    Decided { at: number::time(decision.at.since(record.due)), what: phrase::deed(&decision.deed) }
}

/// What the service or the client said when a call failed.
fn said(call: &Call) -> Option<&str> {
    match &call.end {
        CallEnd::Failed(failure) => Some(failure.message.as_str()).filter(|message| !message.is_empty()),
        CallEnd::Answered { .. } | CallEnd::Cancelled => None,
    }
}

fn attempts<'a>(record: &'a Record, call: &'a Call) -> impl Iterator<Item = Attempted<'a>> {
    let last = call.attempts.len();
    call.attempts.iter().enumerate().map(move |(place, attempt)| {
        let is_last = place + 1 == last;
        Attempted {
            number: attempt.number,
            destination: format!("{} · {}", call.model, call.region),
            sent: number::time(attempt.sent.since(record.due)),
            backoff: if attempt.backoff.get() == 0 {
                "–".to_owned()
            } else {
                number::time(attempt.backoff)
            },
            answer: answer_text(call, attempt, is_last),
            failed: attempt.error.is_some() || (is_last && matches!(call.end, CallEnd::Failed(_))),
            took: number::time(attempt.length()),
            fault: attempt.fault.as_deref().unwrap_or("–"),
            request_id: attempt.request_id.as_deref().unwrap_or("–"),
        }
    })
}
