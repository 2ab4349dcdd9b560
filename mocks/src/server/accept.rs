//! Takes connections from a listener, in spite of passing trouble.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};

use super::ServerError;
use crate::clock;

/// Between a failure and the next try.
const PAUSE: Duration = Duration::from_millis(100);
/// Failures in a row before the trouble counts as lasting: three seconds' worth.
const PATIENCE: u32 = 30;
/// The same where handles have run out: longer than an idle connection may hold one.
const PATIENCE_FOR_HANDLES: u32 = 1_800;
/// The numbers on Unix of `ENFILE` and `EMFILE`: the system or this process has no file handle left.
const OUT_OF_HANDLES: [i32; 2] = [23, 24];

/// The next connection, and the address at its other end.
///
/// A peer that is gone again before it was taken, or a process that is out of file handles for a while,
/// is no reason for a server to stop.
pub(super) async fn next(listener: &TcpListener) -> Result<(TcpStream, SocketAddr), ServerError> {
    let mut failures = 0;
    loop {
        match listener.accept().await {
            Ok(accepted) => return Ok(accepted),
            Err(error) if failures >= patience(&error) => return Err(ServerError::Accept(error)),
            Err(_) => failures += 1,
        }
        clock::pass(PAUSE).await;
    }
}

fn patience(error: &io::Error) -> u32 {
    let out_of_handles = error.raw_os_error().is_some_and(|number| OUT_OF_HANDLES.contains(&number));
    if out_of_handles { PATIENCE_FOR_HANDLES } else { PATIENCE }
}
