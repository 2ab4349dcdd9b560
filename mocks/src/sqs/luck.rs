//! What chance has to say where messages are handed out.

/// The luck of one receive, which faults may have a hand in.
pub(crate) trait Luck {
    /// Whether nothing is found although there is something. It is asked once there is.
    fn finds_nothing(&mut self) -> bool;

    /// Where to take the next message from instead of the front of the line, from 0 (right behind the front)
    /// to 1 (the end). A FIFO queue does not ask, nor does one that has no second message.
    fn place(&mut self) -> Option<f64>;

    /// Whether the message handed out is delivered once more while it is in flight. A FIFO queue does not ask.
    fn twice(&mut self) -> bool;
}
