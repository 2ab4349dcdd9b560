//! Faults within an event stream.

use schemars::JsonSchema;

use super::kind::kind;
use crate::scenario::decode::{Optional, Required, choice};
use crate::scenario::defaults;
use crate::scenario::leaf::{ExceptionName, Text, Whole};

/// Events of a stream; the longest answer has some 100,000.
pub(crate) type Events = Whole<0, 1_000_000>;

kind! {
    /// The stream ends in an exception.
    ExceptionFrame {
        /// The exception, as in `ThrottlingException`.
        r#type: Required<ExceptionName>,
        /// What it says; Bedrock's own words without this.
        message: Optional<Text>,
        /// After so many events.
        #[schemars(extend("default" = defaults::EVENTS_BEFORE))]
        after: Optional<Events>,
    }
}

kind! {
    /// The stream ends in a frame of the type `error`.
    ErrorFrame {
        /// The error's code.
        #[schemars(extend("default" = defaults::ERROR_CODE))]
        code: Optional<Text>,
        /// What it says.
        #[schemars(extend("default" = defaults::ERROR_MESSAGE))]
        message: Optional<Text>,
        /// After so many events.
        #[schemars(extend("default" = defaults::EVENTS_BEFORE))]
        after: Optional<Events>,
    }
}

kind! {
    /// Something that happens after so many events, and has no more to say.
    Break {
        /// After so many events.
        #[schemars(extend("default" = defaults::EVENTS_BEFORE))]
        after: Optional<Events>,
    }
}

kind! {
    /// A frame has a wrong checksum.
    BadCrc {
        /// Which of its two checksums.
        #[schemars(extend("default" = crate::scenario::words::crc_part(defaults::CRC_PART)))]
        part: Optional<CrcPart>,
        /// After so many events.
        #[schemars(extend("default" = defaults::EVENTS_BEFORE))]
        after: Optional<Events>,
    }
}

/// One of a frame's checksums.
#[derive(Clone, Copy, Debug, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum CrcPart {
    /// That of the whole frame.
    Message,
    /// That of its first eight bytes.
    Prelude,
}

choice!(CrcPart: "a checksum" { message: Message, prelude: Prelude });
