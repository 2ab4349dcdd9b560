//! Where an endpoint listens: `http://127.0.0.1:4580`.

use std::sync::Arc;

use super::leaf_schema;
use crate::scenario::decode::{Leaf, Slip, Word};

/// An absolute http or https address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Url(Arc<str>);

impl Url {
    /// The address itself.
    pub(crate) fn get(&self) -> &Arc<str> {
        &self.0
    }
}

impl Leaf for Url {
    fn shape() -> String {
        "an address, as in `http://127.0.0.1:4580`".to_owned()
    }

    fn read(word: Word<'_>) -> Result<Self, Slip> {
        match word {
            Word::Text(text) if is_absolute(text) => Ok(Url(text.into())),
            Word::Text(_) => Err(Slip::Form),
            _ => Err(Slip::Kind),
        }
    }
}

fn is_absolute(text: &str) -> bool {
    text.parse::<http::Uri>().is_ok_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some_and(|host| !host.is_empty())
    })
}

leaf_schema!(Url, "Url", { "type": "string", "format": "uri", "pattern": "^https?://" });

#[cfg(test)]
mod tests {
    use super::is_absolute;

    #[test]
    fn an_address_names_its_scheme_and_host() {
        for good in ["http://127.0.0.1:4580", "https://bedrock.example/prod", "http://[::1]:80"] {
            assert!(is_absolute(good), "{good}");
        }
        for bad in ["", "127.0.0.1:4580", "localhost", "/path", "ftp://a", "http://", "http:// a"] {
            assert!(!is_absolute(bad), "{bad}");
        }
    }
}
