//! Which retry policy a client has by default, as far as its own name tells.
//!
//! The defaults changed in 2026: what AWS calls 2.1 waits a twentieth of what 2.0 does after a 503 and
//! pays more for a retry. A version says which default a client has, not what its code sets; the waits
//! themselves say that, and the report gives both.

use super::agent::{Agent, Mode, Sdk};
use super::profile::Profile;

/// The default of the SDK and version that a client says it is; none where that is not known.
///
/// Measured on the wire in November 2026: boto3 1.43.11 and 1.44.5, the SDKs for Go 1.48.0 (its 1.47
/// still had the old costs), for Java 2.58.0 and for JavaScript 3.1163.0. The SDK for JavaScript takes
/// its retries from a core whose version floats, so older ones are not known by their number.
pub(super) fn default_of(agent: &Agent) -> Option<Profile> {
    let (product, version) = agent.product.as_deref()?.split_once(' ')?;
    let (major, minor) = version_of(version)?;
    let since = |at: (u32, u32)| (major, minor) >= at;
    match (agent.sdk?, agent.mode) {
        (Sdk::Rust, _) => Some(Profile::V2_0),
        // The command line counts its versions apart from botocore's.
        (Sdk::Python, _) if product == "aws-cli" => None,
        (Sdk::Python, Some(Mode::Legacy)) => Some(Profile::BOTOCORE_LEGACY),
        (Sdk::Python, None) if !since((1, 44)) => Some(Profile::BOTOCORE_LEGACY),
        (Sdk::Python, _) if since((1, 44)) => Some(Profile::V2_1),
        (Sdk::Python, _) => Some(Profile::STANDARD),
        (Sdk::Java, Some(Mode::Legacy)) => Some(Profile::JAVA_LEGACY),
        (Sdk::Java, _) if since((2, 58)) => Some(Profile::V2_1),
        (Sdk::Java, _) => (!since((2, 44))).then_some(Profile::JAVA_STANDARD),
        (Sdk::JavaScript, _) => since((3, 1161)).then_some(Profile::V2_1),
        (Sdk::Other, _) if product == "aws-sdk-go-v2" => {
            Some(if since((1, 48)) { Profile::V2_1 } else { Profile::STANDARD })
        }
        (Sdk::Other, _) => None,
    }
}

/// The SDK as a portrait names it: `boto3 1.44.5, mode standard; AWS retries 2.1 by default`.
pub(super) fn told(agent: &Agent) -> Option<String> {
    let mut told = agent.product.clone()?;
    if let Some(mode) = agent.mode {
        told.push_str(&format!(", mode {}", mode.name()));
    }
    if let Some(profile) = default_of(agent) {
        told.push_str(&format!("; {} by default", profile.name));
    }
    Some(told)
}

/// The first two numbers of a version.
fn version_of(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What real clients sent to a loopback server in November 2026, the machine's own words cut out.
    #[test]
    fn real_user_agents_are_told_with_their_defaults() {
        for (user_agent, expected) in [
            (
                "Boto3/1.44.5 md/Botocore#1.44.8 ua/2.1 os/linux#6.18.44 md/arch#x86_64 lang/python#3.11.7 \
                 md/pyimpl#CPython m/Z,N,E,b,e cfg/retry-mode#standard Botocore/1.44.8",
                "boto3 1.44.5, mode standard; AWS retries 2.1 by default",
            ),
            (
                "Boto3/1.44.5 md/Botocore#1.44.8 ua/2.1 os/linux#6.18.44 m/Z,N,b,F,e cfg/retry-mode#adaptive \
                 Botocore/1.44.8",
                "boto3 1.44.5, mode adaptive; AWS retries 2.1 by default",
            ),
            (
                "Boto3/1.43.11 md/Botocore#1.43.11 ua/2.1 os/linux#6.18.44 m/e,Z,b,N,D cfg/retry-mode#legacy \
                 Botocore/1.43.11",
                "boto3 1.43.11, mode legacy; botocore's legacy mode by default",
            ),
            (
                "Boto3/1.43.11 md/Botocore#1.43.11 ua/2.1 os/linux#6.18.44 m/e,Z,E,b,N cfg/retry-mode#standard \
                 Botocore/1.43.11",
                "boto3 1.43.11, mode standard; AWS retries 2.0, a retry at 5 tokens by default",
            ),
            (
                "aws-sdk-go-v2/1.48.0 ua/2.1 os/linux lang/go#1.26.8 md/GOOS#linux md/GOARCH#amd64 \
                 api/bedrockruntime#1.63.13 m/E,e",
                "aws-sdk-go-v2 1.48.0, mode standard; AWS retries 2.1 by default",
            ),
            (
                "aws-sdk-js/3.1163.0 ua/2.1 os/linux#6.18.44 lang/js md/nodejs#20.20.2 \
                 api/bedrock-runtime#3.1163.0 m/N,E,e",
                "aws-sdk-js 3.1163.0, mode standard; AWS retries 2.1 by default",
            ),
            (
                "aws-sdk-java/2.58.0 md/io#sync md/http#Apache5 ua/2.1 api/Bedrock_Runtime#2.58.x os/Linux#6.18.44 \
                 lang/java#17.0.15 md/vendor#Debian m/D,AJ,N,e",
                "aws-sdk-java 2.58.0, mode legacy; the SDK for Java's legacy mode by default",
            ),
            (
                "aws-sdk-rust/1.7.0 ua/2.1 api/bedrockruntime/1.153.0 os/linux lang/rust/1.95.0 m/E,N",
                "aws-sdk-rust 1.7.0, mode standard; AWS retries 2.0 by default",
            ),
            ("litellm/1.110.2", "litellm 1.110.2"),
        ] {
            assert_eq!(told(&Agent::read(user_agent)).as_deref(), Some(expected));
        }
        assert_eq!(told(&Agent::default()), None);
    }

    #[test]
    fn what_a_version_does_not_tell_is_not_told() {
        for product in
            ["aws-sdk-js/3.1100.0", "aws-sdk-java/2.50.1", "aws-cli/1.46.3", "aws-sdk-kotlin/1.6", "x"]
        {
            assert_eq!(default_of(&Agent::read(product)), None, "{product}");
        }
    }
}
