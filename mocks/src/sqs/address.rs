//! Where a queue is: its account, its region and its name, as URLs and ARNs tell them.

use std::fmt;
use std::sync::Arc;

use super::errors::{Mistake, invalid, no_queue};
use super::queue::Kind;

/// The longest name, in characters.
const LONGEST_NAME: usize = 80;
/// What the name of a FIFO queue ends in.
const FIFO: &str = ".fifo";

/// The place of a queue in a cloud.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Address {
    /// The region's name.
    pub region: Arc<str>,
    /// Twelve digits.
    pub account: Arc<str>,
    /// The name.
    pub name: Arc<str>,
}

impl Address {
    /// The queue of this name that is to be made.
    pub(crate) fn new(region: &Arc<str>, account: &Arc<str>, name: &str) -> Result<Self, Mistake> {
        let stem = name.strip_suffix(FIFO).unwrap_or(name);
        let fit = stem.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        if stem.is_empty() || name.len() > LONGEST_NAME || !fit {
            return Err(invalid(
                "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
            ));
        }
        Ok(Address { region: region.clone(), account: account.clone(), name: name.into() })
    }

    /// The queue that a URL means to a request for `region`: whatever its host, its path ends in an account
    /// and a name.
    pub(crate) fn from_url(url: &str, region: &Arc<str>) -> Result<Self, Mistake> {
        let mut parts = url.trim_end_matches('/').rsplit('/');
        let (Some(name), Some(account)) = (parts.next(), parts.next()) else { return Err(no_queue()) };
        Ok(Address { region: region.clone(), account: account.into(), name: name.into() })
    }

    /// The queue with this ARN.
    pub(crate) fn from_arn(arn: &str) -> Option<Self> {
        let parts: Vec<&str> = arn.split(':').collect();
        let ["arn", partition, "sqs", region, account, name] = parts[..] else { return None };
        (partition == partition_of(region) && !name.is_empty()).then(|| Address {
            region: region.into(),
            account: account.into(),
            name: name.into(),
        })
    }

    /// Its URL on this host.
    pub(crate) fn url(&self, host: &str) -> String {
        format!("{host}/{}/{}", self.account, self.name)
    }

    /// Which kind of queue has such a name.
    pub(crate) fn kind(&self) -> Kind {
        if self.name.ends_with(FIFO) { Kind::Fifo } else { Kind::Standard }
    }
}

impl fmt::Display for Address {
    /// Its ARN.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Address { region, account, name } = self;
        write!(f, "arn:{}:sqs:{region}:{account}:{name}", partition_of(region))
    }
}

fn partition_of(region: &str) -> &'static str {
    match region.split('-').next() {
        Some("cn") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn address(name: &str) -> Result<Address, Mistake> {
        Address::new(&"us-east-1".into(), &"123456789012".into(), name)
    }

    #[test]
    fn urls_and_arns_lead_back() {
        for name in ["jobs", "jobs.fifo"] {
            let address = address(name).unwrap();
            let url = address.url("http://127.0.0.1:4580");
            assert_eq!(url, format!("http://127.0.0.1:4580/123456789012/{name}"));
            assert_eq!(Address::from_url(&url, &"us-east-1".into()), Ok(address.clone()));
            assert_eq!(Address::from_arn(&address.to_string()), Some(address));
        }
        for wrong in ["", "jobs", "arn:aws:sqs:us-east-1:1", "arn:aws:sns:us-east-1:1:jobs"] {
            assert_eq!(Address::from_arn(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn names_have_their_rules() {
        let long = "x".repeat(81);
        let cases = [
            ("jobs", true),
            ("Jobs_1-a.fifo", true),
            ("", false),
            (".fifo", false),
            ("a.b", false),
            ("a b", false),
            (&long, false),
            (&long[..80], true),
        ];
        for (name, good) in cases {
            assert_eq!(address(name).is_ok(), good, "{name}");
        }
    }
}
