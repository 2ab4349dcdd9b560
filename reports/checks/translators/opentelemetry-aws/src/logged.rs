//! Why a span is lost: `opentelemetry-aws` says so in its log alone.

use std::error::Error;
use std::fmt::Debug;
use std::mem::take;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry;
use tracing_subscriber::util::SubscriberInitExt;

/// The last error logged.
#[derive(Clone, Default)]
pub struct Logged(Arc<Mutex<String>>);

impl Logged {
    /// Listens to the log of this process from here on.
    pub fn begin() -> Result<Self, Box<dyn Error>> {
        let logged = Logged::default();
        registry().with(logged.clone()).try_init()?;
        Ok(logged)
    }

    /// What was logged since this was last asked.
    pub fn take(&self) -> String {
        self.0.lock().map(|mut last| take(&mut *last)).unwrap_or_default()
    }
}

impl<S: Subscriber> Layer<S> for Logged {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if *event.metadata().level() == Level::ERROR {
            event.record(&mut self.clone());
        }
    }
}

impl Visit for Logged {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if let (Ok(mut last), "error") = (self.0.lock(), field.name()) {
            *last = format!("{value:?}");
        }
    }
}
