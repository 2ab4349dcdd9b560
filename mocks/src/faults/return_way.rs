//! The way of an answer back through the faults.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, DATE};
use http::{HeaderMap, Response};
use http_body::Body;

use super::behind::Behind;
use super::edits::Edits;
use super::link::Shape;
use super::strikes::Strikes;
use crate::clock::{self, Epoch};
use crate::ledger::FaultHit;
use crate::stamp;

/// What a stream of events says it is.
const EVENT_STREAM: &str = "application/vnd.amazon.eventstream";

/// What faults make of the answer to one request.
#[derive(Debug)]
pub struct ReturnWay {
    edits: Edits,
    strikes: Option<Strikes>,
    epoch: Epoch,
}

impl ReturnWay {
    pub(super) fn new(edits: Edits, strikes: Option<Strikes>, epoch: Epoch) -> Self {
        ReturnWay { edits, strikes, epoch }
    }

    /// The answer as it leaves the faults, whose time begins now.
    ///
    /// A [`FaultHit`] stands in its extensions if a fault has struck, and [`Strikes`] where those are noted
    /// that will.
    pub fn answer<B>(self, response: Response<B>) -> Response<Behind<B>>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let (mut head, body) = response.into_parts();
        self.date(&mut head.headers);
        self.edits.downgrade(|downgrade| downgrade.reword_head(&mut head.headers));
        if let Some(strikes) = self.strikes {
            if let Some(fault) = strikes.fault() {
                head.extensions.insert(FaultHit(fault));
            }
            head.extensions.insert(strikes);
        }
        let edits = self.edits.body_and_downgrades();
        let body = if edits.is_empty() {
            Behind::untouched(body)
        } else {
            // The length may not be what it was, and is not known before all has come.
            head.headers.remove(CONTENT_LENGTH);
            let shape = shape(&head.headers);
            Behind::edited(body, shape, edits.chain(shape), clock::now())
        };
        Response::from_parts(head, body)
    }

    /// Shifts the date that the service said, or that it would have said.
    fn date(&self, headers: &mut HeaderMap) {
        if !self.edits.shift_the_date() {
            return;
        }
        let said = headers.get(DATE).and_then(stamp::read_date);
        let wall = said.unwrap_or_else(|| self.epoch.wall_at(clock::now()));
        if let Some(date) = stamp::date(self.edits.date(wall)) {
            headers.insert(DATE, date);
        }
    }
}

fn shape(headers: &HeaderMap) -> Shape {
    match headers.get(CONTENT_TYPE) {
        Some(content_type) if content_type.as_bytes().starts_with(EVENT_STREAM.as_bytes()) => Shape::Stream,
        _ => Shape::Whole,
    }
}
