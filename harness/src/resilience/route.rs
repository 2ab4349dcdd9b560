//! Where a request goes next.
//!
//! A client lists regions in order of preference and models to fall back to. The route tries every
//! region with the model that was asked for before it degrades to another model: a whole answer from
//! far away is worth more than a lesser one from near by.

use bedload_reports::record::{FailureClass, Name};

/// A model in a region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Destination {
    /// The scenario's name of the model.
    pub model: Name,
    /// The region.
    pub region: Name,
}

/// The destinations of a request, in the order in which they are tried.
pub fn route(model: &Name, fallback: &[Name], regions: &[Name]) -> Vec<Destination> {
    let models = std::iter::once(model).chain(fallback.iter().filter(|other| *other != model));
    models
        .flat_map(|model| {
            regions.iter().map(|region| Destination { model: model.clone(), region: region.clone() })
        })
        .collect()
}

/// Whether another destination may do better after a failure of this kind.
///
/// A request that was refused as such, or that could not even be made, will be refused everywhere. Once
/// a stream has begun, part of the answer is already with the caller: starting again is a policy of
/// its own, not a move.
pub fn moves_on(class: FailureClass) -> bool {
    match class {
        FailureClass::Throttled
        | FailureClass::Unavailable
        | FailureClass::ServerError
        | FailureClass::Timeout
        | FailureClass::Connection => true,
        FailureClass::StreamBroken
        | FailureClass::StreamIncomplete
        | FailureClass::Rejected
        | FailureClass::Denied
        | FailureClass::Unparsable
        | FailureClass::Unsendable => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_come_before_lesser_models() {
        let names = |names: &[&str]| names.iter().map(|name| Name::from(*name)).collect::<Vec<_>>();
        let tried: Vec<_> = route(&"sonnet".into(), &names(&["haiku", "sonnet"]), &names(&["east", "west"]))
            .into_iter()
            .map(|to| format!("{}@{}", to.model, to.region))
            .collect();
        assert_eq!(tried, ["sonnet@east", "sonnet@west", "haiku@east", "haiku@west"]);
    }

    #[test]
    fn a_request_that_is_refused_as_such_goes_nowhere_else() {
        assert!(moves_on(FailureClass::Throttled));
        assert!(!moves_on(FailureClass::Rejected));
        assert!(!moves_on(FailureClass::StreamIncomplete));
    }
}
