//! What a ruling changes of an answer that is sent.

use std::sync::Arc;
use std::time::SystemTime;

use super::chain::Chain;
use super::downgrade::Downgrade;
use super::edit::{BodyEdit, Edit};
use super::link::Shape;
use super::strikes::Strikes;
use super::tally::Tally;
use super::wrong_date::WrongDate;

/// The edits of one answer, by the part of it that they change, each part's in the script's order.
#[derive(Debug, Default)]
pub(crate) struct Edits {
    dates: Vec<(Arc<Tally>, WrongDate)>,
    downgrades: Vec<(Arc<Tally>, Downgrade)>,
    body: Vec<(Arc<Tally>, BodyEdit)>,
    strikes: Option<Strikes>,
}

impl Edits {
    /// Adds an edit; if it strikes, that is to be noted where the ruling's other faults are.
    pub(super) fn add(&mut self, fault: Arc<Tally>, edit: Edit, strikes: &Strikes) {
        self.strikes.get_or_insert_with(|| strikes.clone());
        match edit {
            Edit::Date(shift) => self.dates.push((fault, shift)),
            Edit::Downgrade(downgrade) => self.downgrades.push((fault, downgrade)),
            Edit::Body(edit) => self.body.push((fault, edit)),
        }
    }

    /// What the answer's `Date` says when it is `wall`.
    pub(crate) fn date(&self, wall: SystemTime) -> SystemTime {
        self.dates.iter().fold(wall, |wall, (fault, shift)| {
            self.strike(fault);
            shift.shift(wall)
        })
    }

    /// Whether any of them shifts the date.
    pub(crate) fn shift_the_date(&self) -> bool {
        !self.dates.is_empty()
    }

    /// Lets each downgrade have its way; `act` carries one out, and tells whether that changed anything.
    pub(crate) fn downgrade(&self, mut act: impl FnMut(Downgrade) -> bool) {
        for (fault, downgrade) in &self.downgrades {
            if act(*downgrade) {
                self.strike(fault);
            }
        }
    }

    /// The edits of a body that a real service wrote, which does not know that it was downgraded.
    pub(crate) fn body_and_downgrades(mut self) -> BodyEdits {
        let reword = |(fault, downgrade)| (fault, BodyEdit::Reword(downgrade));
        self.body.splice(..0, self.downgrades.drain(..).map(reword));
        self.body()
    }

    /// The edits of the body.
    pub(crate) fn body(self) -> BodyEdits {
        BodyEdits { edits: self.body, strikes: self.strikes }
    }

    fn strike(&self, fault: &Tally) {
        fault.strike();
        if let Some(strikes) = &self.strikes {
            strikes.note(fault.name());
        }
    }
}

/// The edits of one body.
#[derive(Debug, Default)]
pub(crate) struct BodyEdits {
    edits: Vec<(Arc<Tally>, BodyEdit)>,
    strikes: Option<Strikes>,
}

impl BodyEdits {
    /// Whether the body is left as it is.
    pub(crate) fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// The edits, ready for a body of this shape.
    pub(crate) fn chain(self, shape: Shape) -> Chain {
        Chain::new(self.edits, shape, self.strikes.unwrap_or_default())
    }
}
