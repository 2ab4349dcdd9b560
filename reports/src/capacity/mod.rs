//! Capacity: how much load fits, what binds, and what it costs.
//!
//! A plan runs one scenario at many levels of load, and each of these runs is folded like any other. What is here begins where
//! that ends: [`Step`] is what a planner needs of one run, [`Pressure`] what the traffic asks of its quotas, [`Bound`] what kept
//! a step from passing, and [`Capacity`] the answer sheet of the whole search.
//!
//! A step that passes in a few minutes need not pass for an hour: a rate five per cent over a quota is refused for three
//! seconds of each minute, retries hide that, and the backlog grows by five per cent a minute. No affordable step is long
//! enough to see it. So whether a level can be kept up is not measured but reckoned, from what was measured well: tokens of a
//! request, and how long it holds what it reserved. [`pressure`] has the arithmetic.

mod bound;
mod cost;
mod little;
mod pressure;
mod sheet;
mod step;
mod variable;

pub use bound::{Bound, Constraint};
pub use cost::StepCost;
pub use little::{Little, LittleTally};
pub use pressure::{Allowance, Pressure, PressureTally, Terms, Use};
pub use sheet::{Answer, Capacity, End, Headroom, Variant, VariedValue};
pub use step::{Phase, Stand, Step, StepVerdict, Times};
pub use variable::{Aim, Variable};
