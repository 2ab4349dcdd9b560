//! What the judge must find true of the client.

use bedload_reports::judge::expect::{Backoff, Expect};
use bedload_reports::judge::finding::{self, Severity};
use bedload_reports::record::Name;

use super::known::Known;
use super::target::twice;
use super::world::World;
use crate::scenario::code::Code;
use crate::scenario::decode::{List, Optional};
use crate::scenario::file;
use crate::scenario::leaf::{self, Finding};
use crate::scenario::mistakes::position;
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::{At, Place};

/// Reads what is expected. `text` is the file's, to count lines in.
pub(super) fn expect(
    raw: &Optional<file::Expect>,
    world: &World,
    text: &str,
    notes: &mut Notes,
) -> Result<Option<Expect>, Noted> {
    let Some(At { value: raw, place }) = raw.get()? else {
        return Ok(None);
    };
    if !is_anything(raw) {
        return Err(notes.add(nothing_expected(*place)));
    }
    let fallback = names(&raw.fallback, "model", &world.models, leaf::Name::get, notes);
    let regions = names(&raw.regions, "region", &world.regions, leaf::RegionName::get, notes);
    let allow = allow(&raw.allow, notes);
    Ok(Some(Expect {
        backoff: raw.backoff.value()?.map(|backoff| match backoff {
            file::Backoff::ExponentialFullJitter => Backoff::ExponentialFullJitter,
            file::Backoff::V2_0 => Backoff::V2_0,
            file::Backoff::V2_1 => Backoff::V2_1,
        }),
        max_attempts: raw.max_attempts.value()?.map(|attempts| attempts.get_u32()),
        max_amplification: raw.max_amplification.value()?.map(|times| times.get()),
        fallback: fallback?,
        regions: regions?,
        stream_idle: raw.stream_idle.value()?.map(|time| time.get().get().into()),
        retry_after: raw.retry_after.value()?.map(|answer| matches!(answer, file::RetryAfter::Honoured)),
        findings: raw.findings.map_or(None, |severity| match severity {
            file::Grave::Error => Some(Severity::Error),
            file::Grave::Warning => Some(Severity::Warning),
            file::Grave::Note => Some(Severity::Note),
            file::Grave::None => None,
        })?,
        allow: allow?,
        lines: lines(raw, text),
    }))
}

fn is_anything(raw: &file::Expect) -> bool {
    let keys = [
        raw.backoff.is_given(),
        raw.max_attempts.is_given(),
        raw.max_amplification.is_given(),
        raw.fallback.is_given(),
        raw.regions.is_given(),
        raw.stream_idle.is_given(),
        raw.retry_after.is_given(),
        raw.findings.is_given(),
        raw.allow.is_given(),
    ];
    keys.contains(&true)
}

fn nothing_expected(place: Place) -> Note {
    Note::new(Code::MissingKey, place, "an expectation of nothing")
        .label("what must the judge find true?")
        .help("add a key, as in `backoff: exponential_full_jitter` or `findings: error`, or remove `expect`")
}

/// Where each key stands in the file; one that comes from the command line stands nowhere.
fn lines(raw: &file::Expect, text: &str) -> Vec<(Name, u32)> {
    let places = [
        ("backoff", place(&raw.backoff)),
        ("max_attempts", place(&raw.max_attempts)),
        ("max_amplification", place(&raw.max_amplification)),
        ("fallback", place(&raw.fallback)),
        ("regions", place(&raw.regions)),
        ("stream_idle", place(&raw.stream_idle)),
        ("retry_after", place(&raw.retry_after)),
        ("findings", place(&raw.findings)),
        ("allow", place(&raw.allow)),
    ];
    let line = |(key, place): (&str, Option<Place>)| {
        let span = place?.span;
        let (line, _) = position(text, span.start);
        (span.text == 0).then_some((Name::from(key), u32::try_from(line).ok()?))
    };
    places.into_iter().filter_map(line).collect()
}

fn place<T>(raw: &Optional<T>) -> Option<Place> {
    raw.get().ok().flatten().map(|at| at.place)
}

/// Names that are expected: at least one, each one there, none twice.
fn names<T>(
    raw: &Optional<List<T>>,
    kind: &str,
    known: &Known,
    name: impl Fn(&T) -> &Name,
    notes: &mut Notes,
) -> Result<Vec<Name>, Noted> {
    match raw.get()? {
        None => Ok(Vec::new()),
        Some(list) if list.value.items().is_empty() => {
            let note = Note::new(Code::OutOfRange, list.place, format!("no {kind} at all"))
                .label("empty")
                .help(format!("name at least one {kind}, or remove the key: what is not named is not asked"));
            Err(notes.add(note))
        }
        Some(list) => known.each(&list.value, name, notes),
    }
}

fn allow(raw: &Optional<List<Finding>>, notes: &mut Notes) -> Result<Vec<finding::Code>, Noted> {
    let items = raw.value()?.map_or(&[] as &[_], |list| list.items());
    let mut codes = Vec::new();
    let mut broken = Ok(());
    for item in items {
        match item {
            Err(noted) => broken = Err(*noted),
            Ok(code) if codes.contains(&code.value.get()) => {
                let message = format!("finding `{}` stands twice", Finding::written(code.value.get()));
                broken = Err(notes.add(twice(code.place, message)));
            }
            Ok(code) => codes.push(code.value.get()),
        }
    }
    broken.map(|()| codes)
}
