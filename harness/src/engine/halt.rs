//! The word to stop, carried from a signal to everything that sends.

use tokio::sync::watch;

/// Says the word.
#[derive(Debug)]
pub struct Halt(watch::Sender<bool>);

/// Hears the word.
#[derive(Clone, Debug)]
pub struct Halted(watch::Receiver<bool>);

/// A word to stop that has not been said yet.
pub fn halt() -> (Halt, Halted) {
    let (sender, receiver) = watch::channel(false);
    (Halt(sender), Halted(receiver))
}

impl Halt {
    /// Says it. Saying it again changes nothing.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Halted {
    /// Whether it was said.
    pub fn is_stopped(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is said; for ever, if whoever could say it is gone.
    pub async fn stopped(&self) {
        let mut receiver = self.0.clone();
        if receiver.wait_for(|stopped| *stopped).await.is_err() {
            std::future::pending().await
        }
    }
}
