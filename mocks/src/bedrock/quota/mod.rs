//! Quotas: how much an account may ask of a model in a region, by the minute and by the day.
//!
//! **What is counted.** A request is charged before it runs, with all its input tokens and the most that
//! it may answer, and put right when it ends: input, cache writes and output times the model's burndown.
//! The surplus comes back. So a request that leaves `max_tokens` out reserves the model's maximum, the
//! commonest cause of early throttling. A refused request is charged nothing.
//!
//! **Who shares.** One pool for each account, source region and model, and in it a lane for each way to
//! the model: on demand, and each geography's inference profile. On-demand quotas of requests and tokens a
//! minute belong to a lane; the tokens a day are the model's, over all lanes, as AWS documents them
//! (user guide, "Quotas for the bedrock-runtime endpoint"). The tiers `priority`, `default` and `flex`
//! share these; `reserved` has rates of its own and flows over into `default`.
//!
//! **Which window.** The service does not document its window, so the law is data ([`WindowLaw`]). The
//! default is the clock minute: AWS tells callers to wait in step with a 60-second window, and the one
//! public experiment (gilinachum/bedrock-latency, "clock-based-rolling-window-rpm-tpm-tester") used a quota
//! up at second 35, was refused at second 37, and was served again at second 5 of the next minute. That
//! rules out a sliding minute. It fits clock minutes, and cannot rule out a bucket that refills all the
//! time, half full again by then: hence the other law. Days are calendar days in UTC under both
//! (recalled, not sourced).
//!
//! | file | what it holds |
//! | --- | --- |
//! | `limits`, `accounts` | the quotas as data, with their checks |
//! | `tariff` | what a request reserves, and what it is charged in the end |
//! | `terms`, `asked`, `decision` | the question to a pool, and its answer |
//! | `meter`, `gauge` | one quantity under one window law, and those of one quota |
//! | `pool` | all meters of one account, region and model: `(now, request) -> Decision` |
//! | `quotas` | the pools of a cloud, and the permits that are open |
//!
//! Everything up to `pool` is arithmetic on integers, without a clock. `quotas` locks one pool for the
//! length of that arithmetic, so requests wait for each other only where they share a quota.

mod accounts;
mod asked;
mod decision;
mod gauge;
mod limits;
mod meter;
mod pool;
mod quotas;
mod tariff;
mod terms;

pub use accounts::{Account, AccountError};
pub use limits::{Optimized, Provisioned, Quota, QuotaError, Reserved, WindowLaw};

pub(crate) use accounts::Accounts;
pub(crate) use asked::{Asked, Lane, Squeeze};
pub(crate) use decision::Exhausted;
pub(crate) use quotas::{Admission, Denial, Permit, Quotas, Share};
pub(crate) use tariff::{Metering, Need, Spent};
pub(crate) use terms::Terms;
