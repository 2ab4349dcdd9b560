//! Whom a fault strikes.

use std::sync::Arc;

use super::occasion::Occasion;

/// The requests that a fault may strike: those that match every list given. An empty list matches all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aim {
    /// Flows, by the scenario's names. A request that names no flow is not of any listed one.
    pub flows: Vec<Arc<str>>,
    /// Operations, by AWS's names: `ConverseStream`.
    pub operations: Vec<Arc<str>>,
    /// Models, by the scenario's names, however a request spells their id.
    pub models: Vec<Arc<str>>,
    /// Regions.
    pub regions: Vec<Arc<str>>,
}

impl Aim {
    pub(super) fn matches(&self, occasion: &Occasion<'_>) -> bool {
        allows(&self.flows, occasion.flow)
            && allows(&self.operations, Some(occasion.operation))
            && allows(&self.models, occasion.model)
            && allows(&self.regions, Some(occasion.region))
    }
}

fn allows(list: &[Arc<str>], name: Option<&str>) -> bool {
    list.is_empty() || name.is_some_and(|name| list.iter().any(|listed| **listed == *name))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const OCCASION: Occasion<'static> = Occasion {
        at: Duration::ZERO,
        flow: Some("chat"),
        operation: "ConverseStream",
        model: Some("sonnet"),
        region: "us-east-1",
    };

    fn list(names: &[&str]) -> Vec<Arc<str>> {
        names.iter().map(|name| Arc::from(*name)).collect()
    }

    #[test]
    fn every_list_given_must_match() {
        let cases = [
            (Aim::default(), true),
            (Aim { flows: list(&["chat"]), ..Aim::default() }, true),
            (Aim { flows: list(&["lookup", "chat"]), ..Aim::default() }, true),
            (Aim { flows: list(&["lookup"]), ..Aim::default() }, false),
            (Aim { operations: list(&["Converse"]), ..Aim::default() }, false),
            (Aim { models: list(&["haiku"]), ..Aim::default() }, false),
            (Aim { regions: list(&["us-west-2"]), ..Aim::default() }, false),
            (Aim { models: list(&["sonnet"]), regions: list(&["us-east-1"]), ..Aim::default() }, true),
            (Aim { models: list(&["sonnet"]), regions: list(&["us-west-2"]), ..Aim::default() }, false),
        ];
        for (aim, expected) in cases {
            assert_eq!(aim.matches(&OCCASION), expected, "{aim:?}");
        }
    }

    #[test]
    fn a_request_without_a_name_is_of_no_list() {
        let nameless = Occasion { flow: None, model: None, ..OCCASION };
        assert!(Aim::default().matches(&nameless));
        assert!(!Aim { flows: list(&["chat"]), ..Aim::default() }.matches(&nameless));
        assert!(!Aim { models: list(&["sonnet"]), ..Aim::default() }.matches(&nameless));
    }
}
