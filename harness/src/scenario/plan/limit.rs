//! What a gate keeps: one limit, in the unit of its metric.

use bedload_reports::compare::{Margin, one_run_can_tell};
use bedload_reports::gate::{Against, Limit};
use bedload_reports::metric::{Metric, Unit};

use crate::scenario::code::Code;
use crate::scenario::decode::{List, Optional};
use crate::scenario::file;
use crate::scenario::leaf::{self, Number, Part, Points, Rate, Raw, Share, Text, Time};
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::{At, Place};

/// The one limit of a gate.
pub(super) fn limit(
    raw: &file::Gate,
    gate: Place,
    metric: Metric,
    notes: &mut Notes,
) -> Result<Limit, Noted> {
    let unit = metric.entry().unit;
    let change = raw.baseline.is_given() || raw.max_increase.is_given() || raw.max_decrease.is_given();
    let given =
        [raw.min.is_given(), raw.max.is_given(), raw.between.is_given(), raw.equals.is_given(), change];
    match given {
        [true, false, false, false, false] => single(&raw.min, unit, notes).map(Limit::Min),
        [false, true, false, false, false] => single(&raw.max, unit, notes).map(Limit::Max),
        [false, false, true, false, false] => between(&raw.between, unit, notes),
        [false, false, false, true, false] => single(&raw.equals, unit, notes).map(Limit::Equals),
        [false, false, false, false, true] => against(raw, gate, metric, notes).map(Limit::Against),
        [false, false, false, false, false] => Err(notes.add(
            Note::new(Code::MissingKey, gate, "a gate without a limit")
                .label("what must it keep?")
                .help("add one of `min`, `max`, `between`, `equals` and `baseline`"),
        )),
        _ => Err(notes.add(
            Note::new(Code::Contradiction, gate, "a gate with more than one limit")
                .label("which of them?")
                .help("keep one of `min`, `max`, `between`, `equals` and `baseline`; `between: [a, b]` has two ends"),
        )),
    }
}

/// A limit on the change from a baseline.
fn against(raw: &file::Gate, gate: Place, metric: Metric, notes: &mut Notes) -> Result<Against, Noted> {
    let unit = metric.entry().unit;
    let baseline = match raw.baseline.get()? {
        Some(baseline) => Ok(baseline),
        None => Err(notes.add(
            Note::new(Code::MissingKey, gate, "a limit on a change, and no `baseline` to change from")
                .label("from which run?")
                .help("add `baseline: main`, and run with `--baseline main=RUN`"),
        )),
    };
    let (up, down) = (margin(&raw.max_increase, unit, notes), margin(&raw.max_decrease, unit, notes));
    let (baseline, max_increase, max_decrease) = (baseline?, up?, down?);
    if max_increase.is_none() && max_decrease.is_none() {
        let note = Note::new(Code::MissingKey, gate, "a gate on a baseline that limits no change")
            .label("how far may it move?")
            .help("add `max_increase: 10%`, `max_decrease: 10%`, or both");
        return Err(notes.add(note));
    }
    can_tell(metric, baseline, notes)?;
    Ok(Against { baseline: baseline.value.get().clone(), max_increase, max_decrease })
}

/// A gate that could never fail is no gate: of a figure that a run has once, nobody can tell how it varies.
fn can_tell(metric: Metric, baseline: &At<Text>, notes: &mut Notes) -> Result<(), Noted> {
    if one_run_can_tell(metric) {
        return Ok(());
    }
    let message = format!("one run cannot tell whether `{metric}` has changed");
    let note = Note::new(Code::Contradiction, baseline.place, message)
        .label("one value a run")
        .help("hold it against a fixed `max` or `min`, or compare several runs: `bedload compare --runs 5`");
    Err(notes.add(note))
}

fn margin(raw: &Optional<leaf::Margin>, unit: Unit, notes: &mut Notes) -> Result<Option<Margin>, Noted> {
    let Some(raw) = raw.value()?.map(leaf::Margin::raw) else { return Ok(None) };
    let margin = match unit {
        _ if raw.ends_with('%') => raw.read::<Part>(notes).map(|part| Margin::Relative(part.get())),
        Unit::Share => raw.read::<Points>(notes).map(|points| Margin::Absolute(points.get())),
        _ => value(raw, unit, notes).map(Margin::Absolute),
    };
    margin.map(Some)
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
pub(super) fn value(raw: &Raw, unit: Unit, notes: &mut Notes) -> Result<f64, Noted> {
    match unit {
        Unit::Seconds => raw.read::<Time>(notes).map(|time| time.get().as_secs_f64()),
        Unit::Share => raw.read::<Share>(notes).map(Share::get),
        Unit::PerSecond => raw.read::<Rate>(notes).map(Rate::per_second),
        Unit::PerMinute => raw.read::<Rate>(notes).map(Rate::per_minute),
        Unit::Count | Unit::Ratio | Unit::Usd => raw.read::<Number>(notes).map(Number::get),
    }
}
