//! Whether a fault could ever strike.
//!
//! A fault that cannot is a promise that nobody keeps: the run would pass because nothing went wrong. All that
//! is needed to tell is in the scenario, so it is told before the first request.

use bedload_reports::record::Name;

use super::fault::Inject;
use super::operation::AnyOperation;
use super::{Fault, Flow, Load, Model, Service};
use crate::scenario::code::Code;
use crate::scenario::notes::{Note, Noted, Notes};
use crate::scenario::place::Place;
use crate::scenario::suggest::listed;

/// What faults may find to strike. Without what is broken, so answers may be unsure.
#[derive(Debug)]
pub(super) struct Reach<'p> {
    /// Whether the target is a mock, where that is known.
    pub mock: Option<bool>,
    /// Whether requests to the target say which flow they are of.
    pub hears_flows: bool,
    pub models: Vec<Option<&'p Model>>,
    pub flows: Vec<Option<&'p Flow>>,
}

/// Why a fault never strikes: its code, the reason, a remark under its name, and what to do.
type Miss = (Code, String, &'static str, String);

impl Reach<'_> {
    /// Makes sure that the fault can strike.
    pub(super) fn check(&self, fault: &Fault, place: Place, notes: &mut Notes) -> Result<(), Noted> {
        let miss = self
            .of_target(fault)
            .or_else(|| self.of_queues(fault))
            .or_else(|| whole_quota(fault))
            .or_else(|| self.of_flows(fault))
            .or_else(|| self.of_streams(fault))
            .or_else(|| self.of_quotas(fault));
        match miss {
            None => Ok(()),
            Some((code, why, label, help)) => {
                let message = format!("fault `{}`: {why}", fault.name());
                Err(notes.add(Note::new(code, place, message).label(label).help(help)))
            }
        }
    }

    /// Some kinds need a cloud whose insides are ours.
    fn of_target(&self, fault: &Fault) -> Option<Miss> {
        if !self.hears_flows && !fault.aim().flows.is_empty() {
            let why = "AWS is not told which flow a request is of, so no fault before it can tell".to_owned();
            return Some((
                Code::Unsupported,
                why,
                "never strikes",
                "aim it by `operation` or `model`".to_owned(),
            ));
        }
        let help = match fault.inject() {
            Inject::QuotaSqueeze { .. } => "use `throttle`, which refuses a share of the requests",
            Inject::Outage => "use `unavailable`, which refuses those who ask the region",
            Inject::Downgrade(_) => "remove the fault",
            _ => return None,
        };
        (self.mock == Some(false)).then(|| {
            let why = format!("only a mock target can have `{}`", fault.inject().name());
            (
                Code::Unsupported,
                why,
                "not with this target",
                format!("{help}, or aim at `target: {{ mock: … }}`"),
            )
        })
    }

    /// What strikes queues, stores and workers needs a flow that has them.
    fn of_queues(&self, fault: &Fault) -> Option<Miss> {
        let aim = fault.aim();
        let inject = fault.inject();
        if !is_beside_bedrock(fault) {
            return None;
        }
        let flows: Vec<&Flow> = self.flows.iter().copied().collect::<Option<_>>()?;
        let aimed = |flow: &&Flow| aim.flows.is_empty() || aim.flows.contains(flow.name());
        let has_queue = |flow: &Flow| matches!(flow.load(), Load::Queue { .. });
        (!flows.into_iter().filter(aimed).any(has_queue)).then(|| {
            let why = format!(
                "`{}` strikes queues and those who work at them, and no flow in its aim has one",
                inject.name()
            );
            let help = "give a flow `load: { queue: … }`, or aim the fault at Bedrock".to_owned();
            (Code::Contradiction, why, "never strikes", help)
        })
    }

    /// The operations that the fault may meet: those it names, of the flows that it names.
    fn operations(&self, fault: &Fault) -> Option<Vec<AnyOperation>> {
        let aim = fault.aim();
        if is_beside_bedrock(fault) {
            return None;
        }
        if aim.flows.is_empty() {
            return (!aim.operations.is_empty()).then(|| aim.operations.clone());
        }
        let flows: Vec<&Flow> = self.flows.iter().copied().collect::<Option<_>>()?;
        let called = flows
            .into_iter()
            .filter(|flow| aim.flows.contains(flow.name()))
            .map(|flow| AnyOperation::Call(flow.call().operation))
            .filter(|operation| aim.operations.is_empty() || aim.operations.contains(operation));
        Some(called.collect())
    }

    fn of_flows(&self, fault: &Fault) -> Option<Miss> {
        let aim = fault.aim();
        self.operations(fault)?.is_empty().then(|| {
            let (flows, operations) = (listed(&aim.flows), listed(aim.operations.iter().map(|it| it.name())));
            let why = format!("{operations} is called by none of {flows}");
            (
                Code::Contradiction,
                why,
                "never strikes",
                "remove `flow` or `operation` from its `where`".to_owned(),
            )
        })
    }

    fn of_streams(&self, fault: &Fault) -> Option<Miss> {
        let operations = self.operations(fault)?;
        let missed = fault.inject().needs_stream() && !operations.iter().any(|operation| operation.streams());
        missed.then(|| {
            let names = listed(operations.iter().map(|operation| operation.name()));
            let why = format!("`{}` strikes streams, and there is none in {names}", fault.inject().name());
            let help = "aim it at `converse_stream` or `invoke_stream`, or choose another kind".to_owned();
            (Code::Contradiction, why, "never strikes", help)
        })
    }

    fn of_quotas(&self, fault: &Fault) -> Option<Miss> {
        let Inject::QuotaSqueeze { .. } = fault.inject() else { return None };
        let models: Vec<&Model> = self.models.iter().copied().collect::<Option<_>>()?;
        let aimed = |name: &Name| fault.aim().models.is_empty() || fault.aim().models.contains(name);
        let aimed: Vec<&Model> = models.into_iter().filter(|model| aimed(model.name())).collect();
        (!aimed.iter().any(|model| model.quota().is_some())).then(|| {
            let why =
                format!("there is no quota to squeeze of {}", listed(aimed.iter().map(|model| model.name())));
            let help = "give the model a `quota`, as in `quota: { rpm: 600, tpm: 200k }`".to_owned();
            (Code::Unsupported, why, "nothing to squeeze", help)
        })
    }
}

/// Whether a fault strikes something else than Bedrock.
fn is_beside_bedrock(fault: &Fault) -> bool {
    let elsewhere = |service: &Service| *service != Service::Bedrock;
    fault.inject().is_of_queues()
        || fault.inject().is_of_workers()
        || !fault.aim().services.is_empty() && fault.aim().services.iter().all(elsewhere)
}

/// A quota is everybody's: it can be squeezed for a model and a region, and for nobody in particular.
fn whole_quota(fault: &Fault) -> Option<Miss> {
    let aim = fault.aim();
    let narrow = [
        ("flow", !aim.flows.is_empty()),
        ("operation", !aim.operations.is_empty()),
        ("tier", !aim.tiers.is_empty()),
        ("prompt", aim.prompt.is_some()),
        ("attempt", !aim.attempts.is_empty()),
    ];
    let narrow: Vec<&str> = narrow.into_iter().filter(|(_, given)| *given).map(|(key, _)| key).collect();
    (matches!(fault.inject(), Inject::QuotaSqueeze { .. }) && !narrow.is_empty()).then(|| {
        let why = format!("a quota is everybody's, so it cannot be squeezed by {}", listed(narrow));
        (Code::Contradiction, why, "whose quota?", "aim it by `model` and `region` only".to_owned())
    })
}
