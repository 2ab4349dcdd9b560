//! The errors that a client's state machine is for.

use bedload_mocks::Exception;

use super::Fault;
use super::fault::Inject;
use crate::resilience::policy::ErrorName;
use crate::scenario::code::Code;
use crate::scenario::decode::{List, Row};
use crate::scenario::file;
use crate::scenario::leaf::StateError;
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::At;
use crate::scenario::suggest;

/// Notes the names that are nearly those of Bedrock's exceptions, and that no fault of the scenario has either.
pub(super) fn check(rows: &[Row<file::Client>], faults: &[Result<Fault, Noted>], notes: &mut Notes) {
    let machines = rows.iter().filter_map(|row| row.value.as_ref().ok()?.value.state_machine.value().ok()?);
    for machine in machines {
        let retried = machine.retry.good().map(|retrier| &retrier.value.error_equals);
        let caught = machine.catch.good().map(|catcher| &catcher.value.error_equals);
        for name in retried.chain(caught).filter_map(|list| list.value().ok()).flat_map(List::good) {
            is_there(name, faults, notes);
        }
    }
}

fn is_there(given: &At<StateError>, faults: &[Result<Fault, Noted>], notes: &mut Notes) {
    let ErrorName::Service(name) = given.value.get() else { return };
    let kind = name.rsplit('.').next().unwrap_or(name);
    let modelled = Exception::ALL.map(Exception::name);
    let may_be_injected = faults.iter().any(|fault| match fault.as_ref().map(Fault::inject) {
        Ok(Inject::Error(answer)) => answer.kind.as_deref() == Some(kind),
        Ok(_) => false,
        Err(_) => true,
    });
    if modelled.contains(&kind) || may_be_injected {
        return;
    }
    if let Some(remark) = suggest::remark(kind, modelled) {
        let note = Note::new(Code::UnknownName, given.place, format!("Bedrock models no `{kind}`"))
            .label(remark)
            .help(format!("the exceptions of Bedrock are {}", suggest::listed(modelled)));
        notes.add(note);
    }
}
