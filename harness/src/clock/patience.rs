//! A limit on each of many waits, one after another.
//!
//! A stream is waited for event by event, and a timer for each of them costs the runtime a lock and two changes of its wheel,
//! though hardly one ever fires. So there is one timer, which is moved only when it does: to the end of the wait that is on.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

use super::Clock;

/// Waits for one thing after another, and for none of them longer than a limit.
#[derive(Debug)]
pub struct Patience(Option<Limited>);

#[derive(Debug)]
struct Limited {
    limit: Duration,
    timer: Pin<Box<Sleep>>,
}

impl Clock {
    /// Waits of at most `limit` each; no limit waits for ever.
    #[expect(clippy::disallowed_methods, reason = "the one place that waits")]
    pub fn patience(&self, limit: Option<Duration>) -> Patience {
        Patience(limit.map(|limit| Limited { limit, timer: Box::pin(tokio::time::sleep(limit)) }))
    }
}

impl Patience {
    /// What `future` gives, or nothing if it takes longer than the limit from now on.
    #[expect(clippy::disallowed_methods, reason = "the one place where time is read")]
    pub fn wait<F: Future>(&mut self, future: F) -> impl Future<Output = Option<F::Output>> + use<'_, F> {
        let limit = self.0.as_mut().map(|limited| (Instant::now() + limited.limit, limited.timer.as_mut()));
        Wait { future, limit }
    }
}

pin_project_lite::pin_project! {
    /// One wait: until when, and the timer that tells.
    struct Wait<'a, F> {
        #[pin]
        future: F,
        limit: Option<(Instant, Pin<&'a mut Sleep>)>,
    }
}

impl<F: Future> Future for Wait<'_, F> {
    type Output = Option<F::Output>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if let Poll::Ready(output) = this.future.poll(context) {
            return Poll::Ready(Some(output));
        }
        let Some((until, timer)) = this.limit else { return Poll::Pending };
        loop {
            ready!(timer.as_mut().poll(context));
            if timer.deadline() >= *until {
                return Poll::Ready(None);
            }
            timer.as_mut().reset(*until);
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use bedload_reports::header::ClockKind;
    use bedload_reports::units::Nanos;

    use super::*;
    use crate::clock::runtime;

    const SECOND: Duration = Duration::from_secs(1);

    /// When each of these waits was over, and whether what it was for had come.
    fn waits(limit: Option<Duration>, lengths_s: &[u64]) -> Vec<(u64, bool)> {
        runtime(ClockKind::Virtual).unwrap().block_on(async {
            let clock = Clock::start(ClockKind::Virtual);
            let mut patience = clock.patience(limit);
            let mut over = Vec::new();
            for length in lengths_s {
                let came =
                    patience.wait(clock.sleep(SECOND * u32::try_from(*length).unwrap())).await.is_some();
                over.push((clock.now().since(Nanos::ZERO).get() / 1_000_000_000, came));
            }
            over
        })
    }

    #[test]
    fn each_wait_has_the_whole_limit() {
        let limit = Some(SECOND * 4);
        assert_eq!(waits(limit, &[3, 3, 3]), [(3, true), (6, true), (9, true)]);
        assert_eq!(waits(limit, &[3, 5]), [(3, true), (7, false)]);
        assert_eq!(waits(limit, &[5, 3, 9]), [(4, false), (7, true), (11, false)]);
    }

    #[test]
    fn without_a_limit_it_waits_for_ever() {
        assert_eq!(waits(None, &[3, 86_400]), [(3, true), (86_403, true)]);
    }
}
