//! Cross-region inference profiles: a prefix before a model's id, which stands for a geography.
//!
//! A profile is asked in a source region and served in one of its destination regions, which the caller
//! cannot choose and no response tells. Here every geography has a core of destinations, and the source
//! region is one more if it is not in the core. That is the rule that the documented sets have in
//! common: Ohio adds itself to a `us.` profile, Auckland to an `au.` one. The sets differ between models, so
//! a model may name its own ([`ModelSpec::destinations`](super::model::ModelSpec::destinations)).

/// The geography of a system-defined inference profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Geography {
    /// `us.`: the United States; asked from Canada too.
    Us,
    /// `eu.`: Europe.
    Eu,
    /// `apac.`: Asia and the Pacific.
    Apac,
    /// `au.`: Australia and New Zealand.
    Au,
    /// `jp.`: Japan.
    Jp,
    /// `us-gov.`: the GovCloud regions of the United States.
    UsGov,
    /// `global.`: all commercial regions.
    Global,
}

impl Geography {
    /// All of them.
    pub const ALL: [Geography; 7] = [
        Geography::Us,
        Geography::Eu,
        Geography::Apac,
        Geography::Au,
        Geography::Jp,
        Geography::UsGov,
        Geography::Global,
    ];

    /// What stands before the model's id: `us.`
    pub fn prefix(self) -> &'static str {
        match self {
            Geography::Us => "us.",
            Geography::Eu => "eu.",
            Geography::Apac => "apac.",
            Geography::Au => "au.",
            Geography::Jp => "jp.",
            Geography::UsGov => "us-gov.",
            Geography::Global => "global.",
        }
    }

    /// The geography with this name, its prefix without the dot: `us-gov`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|geography| geography.prefix().strip_suffix('.') == Some(name))
    }

    /// The geography that the id of a profile begins with, and the model's id after it.
    pub(crate) fn split(id: &str) -> Option<(Self, &str)> {
        Self::ALL.into_iter().find_map(|geography| Some((geography, id.strip_prefix(geography.prefix())?)))
    }

    /// Whether its profiles may be asked in this region.
    pub(crate) fn has_source(self, region: &str) -> bool {
        let begins = |area: &str| region.starts_with(area);
        match self {
            Geography::Us => (begins("us-") && !begins("us-gov-")) || begins("ca-"),
            Geography::Eu => begins("eu-"),
            Geography::Apac => begins("ap-"),
            Geography::Au => matches!(region, "ap-southeast-2" | "ap-southeast-4" | "ap-southeast-6"),
            Geography::Jp => matches!(region, "ap-northeast-1" | "ap-northeast-3"),
            Geography::UsGov => begins("us-gov-"),
            Geography::Global => is_commercial(region),
        }
    }

    /// Whether a request asked in `source` may be served in `region`.
    pub(crate) fn may_serve(self, source: &str, region: &str) -> bool {
        self.has_source(source) && (region == source || self.is_in_core(region))
    }

    /// Whether every source may be served there.
    ///
    /// `us` and `au` are documented (Bedrock user guide, "Supported Regions and models for inference
    /// profiles"; AWS's blog on Australia and New Zealand); the others are recalled.
    fn is_in_core(self, region: &str) -> bool {
        match self {
            Geography::Us => matches!(region, "us-east-1" | "us-east-2" | "us-west-2"),
            Geography::Eu => matches!(
                region,
                "eu-central-1" | "eu-north-1" | "eu-south-1" | "eu-south-2" | "eu-west-1" | "eu-west-3"
            ),
            Geography::Apac => matches!(
                region,
                "ap-northeast-1"
                    | "ap-northeast-2"
                    | "ap-northeast-3"
                    | "ap-south-1"
                    | "ap-south-2"
                    | "ap-southeast-1"
                    | "ap-southeast-2"
                    | "ap-southeast-4"
            ),
            Geography::Au => matches!(region, "ap-southeast-2" | "ap-southeast-4"),
            Geography::Jp => matches!(region, "ap-northeast-1" | "ap-northeast-3"),
            Geography::UsGov => matches!(region, "us-gov-east-1" | "us-gov-west-1"),
            Geography::Global => is_commercial(region),
        }
    }
}

