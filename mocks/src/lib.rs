//! The cloud that bedload's clients meet: an Amazon Bedrock with faults, and queues beside it.
//!
//! It knows clouds and faults, not scenarios. A [`CloudSpec`] says what it is made of: regions, models
//! with their behaviour and quotas, and a script of [`faults`]. [`Cloud::handle`] answers one HTTP request, and is
//! reached through two doors: in memory, where an SDK's HTTP client calls it and virtual time holds,
//! and over TCP through [`server::serve`]. What arrived and how it was answered goes, exchange by
//! exchange, to a [`LedgerSink`].
//!
//! A request's way through the crate:
//!
//! | file | what it decides |
//! | --- | --- |
//! | `route` | the service and region, from the SigV4 scope or else the host |
//! | `cloud/` | the way into each service: who asks, what faults have to say, then the service |
//! | `bedrock` | the operation, the model, and the answer: what it says and when |
//! | `faults`, `words` | whether to delay, refuse or cut it before the service sees it, and how to change the answer |
//! | `bedrock::serving` | whether the account's quota lets it in, and which region has room for it |
//! | `sqs`, `aws_json` | queues, and the protocol that they speak |
//! | `reply`, `body` | how the answer leaves: whole, or frame by frame as tokio's time passes |
//! | `entry`, `ledger` | what is noted of it once it is over |
//!
//! Everything is decided by the spec's seed and the order of arrival: `chance` gives each exchange its
//! own named streams of random numbers, and `clock` is the only file that reads the time.

pub mod admin;
pub mod auth;
mod aws_json;
mod bedrock;
mod body;
mod caller;
mod chance;
mod clock;
mod cloud;
mod digest;
mod dynamodb;
mod entry;
mod error;
pub mod faults;
pub mod ledger;
mod regions;
mod reply;
mod request_id;
mod route;
mod scope;
pub mod server;
mod service;
mod spec;
mod spread;
mod sqs;
mod stamp;
mod words;

pub use bedrock::behaviour::Behaviour;
pub use bedrock::canned::{AnswerMode, CannedRule, CannedStop};
pub use bedrock::exception::Exception;
pub use bedrock::model::{ModelError, ModelSpec};
pub use bedrock::profile::{ApplicationProfile, Geography};
pub use bedrock::quota::{
    Account, AccountError, Optimized, Provisioned, Quota, QuotaError, Reserved, WindowLaw,
};
pub use bedrock::tier::{LatencyMode, ServiceTier, UnknownWord};
pub use bedrock::tokens::CHARS_PER_TOKEN;
pub use body::{BodyError, CloudBody};
pub use clock::Epoch;
pub use cloud::{Cloud, RefusalState};
pub use digest::BodyDigest;
pub use ledger::{Exchange, FaultHit, LedgerSink};
pub use request_id::RequestId;
pub use service::Service;
pub use spec::{CloudSpec, SpecError, Start};
pub use spread::{Quantiles, Quantity, Spread, SpreadError};
