//! The ARNs that Bedrock takes as model ids.

/// An ARN of Bedrock: `arn:PARTITION:bedrock:REGION:ACCOUNT:KIND/ID`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Arn<'a> {
    /// The region in it.
    pub region: &'a str,
    /// What it names.
    pub kind: Kind,
    /// The last word: a model's or a profile's id.
    pub id: &'a str,
}

/// What an ARN names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A model as its maker left it.
    FoundationModel,
    /// A system-defined inference profile.
    InferenceProfile,
    /// An inference profile of one's own.
    ApplicationInferenceProfile,
    /// Provisioned throughput.
    ProvisionedModel,
}

impl<'a> Arn<'a> {
    /// The ARN that a text is, if Bedrock's models have such.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let ("arn", _partition, "bedrock", region, _account, resource) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?)
        else {
            return None;
        };
        let (kind, id) = resource.split_once('/')?;
        Some(Arn { region, kind: Kind::from_name(kind)?, id })
    }
}

impl Kind {
    fn from_name(name: &str) -> Option<Self> {
        match name {
            "foundation-model" => Some(Kind::FoundationModel),
            "inference-profile" => Some(Kind::InferenceProfile),
            "application-inference-profile" => Some(Kind::ApplicationInferenceProfile),
            "provisioned-model" => Some(Kind::ProvisionedModel),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn arns_of_models() {
        let east = |kind, id| Some(Arn { region: "us-east-1", kind, id });
        let cases = [
            (
                "arn:aws:bedrock:us-east-1::foundation-model/acme.one-v1:0",
                east(Kind::FoundationModel, "acme.one-v1:0"),
            ),
            (
                "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.acme.one-v1:0",
                east(Kind::InferenceProfile, "us.acme.one-v1:0"),
            ),
            (
                "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3",
                east(Kind::ApplicationInferenceProfile, "a1b2c3"),
            ),
            (
                "arn:aws-us-gov:bedrock:us-east-1:123456789012:provisioned-model/a1b2c3",
                east(Kind::ProvisionedModel, "a1b2c3"),
            ),
            ("arn:aws:s3:us-east-1::foundation-model/acme.one-v1:0", None),
            ("arn:aws:bedrock:us-east-1::guardrail/abc", None),
            ("arn:aws:bedrock:us-east-1:foundation-model/acme.one-v1:0", None),
            ("acme.one-v1:0", None),
            ("", None),
        ];
        for (text, arn) in cases {
            assert_eq!(Arn::parse(text), arn, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_an_arn_or_none(text in "\\PC*") {
            let _ = Arn::parse(&text);
            let _ = Arn::parse(&format!("arn:aws:bedrock:{text}"));
        }
    }
}
