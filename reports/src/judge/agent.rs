//! What a client says of itself in its `user-agent`.
//!
//! AWS SDKs write the same grammar: a product with its version first, then `kind/name#value` words. The
//! retry mode is among the feature letters after `m/` (D legacy, E standard, F adaptive; botocore 1.44,
//! `useragent.py`, and aws-runtime 1.10, `user_agent/metrics.rs`), and botocore spells it out as well.

use crate::record::Name;

/// What a client says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agent {
    /// The product and its version, in one: `boto3 1.44.5`; none where there is no `user-agent`.
    pub product: Option<String>,
    /// The language's SDK.
    pub sdk: Option<Sdk>,
    /// How it retries, where it says so.
    pub mode: Option<Mode>,
    /// The application that it runs in, where it was given a name (`app/…`).
    pub app: Option<Name>,
}

/// The AWS SDKs that tell themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sdk {
    /// `aws-sdk-rust`
    Rust,
    /// `boto3`, `botocore` and `aws-cli`
    Python,
    /// `aws-sdk-js`
    JavaScript,
    /// `aws-sdk-java`
    Java,
    /// Go, .NET, C++, Kotlin, PHP, Ruby, Swift: their retries are told apart by nothing that the judge knows.
    Other,
}

/// The retry modes of the AWS SDKs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// Five attempts, no retry quota: botocore's default before 1.44.
    Legacy,
    /// Three attempts and a retry quota.
    Standard,
    /// Standard with a client-side rate limit: its waits hold more than backoff.
    Adaptive,
}

impl Mode {
    /// The word that configuration files use.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Legacy => "legacy",
            Mode::Standard => "standard",
            Mode::Adaptive => "adaptive",
        }
    }

    fn named(word: &str) -> Option<Self> {
        [Mode::Legacy, Mode::Standard, Mode::Adaptive].into_iter().find(|mode| mode.name() == word)
    }

    fn lettered(letters: &str) -> Option<Self> {
        letters.split(',').find_map(|letter| match letter {
            "D" => Some(Mode::Legacy),
            "E" => Some(Mode::Standard),
            "F" => Some(Mode::Adaptive),
            _ => None,
        })
    }
}

impl Agent {
    /// Reads a `user-agent`.
    pub fn read(user_agent: &str) -> Self {
        let mut words = user_agent.split_ascii_whitespace();
        let Some(first) = words.next() else { return Agent::default() };
        let (name, version) = first.split_once('/').unwrap_or((first, ""));
        let name = name.to_ascii_lowercase();
        let mut agent = Agent { sdk: Sdk::of(&name), ..Agent::default() };
        agent.product = Some(if version.is_empty() { name } else { format!("{name} {version}") });
        for word in words {
            match word.split_once('/') {
                Some(("m", letters)) => agent.mode = agent.mode.or(Mode::lettered(letters)),
                Some(("app", app)) => agent.app = Some(app.into()),
                Some(("cfg", setting)) => {
                    let mode = setting.strip_prefix("retry-mode").and_then(|mode| mode.get(1..));
                    agent.mode = mode.and_then(Mode::named).or(agent.mode);
                }
                _ => {}
            }
        }
        agent
    }

    /// A short name for the client on a host, by which clients are told apart: all of its kind and mode.
    pub fn name(&self, host: Option<&str>) -> Name {
        let mut name = self.product.clone().unwrap_or_else(|| "unnamed client".to_owned());
        if let Some(mode) = self.mode {
            name = format!("{name} {}", mode.name());
        }
        if let Some(app) = &self.app {
            name = format!("{name} in {app}");
        }
        if let Some(host) = host {
            name = format!("{name} at {host}");
        }
        name.into()
    }
}

impl Sdk {
    fn of(product: &str) -> Option<Self> {
        match product {
            "aws-sdk-rust" => Some(Sdk::Rust),
            "boto3" | "botocore" | "aws-cli" | "aiobotocore" => Some(Sdk::Python),
            "aws-sdk-js" => Some(Sdk::JavaScript),
            "aws-sdk-java" => Some(Sdk::Java),
            product => product.starts_with("aws-sdk-").then_some(Sdk::Other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(user_agent: &str) -> (Option<String>, Option<Sdk>, Option<Mode>) {
        let agent = Agent::read(user_agent);
        (agent.product, agent.sdk, agent.mode)
    }

    #[test]
    fn product_language_and_mode_are_read() {
        let cases = [
            (
                "Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux#6.1 lang/python#3.12 m/Z,E,b cfg/retry-mode#standard",
                ("boto3 1.44.5", Some(Sdk::Python), Some(Mode::Standard)),
            ),
            (
                "Boto3/1.35.0 md/Botocore#1.35.0 ua/2.0 cfg/retry-mode#legacy Botocore/1.35.0",
                ("boto3 1.35.0", Some(Sdk::Python), Some(Mode::Legacy)),
            ),
            (
                "aws-sdk-js/3.700.0 ua/2.1 os/linux lang/js md/nodejs#22 api/bedrock-runtime#3.700.0 m/F,n",
                ("aws-sdk-js 3.700.0", Some(Sdk::JavaScript), Some(Mode::Adaptive)),
            ),
            ("aws-sdk-rust/1.3.16 os/linux lang/rust/1.95", ("aws-sdk-rust 1.3.16", Some(Sdk::Rust), None)),
            ("aws-sdk-go-v2/1.40 ua/2.1 m/E", ("aws-sdk-go-v2 1.40", Some(Sdk::Other), Some(Mode::Standard))),
            ("litellm/1.109.1", ("litellm 1.109.1", None, None)),
            ("curl", ("curl", None, None)),
        ];
        for (text, (product, sdk, mode)) in cases {
            assert_eq!(read(text), (Some(product.to_owned()), sdk, mode), "{text}");
        }
        assert_eq!(read(" "), (None, None, None));
    }

    #[test]
    fn names_are_short_and_tell_modes_and_applications_apart() {
        let agent = Agent::read("Boto3/1.44.5 m/D app/billing");
        assert_eq!(&*agent.name(Some("10.0.0.7")), "boto3 1.44.5 legacy in billing at 10.0.0.7");
        assert_eq!(&*Agent::default().name(None), "unnamed client");
    }
}
