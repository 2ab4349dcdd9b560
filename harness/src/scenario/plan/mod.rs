//! The plan: a scenario that cannot be wrong any more.
//!
//! Every name in it leads somewhere, every window lies on the timeline, every gate can have data. Whoever
//! holds a plan need check nothing, and nobody but the reader can make one.

mod answer;
mod build;
mod call;
mod capacity;
mod client;
mod evidence;
mod expect;
mod fault;
mod flow;
mod gate;
mod gateway;
mod known;
mod limit;
mod load;
mod model;
mod names;
mod operation;
mod pairs;
mod pattern;
mod policy;
mod prompt;
mod queue;
mod quota;
mod reach;
mod replay;
mod retried;
mod shape;
mod spread;
mod stop;
mod target;
mod timeline;
mod wire;
mod world;

use std::sync::Arc;

use bedload_reports::gate::Gate;
use bedload_reports::header::{ClockKind, Slo, Stage, Tracing};
use bedload_reports::judge::expect::Expect;
use bedload_reports::record::Name;
use bedload_reports::stop::StopRule;
use bedload_reports::units::Nanos;
use bedload_reports::validity::Thresholds;
use sha2::{Digest, Sha256};

pub use answer::{Answer, AnswerAim, StopReason, ToolCall};
pub use call::{AnswerLimit, CallSpec, Input};
pub use capacity::CapacityQuestion;
pub use client::Client;
pub(crate) use client::{default_retry, default_timeouts};
pub(crate) use fault::named as named_exception;
pub use fault::{
    Aim, CrcPart, DowngradeOf, ErrorAnswer, Fault, Inject, Reset, Service, ThrottleMessage, Trigger,
    UnavailableMessage, When, WrongDate,
};
pub use flow::Flow;
pub(crate) use gateway::period_word;
pub use load::{Load, UserSegment};
pub use model::{Answers, Behaviour, Model, Optimized};
pub use names::Names;
pub use operation::AnyOperation;
pub use pattern::Pattern;
pub(crate) use policy::{fewest_calls, usual_triggers};
pub use prompt::{PromptFile, PromptTemplate};
pub use quota::{OnDemand, Provisioned, Quota, Reserved, WindowLaw};
pub use spread::Spread;
pub(crate) use spread::time;
pub use target::{Endpoints, Target};
pub(crate) use wire::default_wire_retry;
use world::World;

use super::decode::Optional;
use super::expand::expand;
use super::input::Inputs;
use super::leaf::OneOrMany;
use super::mistakes::Mistakes;
use super::notes::Noted;
use super::place::At;
use super::set::Set;
use super::source::Source;

/// A scenario, read and checked.
#[derive(Clone, Debug)]
pub struct Plan {
    content: Content,
    text: Arc<str>,
    digest: String,
}

/// What a scenario says, apart from how it is written.
#[derive(Clone, Debug)]
pub(crate) struct Content {
    pub name: Name,
    pub about: Name,
    pub seed: u64,
    pub clock: ClockKind,
    pub target: Target,
    pub max_in_flight: usize,
    pub stages: Vec<Stage>,
    pub models: Vec<Model>,
    pub answers: Vec<Answer>,
    pub clients: Vec<Client>,
    pub flows: Vec<Flow>,
    pub faults: Vec<Fault>,
    pub slo: Slo,
    pub gates: Vec<Gate>,
    pub stop_if: Vec<StopRule>,
    pub validity: Thresholds,
    pub expect: Option<Expect>,
    pub trace: Tracing,
    pub plan: Option<CapacityQuestion>,
}

impl Plan {
    /// Reads a scenario with changes to it.
    ///
    /// # Errors
    /// All the mistakes in it, in the order of the file.
    pub fn parse(source: &Source, sets: &[Set]) -> Result<Plan, Mistakes> {
        Plan::read(source, sets, Inputs::beside(source.name()))
    }

    /// Reads a scenario without the files that it names, for whoever asks what it says and runs nothing: a run folder holds
    /// the scenario alone.
    ///
    /// # Errors
    /// All the mistakes in it, in the order of the file.
    pub fn recall(source: &Source) -> Result<Plan, Mistakes> {
        Plan::read(source, &[], Inputs::Unread)
    }

    fn read(source: &Source, sets: &[Set], inputs: Inputs) -> Result<Plan, Mistakes> {
        let content =
            build::content(source, sets, inputs).map_err(|notes| Mistakes::new(notes, source, sets))?;
        let expanded = expand(&content);
        let mut digest = Sha256::new_with_prefix(&expanded);
        content.flows.iter().flat_map(Flow::digests).for_each(|input| digest.update(input));
        let digest = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let text = if sets.is_empty() { source.text().clone() } else { expanded.into() };
        Ok(Plan { content, text, digest })
    }

