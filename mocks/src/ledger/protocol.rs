//! How a request reached the cloud.

use http::Version;
use serde::Serialize;

/// The way by which a request came in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// HTTP/1.0 or 1.1 on a socket.
    H1,
    /// HTTP/2 on a socket.
    H2,
    /// The in-memory door, where there is no wire.
    #[default]
    Memory,
}

impl Protocol {
    /// What a socket speaks that carries this version.
    pub(crate) fn of(version: Version) -> Self {
        if version < Version::HTTP_2 { Protocol::H1 } else { Protocol::H2 }
    }
}
