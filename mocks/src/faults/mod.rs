//! Faults: what goes wrong, for whom, when, and how often.
//!
//! A [`Fault`] is data. When a request arrives, [`Script`] asks its faults in order, and each gives a
//! verdict: pass, delay, or refuse. Delays add up, and the first refusal ends the questioning, so a
//! slow service that also throttles throttles slowly. Verdicts are decisions and nothing more; one place,
//! `apply`, carries them out.
//!
//! Faults know nothing of any service's wire format: they say that a request is throttled, and the
//! service says that in its own words.

mod aim;
mod apply;
mod fault;
mod internal_error;
mod latency;
mod occasion;
mod ruling;
mod script;
mod share;
mod throttle;
mod trigger;
mod unavailable;
mod verdict;
mod window;

pub use aim::Aim;
pub use fault::{Fault, Kind};
pub use internal_error::InternalError;
pub use latency::Latency;
pub use script::{Script, ScriptError};
pub use share::{Share, ShareError};
pub use throttle::{Throttle, ThrottleMessage};
pub use unavailable::Unavailable;
pub use window::{Window, WindowError};

pub(crate) use apply::apply;
pub(crate) use occasion::Occasion;
pub(crate) use script::Play;
pub(crate) use verdict::{Reason, Refusal};
