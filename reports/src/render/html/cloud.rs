//! What the cloud saw: the judge's findings, gravest first, what is clear, and what the sample cannot tell.
//!
//! All three answers stand here, because silence is not a verdict: a reader must be able to tell a client
//! that does well from one that was not looked at for long enough.

use crate::chart::sign;
use crate::chart::svg::Element;
use crate::gate::Verdict;
use crate::judge::finding::{Answer, Code, Finding, Ruling};
use crate::judge::judgement::{Judgement, Portrait};
use crate::number;
use crate::render::{finding, phrase};
use crate::summary::Summary;

use super::Sentence;
use super::evidence::{Place, Places};

/// Findings and clients shown: enough for a reader, few enough for a page.
const FINDINGS: usize = 40;
const CLIENTS: usize = 24;
/// Answers told of one question; of the others their number.
const TOLD: usize = 6;

/// The section.
pub(super) struct Cloud<'a> {
    pub(super) lead: Sentence,
    pub(super) portraits: Vec<Seen<'a>>,
    pub(super) findings: Vec<Found<'a>>,
    pub(super) clear: Vec<Clear>,
    pub(super) unsure: Vec<Unsure>,
    /// What was left out, in words.
    pub(super) more: String,
    /// How many findings a reader should look at.
    pub(super) grave: usize,
}

/// A client as the exchanges show it.
pub(super) struct Seen<'a> {
    pub(super) name: &'a str,
    pub(super) sdk: &'a str,
    pub(super) looks_like: &'a str,
    pub(super) calls: String,
    pub(super) attempts: String,
    pub(super) per_call: String,
    pub(super) failed: String,
}

/// A finding.
pub(super) struct Found<'a> {
    pub(super) anchor: String,
    pub(super) sign: Element,
    pub(super) severity: String,
    /// Whether the scenario allows it.
    pub(super) allowed: bool,
    pub(super) title: &'static str,
    pub(super) whose: String,
    pub(super) code: String,
    /// What was seen, was expected, why that matters, what to change; without what was left blank.
    pub(super) parts: Vec<(&'static str, &'a str)>,
    pub(super) odds: String,
    pub(super) evidence: String,
    /// The chart or table that shows it.
    pub(super) chart: Option<Place>,
}

/// A question whose answer is that nothing is wrong.
pub(super) struct Clear {
    pub(super) sign: Element,
    pub(super) title: &'static str,
    pub(super) code: String,
    pub(super) seen: Vec<String>,
}

/// A question that the sample does not answer.
pub(super) struct Unsure {
    pub(super) code: String,
    pub(super) title: &'static str,
    pub(super) told: Vec<String>,
}

/// The section; none where no ledger was read.
pub(super) fn view<'a>(summary: &'a Summary, places: &Places) -> Option<Cloud<'a>> {
    let judgement = summary.judgement.as_ref()?;
    let found: Vec<(&Answer, &Finding)> = summary.findings().collect();
    let shown = found.iter().take(FINDINGS).enumerate();
    Some(Cloud {
        lead: lead(summary, judgement),
        portraits: judgement.clients.iter().take(CLIENTS).map(portrait).collect(),
        findings: shown.map(|(place, one)| self::found(summary, places, place, *one)).collect(),
        clear: clear(judgement),
        unsure: unsure(judgement),
        more: more(judgement, found.len()),
        grave: summary.grave().count(),
    })
}

fn lead(summary: &Summary, judgement: &Judgement) -> Sentence {
    if judgement.exchanges == 0 {
        return Sentence::of("The cloud saw no exchange, so nothing is said of any client.");
    }
    let clients = judgement.clients.len();
    let lead = Sentence::of("From ")
        .stress(format!("{} exchanges", number::count(judgement.exchanges)))
        .say(format!(" of {clients} {}, the judge ", phrase::plural(clients, "client", "clients")));
    let lead = match summary.grave().count() {
        0 => lead.say("found nothing to change"),
        grave => lead
            .say("found ")
            .stress(format!("{grave} {}", phrase::plural(grave, "thing", "things")))
            .say(" to change"),
    };
    let count =
        |is: fn(&Ruling) -> bool| judgement.answers.iter().filter(|answer| is(&answer.ruling)).count();
    let clear = count(|ruling| matches!(ruling, Ruling::Clear { .. }));
    let unsure = count(|ruling| matches!(ruling, Ruling::Insufficient { .. }));
    lead.say(format!(
        "; {clear} {} clear, {unsure} would need a larger sample.",
        phrase::plural(clear, "question is", "questions are")
    ))
}

fn portrait(portrait: &Portrait) -> Seen<'_> {
    let per_call = (portrait.calls > 0).then(|| portrait.attempts as f64 / portrait.calls as f64);
    Seen {
        name: &portrait.name,
        sdk: portrait.sdk.as_deref().unwrap_or("does not say"),
        looks_like: portrait.looks_like.as_deref().unwrap_or("–"),
        calls: number::count(portrait.calls),
        attempts: number::count(portrait.attempts),
        per_call: per_call.map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}")),
        failed: number::count(portrait.failed),
    }
}

