//! Faults: what goes wrong, for whom, when, and how often.
//!
//! A [`Fault`] is data. When a request arrives, the script's faults are asked in order, and each gives a
//! verdict: pass, delay, edit the answer, refuse, or cut the connection. Delays add up, edits compose, and
//! the first refusal or cut ends the questioning, so a slow service that also throttles throttles slowly.
//! Verdicts are decisions and nothing more; one place, `apply`, carries them out.
//!
//! Faults know nothing of any service's errors: they say that a request is throttled, and the service says
//! that in its own words. They do know the frames of AWS's event streams, whoever sends them.

mod aim;
mod apply;
mod bad_crc;
mod behind;
mod chain;
mod downgrade;
mod drip;
mod duplicate_delivery;
mod duplicate_event;
mod early_end;
mod edit;
mod edits;
mod empty_receive;
mod error_answer;
mod error_frame;
mod event_frame;
mod exception_frame;
mod fault;
mod first_byte;
mod framer;
mod front;
mod handing;
mod internal_error;
mod latency;
mod link;
mod malformed_json;
mod occasion;
mod out_of_order;
mod outage;
mod piece;
mod play;
mod prompt_match;
mod quota_squeeze;
mod refusal;
mod refuse;
mod reset;
mod return_way;
mod role;
mod ruling;
mod script;
mod sever;
mod share;
mod slow_tokens;
mod stall;
mod state;
mod strikes;
mod swap_events;
mod tally;
mod throttle;
mod trigger;
mod truncate;
mod unavailable;
mod verdict;
mod window;
mod wrong_date;

pub use aim::Aim;
pub use bad_crc::{BadCrc, CrcPart};
pub use behind::Behind;
pub use downgrade::Downgrade;
pub use drip::Drip;
pub use duplicate_delivery::DuplicateDelivery;
pub use duplicate_event::DuplicateEvent;
pub use early_end::EarlyEnd;
pub use empty_receive::EmptyReceive;
pub use error_answer::{ErrorAnswer, ErrorAnswerError};
pub use error_frame::ErrorFrame;
pub use event_frame::FrameError;
pub use exception_frame::ExceptionFrame;
pub use fault::{Fault, Kind};
pub use first_byte::FirstByte;
pub use front::{Front, Passage};
pub use internal_error::InternalError;
pub use latency::Latency;
pub use malformed_json::MalformedJson;
pub use out_of_order::OutOfOrder;
pub use outage::Outage;
pub use prompt_match::{PromptMatch, PromptMatchError};
pub use quota_squeeze::QuotaSqueeze;
pub use refuse::Refuse;
pub use reset::Reset;
pub use return_way::ReturnWay;
pub use script::{Script, ScriptError};
pub use sever::Sever;
pub use share::{Share, ShareError};
pub use slow_tokens::{FactorError, SlowTokens};
pub use stall::{Stall, StallTime};
pub use state::FaultState;
pub use strikes::Strikes;
pub use swap_events::SwapEvents;
pub use throttle::{Throttle, ThrottleMessage};
pub use truncate::Truncate;
pub use unavailable::{Unavailable, UnavailableMessage};
pub use window::{Window, WindowError};
pub use wrong_date::WrongDate;

pub(crate) use apply::apply;
pub(crate) use chain::Chain;
pub(crate) use edits::{BodyEdits, Edits};
pub(crate) use handing::Handing;
pub(crate) use link::Shape;
pub(crate) use occasion::Occasion;
pub(crate) use piece::{Leaving, Piece};
pub(crate) use play::Play;
pub(crate) use refusal::{Reason, Refusal};
pub(crate) use ruling::{End, Ruling};
