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
use bedload_reports::record::{CallEnd, Failure, FailureClass, Tokens};
use bedload_reports::units::Nanos;

use super::anthropic::Chunk;
use super::converse::tokens;
use crate::classify;
use crate::clock::Clock;

/// What a stream gave, whole or not.
#[derive(Debug)]
pub struct Read {
    /// How it ended.
    pub end: CallEnd,
    /// The first non-empty content.
    pub first_content: Option<Nanos>,
    /// The last non-empty content.
    pub last_content: Option<Nanos>,
    /// Gaps between content events, in microseconds.
    pub gaps_us: Vec<u32>,
    /// The service's count, as far as it told.
    pub tokens: Tokens,
}

/// What one event means to the reader.
enum Event {
    Content,
    InputTokens(u64),
    Stopped(String),
    OutputTokens(u64),
    Usage(Tokens),
    Close,
    NotUnderstood(String),
    Nothing,
}

/// What is known of a stream while it runs.
#[derive(Default)]
struct Progress {
    first_content: Option<Nanos>,
    last_content: Option<Nanos>,
    gaps_us: Vec<u32>,
    tokens: Tokens,
    stop_reason: Option<String>,
    closed: bool,
}

/// Reads a ConverseStream to its end; more than `idle` of silence ends it.
pub async fn converse<E>(
    events: EventReceiver<ConverseStreamOutput, E>,
    clock: Clock,
    idle: Option<Duration>,
) -> Read
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    read(events, clock, idle, |event| [of_converse(event)]).await
}

/// Reads an InvokeModelWithResponseStream of Anthropic chunks to its end.
pub async fn invoke<E>(events: EventReceiver<ResponseStream, E>, clock: Clock, idle: Option<Duration>) -> Read
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    read(events, clock, idle, |event| of_invoke(&event)).await
}

async fn read<T, E, M>(
    mut events: EventReceiver<T, E>,
    clock: Clock,
    idle: Option<Duration>,
    meanings: impl Fn(T) -> M,
) -> Read
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    M: IntoIterator<Item = Event>,
{
    let mut progress = Progress::default();
    loop {
        let event = match clock.within(idle, events.recv()).await {
            None => return progress.fail(stalled(idle)),
            Some(Err(error)) => return progress.fail(classify::stream_failure(&error)),
            Some(Ok(None)) => return progress.finish(),
            Some(Ok(Some(event))) => event,
        };
        let now = clock.now();
        for meaning in meanings(event) {
            if let Err(failure) = progress.take(meaning, now) {
                return progress.fail(failure);
            }
        }
    }
}

fn of_converse(event: ConverseStreamOutput) -> Event {
    match event {
        ConverseStreamOutput::ContentBlockDelta(event) => match event.delta {
            Some(delta) if has_content(&delta) => Event::Content,
            _ => Event::Nothing,
        },
        ConverseStreamOutput::MessageStop(event) => Event::Stopped(event.stop_reason.as_str().to_owned()),
        ConverseStreamOutput::Metadata(event) => Event::Usage(tokens(event.usage.as_ref())),
        _ => Event::Nothing,
    }
}

fn has_content(delta: &ContentBlockDelta) -> bool {
    match delta {
        ContentBlockDelta::Text(text) => !text.is_empty(),
        ContentBlockDelta::ToolUse(tool) => !tool.input.is_empty(),
        ContentBlockDelta::ReasoningContent(ReasoningContentBlockDelta::Text(text)) => !text.is_empty(),
        _ => false,
    }
}

fn of_invoke(event: &ResponseStream) -> Vec<Event> {
    let ResponseStream::Chunk(part) = event else { return Vec::new() };
    let bytes = part.bytes.as_ref().map(|blob| blob.as_ref()).unwrap_or_default();
    match serde_json::from_slice(bytes) {
        Ok(Chunk::MessageStart { message }) => vec![Event::InputTokens(message.input_tokens())],
        Ok(Chunk::ContentBlockDelta { delta }) if delta.has_content() => vec![Event::Content],
        Ok(Chunk::MessageDelta { delta, usage }) => {
            let stopped = delta.stop_reason.map(Event::Stopped);
            stopped.into_iter().chain([Event::OutputTokens(usage.output_tokens)]).collect()
        }
        Ok(Chunk::MessageStop) => vec![Event::Close],
        Ok(_) => Vec::new(),
        Err(error) => vec![Event::NotUnderstood(error.to_string())],
    }
}

