//! The faults of a cloud, in order, as data; `play` lets them act.

use std::collections::BTreeSet;
use std::time::Duration;

use thiserror::Error;

use super::fault::Fault;

/// Named faults, in the order in which they speak.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Script {
    pub(super) faults: Vec<Fault>,
    pub(super) period: Option<Duration>,
}

impl Script {
    /// A script of these faults, in this order.
    ///
    /// # Errors
    /// A fault without a name, or two with the same.
    pub fn new(faults: Vec<Fault>) -> Result<Self, ScriptError> {
        check_names(faults.iter().map(Fault::name))?;
        Ok(Script { faults, period: None })
    }

    /// The same script, played again and again: every `period` its windows begin anew. What lies past the
    /// end of the period is never reached.
    ///
    /// # Errors
    /// A period of no length.
    pub fn repeating(mut self, period: Duration) -> Result<Self, ScriptError> {
        if period.is_zero() {
            return Err(ScriptError::NoPeriod);
        }
        self.period = Some(period);
        Ok(self)
    }
}

/// Whether names are there and tell faults apart.
pub(super) fn check_names<'a>(names: impl Iterator<Item = &'a str>) -> Result<(), ScriptError> {
    let mut seen = BTreeSet::new();
    for name in names {
        if name.is_empty() {
            return Err(ScriptError::NoName);
        }
        if !seen.insert(name) {
            return Err(ScriptError::NameTwice(name.to_owned()));
        }
    }
    Ok(())
}

/// Why faults make no script.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ScriptError {
    /// A fault has no name.
    #[error("a fault needs a name; the ledger and the gates refer to it")]
    NoName,
    /// Two faults have one name.
    #[error("two faults are named `{0}`")]
    NameTwice(String),
    /// A script that repeats within no time.
    #[error("a script that repeats needs a period of some length")]
    NoPeriod,
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::super::{Kind, Throttle};
    use super::*;

    fn throttle(name: &str) -> Fault {
        Fault::new(name, Kind::Throttle(Throttle::default()))
    }

    #[test]
    fn names_are_there_and_tell_faults_apart() {
        assert_eq!(Script::new(vec![throttle("")]), Err(ScriptError::NoName));
        let twice = Script::new(vec![throttle("t"), throttle("t")]);
        assert_eq!(twice, Err(ScriptError::NameTwice("t".into())));
    }

    #[test]
    fn a_script_repeats_within_some_time() {
        let script = Script::new(vec![throttle("t")]).unwrap();
        assert_eq!(script.repeating(Duration::ZERO), Err(ScriptError::NoPeriod));
    }
}
