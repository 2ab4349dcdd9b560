//! `wrong_date`: the service's clock is off.

use std::time::{Duration, SystemTime};

use super::edit::Edit;
use super::verdict::Verdict;

/// Shifts the `Date` of an answer, from which SDKs learn how far their own clock is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrongDate {
    /// It is in the future.
    Ahead(Duration),
    /// It is in the past.
    Behind(Duration),
}

impl WrongDate {
    pub(super) fn verdict(self) -> Verdict {
        match self {
            WrongDate::Ahead(Duration::ZERO) | WrongDate::Behind(Duration::ZERO) => Verdict::Pass,
            shift => Verdict::Edit(Edit::Date(shift)),
        }
    }

    /// What the service says when it is `wall`; the truth, if the shift leads off the calendar.
    pub(crate) fn shift(self, wall: SystemTime) -> SystemTime {
        match self {
            WrongDate::Ahead(by) => wall.checked_add(by),
            WrongDate::Behind(by) => wall.checked_sub(by),
        }
        .unwrap_or(wall)
    }
}
