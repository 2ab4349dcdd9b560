//! What goes wrong, from the words of a file.

use std::sync::Arc;

use bedload_mocks::Exception;
use bedload_reports::job::Point;

use super::aim::Trigger;
use super::inject::{
    CrcPart, DowngradeOf, ErrorAnswer, Inject, Reset, ThrottleMessage, UnavailableMessage, WrongDate, named,
};
use crate::queue::misfortune::Misfortune;
use crate::scenario::code::Code;
use crate::scenario::decode::{Optional, Row, Table};
use crate::scenario::defaults;
use crate::scenario::file::{self, Says};
use crate::scenario::leaf::{HeaderText, Text, Whole};
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::Place;
use crate::scenario::suggest;

impl Inject {
    /// What a fault injects, and when; or the mistakes in it.
    pub(super) fn build(
        raw: &file::Inject,
        fault: Place,
        notes: &mut Notes,
    ) -> Result<(Self, Trigger), Noted> {
        let with = |inject, trigger: Result<Trigger, Noted>| Ok((inject, trigger?));
        let misfortune = |misfortune, trigger| with(Inject::Misfortune(misfortune), trigger);
        match raw {
            file::Inject::Throttle(raw) => {
                let message =
                    raw.message.value()?.map_or(Ok(defaults::THROTTLE_MESSAGE), throttle_message)?;
                let retry_after = raw.retry_after.value()?.map(|time| time.get().get());
                with(Inject::Throttle { message, retry_after }, Trigger::build(raw))
            }
            file::Inject::Unavailable(raw) => {
                let message = raw.message.value()?;
                let message = message.map_or(Ok(defaults::UNAVAILABLE_MESSAGE), unavailable_message)?;
                with(Inject::Unavailable { message }, Trigger::build(raw))
            }
            file::Inject::InternalError(raw) => with(Inject::InternalError, Trigger::build(raw)),
            file::Inject::Error(raw) => with(Inject::Error(error(raw, fault, notes)?), Trigger::build(raw)),
            file::Inject::Latency(raw) => {
                with(Inject::Latency { add: raw.add.value()?.get() }, Trigger::build(raw))
            }
            file::Inject::FirstByte(raw) => {
                with(Inject::FirstByte { add: raw.add.value()?.get() }, Trigger::build(raw))
            }
            file::Inject::SlowTokens(raw) => {
                with(Inject::SlowTokens { factor: raw.factor.value()?.get() }, Trigger::build(raw))
            }
            file::Inject::Drip(raw) => {
                let bytes_per_s = raw.rate.value()?.get().per_second();
                with(Inject::Drip { bytes_per_s }, Trigger::build(raw))
            }
            file::Inject::Stall(raw) => {
                let (after, lasts) = (events(&raw.after)?, raw.r#for.value()?.get());
                with(Inject::Stall { after, lasts }, Trigger::build(raw))
            }
            file::Inject::ExceptionFrame(raw) => {
                let (exception, message) = (raw.r#type.value()?.get(), text(&raw.message)?);
                let after = events(&raw.after)?;
                with(Inject::ExceptionFrame { exception, message, after }, Trigger::build(raw))
            }
            file::Inject::ErrorFrame(raw) => {
                let code = text(&raw.code)?.unwrap_or_else(|| defaults::ERROR_CODE.into());
                let message = text(&raw.message)?.unwrap_or_else(|| defaults::ERROR_MESSAGE.into());
                with(Inject::ErrorFrame { code, message, after: events(&raw.after)? }, Trigger::build(raw))
            }
            file::Inject::Truncate(raw) => {
                with(Inject::Truncate { after: events(&raw.after)? }, Trigger::build(raw))
            }
            file::Inject::BadCrc(raw) => {
                let part = raw.part.map_or(defaults::CRC_PART, |part| match part {
                    file::CrcPart::Message => CrcPart::Message,
                    file::CrcPart::Prelude => CrcPart::Prelude,
                })?;
                with(Inject::BadCrc { part, after: events(&raw.after)? }, Trigger::build(raw))
            }
            file::Inject::EarlyEnd(raw) => {
                with(Inject::EarlyEnd { after: events(&raw.after)? }, Trigger::build(raw))
            }
            file::Inject::Reset(raw) => with(Inject::Reset(reset(raw, notes)?), Trigger::build(raw)),
            file::Inject::Refuse(raw) => with(Inject::Refuse, Trigger::build(raw)),
            file::Inject::WrongDate(raw) => {
                with(Inject::WrongDate(wrong_date(raw, fault, notes)?), Trigger::build(raw))
            }
            file::Inject::MalformedJson(raw) => with(Inject::MalformedJson, Trigger::build(raw)),
            file::Inject::DuplicateEvent(raw) => {
                with(Inject::DuplicateEvent { after: events(&raw.after)? }, Trigger::build(raw))
            }
            file::Inject::SwapEvents(raw) => {
                with(Inject::SwapEvents { after: events(&raw.after)? }, Trigger::build(raw))
            }
            file::Inject::Downgrade(raw) => {
                let of = match raw.of.value()? {
                    file::DowngradeOf::Tier => DowngradeOf::Tier,
                    file::DowngradeOf::Latency => DowngradeOf::Latency,
                };
                with(Inject::Downgrade(of), Trigger::build(raw))
            }
            file::Inject::Outage(raw) => with(Inject::Outage, Trigger::build(raw)),
            file::Inject::QuotaSqueeze(raw) => {
                let to = raw.to.value()?.get().get();
                with(Inject::QuotaSqueeze { to }, Ok(Trigger::ALWAYS))
            }
            file::Inject::DuplicateDelivery(raw) => with(Inject::DuplicateDelivery, Trigger::build(raw)),
            file::Inject::OutOfOrder(raw) => with(Inject::OutOfOrder, Trigger::build(raw)),
            file::Inject::EmptyReceive(raw) => with(Inject::EmptyReceive, Trigger::build(raw)),
            file::Inject::Crash(raw) => {
                let restart_after =
                    raw.restart_after.map_or(Some(defaults::RESTART_AFTER), |time| time.get())?;
                misfortune(Misfortune::Crash { at: point(&raw.at)?, restart_after }, Trigger::build(raw))
            }
            file::Inject::Freeze(raw) => {
                let lasts = raw.r#for.value()?.get().get();
                misfortune(Misfortune::Freeze { at: point(&raw.at)?, lasts }, Trigger::build(raw))
            }
            file::Inject::ClockJump(raw) => {
                misfortune(Misfortune::ClockJump { by: raw.by.value()?.get().get() }, Trigger::build(raw))
            }
            file::Inject::Poison(raw) => misfortune(Misfortune::Poison, Trigger::build(raw)),
        }
    }
}

fn events<const MIN: u64, const MAX: u64>(after: &Optional<Whole<MIN, MAX>>) -> Result<u64, Noted> {
    after.map_or(defaults::EVENTS_BEFORE, |count| count.get())
}

fn point(raw: &Optional<file::PointWord>) -> Result<Point, Noted> {
    raw.map_or(defaults::CRASH_POINT, |word| match word {
        file::PointWord::Received => Point::Received,
        file::PointWord::Claimed => Point::Claimed,
        file::PointWord::Answered => Point::Answered,
        file::PointWord::Stored => Point::Stored,
    })
}

fn text(raw: &Optional<Text>) -> Result<Option<Arc<str>>, Noted> {
    Ok(raw.value()?.map(|text| text.get().clone()))
}

fn throttle_message(raw: &Says<file::ThrottleWord>) -> Result<ThrottleMessage, Noted> {
    Ok(match raw {
        Says::Usual(file::ThrottleWord::Requests) => ThrottleMessage::Requests,
        Says::Usual(file::ThrottleWord::Tokens) => ThrottleMessage::Tokens,
        Says::Usual(file::ThrottleWord::TokensPerDay) => ThrottleMessage::TokensPerDay,
        Says::Other(other) => ThrottleMessage::Other(other.text.value()?.get().clone()),
    })
}

fn unavailable_message(raw: &Says<file::UnavailableWord>) -> Result<UnavailableMessage, Noted> {
    Ok(match raw {
        Says::Usual(file::UnavailableWord::Temporarily) => UnavailableMessage::Temporarily,
        Says::Usual(file::UnavailableWord::Connections) => UnavailableMessage::Connections,
        Says::Usual(file::UnavailableWord::Unable) => UnavailableMessage::Unable,
        Says::Other(other) => UnavailableMessage::Other(other.text.value()?.get().clone()),
    })
}

fn error(raw: &file::Error, fault: Place, notes: &mut Notes) -> Result<ErrorAnswer, Noted> {
    let (given, status) = (raw.r#type.get()?, raw.status.value()?);
    let status = status.map(|status| u16::try_from(status.get()).unwrap_or(u16::MAX));
    let known = given.and_then(|kind| named(kind.value.get()));
    let status = match (status.or(known.map(|exception| exception.status().as_u16())), given) {
        (Some(status), _) => status,
        (None, Some(kind)) => return Err(notes.add(no_status(kind.value.get(), kind.place))),
        (None, None) => {
            let note = Note::new(Code::MissingKey, fault, "an error without `type` and `status`")
                .label("which error?")
                .help("add `type: …`, or `status: …` for an error that names no type");
            return Err(notes.add(note));
        }
    };
    Ok(ErrorAnswer {
        kind: given.map(|kind| kind.value.get().clone()),
        status,
        message: text(&raw.message)?,
        headers: headers(&raw.headers)?,
    })
}

/// A type without a status is a slip of the finger, or one that only its author knows the status of.
fn no_status(kind: &str, place: Place) -> Note {
    let names = Exception::ALL.map(Exception::name);
    Note::new(Code::UnknownName, place, format!("Bedrock models no `{kind}`, and it has no `status`"))
        .label(suggest::remark(kind, names).unwrap_or_else(|| "its status is not known".to_owned()))
        .help(format!("add `status: …`, or take one of Bedrock's: {}", suggest::listed(names)))
}

/// A header: its name and value.
type Header = (Arc<str>, Arc<str>);

fn headers(raw: &Optional<Table<HeaderText>>) -> Result<Vec<Header>, Noted> {
    let Some(table) = raw.value()? else {
        return Ok(Vec::new());
    };
    let header = |row: &Row<HeaderText>| {
        let value = row.value.as_ref().map_err(|noted| *noted)?;
        Ok((row.name.value.get().clone(), value.value.get().clone()))
    };
    table.rows().iter().map(header).collect()
}

fn reset(raw: &file::Reset, notes: &mut Notes) -> Result<Reset, Noted> {
    match (raw.when.value()?, raw.after.get()?) {
        (file::ResetWhen::WithinBody, _) => Ok(Reset::WithinBody(events(&raw.after)?)),
        (_, Some(after)) => {
            let message = "`after` counts events of the body, and the connection is reset before it begins";
            let note = Note::new(Code::Contradiction, after.place, message)
                .label("no event will have left")
                .help("remove `after`, or write `when: within_body`");
            Err(notes.add(note))
        }
        (file::ResetWhen::BeforeHead, None) => Ok(Reset::BeforeHead),
        (file::ResetWhen::WithinHead, None) => Ok(Reset::WithinHead),
    }
}

fn wrong_date(raw: &file::WrongDate, fault: Place, notes: &mut Notes) -> Result<WrongDate, Noted> {
    match (raw.ahead.get()?, raw.behind.get()?) {
        (Some(ahead), None) => Ok(WrongDate::Ahead(ahead.value.get().get())),
        (None, Some(behind)) => Ok(WrongDate::Behind(behind.value.get().get())),
        (Some(ahead), Some(behind)) => {
            let note = Note::new(Code::Contradiction, behind.place, "a date both ahead and behind")
                .label("the second direction")
                .also(ahead.place.span, "the first")
                .help("keep one of the two; another fault can have the other");
            Err(notes.add(note))
        }
        (None, None) => {
            let note = Note::new(Code::MissingKey, fault, "a wrong date that is not wrong")
                .label("by how much?")
                .help("add `ahead: …` or `behind: …`");
            Err(notes.add(note))
        }
    }
}
