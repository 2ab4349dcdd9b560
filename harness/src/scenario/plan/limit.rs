//! What a gate keeps: one limit, in the unit of its metric.

use bedload_reports::gate::Limit;
use bedload_reports::metric::Unit;

use crate::scenario::code::Code;
use crate::scenario::decode::{List, Optional};
use crate::scenario::file;
use crate::scenario::leaf::{Number, Rate, Raw, Share, Time};
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::{At, Place};

/// The one limit of a gate.
pub(super) fn limit(raw: &file::Gate, gate: Place, unit: Unit, notes: &mut Notes) -> Result<Limit, Noted> {
    let given = [raw.min.is_given(), raw.max.is_given(), raw.between.is_given(), raw.equals.is_given()];
    match given {
        [true, false, false, false] => single(&raw.min, unit, notes).map(Limit::Min),
        [false, true, false, false] => single(&raw.max, unit, notes).map(Limit::Max),
        [false, false, false, true] => single(&raw.equals, unit, notes).map(Limit::Equals),
        [false, false, true, false] => between(&raw.between, unit, notes),
        [false, false, false, false] => Err(notes.add(
            Note::new(Code::MissingKey, gate, "a gate without a limit")
                .label("what must it keep?")
                .help("add one of `min`, `max`, `between` and `equals`"),
        )),
        _ => Err(notes.add(
            Note::new(Code::Contradiction, gate, "a gate with more than one limit")
                .label("which of them?")
                .help("keep one of `min`, `max`, `between` and `equals`; `between: [a, b]` has two ends"),
        )),
    }
}

fn single(raw: &Optional<Raw>, unit: Unit, notes: &mut Notes) -> Result<f64, Noted> {
    raw.value()?.map_or(Ok(0.0), |raw| value(raw, unit, notes))
}

fn between(raw: &Optional<List<Raw>>, unit: Unit, notes: &mut Notes) -> Result<Limit, Noted> {
    let Some(at) = raw.get()? else {
        return Ok(Limit::Between(0.0, 0.0));
    };
    let [low, high] = at.value.items() else {
        return Err(notes.add(two_ends(at)));
    };
    let mut end =
        |end: &Result<At<Raw>, Noted>| value(&end.as_ref().map_err(|noted| *noted)?.value, unit, notes);
    let (low, high) = (end(low), end(high));
    let (low, high) = (low?, high?);
    if low > high {
        let note = Note::new(Code::Contradiction, at.place, "the first end lies above the second");
        return Err(notes.add(note.label("nothing lies between").help("swap the two")));
    }
    Ok(Limit::Between(low, high))
}

fn two_ends(at: &At<List<Raw>>) -> Note {
    Note::new(Code::WrongType, at.place, format!("`between` has two ends, found {}", at.value.items().len()))
        .label("two, as in `[1s, 2s]`")
        .help("write `between: [a, b]`, both included; for one end use `min` or `max`")
}

/// A value in the unit of a metric.
fn value(raw: &Raw, unit: Unit, notes: &mut Notes) -> Result<f64, Noted> {
    match unit {
        Unit::Seconds => raw.read::<Time>(notes).map(|time| time.get().as_secs_f64()),
        Unit::Share => raw.read::<Share>(notes).map(Share::get),
        Unit::PerSecond => raw.read::<Rate>(notes).map(Rate::per_second),
        Unit::PerMinute => raw.read::<Rate>(notes).map(Rate::per_minute),
        Unit::Count | Unit::Ratio | Unit::Usd => raw.read::<Number>(notes).map(Number::get),
    }
}
