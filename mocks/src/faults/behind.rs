//! The body of a real service's answer, behind faults.
//!
//! The same chain of edits as in a cloud of our own, fed with what arrives when it arrives. While an event
//! waits for its time the ones after it are taken in, so that each is stamped with the time at which it
//! really came; only so much is held, and then the service has to wait too.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep};

use super::chain::Chain;
use super::framer::{Found, Framer};
use super::link::Shape;
use super::piece::{Leaving, Piece};
use crate::body::BodyError;
use crate::clock;

/// How much may wait to leave before no more is taken in.
const MOST_HELD: usize = 4 * 1024 * 1024;

/// A body, and what faults make of it; its own data where there are no faults.
#[derive(Debug)]
pub struct Behind<B> {
    inner: B,
    edited: Option<Box<Edited>>,
}

#[derive(Debug)]
struct Edited {
    shape: Shape,
    chain: Chain,
    framer: Framer,
    /// What has come of a whole answer.
    whole: BytesMut,
    began: Instant,
    held: usize,
    due: Option<Piece>,
    timer: Option<Pin<Box<Sleep>>>,
    /// The service has said all it had to say.
    drained: bool,
}

impl<B> Behind<B> {
    /// A body that is left alone.
    pub(super) fn untouched(inner: B) -> Self {
        Behind { inner, edited: None }
    }

    /// A body of this shape, whose time counts from `began`, and the edits to make.
    pub(super) fn edited(inner: B, shape: Shape, chain: Chain, began: Instant) -> Self {
        let edited = Edited {
            shape,
            chain,
            framer: Framer::default(),
            whole: BytesMut::new(),
            began,
            held: 0,
            due: None,
            timer: None,
            drained: false,
        };
        Behind { inner, edited: Some(Box::new(edited)) }
    }
}

