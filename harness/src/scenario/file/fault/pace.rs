//! Faults of pace: the answer comes later, or slower.

use super::kind::kind;
use crate::scenario::decode::{Optional, Required};
use crate::scenario::defaults;
use crate::scenario::file::fault::stream::Events;
use crate::scenario::leaf::{ByteRate, Factor, Positive, SpreadOf, Time, TimeOrForever};

kind! {
    /// The answer begins later.
    Latency {
        /// By how much.
        add: Required<SpreadOf<Time>>,
    }
}

kind! {
    /// The head comes at once, the first byte of the body later.
    FirstByte {
        /// By how much.
        add: Required<SpreadOf<Time>>,
    }
}

kind! {
    /// Every token takes longer.
    SlowTokens {
        /// How many times as long.
        factor: Required<Factor>,
    }
}

kind! {
    /// The body arrives a few bytes at a time.
    Drip {
        /// How many bytes each second.
        rate: Required<Positive<ByteRate>>,
    }
}

kind! {
    /// The stream stops, and perhaps goes on.
    Stall {
        /// After so many events.
        #[schemars(extend("default" = defaults::EVENTS_BEFORE))]
        after: Optional<Events>,
        /// For how long, or `forever`.
        r#for: Required<TimeOrForever>,
    }
}
