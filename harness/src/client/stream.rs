//! Reads an event stream as an application should: to its closing event, and not for ever.
//!
//! No SDK retries once a stream has begun, a clean end before the closing event raises no error, and
//! the Rust SDK has no limit on the silence between two events. All three are the application's job.

use std::time::Duration;

use aws_sdk_bedrockruntime::error::ProvideErrorMetadata;
use aws_sdk_bedrockruntime::primitives::event_stream::EventReceiver;
use aws_sdk_bedrockruntime::types::{
    ContentBlockDelta, ConverseStreamOutput, ReasoningContentBlockDelta, ResponseStream,
};
use bedload_reports::record::{CallEnd, Failure, FailureClass};
use bedload_reports::units::Nanos;

use super::converse::tokens;
use super::dialect::{Dialect, Unreadable};
use super::event::Event;
use super::sight::Sight;
use crate::classify;
use crate::clock::Clock;

/// Who reads, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    /// Where what is read is kept.
    pub sight: &'a Sight,
    /// The run's clock.
    pub clock: Clock,
    /// The longest silence; more ends the stream.
    pub idle: Option<Duration>,
}

/// What decides whether an answer is whole.
#[derive(Default)]
struct Progress {
    stop_reason: Option<String>,
    closed: bool,
}

impl Reader<'_> {
    /// Reads a ConverseStream to its end.
    pub async fn converse<E>(&self, events: EventReceiver<ConverseStreamOutput, E>) -> CallEnd
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        self.follow(Received { events, language: Converse }).await
    }

    /// Reads an InvokeModelWithResponseStream of this dialect to its end.
    pub async fn invoke<E>(&self, dialect: Dialect, events: EventReceiver<ResponseStream, E>) -> CallEnd
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        self.follow(Received { events, language: dialect }).await
    }

    /// Follows a stream to its end.
    pub(super) async fn follow(&self, mut source: impl Source) -> CallEnd {
        let (mut progress, mut events) = (Progress::default(), Vec::new());
        let mut patience = self.clock.patience(self.idle);
        loop {
            let step = patience.wait(source.next(&mut events)).await;
            self.sight.take(&events, self.clock.now());
            events.drain(..).for_each(|event| progress.take(event));
            match step {
                None => return CallEnd::Failed(stalled(self.idle)),
                Some(Err(failure)) => return CallEnd::Failed(failure),
                Some(Ok(false)) => return progress.finish(),
                Some(Ok(true)) => {}
            }
        }
    }
}

/// Where the events of a stream come from.
pub(super) trait Source: Send {
    /// Waits for an event and tells what it means, with all that came along with it; false at the clean end of the stream.
    /// What it tells before it fails counts.
    fn next(&mut self, into: &mut Vec<Event>) -> impl Future<Output = Result<bool, Failure>> + Send;
}

/// What the events of an operation are written in.
trait Language<T>: Send {
    /// Tells what an event means.
    fn read(&self, event: &T, into: &mut Vec<Event>) -> Result<(), Unreadable>;
}

/// The events that the SDK hands over, and what they are written in.
struct Received<T, E, L> {
    events: EventReceiver<T, E>,
    language: L,
}

impl<T, E, L> Source for Received<T, E, L>
where
    T: Send,
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    L: Language<T>,
{
    async fn next(&mut self, into: &mut Vec<Event>) -> Result<bool, Failure> {
        let unreadable = |error: Unreadable| failure(FailureClass::Unparsable, &error.to_string());
        match &self.events.recv().await {
            Ok(None) => Ok(false),
            Ok(Some(event)) => self.language.read(event, into).map(|()| true).map_err(unreadable),
            Err(error) => Err(classify::stream_failure(error)),
        }
    }
}

/// What the events of ConverseStream are written in, whatever the model.
struct Converse;