    /// What the run is called.
    pub fn name(&self) -> &Name {
        &self.content.name
    }

    /// The question that the scenario answers, in its author's words.
    pub fn about(&self) -> &str {
        &self.content.about
    }

    /// The seed of every draw.
    pub fn seed(&self) -> u64 {
        self.content.seed
    }

    /// Where times come from, unless the command line decides otherwise.
    pub fn clock(&self) -> ClockKind {
        self.content.clock
    }

    /// What the run is aimed at.
    pub fn target(&self) -> &Target {
        &self.content.target
    }

    /// The most requests in flight at once, over all flows.
    pub fn max_in_flight(&self) -> usize {
        self.content.max_in_flight
    }

    /// The timeline, in order, without gaps from the epoch on.
    pub fn stages(&self) -> &[Stage] {
        &self.content.stages
    }

    /// The models, in the scenario's order.
    pub fn models(&self) -> &[Model] {
        &self.content.models
    }

    /// The model of this name.
    pub fn model(&self, name: &str) -> Option<&Model> {
        self.content.models.iter().find(|model| &**model.name() == name)
    }

    /// The rules by which mock models answer; the first that matches does.
    pub fn answers(&self) -> &[Answer] {
        &self.content.answers
    }

    /// The clients, in the scenario's order.
    pub fn clients(&self) -> &[Client] {
        &self.content.clients
    }

    /// The client of this name.
    pub fn client(&self, name: &str) -> Option<&Client> {
        self.content.clients.iter().find(|client| &**client.name() == name)
    }

    /// The flows, in the scenario's order.
    pub fn flows(&self) -> &[Flow] {
        &self.content.flows
    }

    /// The faults, in the scenario's order.
    pub fn faults(&self) -> &[Fault] {
        &self.content.faults
    }

    /// What counts as good enough for one request.
    pub fn slo(&self) -> Slo {
        self.content.slo
    }

    /// The gates, in the scenario's order.
    pub fn gates(&self) -> &[Gate] {
        &self.content.gates
    }

    /// What ends the run before its time, in the scenario's order.
    pub fn stop_if(&self) -> &[StopRule] {
        &self.content.stop_if
    }

    /// Where the measurement itself stops being trusted.
    pub fn validity(&self) -> Thresholds {
        self.content.validity
    }

    /// What the judge must find true of the client.
    pub fn expect(&self) -> Option<&Expect> {
        self.content.expect.as_ref()
    }

    /// What a plan of capacity asks, where the scenario says.
    pub fn capacity(&self) -> Option<&CapacityQuestion> {
        self.content.plan.as_ref()
    }

    /// Which traces are kept.
    pub fn trace(&self) -> Tracing {
        self.content.trace
    }

    /// When the last stage ends.
    pub fn length(&self) -> Nanos {
        self.content.stages.last().map_or(Nanos::ZERO, |stage| stage.to)
    }

    /// The scenario as it is run: the file, or, where the command line changed it, the expanded scenario.
    pub fn source_text(&self) -> &str {
        &self.text
    }

    /// SHA-256 of the expanded scenario and of the files that it names, in hex. Comments, order within maps of settings, and
    /// defaults that are written out do not change it.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// What the scenario says, apart from how it is written.
    pub(crate) fn content(&self) -> &Content {
        &self.content
    }
}

/// The faults of a document that holds nothing else: `{ name: { where: …, inject: … }, … }`, in YAML or JSON.
///
/// `plan` is what is served, if that is a scenario; it tells which faults could never strike. Without `during` a
/// fault is on from its addition to its removal.
///
/// # Errors
/// All the mistakes in it.
pub fn faults(source: &Source, names: &Names, plan: Option<&Plan>) -> Result<Vec<Fault>, Mistakes> {
    build::faults_alone(source, names, plan).map_err(|notes| Mistakes::new(notes, source, &[]))
}

/// Makes something of every item: each is looked at, though one broken item breaks the list.
fn each<T, U>(
    raw: &Optional<OneOrMany<T>>,
    mut make: impl FnMut(&At<T>) -> Result<U, Noted>,
) -> Result<Vec<U>, Noted> {
    let Some(many) = raw.value()? else {
        return Ok(Vec::new());
    };
    let made: Vec<_> = many.items().iter().map(|item| make(item.as_ref().map_err(|noted| *noted)?)).collect();
    made.into_iter().collect()
}
