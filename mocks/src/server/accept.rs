//! Takes connections from a listener, in spite of passing trouble.

use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};

use super::ServerError;
use crate::clock;

/// Between a failure and the next try.
const PAUSE: Duration = Duration::from_millis(100);
/// Failures in a row before the trouble counts as lasting: three seconds' worth.
const PATIENCE: u32 = 30;

/// The next connection.
///
/// A peer that is gone again before it was taken, or a process that is out of file handles for a moment,
/// is no reason for a server to stop.
pub(super) async fn next(listener: &TcpListener) -> Result<TcpStream, ServerError> {
    let mut failures = 0;
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return Ok(stream),
            Err(error) if failures == PATIENCE => return Err(ServerError::Accept(error)),
            Err(_) => failures += 1,
        }
        clock::pass(PAUSE).await;
    }
}
