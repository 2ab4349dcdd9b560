//! How a connection is cut instead of an answer.

/// What becomes of a connection that a fault cuts.
///
/// It stands in the extensions of a response whose status and body are then meaningless, since no cloud
/// holds a connection: the door does, and carries it out. A cut within the body of an answer is none of
/// these but the body's own error, [`BodyError::Reset`](crate::BodyError::Reset).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sever {
    /// The connection is never made: `connection refused`.
    Refused,
    /// It is reset once the request is there, before a byte of the answer.
    BeforeHead,
    /// It is reset after a part of the answer's head.
    WithinHead,
}