fn found<'a>(
    summary: &Summary,
    places: &Places,
    place: usize,
    (answer, finding): (&Answer, &'a Finding),
) -> Found<'a> {
    let word = finding::severity(finding.severity);
    Found {
        anchor: format!("finding-{}", place + 1),
        sign: sign::finding(finding.severity, 15.0),
        severity: phrase::sentence_case(word).trim_end_matches('.').to_owned(),
        allowed: summary.allows(answer.code),
        title: finding::fault(answer.code),
        whose: finding::whose(answer),
        code: finding::name(answer.code),
        parts: parts(finding),
        odds: finding.chance.map_or_else(String::new, |chance| {
            format!("By chance a client that does it right shows this {}.", finding::odds(chance))
        }),
        evidence: evidence(&finding.evidence),
        chart: places.of_finding(answer.code),
    }
}

fn parts(finding: &Finding) -> Vec<(&'static str, &str)> {
    let parts = [
        ("Seen", &finding.seen),
        ("Expected", &finding.expected),
        ("Why it matters", &finding.why),
        ("What to change", &finding.change),
    ];
    parts.into_iter().filter(|(_, text)| !text.is_empty()).map(|(head, text)| (head, text.as_str())).collect()
}

fn evidence(exchanges: &[u64]) -> String {
    let told: Vec<String> = exchanges.iter().map(u64::to_string).collect();
    match told.as_slice() {
        [] => String::new(),
        [one] => format!("Exchange {one}"),
        several => format!("Exchanges {}", several.join(", ")),
    }
}

/// The answers to one question together, in the judge's order of questions.
fn by_code<'a, T>(judgement: &'a Judgement, pick: impl Fn(&'a Answer) -> Option<T>) -> Vec<(Code, Vec<T>)> {
    let mut groups: Vec<(Code, Vec<T>)> = Vec::new();
    for answer in &judgement.answers {
        let Some(picked) = pick(answer) else { continue };
        match groups.iter_mut().find(|(code, _)| *code == answer.code) {
            Some((_, group)) => group.push(picked),
            None => groups.push((answer.code, vec![picked])),
        }
    }
    groups
}

fn clear(judgement: &Judgement) -> Vec<Clear> {
    let groups = by_code(judgement, |answer| match &answer.ruling {
        Ruling::Clear { seen } => Some(format!("{}: {seen}", finding::whose(answer))),
        Ruling::Found(_) | Ruling::Insufficient { .. } => None,
    });
    let clear = groups.into_iter().map(|(code, seen)| Clear {
        sign: sign::gate(Verdict::Pass, 14.0),
        title: finding::clear(code),
        code: finding::name(code),
        seen: few(seen),
    });
    clear.collect()
}

fn unsure(judgement: &Judgement) -> Vec<Unsure> {
    let groups = by_code(judgement, |answer| match &answer.ruling {
        Ruling::Insufficient { have, need, of } => Some(format!(
            "{}: {} of about {} {of}",
            finding::whose(answer),
            number::count(*have),
            number::count(*need)
        )),
        Ruling::Found(_) | Ruling::Clear { .. } => None,
    });
    let unsure = groups.into_iter().map(|(code, told)| Unsure {
        code: finding::name(code),
        title: finding::fault(code),
        told: few(told),
    });
    unsure.collect()
}

/// The first of many, and how many more there are.
fn few(mut told: Vec<String>) -> Vec<String> {
    let more = told.len().saturating_sub(TOLD);
    told.truncate(TOLD);
    told.extend((more > 0).then(|| format!("and {more} more, in summary.json")));
    told
}

fn more(judgement: &Judgement, found: usize) -> String {
    let parts = [
        (found.saturating_sub(FINDINGS), "findings stand in summary.json"),
        (judgement.clients.len().saturating_sub(CLIENTS), "clients stand in summary.json"),
    ];
    let mut told: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, words)| format!("{} more {words}", number::count(count as u64)))
        .collect();
    if judgement.left_out > 0 {
        let (first, rest) = (number::count(judgement.exchanges), number::count(judgement.left_out));
        told.push(format!(
            "there were too many exchanges to hold: the first {first} were judged, {rest} were not"
        ));
    }
    told.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_answers_some_are_told_and_the_others_counted() {
        let told = few((0..9).map(|n| n.to_string()).collect());
        assert_eq!(told.len(), TOLD + 1);
        assert_eq!(told.last().map(String::as_str), Some("and 3 more, in summary.json"));
    }

    #[test]
    fn evidence_is_told_by_number() {
        assert_eq!(evidence(&[17]), "Exchange 17");
        assert_eq!(evidence(&[17, 19]), "Exchanges 17, 19");
        assert_eq!(evidence(&[]), "");
    }
}
