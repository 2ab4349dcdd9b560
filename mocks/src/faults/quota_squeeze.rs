//! `quota_squeeze`: the account may do less than it was promised.

use super::share::Share;

/// Leaves only a share of each quota that it is aimed at. It refuses nothing itself: the quota does.
///
/// A quota is everybody's, so of a squeeze's conditions its window and its aim count, and a share of
/// requests, `first` and `every` mean nothing to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QuotaSqueeze {
    /// What is left of the quota.
    pub to: Share,
}
