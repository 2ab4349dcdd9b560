//! `empty_receive`: a receive finds nothing although there is something.

/// Has a receive come back without messages where it would have had some: what a short poll may do, which
/// asks a part of the service's servers only. The fault's share is one of receives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EmptyReceive;
