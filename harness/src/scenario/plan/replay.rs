//! Loads that replay a trace.

use super::load::Load;
use super::world::World;
use crate::pace::Passes;
use crate::scenario::code::Code;
use crate::scenario::defaults;
use crate::scenario::file;
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::At;
use crate::scenario::trace::{Layout, Named, Trace};

pub(super) fn replay(raw: &file::Replay, world: &World, notes: &mut Notes) -> Result<Load, Noted> {
    let layout = layout(raw, notes);
    let speed = raw.speed.map_or(defaults::SPEED, |speed| speed.get().get());
    let passes = raw.r#loop.get();
    let file = raw.file.get()?;
    let file = At { value: &**file.value.get(), place: file.place };
    let trace = Trace::read(&world.inputs, &file, layout?, notes)?;
    let until = world.timeline.length()?.unwrap_or_default();
    let passes =
        passes?.map_or(Ok(defaults::PASSES), |given| endless(given.with(given.value.get()), &trace, notes));
    Ok(Load::Replay { trace, speed: speed?, passes: passes?, until })
}

fn layout(raw: &file::Replay, notes: &mut Notes) -> Result<Layout, Noted> {
    match (raw.format.get()?, raw.columns.get()?) {
        (format, None) => {
            Ok(format.and_then(|format| format.value.named()).map_or(Layout::Auto, Layout::Format))
        }
        (None, Some(columns)) => {
            let columns = &columns.value;
            Ok(Layout::Columns(Named {
                time: columns.time.value()?.get().clone(),
                times: (*columns.times_in.value()?).into(),
                input_tokens: columns.input_tokens.value()?.get().clone(),
                output_tokens: columns.output_tokens.value()?.get().clone(),
            }))
        }
        (Some(format), Some(columns)) => {
            let note = Note::new(Code::Contradiction, columns.place, "`columns` beside `format`")
                .label("the second way to read it")
                .also(format.place.span, "the first")
                .help("keep one of the two");
            Err(notes.add(note))
        }
    }
}

/// A trace whose arrivals are all at one instant cannot be played without an end.
fn endless(passes: At<Passes>, trace: &Trace, notes: &mut Notes) -> Result<Passes, Noted> {
    let arrivals = trace.arrivals();
    let has_length = arrivals.last().is_none_or(|last| last.at > Default::default());
    if passes.value == Passes::Times(1) || has_length {
        return Ok(passes.value);
    }
    let note = Note::new(Code::Contradiction, passes.place, "a trace without length cannot be played again")
        .label("all its arrivals are at one instant")
        .help("remove `loop`, or replay a longer trace");
    Err(notes.add(note))
}
