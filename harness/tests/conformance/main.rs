//! Published retry vectors against the AWS SDK for Rust, through our own cloud in virtual time.
//!
//! The vectors are AWS's: every SDK that follows its retry specification is held against the same figures, with the
//! jitter fixed at one. They stand here as tables in one notation (`vector`), and one runner (`run`) plays them: the
//! product's own client before the product's own cloud, its attempts, waits and quota read back one by one. So they
//! hold three parties at once: the SDK that scenarios drive, the faults that they meet, and the observer that tells of
//! it. Where the SDK does otherwise than the tables say, `docs/conformance.md` has the note, and a test here the proof.
//!
//! Waits are compared to the millisecond: tokio's timers tick once in one and round up, in virtual time too.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod adaptive;
mod break_even;
mod classification;
mod clock_skew;
mod crowd;
mod long_polling;
mod probe;
mod quota;
mod retry_after;
mod run;
mod setting;
mod shared_quota;
mod standard_2_0;
mod standard_2_1;
mod subject;
mod token_bucket;
mod vector;
