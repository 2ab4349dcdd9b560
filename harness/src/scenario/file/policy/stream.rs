//! `stream:` of a client

use schemars::JsonSchema;

use crate::scenario::decode::{Optional, choice, record};
use crate::scenario::defaults;
use crate::scenario::leaf::Whole;

/// What a client does when a stream breaks, stalls or ends too early after its first events.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum StreamPolicy {
    /// The request has failed: part of the answer is with the caller already.
    Fail,
    /// The next destination is asked, as after any other failure; what was received is thrown away.
    FallBack,
    /// The same destination is asked again; what was received is thrown away.
    Restart(Restart),
}

choice!(StreamPolicy: "a stream policy" { fail: Fail, fall_back: FallBack; restart: Restart });

/// The same destination is asked again.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Restart {
    /// At most so many times.
    #[schemars(extend("default" = defaults::RESTARTS))]
    pub times: Optional<Whole<1, 20>>,
}

record!(Restart { times });
