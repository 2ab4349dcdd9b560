//! The word to stop, carried from a signal to everything that sends.
//!
//! Whoever waits for it hears it in the order in which they began to wait, since what they do about it is part of the run:
//! a channel that spreads its listeners at random would make two runs of one seed differ in their last lines.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// Says the word.
#[derive(Clone, Debug)]
pub struct Halt(Arc<Said>);

/// Hears the word.
#[derive(Clone, Debug)]
pub struct Halted(Arc<Said>);

#[derive(Debug, Default)]
struct Said {
    said: AtomicBool,
    listeners: Notify,
}

/// A word to stop that has not been said yet.
pub fn halt() -> (Halt, Halted) {
    let said = Arc::new(Said::default());
    (Halt(said.clone()), Halted(said))
}

impl Halt {
    /// Says it. Saying it again changes nothing.
    pub fn stop(&self) {
        self.0.said.store(true, Ordering::Release);
        self.0.listeners.notify_waiters();
    }
}

impl Halted {
    /// Whether it was said.
    pub fn is_stopped(&self) -> bool {
        self.0.said.load(Ordering::Acquire)
    }

    /// Waits until it is said; for ever, if whoever could say it is gone.
    pub async fn stopped(&self) {
        // It listens before it looks, so that a word said in between is heard.
        let listening = self.0.listeners.notified();
        if !self.is_stopped() {
            listening.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[tokio::test]
    async fn it_is_heard_by_all_in_the_order_in_which_they_began_to_listen() {
        let (halt, halted) = halt();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let mut listeners = tokio::task::JoinSet::new();
        for number in 0..50 {
            let (halted, heard) = (halted.clone(), heard.clone());
            listeners.spawn(async move {
                halted.stopped().await;
                heard.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(number);
            });
        }
        tokio::task::yield_now().await;
        assert!(!halted.is_stopped());
        halt.stop();
        while listeners.join_next().await.is_some() {}
        let heard = heard.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone();
        assert_eq!(heard, (0..50).collect::<Vec<_>>());
        halted.stopped().await;
    }
}
