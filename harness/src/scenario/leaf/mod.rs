//! The words of the language, one kind a file: how each is written, read, described to editors, and
//! written back.
//!
//! Units are part of a value. A bare `60` could be seconds or milliseconds, `20` a second or a minute,
//! and the two are told apart only by the outage; so neither is accepted.

mod account;
mod byte_rate;
mod error_type;
mod factor;
mod finding;
mod goal;
mod header_text;
mod hedge_after;
mod json;
mod margin;
mod max_tokens;
mod name;
mod number;
mod one_or_many;
mod passes;
mod pattern;
mod positive;
mod rate;
mod raw;
mod seconds;
mod share;
mod size;
mod spread;
mod state_error;
mod text;
mod time;
mod url;
mod variation;
mod whole;
mod window;

pub(crate) use account::Account;
pub(crate) use byte_rate::ByteRate;
pub(crate) use error_type::{ErrorType, ExceptionName};
pub(crate) use factor::Factor;
pub(crate) use finding::Finding;
pub(crate) use goal::GoalText;
pub(crate) use header_text::HeaderText;
pub(crate) use hedge_after::HedgeAfter;
pub(crate) use json::JsonObject;
pub(crate) use margin::{Margin, Part, Points};
pub(crate) use max_tokens::MaxTokens;
pub(crate) use name::{Name, RegionName, ScenarioName};
pub(crate) use number::{AtLeastOne, Number, UpToOne};
pub(crate) use one_or_many::OneOrMany;
pub(crate) use passes::Passes;
pub(crate) use pattern::{Expression, Pattern};
pub(crate) use positive::Positive;
pub(crate) use rate::Rate;
pub(crate) use raw::Raw;
pub(crate) use seconds::Seconds;
pub(crate) use share::Share;
pub(crate) use size::Size;
pub(crate) use spread::SpreadOf;
pub(crate) use state_error::StateError;
pub(crate) use text::Text;
pub(crate) use time::{Time, TimeOrForever, TimeOrOff};
pub(crate) use url::Url;
pub(crate) use variation::Variation;
pub(crate) use whole::Whole;
pub(crate) use window::Window;

/// Implements `JsonSchema` for a leaf, under a name of its own.
macro_rules! leaf_schema {
    ($type:ty, $name:literal, $schema:tt) => {
        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!($schema)
            }
        }
    };
}
pub(crate) use leaf_schema;
