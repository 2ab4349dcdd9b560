//! From what the ledger has of a command to a record log like that of any other run.

use std::time::SystemTime;

use bedload_reports::header::{ClockKind, Flow, Header, Model, Slo, Stage, Tracing, Via};
use bedload_reports::log::{Cause, End};
use bedload_reports::record::{Name, Operation};
use bedload_reports::units::Nanos;
use bedload_reports::validity::Thresholds;
use bedload_reports::witness::{self, OTHER};

use super::Command;
use super::command::Left;
use crate::engine::assembly::header;
use crate::sink;
use crate::verbs::VerbError;
use crate::verbs::mock::offer::{MODELS, Offer, REGIONS};
use crate::verbs::run_folder::RunFolder;

/// The client of every flow: the command.
const COMMAND: &str = "command";

/// Writes the record log of what the ledger in the folder tells.
pub(super) fn write(
    folder: &RunFolder,
    offer: &Offer,
    command: &Command,
    left: Left,
    lost: u64,
) -> Result<(), VerbError> {
    let exchanges = folder.exchanges()?;
    let end = exchanges.iter().map(|exchange| exchange.done).max().unwrap_or_default();
    let header = told(offer, command, end);
    let records = witness::records(&exchanges, &header);
    let cause = match left {
        Left::BySignal(_) => Cause::Interrupted,
        Left::Well | Left::Failed(_) => Cause::Finished,
    };
    Ok(sink::write_records(folder.root(), &header, records, End::new(end, cause, lost))?)
}

/// What readers must know: the scenario as it is, but over the time that the command took. Its epoch is left out, since
/// the ids of the command's traces are its own.
fn told(offer: &Offer, command: &Command, end: Nanos) -> Header {
    let header = offer
        .plan()
        .map_or_else(|| unplanned(offer), |plan| header(plan, ClockKind::Real, SystemTime::UNIX_EPOCH));
    let mut header = lasting(header, end);
    header.target = format!("{}, asked by `{}`", header.target, command.line());
    // Nobody stops a command in its middle.
    header.stop_if.clear();
    let client: Name = COMMAND.into();
    for flow in &mut header.flows {
        (flow.client, flow.via, flow.planned) = (client.clone(), Via::default(), None);
    }
    let model = header.models.first().map(|model| model.name.clone()).unwrap_or_default();
    header.flows.push(Flow {
        name: OTHER.into(),
        operation: Operation::Converse,
        model,
        client,
        via: Via::default(),
        planned: None,
        queue: None,
    });
    header
}

/// The stages up to the end of what there is to tell; the last one lasts as long as the command did.
fn lasting(header: Header, end: Nanos) -> Header {
    let mut header = header.cut_at(end);
    if let Some(last) = header.stages.last_mut() {
        last.to = last.to.max(end);
    }
    header
}

/// A run without a scenario: one stage, no gates, the mock's own models.
fn unplanned(offer: &Offer) -> Header {
    Header {
        format: bedload_reports::header::FORMAT_VERSION,
        scenario: "mock".into(),
        about: "A command against the mock's own models.".to_owned(),
        seed: offer.seed(),
        digest: String::new(),
        clock: ClockKind::Real,
        epoch: Nanos::ZERO,
        target: format!("mock of {} over TCP", REGIONS.join(", ")),
        real_aws: false,
        stages: vec![Stage { name: "all".into(), from: Nanos::ZERO, to: Nanos::ZERO, record: true }],
        faults: Vec::new(),
        flows: Vec::new(),
        models: MODELS
            .iter()
            .map(|(name, id)| Model { name: (*name).into(), id: (*id).into(), price: None })
            .collect(),
        slo: Slo::default(),
        gates: Vec::new(),
        stop_if: Vec::new(),
        validity: Thresholds::default(),
        expect: None,
        trace: Tracing::default(),
    }
}
