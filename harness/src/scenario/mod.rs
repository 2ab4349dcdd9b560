//! The scenario language: from a YAML file to a [`Plan`] that cannot be wrong, or to all the mistakes in
//! it at once.
//!
//! ```text
//! Source ─yaml─▶ tree of nodes ─set─▶ changed tree ─decode─▶ File ─plan─▶ Plan ─expand─▶ YAML
//!                    └──────────── every mistake, noted with its place ────────────┘
//! ```
//!
//! Three decisions shape it. *All mistakes are told at once*, because each round through an editor or a CI
//! queue costs minutes; so nothing here stops at the first, and a broken part silences only what follows
//! from it. *Every message names place, cause and next step*, because this is the first thing of bedload
//! that a new user meets; so places travel with values to the last check. And *nothing unknown is
//! accepted*, because a key that nobody reads is a promise that nobody keeps.
//!
//! The language is closed: no scripting, units mandatory, enums externally tagged. `x-…` keys at the top
//! hold anchors that several places share.

mod code;
mod decode;
mod defaults;
mod expand;
mod file;
mod goal;
mod input;
mod leaf;
mod mistakes;
mod node;
mod notes;
mod place;
mod plan;
mod schema;
mod set;
mod settings;
mod source;
mod suggest;
mod trace;
mod words;
mod yaml;

pub use code::{CODES, Code};
pub use goal::{Goal, GoalError};
pub use mistakes::{Mistake, Mistakes};
pub use plan::{
    Aim, Answer, AnswerAim, AnswerLimit, Answers, AnyOperation, Behaviour, CallSpec, CapacityQuestion,
    Client, CrcPart, DowngradeOf, Endpoints, ErrorAnswer, Fault, Flow, Inject, Input, Load, Model, Names,
    OnDemand, Optimized, Pattern, Plan, PromptFile, PromptTemplate, Provisioned, Quota, Reserved, Reset,
    Service, Spread, StopReason, Target, ThrottleMessage, ToolCall, Trigger, UnavailableMessage, UserSegment,
    When, WindowLaw, WrongDate, faults,
};
pub use schema::schema;
pub use set::{Set, SetError};
pub use settings::settings;
pub use source::{MOST_BYTES, Source, Unreadable};
pub use trace::{Format, Layout, Named, Times, Trace};

/// The scenario with every default and its value, as YAML that reads back as the same plan.
pub fn expand(plan: &Plan) -> String {
    expand::expand(plan.content())
}

/// Models fitted to a run, as YAML that can stand in a scenario.
pub fn calibrated(
    header: &bedload_reports::header::Header,
    models: &[bedload_reports::calibration::Calibrated],
) -> String {
    expand::calibrated(header, models)
}