impl Language<ConverseStreamOutput> for Converse {
    /// The metadata close a stream; without them nobody knows what the answer cost.
    fn read(&self, event: &ConverseStreamOutput, into: &mut Vec<Event>) -> Result<(), Unreadable> {
        match event {
            ConverseStreamOutput::ContentBlockDelta(event) => {
                into.extend(event.delta.as_ref().and_then(content));
            }
            ConverseStreamOutput::MessageStop(event) => {
                into.push(Event::Stopped(event.stop_reason.as_str().to_owned()));
            }
            ConverseStreamOutput::Metadata(event) => {
                if let Some(usage) = event.usage.as_ref().map(tokens) {
                    into.extend([Event::Input(usage.input), Event::Output(usage.output)]);
                }
                into.push(Event::Close);
            }
            _ => {}
        }
        Ok(())
    }
}

impl Language<ResponseStream> for Dialect {
    fn read(&self, event: &ResponseStream, into: &mut Vec<Event>) -> Result<(), Unreadable> {
        let ResponseStream::Chunk(part) = event else { return Ok(()) };
        into.extend(self.chunk(part.bytes.as_ref().map(|blob| blob.as_ref()).unwrap_or_default())?);
        Ok(())
    }
}

fn content(delta: &ContentBlockDelta) -> Option<Event> {
    match delta {
        ContentBlockDelta::Text(text) => Event::content(text),
        ContentBlockDelta::ToolUse(tool) => Event::content(&tool.input),
        ContentBlockDelta::ReasoningContent(ReasoningContentBlockDelta::Text(text)) => Event::content(text),
        _ => None,
    }
}

impl Progress {
    fn take(&mut self, event: Event) {
        match event {
            Event::Stopped(reason) => self.stop_reason = Some(reason),
            Event::Close => self.closed = true,
            Event::Content(_) | Event::Input(_) | Event::Output(_) => {}
        }
    }

    fn finish(self) -> CallEnd {
        match (self.closed, self.stop_reason) {
            (true, Some(reason)) => CallEnd::Answered { stop_reason: reason.into() },
            (_, reason) => {
                let missing = if reason.is_none() { "the stop reason" } else { "the closing event" };
                let message = format!("the stream ended cleanly before {missing}");
                CallEnd::Failed(failure(FailureClass::StreamIncomplete, &message))
            }
        }
    }
}

fn stalled(idle: Option<Duration>) -> Failure {
    let limit = Nanos::from(idle.unwrap_or_default());
    let message = format!("no event for {}", bedload_reports::number::time(limit));
    Failure { code: Some(classify::STREAM_IDLE.into()), ..failure(FailureClass::Timeout, &message) }
}

fn failure(class: FailureClass, message: &str) -> Failure {
    Failure { class, code: None, message: classify::cut(message), retry_refused: false }
}

#[cfg(test)]
mod tests {
    use super::super::sight::Content;
    use super::*;

    fn read(events: Vec<(u64, Event)>) -> (CallEnd, Content) {
        let (mut progress, sight) = (Progress::default(), Sight::default());
        for (at_ms, event) in events {
            sight.take(std::slice::from_ref(&event), Nanos::new(at_ms * 1_000_000));
            progress.take(event);
        }
        (progress.finish(), sight.content())
    }

    fn stopped() -> Event {
        Event::Stopped("end_turn".into())
    }

    #[test]
    fn a_whole_stream_gives_its_times_gaps_and_tokens() {
        let (end, content) = read(vec![
            (10, Event::Content(3)),
            (30, Event::Content(2)),
            (60, Event::Content(4)),
            (61, stopped()),
            (62, Event::Input(5)),
            (62, Event::Output(3)),
            (62, Event::Close),
        ]);
        assert_eq!(end, CallEnd::Answered { stop_reason: "end_turn".into() });
        let ms = |ms: u64| Some(Nanos::new(ms * 1_000_000));
        let expected = Content {
            first: ms(10),
            last: ms(60),
            gaps_us: vec![20_000, 30_000],
            chars: 9,
            input: Some(5),
            output: Some(3),
        };
        assert_eq!(content, expected);
    }

    #[test]
    fn a_clean_end_without_its_closing_event_is_incomplete() {
        let content = || (1, Event::Content(1));
        for events in [vec![], vec![content()], vec![content(), (2, stopped())], vec![(2, Event::Close)]] {
            let (end, _) = read(events);
            let CallEnd::Failed(failure) = &end else { unreachable!("{end:?}") };
            assert_eq!(failure.class, FailureClass::StreamIncomplete);
        }
    }
}
