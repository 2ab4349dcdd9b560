//! How much a door takes in, and how long it waits.

use std::time::Duration;

/// The bounds of a door. Each keeps one kind of bad client from holding on to the server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// The largest body of a request, in bytes.
    pub body_bytes: usize,
    /// From a request's first byte to the end of its head, over HTTP/1.1; and a TLS handshake.
    pub head: Duration,
    /// From a request's head to the end of its body.
    pub body: Duration,
    /// Without a request under way, or with an answer of which the client reads nothing.
    pub idle: Duration,
    /// For the answer to a client that has shut its side of the connection.
    pub half_closed: Duration,
}

impl Limits {
    /// The door of the cloud.
    ///
    /// - A body may have 25,000,000 bytes: what Bedrock's service model allows InvokeModel.
    /// - A head in 30 seconds and a body in two minutes are far beyond any client of good will.
    /// - An idle connection is kept longer than the 90 seconds for which hyper's clients keep theirs: the
    ///   server must not close one that is about to be used.
    /// - A client that shuts its side after the request looks just as one that has gone away. It gets its
    ///   answer if that begins soon; to wait for longer would keep what was abandoned.
    pub(crate) const CLOUD: Limits = Limits {
        body_bytes: 25_000_000,
        head: Duration::from_secs(30),
        body: Duration::from_secs(120),
        idle: Duration::from_secs(120),
        half_closed: Duration::from_secs(10),
    };

    /// The door of those who run the cloud: faults to add are small.
    pub(crate) const ADMIN: Limits = Limits { body_bytes: 1_000_000, ..Limits::CLOUD };
}
