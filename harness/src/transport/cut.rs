//! A cut connection, as an SDK's connector and as the kernel report it.

use std::io::{Error, ErrorKind};

use aws_smithy_runtime_api::client::result::ConnectorError;
use bedload_mocks::faults::Sever;

/// What the SDK's hyper connector says of a connection that is cut so: an I/O error in every case, which
/// the SDK retries (aws-smithy-http-client 1.5, `client.rs`, `downcast_error`).
pub(super) fn error(sever: Sever) -> ConnectorError {
    ConnectorError::io(Error::from(kind(sever)).into())
}

/// What the kernel says of it.
pub(super) fn kind(sever: Sever) -> ErrorKind {
    match sever {
        Sever::Refused => ErrorKind::ConnectionRefused,
        Sever::BeforeHead | Sever::WithinHead => ErrorKind::ConnectionReset,
    }
}
