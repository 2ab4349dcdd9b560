//! Where times come from: the only place that asks what time it is, or waits.
//!
//! Both clocks are tokio's. In virtual time it is paused: it stands still while anything can run and
//! jumps to the next timer when nothing can, so an hour of waiting costs nothing and happens in the
//! same order every time. The wall is read once, in [`Clock::start`]; in virtual time not even then.

mod patience;

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use aws_smithy_async::time::TimeSource;
use bedload_reports::header::ClockKind;
use bedload_reports::units::Nanos;
use tokio::time::Instant;

pub use patience::Patience;

/// The wall time that virtual runs begin at, 2026-01-01T00:00:00Z: the same for every run, so that
/// signatures, `Date` headers and traces are the same for one seed.
const VIRTUAL_EPOCH_SECS: u64 = 1_767_225_600;

/// A run's clock: offsets from its epoch, and waits until them.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    kind: ClockKind,
    epoch: Instant,
    wall: SystemTime,
}

impl Clock {
    /// A clock whose epoch is now. Virtual clocks need a runtime made by [`runtime`].
    #[expect(clippy::disallowed_methods, reason = "the one place where time is read")]
    pub fn start(kind: ClockKind) -> Self {
        let wall = match kind {
            ClockKind::Virtual => virtual_epoch(),
            ClockKind::Real => SystemTime::now(),
        };
        Clock { kind, epoch: Instant::now(), wall }
    }

    /// Which clock it is.
    pub fn kind(&self) -> ClockKind {
        self.kind
    }

    /// The epoch on tokio's clock.
    pub fn epoch(&self) -> Instant {
        self.epoch
    }

    /// The epoch on the wall; a fixed date in virtual time.
    pub fn wall_epoch(&self) -> SystemTime {
        self.wall
    }

    /// An offset from the epoch on the wall, since 1970.
    pub fn wall(&self, offset: Nanos) -> Nanos {
        Nanos::from(self.wall.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()).plus(offset)
    }

    /// The time of this clock on the wall, by which requests are signed.
    pub fn wall_time(&self) -> SystemTime {
        self.wall + Duration::from(self.now())
    }

    /// The offset from the epoch.
    #[expect(clippy::disallowed_methods, reason = "the one place where time is read")]
    pub fn now(&self) -> Nanos {
        Nanos::from(Instant::now().saturating_duration_since(self.epoch))
    }

    /// Waits until an offset from the epoch; not at all if it has passed.
    #[expect(clippy::disallowed_methods, reason = "the one place that waits")]
    pub async fn sleep_until(&self, offset: Nanos) {
        tokio::time::sleep_until(self.epoch + Duration::from(offset)).await;
    }

    /// Waits for a length of time.
    #[expect(clippy::disallowed_methods, reason = "the one place that waits")]
    pub async fn sleep(&self, length: Duration) {
        tokio::time::sleep(length).await;
    }

    /// Sleeps until an offset from the epoch, or as long as `most`, whichever is first: for threads that are no part of the
    /// runtime, in real time.
    pub fn nap_until(&self, offset: Nanos, most: Duration) {
        std::thread::park_timeout(Duration::from(offset.since(self.now())).min(most));
    }

    /// Sleeps for a length of time, or until somebody unparks the thread: for threads that are no part of the runtime.
    pub fn nap(&self, length: Duration) {
        std::thread::park_timeout(length);
    }

    /// How far the wall clock has moved against this one since the epoch, in nanoseconds.
    #[expect(clippy::disallowed_methods, reason = "the one place where time is read")]
    pub fn drift_ns(&self) -> i64 {
        let expected = self.wall + Duration::from(self.now());
        let nanos = |apart: Duration| i64::try_from(apart.as_nanos()).unwrap_or(i64::MAX);
        match SystemTime::now().duration_since(expected) {
            Ok(ahead) => nanos(ahead),
            Err(behind) => -nanos(behind.duration()),
        }
    }

    /// What `future` gives, or nothing if it takes longer than `limit`; no limit waits for ever.
    #[expect(clippy::disallowed_methods, reason = "the one place that waits")]
    pub fn within<F: Future>(
        &self,
        limit: Option<Duration>,
        future: F,
    ) -> impl Future<Output = Option<F::Output>> + use<F> {
        match limit {
            Some(limit) => Within::Limited { limited: tokio::time::timeout(limit, future) },
            None => Within::Free { future },
        }
    }
}

pin_project_lite::pin_project! {
    /// What waits for a future, with a limit or without. A type of its own, since an `async fn` would have room for the future
    /// once for each way, and a call that is within four limits would be sixteen times its size.
    #[project = WithinProjection]
    enum Within<F> {
        Limited { #[pin] limited: tokio::time::Timeout<F> },
        Free { #[pin] future: F },
    }
}

impl<F: Future> Future for Within<F> {
    type Output = Option<F::Output>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project() {
            WithinProjection::Limited { limited } => limited.poll(context).map(Result::ok),
            WithinProjection::Free { future } => future.poll(context).map(Some),
        }
    }
}

/// The SDK's view of the clock: it signs and rates by the run's time, virtual or real.
impl TimeSource for Clock {
    fn now(&self) -> SystemTime {
        self.wall_time()
    }
}

/// The wall time that virtual runs begin at.
pub fn virtual_epoch() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(VIRTUAL_EPOCH_SECS)
}

/// How long something took on the wall, for the note beside a run. Never part of a measurement.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    /// Begins now.
    #[expect(clippy::disallowed_methods, reason = "the one place where time is read")]
    pub fn start() -> Self {
        Stopwatch(std::time::Instant::now())
    }

    /// Seconds since it began.
    pub fn elapsed_s(&self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}

/// The wall time now, for the note beside a run and for the names of run folders.
#[expect(clippy::disallowed_methods, reason = "the one place where time is read")]
pub fn wall_now() -> SystemTime {
    SystemTime::now()
}

/// A runtime for a clock: current-thread and paused for virtual time, where order must repeat; all
/// cores for real time.
pub fn runtime(kind: ClockKind) -> std::io::Result<tokio::runtime::Runtime> {
    match kind {
        ClockKind::Virtual => {
            // No sockets in virtual time: without them the runtime need not ask the kernel at each step of the clock.
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()
        }
        ClockKind::Real => tokio::runtime::Builder::new_multi_thread().enable_all().build(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn an_hour_of_virtual_time_passes_at_once_and_exactly() {
        let passed = runtime(ClockKind::Virtual).unwrap().block_on(async {
            let clock = Clock::start(ClockKind::Virtual);
            clock.sleep_until(Nanos::from_secs(3600)).await;
            clock.now()
        });
        assert_eq!(passed, Nanos::from_secs(3600));
    }

    #[test]
    fn the_sdk_sees_the_same_date_in_every_virtual_run() {
        let seen = runtime(ClockKind::Virtual).unwrap().block_on(async {
            let clock = Clock::start(ClockKind::Virtual);
            clock.sleep(Duration::from_secs(60)).await;
            TimeSource::now(&clock)
        });
        assert_eq!(seen, virtual_epoch() + Duration::from_secs(60));
    }

    #[test]
    fn within_gives_up_at_its_limit() {
        runtime(ClockKind::Virtual).unwrap().block_on(async {
            let clock = Clock::start(ClockKind::Virtual);
            let limit = Some(Duration::from_secs(5));
            assert_eq!(clock.within(limit, clock.sleep(Duration::from_secs(9))).await, None);
            assert_eq!(clock.now(), Nanos::from_secs(5));
            assert_eq!(clock.within(None, async { 7 }).await, Some(7));
        });
    }
}
