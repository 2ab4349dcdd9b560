//! The regions that a cloud serves: at least one, each once, in the spec's order.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::spec::SpecError;

/// A list of regions that is never empty.
#[derive(Clone, Debug)]
pub(crate) struct Regions {
    home: Arc<str>,
    others: Vec<Arc<str>>,
}

impl Regions {
    /// The regions with these names, each once.
    pub(crate) fn new(names: Vec<String>) -> Result<Self, SpecError> {
        let mut seen = BTreeSet::new();
        if let Some(name) = names.iter().find(|name| !seen.insert(name.as_str())) {
            return Err(SpecError::RegionTwice(name.clone()));
        }
        let mut names = names.into_iter().map(Arc::from);
        let home = names.next().ok_or(SpecError::NoRegions)?;
        Ok(Regions { home, others: names.collect() })
    }

    /// The first region: where requests go that name none.
    pub(crate) fn home(&self) -> &Arc<str> {
        &self.home
    }

    /// The region with this name, if it is served.
    pub(crate) fn find(&self, name: &str) -> Option<&Arc<str>> {
        self.iter().find(|region| ***region == *name)
    }

    /// All of them, the home region first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<str>> {
        std::iter::once(&self.home).chain(&self.others)
    }
}
