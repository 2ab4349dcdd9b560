//! Which of its two profiles a client has that says which SDK it is.

use super::density::Sample;
use crate::judge::agent::Sdk;
use crate::judge::finding::Class;
use crate::judge::fit::Fit;
use crate::judge::policy::Policy;

/// How many times likelier one profile must be than the other: said wrongly once in 53,000 runs.
const RATIO: f64 = 1000.0;

/// The retry behaviour of an SDK's release.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Profile {
    /// Its name.
    pub(super) name: &'static str,
    /// Its waits.
    pub(super) policy: Policy,
}

const V2_1: Profile = Profile { name: "AWS retries 2.1", policy: Policy::full_jitter(0.05) };
const V2_1_THROTTLED: Profile = Profile { name: "AWS retries 2.1", policy: Policy::full_jitter(1.0) };
const V2_0: Profile = Profile { name: "AWS retries 2.0", policy: Policy::full_jitter(1.0) };
const BEFORE_2026: Profile =
    Profile { name: "the SDK's retries before 2026", policy: Policy::full_jitter(0.1) };
const BEFORE_2026_THROTTLED: Profile =
    Profile { name: "the SDK's retries before 2026", policy: Policy::full_jitter(0.5) };

/// The two profiles of an SDK, where its waits after this class can tell them apart.
fn profiles(sdk: Sdk, class: Class) -> Option<[Profile; 2]> {
    match (sdk, class) {
        (Sdk::Rust | Sdk::Python, Class::Transient) => Some([V2_0, V2_1]),
        (Sdk::JavaScript | Sdk::Java, Class::Transient) => Some([BEFORE_2026, V2_1]),
        (Sdk::JavaScript, Class::Throttling) => Some([BEFORE_2026_THROTTLED, V2_1_THROTTLED]),
        (Sdk::Rust | Sdk::Python | Sdk::Java, Class::Throttling) | (Sdk::Other, _) => None,
    }
}

/// The profile that an SDK's waits show; none where they leave it open, or fit neither.
pub(super) fn profile(sdk: Sdk, class: Class, sample: &Sample<'_>) -> Option<Profile> {
    let [one, other] = profiles(sdk, class)?;
    let ln_likelihood = |profile: Profile| sample.ln_likelihood(profile.policy, f64::NEG_INFINITY);
    let for_one = ln_likelihood(one) - ln_likelihood(other);
    let likelier = if for_one >= 0.0 { one } else { other };
    let fits = || !Fit::of(sample.gaps().iter().copied(), likelier.policy).is_poor();
    (for_one.abs() >= RATIO.ln() && fits()).then_some(likelier)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::simulate;

    fn shares(policy: Policy, gaps: usize, seeds: u64) -> (f64, f64) {
        let (mut right, mut wrong) = (0, 0);
        for seed in 0..seeds {
            let group = simulate(policy, gaps.div_ceil(2), 3, seed);
            let sample = Sample::of(group.gaps().take(gaps).collect());
            match profile(Sdk::Rust, Class::Transient, &sample) {
                Some(profile) if profile.policy == policy => right += 1,
                Some(_) => wrong += 1,
                None => {}
            }
        }
        (f64::from(right) / seeds as f64, f64::from(wrong) / seeds as f64)
    }

    #[test]
    fn five_waits_tell_2_0_from_2_1() {
        for policy in [V2_0.policy, V2_1.policy] {
            let (right, wrong) = shares(policy, 6, 300);
            assert!(right >= 0.97 && wrong == 0.0, "{policy:?}: {right} {wrong}");
        }
    }

    #[test]
    fn throttled_waits_do_not() {
        assert_eq!(profiles(Sdk::Rust, Class::Throttling), None);
        assert!(profiles(Sdk::JavaScript, Class::Throttling).is_some());
    }

    #[test]
    fn what_fits_neither_is_not_called_either() {
        let fixed = Policy::Scaled {
            first: 5.0,
            growth: crate::judge::policy::Growth::Constant,
            share: 1.0,
            cap: 20.0,
        };
        let group = simulate(fixed, 10, 3, 1);
        assert_eq!(profile(Sdk::Rust, Class::Transient, &Sample::of(group.gaps().collect())), None);
    }
}