impl Progress {
    fn take(&mut self, event: Event, now: Nanos) -> Result<(), Failure> {
        match event {
            Event::Content => self.content(now),
            Event::InputTokens(tokens) => self.tokens.input = tokens,
            Event::OutputTokens(tokens) => self.tokens.output = tokens,
            Event::Stopped(reason) => self.stop_reason = Some(reason),
            // Converse closes with its metadata; without it nobody knows what the answer cost.
            Event::Usage(tokens) => (self.tokens, self.closed) = (tokens, true),
            Event::Close => self.closed = true,
            Event::NotUnderstood(message) => return Err(failure(FailureClass::Unparsable, message)),
            Event::Nothing => {}
        }
        Ok(())
    }

    fn content(&mut self, now: Nanos) {
        if let Some(last) = self.last_content {
            self.gaps_us.push(u32::try_from(now.since(last).as_micros()).unwrap_or(u32::MAX));
        }
        self.first_content.get_or_insert(now);
        self.last_content = Some(now);
    }

    fn finish(mut self) -> Read {
        match (self.closed, self.stop_reason.take()) {
            (true, Some(reason)) => self.end(CallEnd::Answered { stop_reason: reason.into() }),
            (_, reason) => {
                let missing = if reason.is_none() { "the stop reason" } else { "the closing event" };
                let message = format!("the stream ended cleanly before {missing}");
                self.fail(failure(FailureClass::StreamIncomplete, message))
            }
        }
    }

    fn fail(self, failure: Failure) -> Read {
        self.end(CallEnd::Failed(failure))
    }

    fn end(self, end: CallEnd) -> Read {
        Read {
            end,
            first_content: self.first_content,
            last_content: self.last_content,
            gaps_us: self.gaps_us,
            tokens: self.tokens,
        }
    }
}

fn stalled(idle: Option<Duration>) -> Failure {
    let limit = Nanos::from(idle.unwrap_or_default());
    let message = format!("no event for {}", bedload_reports::number::time(limit));
    Failure { code: Some("stream idle".into()), ..failure(FailureClass::Timeout, message) }
}

fn failure(class: FailureClass, message: String) -> Failure {
    Failure { class, code: None, message: classify::cut(&message), retry_refused: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(events: Vec<(u64, Event)>) -> Read {
        let mut so_far = Progress::default();
        for (at_ms, event) in events {
            if let Err(failure) = so_far.take(event, Nanos::new(at_ms * 1_000_000)) {
                return so_far.fail(failure);
            }
        }
        so_far.finish()
    }

    fn class(read: &Read) -> Option<FailureClass> {
        match &read.end {
            CallEnd::Failed(failure) => Some(failure.class),
            CallEnd::Answered { .. } | CallEnd::Cancelled => None,
        }
    }

    fn stopped() -> Event {
        Event::Stopped("end_turn".into())
    }

    #[test]
    fn a_whole_stream_gives_its_times_gaps_and_tokens() {
        let tokens = Tokens { input: 5, output: 3 };
        let whole = progress(vec![
            (10, Event::Content),
            (30, Event::Content),
            (35, Event::Nothing),
            (60, Event::Content),
            (61, stopped()),
            (62, Event::Usage(tokens)),
        ]);
        assert_eq!(class(&whole), None);
        assert_eq!(whole.first_content, Some(Nanos::new(10_000_000)));
        assert_eq!(whole.last_content, Some(Nanos::new(60_000_000)));
        assert_eq!(whole.gaps_us, [20_000, 30_000]);
        assert_eq!(whole.tokens, tokens);
    }

    #[test]
    fn a_clean_end_without_its_closing_event_is_incomplete() {
        for events in [vec![], vec![(1, Event::Content)], vec![(1, Event::Content), (2, stopped())]] {
            assert_eq!(class(&progress(events)), Some(FailureClass::StreamIncomplete));
        }
        assert_eq!(class(&progress(vec![(2, Event::Close)])), Some(FailureClass::StreamIncomplete));
    }

    #[test]
    fn a_chunk_that_is_not_understood_ends_the_stream() {
        let broken = progress(vec![(1, Event::Content), (2, Event::NotUnderstood("expected `,`".into()))]);
        assert_eq!(class(&broken), Some(FailureClass::Unparsable));
        assert_eq!(broken.first_content, Some(Nanos::new(1_000_000)));
    }
}
