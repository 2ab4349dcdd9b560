//! A future that is looked after only when it asks for it.
//!
//! A connection's task wakes for every request, and each time would poll all that it waits for besides:
//! shutting down, news of its line, the hour. None of that happens once in a thousand requests, and to be
//! polled in vain costs them as much as the reading of a head. So what dozes has a waker of its own.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

/// A future, polled when it has been woken and at no other time.
pub(super) struct Doze<F> {
    future: Pin<Box<F>>,
    bell: Arc<Bell>,
    waker: Waker,
    /// Whose bell it rings.
    task: Option<Waker>,
}

/// What the future wakes.
struct Bell {
    rung: AtomicBool,
    task: Mutex<Option<Waker>>,
}

impl<F: Future> Doze<F> {
    /// The future has yet to be polled for the first time.
    pub(super) fn new(future: F) -> Self {
        let bell = Arc::new(Bell { rung: AtomicBool::new(true), task: Mutex::new(None) });
        Doze { future: Box::pin(future), waker: Waker::from(bell.clone()), bell, task: None }
    }
}

impl<F: Future> Future for Doze<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let doze = &mut *self;
        if !doze.task.as_ref().is_some_and(|task| task.will_wake(context.waker())) {
            doze.task = Some(context.waker().clone());
            // Before the look at the bell: whoever rings it from now on wakes the right task.
            *doze.bell.task.lock().unwrap_or_else(PoisonError::into_inner) = doze.task.clone();
        }
        if !doze.bell.rung.load(Ordering::Acquire) || !doze.bell.rung.swap(false, Ordering::AcqRel) {
            return Poll::Pending;
        }
        doze.future.as_mut().poll(&mut Context::from_waker(&doze.waker))
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.rung.store(true, Ordering::Release);
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(task) = task {
            task.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::select;
    use tokio::sync::Notify;

    use super::*;
    use crate::clock;

    /// Pending for so many polls; says how many there were.
    fn counted(polls: &mut u32, until: u32) -> impl Future<Output = u32> {
        std::future::poll_fn(move |_| {
            *polls += 1;
            if *polls < until { Poll::Pending } else { Poll::Ready(*polls) }
        })
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_polled_once_and_then_when_it_is_woken() {
        let mut polls = 0;
        select! {
            biased;
            _ = Doze::new(counted(&mut polls, 2)) => {}
            () = async { for _ in 0..10 { tokio::task::yield_now().await } } => {}
        }
        assert_eq!(polls, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn it_hears_timers_and_other_tasks() {
        let notify = Arc::new(Notify::new());
        let notified = notify.clone();
        tokio::spawn(async move {
            clock::pass(Duration::from_secs(1)).await;
            notified.notify_waiters();
        });
        let began = clock::now();
        let dozing = Doze::new(async {
            notify.notified().await;
            clock::pass(Duration::from_secs(1)).await;
        });
        dozing.await;
        assert_eq!(clock::now() - began, Duration::from_secs(2));
    }

    #[tokio::test(start_paused = true)]
    async fn another_task_may_take_it_over() {
        let notify = Arc::new(Notify::new());
        let notified = notify.clone();
        let mut dozing = Box::pin(Doze::new(async move { notified.notified().await }));
        select! {
            biased;
            () = dozing.as_mut() => unreachable!("nobody has notified it"),
            () = tokio::task::yield_now() => {}
        }
        let over = tokio::spawn(dozing);
        tokio::task::yield_now().await;
        notify.notify_waiters();
        assert!(over.await.is_ok());
    }
}
