//! Which way to a model the id in a request takes, and whether it is open in the region asked.

use super::arn::{Arn, Kind};
use super::model::ModelSpec;
use super::profile::Geography;
use super::quota::Lane;

/// Why an id cannot be asked where it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Barred {
    /// There is nothing with that id there.
    NotHere,
    /// The model takes no requests by its own id.
    ProfilesOnly,
}

/// The lane that `asked`, an id of `model`, takes in the region `source`.
///
/// Whether the profile of a geography has a destination is a matter of placement.
pub(crate) fn lane(model: &ModelSpec, asked: &str, source: &str) -> Result<Lane, Barred> {
    let offer = model.offer();
    let arn = Arn::parse(asked);
    let id = match arn {
        Some(Arn { region, kind: Kind::ProvisionedModel, id }) => {
            let bought = |region: &str| region == source;
            return match offer.provisioned(id) {
                Some((index, units)) if bought(units.region()) && bought(region) => {
                    Ok(Lane::Provisioned(index))
                }
                _ => Err(Barred::NotHere),
            };
        }
        Some(Arn { kind: Kind::ApplicationInferenceProfile, id, .. }) => {
            match offer.application_profile(id) {
                Some(profile) => {
                    return profile
                        .geography()
                        .map_or_else(|| on_demand(model, source), |to| Ok(Lane::Profile(to)));
                }
                None => id,
            }
        }
        Some(Arn { id, .. }) => id,
        None => asked,
    };
    match Geography::split(id) {
        Some((geography, _)) => Ok(Lane::Profile(geography)),
        None => on_demand(model, source),
    }
}

fn on_demand(model: &ModelSpec, source: &str) -> Result<Lane, Barred> {
    let offer = model.offer();
    if offer.is_profiles_only() {
        Err(Barred::ProfilesOnly)
    } else if offer.is_served_in(source) {
        Ok(Lane::OnDemand)
    } else {
        Err(Barred::NotHere)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use std::num::NonZeroU32;
    use std::time::Duration;

    use super::*;
    use crate::bedrock::behaviour::Behaviour;
    use crate::bedrock::profile::ApplicationProfile;
    use crate::bedrock::quota::Provisioned;
    use crate::spread::Spread;

    const EAST: &str = "us-east-1";
    const WEST: &str = "us-west-2";

    fn model() -> ModelSpec {
        let behaviour = Behaviour {
            ttft: Spread::constant(Duration::ZERO),
            per_token: Spread::constant(Duration::ZERO),
            output_tokens: Spread::constant(1),
            tokens_per_event: NonZeroU32::MIN,
        };
        ModelSpec::new("one", "acme.one-v1:0", behaviour)
            .unwrap()
            .provisioned(Provisioned::new("units", EAST, NonZeroU32::MIN, 1000).unwrap())
            .application_profile(ApplicationProfile::of_model("mine"))
            .application_profile(ApplicationProfile::of_profile("ours", Geography::Us))
    }

    #[test]
    fn ids_take_their_lanes() {
        let us = Ok(Lane::Profile(Geography::Us));
        let cases = [
            ("acme.one-v1:0", EAST, Ok(Lane::OnDemand)),
            ("us.acme.one-v1:0", EAST, us),
            ("arn:aws:bedrock:us-east-1::foundation-model/acme.one-v1:0", EAST, Ok(Lane::OnDemand)),
            ("arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.acme.one-v1:0", EAST, us),
            (
                "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/mine",
                EAST,
                Ok(Lane::OnDemand),
            ),
            ("arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/ours", EAST, us),
            (
                "arn:aws:bedrock:us-east-1:123456789012:provisioned-model/units",
                EAST,
                Ok(Lane::Provisioned(0)),
            ),
            ("arn:aws:bedrock:us-east-1:123456789012:provisioned-model/units", WEST, Err(Barred::NotHere)),
            ("arn:aws:bedrock:us-west-2:123456789012:provisioned-model/units", WEST, Err(Barred::NotHere)),
            ("arn:aws:bedrock:us-east-1:123456789012:provisioned-model/none", EAST, Err(Barred::NotHere)),
        ];
        for (asked, source, expected) in cases {
            assert_eq!(lane(&model(), asked, source), expected, "{asked} in {source}");
        }
    }

    #[test]
    fn a_model_may_be_elsewhere_or_behind_its_profiles() {
        let elsewhere = model().regions([WEST]);
        assert_eq!(lane(&elsewhere, "acme.one-v1:0", EAST), Err(Barred::NotHere));
        assert_eq!(lane(&elsewhere, "us.acme.one-v1:0", EAST), Ok(Lane::Profile(Geography::Us)));
        let behind = model().profiles_only();
        assert_eq!(lane(&behind, "acme.one-v1:0", EAST), Err(Barred::ProfilesOnly));
        assert_eq!(lane(&behind, "us.acme.one-v1:0", EAST), Ok(Lane::Profile(Geography::Us)));
    }
}
