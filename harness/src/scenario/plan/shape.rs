//! How the rate of a stage goes.

use bedload_reports::number;

use crate::pace::{Shape, Stretch};
use crate::scenario::code::Code;
use crate::scenario::decode::Required;
use crate::scenario::file::{Pace, Ramp, Sine, Spike};
use crate::scenario::leaf::Rate;
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::At;

/// The shape that is written here.
pub(super) fn shape(pace: &At<Pace>, notes: &mut Notes) -> Result<Shape, Noted> {
    match &pace.value {
        Pace::Steady(rate) => Ok(Shape::steady(rate.per_second())),
        Pace::Ramp(ramp) => self::ramp(ramp),
        Pace::Spike(spike) => self::spike(spike),
        Pace::Sine(sine) => self::sine(sine, notes),
    }
}

fn per_s(rate: &Required<Rate>) -> Result<f64, Noted> {
    rate.value().map(|rate| rate.per_second())
}

fn ramp(raw: &Ramp) -> Result<Shape, Noted> {
    let (from_per_s, to_per_s) = (per_s(&raw.from)?, per_s(&raw.to)?);
    Ok(match raw.steps.value()? {
        None => Shape::Ramp { from_per_s, to_per_s },
        Some(steps) => Shape::Steps { from_per_s, to_per_s, count: steps.get_u32() },
    })
}

fn spike(raw: &Spike) -> Result<Shape, Noted> {
    Ok(Shape::Spike {
        base_per_s: per_s(&raw.base)?,
        peak_per_s: per_s(&raw.peak)?,
        at: raw.at.value()?.get().into(),
        lasts: raw.r#for.value()?.get().get().into(),
    })
}

fn sine(raw: &Sine, notes: &mut Notes) -> Result<Shape, Noted> {
    let (low_per_s, high) = (per_s(&raw.low)?, raw.high.get()?);
    let high_per_s = high.value.per_second();
    if high_per_s < low_per_s {
        let note = Note::new(Code::Contradiction, high.place, "the highest rate lies under the lowest")
            .label("less than `low`")
            .help("swap the two");
        return Err(notes.add(note));
    }
    Ok(Shape::Sine { low_per_s, high_per_s, period: raw.period.value()?.get().get().into() })
}

/// A spike that its stage cuts off would be smaller than it says.
pub(super) fn within_stage(stretch: &At<Stretch>, notes: &mut Notes) -> Result<Stretch, Noted> {
    let Stretch { from, to, shape } = stretch.value;
    match shape {
        Shape::Spike { at, lasts, .. } if at.plus(lasts) > to.since(from) => {
            let message = format!(
                "the spike is over {} after its stage begins, and the stage is {} long",
                number::time(at.plus(lasts)),
                number::time(to.since(from))
            );
            let note = Note::new(Code::Timeline, stretch.place, message).label("too late, or too long");
            Err(notes.add(note.help("let it begin earlier, or lengthen the stage")))
        }
        _ => Ok(stretch.value),
    }
}
