//! Counts events that stand in no span, and so in no file: OpenTelemetry's layer passes them over.

use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::spool::Spool;

/// Counts them.
pub(super) struct Outside(pub Spool);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Outside {
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if context.event_span(event).is_none() {
            self.0.outside();
        }
    }
}
