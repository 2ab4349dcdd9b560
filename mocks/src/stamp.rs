//! What every response carries, whatever it answers: a request id and the date.

use std::cell::RefCell;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::header::{DATE, HeaderName};
use http::{HeaderMap, HeaderValue};
use jiff::Timestamp;
use jiff::fmt::rfc2822::{DateTimeParser, DateTimePrinter};

use crate::request_id::RequestId;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// Adds the id and the date to a response's headers.
///
/// A date off the calendar is left out: no `Date` leaves a client's idea of the time alone, while a wrong
/// one would shift its signatures.
pub(crate) fn stamp(headers: &mut HeaderMap, request_id: RequestId, wall: SystemTime) {
    if let Ok(id) = HeaderValue::from_bytes(&request_id.chars()) {
        headers.insert(REQUEST_ID, id);
    }
    if let Some(date) = date(wall) {
        headers.insert(DATE, date);
    }
}

thread_local! {
    /// The date that was last written by this thread, and its second. Most answers have the date of the one before.
    static LAST: RefCell<Option<(u64, HeaderValue)>> = const { RefCell::new(None) };
}

/// The date of a response.
pub(crate) fn date(wall: SystemTime) -> Option<HeaderValue> {
    let Ok(since) = wall.duration_since(UNIX_EPOCH) else {
        return written(wall);
    };
    LAST.with_borrow_mut(|last| match last {
        Some((second, date)) if *second == since.as_secs() => Some(date.clone()),
        _ => {
            let date = written(wall)?;
            *last = Some((since.as_secs(), date.clone()));
            Some(date)
        }
    })
}

fn written(wall: SystemTime) -> Option<HeaderValue> {
    let time = Timestamp::try_from(wall).ok()?;
    let text = DateTimePrinter::new().timestamp_to_rfc9110_string(&time).ok()?;
    HeaderValue::try_from(text).ok()
}

/// The time that a response's date says; none if it says no time.
pub(crate) fn read_date(date: &HeaderValue) -> Option<SystemTime> {
    let time = DateTimeParser::new().parse_timestamp(date.to_str().ok()?).ok()?;
    UNIX_EPOCH.checked_add(Duration::from_secs(u64::try_from(time.as_second()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_is_written_as_http_wants_it() {
        let wall = UNIX_EPOCH + Duration::from_secs(784_111_777);
        let text = HeaderValue::from_static("Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(date(wall), Some(text.clone()));
        assert_eq!(read_date(&text), Some(wall));
    }

    #[test]
    fn a_date_off_the_calendar_is_left_out() {
        assert_eq!(date(UNIX_EPOCH + Duration::from_secs(1 << 40)), None);
    }
}
