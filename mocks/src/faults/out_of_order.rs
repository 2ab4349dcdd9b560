//! `out_of_order`: a message is delivered before those that were sent before it.

/// Has a standard queue hand out a message from anywhere behind the front of its line, as it may. The fault's
/// share is one of messages that have one behind them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutOfOrder;