impl<B> Body for Behind<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let Behind { inner, edited } = &mut *self;
        let Some(edited) = edited else {
            return Pin::new(inner).poll_frame(context).map_err(|error| BodyError::Upstream(error.into()));
        };
        edited.take_in(inner, context);
        edited.poll_leave(context).map(|bytes| bytes.map(|bytes| bytes.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        match &self.edited {
            None => self.inner.is_end_stream(),
            Some(edited) => edited.due.is_none() && edited.chain.is_empty() && edited.chain.is_over(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        if self.edited.is_some() { SizeHint::default() } else { self.inner.size_hint() }
    }
}

impl Edited {
    /// Takes in what is there, until there is no more at present, or too much.
    fn take_in<B>(&mut self, inner: &mut B, context: &mut Context<'_>)
    where
        B: Body<Data = Bytes> + Unpin,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        while !self.drained && !self.chain.is_over() && !self.is_full() {
            match Pin::new(&mut *inner).poll_frame(context) {
                Poll::Pending => return,
                Poll::Ready(Some(Ok(frame))) => {
                    // Trailers say nothing that a faulted answer's client waits for.
                    if let Ok(bytes) = frame.into_data() {
                        self.receive(&bytes);
                    }
                }
                Poll::Ready(Some(Err(error))) => {
                    self.drained = true;
                    let at = self.now();
                    self.chain.push(Piece::error(at, BodyError::Upstream(error.into())));
                }
                Poll::Ready(None) => {
                    self.drained = true;
                    self.end();
                }
            }
        }
    }

    /// Whether enough waits to leave. What an edit holds back until more comes does not.
    fn is_full(&self) -> bool {
        self.held >= MOST_HELD && (self.due.is_some() || !self.chain.is_empty())
    }

    fn receive(&mut self, bytes: &Bytes) {
        match self.shape {
            Shape::Whole => self.whole.extend_from_slice(bytes),
            Shape::Stream => {
                self.framer.push(bytes);
                while let Some(found) = self.framer.next() {
                    self.pass_on(found);
                }
            }
        }
    }

    fn end(&mut self) {
        let rest = match self.shape {
            Shape::Whole => Some(Found::Message(self.whole.split().freeze())),
            Shape::Stream => self.framer.rest(),
        };
        if let Some(rest) = rest {
            self.pass_on(rest);
        }
        self.chain.finish();
    }

    fn pass_on(&mut self, found: Found) {
        let at = self.now();
        let (Found::Message(bytes) | Found::Loose(bytes)) = &found;
        self.held += bytes.len();
        self.chain.push(match found {
            Found::Message(bytes) => Piece::event(at, bytes),
            Found::Loose(bytes) => Piece::part(at, bytes),
        });
    }

    /// The next bytes, once it is their time.
    fn poll_leave(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyError>>> {
        if self.due.is_none() {
            self.due = self.chain.next();
            let at = self.due.as_ref().and_then(|piece| piece.at);
            self.timer = at.map(|at| Box::pin(clock::timer(clock::later(self.began, at))));
        }
        let Some(due) = self.due.take() else {
            return if self.chain.is_over() { Poll::Ready(None) } else { Poll::Pending };
        };
        let waits = match &mut self.timer {
            None => true,
            Some(timer) => timer.deadline() > clock::now() && timer.as_mut().poll(context).is_pending(),
        };
        if waits {
            self.due = Some(due);
            return Poll::Pending;
        }
        self.chain.has_left();
        Poll::Ready(match due.leaving {
            Leaving::Bytes { bytes, .. } => {
                self.held = self.held.saturating_sub(bytes.len());
                Some(Ok(bytes))
            }
            Leaving::Error(error) => Some(Err(error)),
            Leaving::End { .. } => None,
        })
    }

    fn now(&self) -> Duration {
        clock::now().saturating_duration_since(self.began)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use std::collections::VecDeque;
    use std::num::NonZeroU64;
    use std::sync::Arc;

    use http_body_util::BodyExt;
    use proptest::prelude::*;

    use super::super::bad_crc::CrcPart;
    use super::super::downgrade::Downgrade;
    use super::super::edit::{Act, BodyEdit};
    use super::super::event_frame;
    use super::super::stall::StallTime;
    use super::super::strikes::Strikes;
    use super::super::tally::Tally;
    use super::*;

    /// A body that is there at once, in these chunks.
    struct Chunks(VecDeque<Bytes>);

    impl Body for Chunks {
        type Data = Bytes;
        type Error = std::io::Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
            Poll::Ready(self.0.pop_front().map(|chunk| Ok(Frame::data(chunk))))
        }
    }

    fn cut(bytes: &[u8], sizes: &[usize]) -> Chunks {
        let (mut chunks, mut left) = (VecDeque::new(), bytes);
        for size in sizes {
            let (chunk, rest) = left.split_at((*size).min(left.len()));
            chunks.push_back(Bytes::copy_from_slice(chunk));
            left = rest;
        }
        chunks.push_back(Bytes::copy_from_slice(left));
        Chunks(chunks)
    }

    fn chain(edits: &[BodyEdit], shape: Shape) -> (Chain, Strikes) {
        let strikes = Strikes::default();
        let edits = edits
            .iter()
            .zip("abcdefgh".chars())
            .map(|(edit, name)| (Arc::new(Tally::new(name.to_string().into())), edit.clone()));
        (Chain::new(edits.collect(), shape, strikes.clone()), strikes)
    }

    /// What leaves of a body, with the millisecond of its last byte, how it ends, and the faults named.
    #[derive(Debug, PartialEq)]
    struct Left {
        bytes: Vec<u8>,
        last_ms: u128,
        broke: bool,
        struck: Vec<Arc<str>>,
    }

    #[expect(clippy::disallowed_methods, reason = "only a limit tells what never comes")]
    fn leave(body: Chunks, edits: &[BodyEdit], shape: Shape) -> Left {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let began = clock::now();
            let (chain, strikes) = chain(edits, shape);
            let mut body = Behind::edited(body, shape, chain, began);
            let (mut bytes, mut last_ms, mut broke) = (Vec::new(), 0, false);
            let far = Duration::from_secs(1_000_000);
            while let Ok(Some(frame)) = tokio::time::timeout(far, body.frame()).await {
                last_ms = clock::now().duration_since(began).as_millis();
                match frame {
                    Ok(frame) => bytes.extend_from_slice(&frame.into_data().unwrap_or_default()),
                    Err(_) => broke = true,
                }
            }
            Left { bytes, last_ms, broke, struck: strikes.all() }
        })
    }

    fn message() -> impl Strategy<Value = Bytes> {
        "[a-z]{0,20}".prop_map(|text| {
            event_frame::exception(
                "thing",
                &serde_json::json!({ "text": text, "serviceTier": { "type": "flex" } }),
            )
            .unwrap()
        })
    }

    fn edit() -> impl Strategy<Value = BodyEdit> {
        let time = (1_u64..500).prop_map(Duration::from_millis);
        let act = prop_oneof![
            time.clone().prop_map(|time| Act::Stall(StallTime::For(time))),
            Just(Act::Stall(StallTime::Forever)),
            Just(Act::Say { frame: Bytes::from_static(b"said"), error_type: "Said".into() }),
            Just(Act::Halve),
            Just(Act::BreakCrc(CrcPart::Message)),
            Just(Act::BreakCrc(CrcPart::Prelude)),
            Just(Act::End),
            Just(Act::Reset),
            Just(Act::Twice),
            Just(Act::Swap),
        ];
        prop_oneof![
            time.prop_map(BodyEdit::Later),
            (1.1_f64..9.0).prop_map(BodyEdit::Stretch),
            (1_u64..5000).prop_map(|rate| BodyEdit::Drip(NonZeroU64::new(rate).unwrap())),
            Just(BodyEdit::Garble),
            Just(BodyEdit::Reword(Downgrade::Tier)),
            (0_u64..5, act.clone()).prop_map(|(after, act)| BodyEdit::Event { after, act }),
            (0_u64..5, act).prop_map(|(after, act)| BodyEdit::Event { after, act }),
        ]
    }

    fn shape() -> impl Strategy<Value = Shape> {
        prop_oneof![Just(Shape::Stream), Just(Shape::Whole)]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn it_does_not_matter_how_the_bytes_are_cut(
            messages in prop::collection::vec(message(), 0..6),
            edits in prop::collection::vec(edit(), 0..4),
            sizes in prop::collection::vec(0_usize..60, 0..30),
            shape in shape(),
        ) {
            let bytes = messages.concat();
            let whole = leave(cut(&bytes, &[]), &edits, shape);
            prop_assert_eq!(leave(cut(&bytes, &sizes), &edits, shape), whole);
        }

        #[test]
        fn the_cloud_and_the_filter_make_the_same_of_a_stream(
            messages in prop::collection::vec(message(), 0..6),
            edits in prop::collection::vec(edit(), 0..4),
        ) {
            let (mut chain, _) = chain(&edits, Shape::Stream);
            for message in &messages {
                chain.push(Piece::event(Duration::ZERO, message.clone()));
            }
            chain.finish();
            let (mut bytes, mut broke, mut last) = (Vec::new(), false, Duration::ZERO);
            while let Some(piece) = chain.next() {
                let Some(at) = piece.at else { break };
                prop_assert!(at >= last, "time runs forward");
                last = at;
                match piece.leaving {
                    Leaving::Bytes { bytes: part, .. } => bytes.extend_from_slice(&part),
                    Leaving::Error(_) => broke = true,
                    Leaving::End { .. } => {}
                }
            }
            let left = leave(cut(&messages.concat(), &[]), &edits, Shape::Stream);
            prop_assert_eq!((left.bytes, left.broke), (bytes, broke));
        }

        #[test]
        fn what_is_no_stream_is_passed_on_without_a_panic(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            messages in prop::collection::vec(message(), 0..3),
            edits in prop::collection::vec(edit(), 0..4),
            sizes in prop::collection::vec(0_usize..60, 0..30),
            shape in shape(),
        ) {
            let bytes = [messages.concat(), bytes].concat();
            leave(cut(&bytes, &sizes), &edits, shape);
        }

        #[test]
        fn without_edits_nothing_is_otherwise(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            sizes in prop::collection::vec(0_usize..60, 0..30),
            shape in shape(),
        ) {
            let left = leave(cut(&bytes, &sizes), &[], shape);
            prop_assert_eq!(left, Left { bytes, last_ms: 0, broke: false, struck: Vec::new() });
        }
    }

    /// A body that breaks off after chunks that come at their times.
    struct Timed(VecDeque<(Pin<Box<Sleep>>, Bytes)>);

    impl Timed {
        fn new(chunks: impl IntoIterator<Item = (u64, Bytes)>) -> Self {
            let began = clock::now();
            let timer = |at_ms| Box::pin(clock::timer(began + Duration::from_millis(at_ms)));
            Timed(chunks.into_iter().map(|(at_ms, chunk)| (timer(at_ms), chunk)).collect())
        }
    }

    impl Body for Timed {
        type Data = Bytes;
        type Error = std::io::Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
            let Some((timer, _)) = self.0.front_mut() else {
                return Poll::Ready(Some(Err(std::io::Error::other("broken"))));
            };
            std::task::ready!(timer.as_mut().poll(context));
            Poll::Ready(self.0.pop_front().map(|(_, chunk)| Ok(Frame::data(chunk))))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn slow_tokens_stretch_from_the_times_at_which_events_came() {
        let frame = event_frame::error("E", "").unwrap();
        let source = Timed::new([100, 110, 120, 150].map(|at_ms| (at_ms, frame.clone())));
        let (chain, strikes) = chain(&[BodyEdit::Stretch(10.0)], Shape::Stream);
        let mut body = Behind::edited(source, Shape::Stream, chain, clock::now());
        let (mut times, began) = (Vec::new(), clock::now());
        while let Some(Ok(_)) = body.frame().await {
            times.push(clock::now().duration_since(began).as_millis());
        }
        assert_eq!(times, [100, 200, 300, 600], "events are stamped as they come, even while one waits");
        assert_eq!(strikes.fault().as_deref(), Some("a"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_service_that_breaks_off_breaks_off_behind_faults_too() {
        let frame = event_frame::error("E", "").unwrap();
        for shape in [Shape::Stream, Shape::Whole] {
            let source = Timed::new([(10, frame.clone())]);
            let (chain, _) = chain(&[BodyEdit::Later(Duration::from_millis(5))], shape);
            let mut body = Behind::edited(source, shape, chain, clock::now());
            let mut last = body.frame().await.unwrap();
            if shape == Shape::Stream {
                last = body.frame().await.unwrap();
            }
            assert!(matches!(last, Err(BodyError::Upstream(_))), "{shape:?}");
            assert!(body.frame().await.is_none(), "{shape:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_event_as_large_as_all_that_may_wait_changes_places_too() {
        let large = event_frame::exception("E", &serde_json::json!("x".repeat(MOST_HELD))).unwrap();
        let small = event_frame::error("E", "").unwrap();
        let source = cut(&[large.as_ref(), small.as_ref()].concat(), &[large.len()]);
        let (chain, _) = chain(&[BodyEdit::Event { after: 0, act: Act::Swap }], Shape::Stream);
        let body = Behind::edited(source, Shape::Stream, chain, clock::now());
        let swapped = body.collect().await.unwrap().to_bytes();
        assert!(swapped.starts_with(&small) && swapped.ends_with(&large));
    }
}
