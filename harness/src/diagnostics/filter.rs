//! Which spans and events are told, by their target and level.
//!
//! The form is the one of `RUST_LOG`: a list of `TARGET=LEVEL`, and a `LEVEL` for all else. A target stands for all that begin
//! like it. What `RUST_LOG` also takes, and this does not: a target alone, which is how a level that is misspelt looks
//! (and would mean `trace`, at which the SDK tells answers), and fields, which need regular expressions.

use std::fmt;
use std::str::FromStr;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;

/// Words that switch diagnostics on as they are, since a variable is often set to no more than that.
const ON: [&str; 4] = ["1", "on", "true", "yes"];
/// Words that leave them off.
const OFF: [&str; 5] = ["", "0", "false", "no", "off"];

/// Which spans and events are told.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    text: String,
    targets: Targets,
}

/// Why a text is no filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} at character {place} of `{text}`: {why}")]
pub struct FilterError {
    text: String,
    /// From 1.
    place: usize,
    what: String,
    why: &'static str,
}

const LEVELS: &str = "a level is off, error, warn, info, debug or trace";
const FORM: &str = "write TARGET=LEVEL or LEVEL, where a level is off, error, warn, info, debug or trace";
const TARGET: &str = "a target is the path of a module, such as `bedload` or `aws_smithy_runtime::client`";

impl Filter {
    /// What bedload does, and what the SDK says of each call: not what is asked and answered, nor any secret, but the id of the
    /// access key.
    pub const USUAL: &str = "bedload=debug,aws=debug";

    /// Whether nothing is told.
    pub fn is_off(&self) -> bool {
        self.targets.iter().next().is_none() && self.targets.default_level() == Some(LevelFilter::OFF)
    }

    pub(super) fn targets(&self) -> &Targets {
        &self.targets
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        let word = text.trim().to_ascii_lowercase();
        if OFF.contains(&&*word) {
            let targets = Targets::new().with_default(LevelFilter::OFF);
            return Ok(Filter { text: word, targets });
        }
        let text = if ON.contains(&&*word) { Self::USUAL } else { text };
        let mut targets = Targets::new();
        let mut place = 1;
        for directive in text.split(',') {
            let wrong = |what: &str, why| {
                let lead = directive.chars().take_while(|c| c.is_whitespace()).count();
                FilterError { text: text.to_owned(), place: place + lead, what: what.to_owned(), why }
            };
            targets = match directive.split_once('=') {
                None if directive.trim().is_empty() => return Err(wrong("nothing", FORM)),
                None => match level(directive) {
                    Some(level) => targets.with_default(level),
                    None => return Err(wrong(&format!("`{}`", directive.trim()), FORM)),
                },
                Some((target, _)) if !is_target(target.trim()) => {
                    return Err(wrong(&format!("`{}`", target.trim()), TARGET));
                }
                Some((target, given)) => match level(given) {
                    Some(level) => targets.with_target(target.trim(), level),
                    None => return Err(wrong(&format!("`{}`", directive.trim()), LEVELS)),
                },
            };
            place += directive.chars().count() + 1;
        }
        Ok(Filter { text: text.to_owned(), targets })
    }
}

/// By name only: the numbers that `tracing` takes too say nothing to a reader.
fn level(text: &str) -> Option<LevelFilter> {
    let text = text.trim();
    text.chars()
        .all(|c| c.is_ascii_alphabetic())
        .then(|| text.parse().ok())
        .flatten()
        .filter(|_| !text.is_empty())
}

fn is_target(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ':' | '.'))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use tracing::Level;

    use super::*;

    fn filter(text: &str) -> Filter {
        text.parse().unwrap()
    }

    #[test]
    fn words_switch_on_and_off() {
        for on in ON {
            assert_eq!(filter(on).to_string(), Filter::USUAL);
        }
        for off in OFF {
            assert!(filter(off).is_off(), "{off}");
        }
        assert!(!filter("error").is_off() && !filter("off,bedload=info").is_off());
    }

    #[test]
    fn a_target_stands_for_what_begins_like_it() {
        let usual = filter(Filter::USUAL);
        let told = |target: &str, level| usual.targets().would_enable(target, &level);
        for target in ["bedload::flow", "aws_smithy_runtime::client", "aws_sdk_sqs::operation", "aws_config"]
        {
            assert!(told(target, Level::DEBUG) && !told(target, Level::TRACE), "{target}");
        }
        assert!(!told("hyper_util::client", Level::ERROR));
        let mixed = filter(" warn , hyper_util=TRACE");
        assert!(mixed.targets().would_enable("hyper_util::client", &Level::TRACE));
        assert!(!mixed.targets().would_enable("bedload", &Level::INFO));
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        for (text, told) in [
            ("bedload=debgu", "`bedload=debgu` at character 1 of `bedload=debgu`: a level is"),
            ("info, aws=4", "`aws=4` at character 7 of `info, aws=4`: a level is"),
            ("info,,aws=info", "nothing at character 6 of `info,,aws=info`: write TARGET=LEVEL"),
            ("bedload=", "`bedload=` at character 1 of"),
            ("=debug", "`` at character 1 of `=debug`: a target is"),
            ("a[{b}]=info", "`a[{b}]` at character 1 of"),
            ("scenarios/storm.yaml", "`scenarios/storm.yaml` at character 1 of"),
        ] {
            let error = text.parse::<Filter>().unwrap_err().to_string();
            assert!(error.starts_with(told), "{text}: {error}");
        }
    }
}
