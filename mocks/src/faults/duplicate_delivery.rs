//! `duplicate_delivery`: a message is delivered once more while it is in flight.

/// Has a standard queue deliver messages twice, as it may: a copy can be received at once, and lives on when
/// the first one is deleted. The fault's share is one of messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DuplicateDelivery;
