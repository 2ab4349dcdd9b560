//! Carries out a cut before the end of an answer's head.
//!
//! Over HTTP/1.1 it is the connection that is reset, and over HTTP/2 too where nothing else is under way
//! on it. Other exchanges must not suffer for a fault that did not strike them, so where there are any,
//! the stream alone is reset.

use std::future;

use http::Version;
use thiserror::Error;

use super::line::{Cut, Line};
use crate::faults::Sever;

/// How much of an answer leaves before a cut within its head: over HTTP/1.1 the status line and the start
/// of a header's name, over HTTP/2 the frame's own nine bytes and a part of its first header.
const PART_OF_HEAD: [usize; 2] = [24, 11];

/// Why an exchange ends without an answer: over HTTP/2 its stream is reset, and else the connection closed.
#[derive(Debug, Error)]
pub(super) enum Broken {
    /// The request broke off.
    #[error(transparent)]
    Request(#[from] hyper::Error),
    /// A fault cut the stream.
    #[error("cut by a fault")]
    Stream,
}

/// Cuts the connection now, and does not come back; or, for a cut within the head, once a part of what is
/// written next has left.
///
/// # Errors
/// Where only the stream may be reset, that it is to be.
pub(super) async fn carry_out(sever: Sever, version: Version, line: &Line) -> Result<(), Broken> {
    let http_2 = version >= Version::HTTP_2;
    if http_2 && !line.is_alone() {
        return Err(Broken::Stream);
    }
    match sever {
        Sever::WithinHead => line.cut(Cut::After(PART_OF_HEAD[usize::from(http_2)])),
        Sever::Refused | Sever::BeforeHead => {
            line.cut(Cut::Now);
            // The keeper drops the connection, and this with it.
            future::pending().await
        }
    }
    Ok(())
}
