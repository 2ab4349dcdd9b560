//! Leaves the SDK's jitter as it is without us.
//!
//! The SDK draws a number for the span of each call (`sdk_invocation_id`) from the very generator that its backoff comes from,
//! and draws it only if somebody listens. Virtual runs pin that generator, so that the draw would move every backoff after it.
//! `tracing` asks whether a span is wanted before it makes its fields, and tells of it right after, on the same thread: in
//! between the generator is remembered. Two calls without a backoff between them then bear the same number; their spans
//! have ids of their own.

use std::cell::Cell;

use tracing::span::{Attributes, Id};
use tracing::subscriber::Interest;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use crate::seed::SdkJitter;

thread_local! {
    static BEFORE: Cell<Option<SdkJitter>> = const { Cell::new(None) };
}

/// Puts the SDK's generator back after the fields of each span.
pub(super) struct StillJitter;

impl<S: Subscriber> Layer<S> for StillJitter {
    /// Spans are asked for one by one: else nobody would hear when their fields are about to be made.
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if metadata.is_span() { Interest::sometimes() } else { Interest::always() }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _context: Context<'_, S>) -> bool {
        if metadata.is_span() {
            BEFORE.set(Some(SdkJitter::here()));
        }
        true
    }

    fn on_new_span(&self, _attributes: &Attributes<'_>, _id: &Id, _context: Context<'_, S>) {
        if let Some(before) = BEFORE.take() {
            before.restore();
        }
    }
}