fn is_commercial(region: &str) -> bool {
    !["us-gov-", "cn-", "us-iso", "eu-iso", "eusc-"].iter().any(|area| region.starts_with(area))
}

/// An application inference profile: an ARN of one's own that stands for a model or for its profile.
///
/// Quotas are those of what it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationProfile {
    id: Box<str>,
    copies: Option<Geography>,
}

impl ApplicationProfile {
    /// A profile that stands for the model itself, in the region where it is asked.
    pub fn of_model(id: impl Into<Box<str>>) -> Self {
        ApplicationProfile { id: id.into(), copies: None }
    }

    /// A profile that stands for the model's system-defined profile of this geography.
    pub fn of_profile(id: impl Into<Box<str>>, geography: Geography) -> Self {
        ApplicationProfile { id: id.into(), copies: Some(geography) }
    }

    /// The last word of its ARN, `…:application-inference-profile/ID`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The geography that it spreads over, if any.
    pub(crate) fn geography(&self) -> Option<Geography> {
        self.copies
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGIONS: [&str; 14] = [
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
        "ca-central-1",
        "eu-west-1",
        "eu-west-2",
        "ap-northeast-1",
        "ap-northeast-3",
        "ap-southeast-2",
        "ap-southeast-4",
        "ap-southeast-6",
        "us-gov-west-1",
        "cn-north-1",
    ];

    fn destinations(geography: Geography, source: &str) -> Vec<&'static str> {
        REGIONS.into_iter().filter(|region| geography.may_serve(source, region)).collect()
    }

    #[test]
    fn destinations_depend_on_the_source() {
        let cases: [(Geography, &str, &[&str]); 12] = [
            (Geography::Us, "us-east-1", &["us-east-1", "us-east-2", "us-west-2"]),
            (Geography::Us, "us-west-1", &["us-east-1", "us-east-2", "us-west-1", "us-west-2"]),
            (Geography::Us, "ca-central-1", &["us-east-1", "us-east-2", "us-west-2", "ca-central-1"]),
            (Geography::Us, "eu-west-1", &[]),
            (Geography::Us, "us-gov-west-1", &[]),
            (Geography::Eu, "eu-west-1", &["eu-west-1"]),
            (Geography::Eu, "eu-west-2", &["eu-west-1", "eu-west-2"]),
            (Geography::Au, "ap-southeast-2", &["ap-southeast-2", "ap-southeast-4"]),
            (Geography::Au, "ap-southeast-6", &["ap-southeast-2", "ap-southeast-4", "ap-southeast-6"]),
            (Geography::Jp, "ap-northeast-1", &["ap-northeast-1", "ap-northeast-3"]),
            (Geography::UsGov, "us-gov-west-1", &["us-gov-west-1"]),
            (Geography::Global, "us-gov-west-1", &[]),
        ];
        for (geography, source, expected) in cases {
            assert_eq!(destinations(geography, source), expected, "{geography:?} {source}");
        }
        assert_eq!(destinations(Geography::Global, "eu-west-1").len(), 12);
    }

    #[test]
    fn every_prefix_is_found_again() {
        for geography in Geography::ALL {
            let id = format!("{}acme.one-v1:0", geography.prefix());
            assert_eq!(Geography::split(&id), Some((geography, "acme.one-v1:0")));
            assert_eq!(Geography::from_name(geography.prefix().trim_end_matches('.')), Some(geography));
        }
        assert_eq!(Geography::split("acme.one-v1:0"), None);
        assert_eq!(Geography::from_name("mars"), None);
    }
}
