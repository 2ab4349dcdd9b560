//! What the mock serves: a scenario's cloud, or without one some models that most programs ask for.

use std::sync::Arc;

use bedload_mocks::faults::Script;
use bedload_mocks::{CloudSpec, ModelSpec};
use bedload_reports::record::Name;

use super::Served;
use super::admission::Admission;
use crate::cli::MockArgs;
use crate::engine::assembly::{AssemblyError, behaviour, cloud_spec};
use crate::scenario::{self, Names, Plan, Target};
use crate::verbs::{VerbError, read_plan};

/// What is served without a scenario, by name and id: those of Anthropic that most examples name, and one
/// of each other family at least.
pub(super) const MODELS: [(&str, &str); 14] = [
    ("haiku", "anthropic.claude-3-haiku-20240307-v1:0"),
    ("sonnet", "anthropic.claude-3-sonnet-20240229-v1:0"),
    ("sonnet-4", "anthropic.claude-sonnet-4-20250514-v1:0"),
    ("nova-lite", "amazon.nova-lite-v1:0"),
    ("nova-reel", "amazon.nova-reel-v1:0"),
    ("titan", "amazon.titan-text-express-v1"),
    ("titan-embed", "amazon.titan-embed-text-v2:0"),
    ("llama", "meta.llama3-1-8b-instruct-v1:0"),
    ("mistral", "mistral.mistral-7b-instruct-v0:2"),
    ("mistral-large", "mistral.mistral-large-2407-v1:0"),
    ("command", "cohere.command-text-v14"),
    ("command-r", "cohere.command-r-v1:0"),
    ("marengo", "twelvelabs.marengo-embed-2-7-v1:0"),
    ("ray", "luma.ray-v2:0"),
];
/// Where, without a scenario.
pub(super) const REGIONS: [&str; 2] = ["us-east-1", "us-west-2"];
/// The seed of a mock without a scenario or `--seed`.
const SEED: u64 = 1;

/// What is served.
pub(super) struct Offer {
    plan: Option<Plan>,
    names: Names,
    once: bool,
    seed: u64,
}

impl Offer {
    /// What the command line asks for, and the cloud that has it.
    pub(super) fn of(args: &MockArgs, admission: &Admission) -> Result<(Served, CloudSpec), VerbError> {
        if args.scenario.is_none() && !args.changes.set.is_empty() {
            return Err(VerbError::Usage {
                what: "--set changes a scenario, and none is given".to_owned(),
                remedy: "name the scenario to serve".to_owned(),
            });
        }
        let plan = args.scenario.as_ref().map(|path| read_plan(path, &args.changes)).transpose()?;
        // A command meets each fault once, whatever it does; gates speak of stages, which come once.
        let once = args.once || !args.command.is_empty();
        let seed = plan.as_ref().map_or(args.changes.seed.unwrap_or(SEED), Plan::seed);
        let mut spec = match &plan {
            Some(plan) => of_scenario(plan, once)?,
            None => sensible(seed)?,
        };
        if let Some(folder) = &args.s3 {
            spec = spec.s3_folder(folder);
        }
        if let Some(keys) = admission.keys() {
            spec = spec.guarded_by(keys);
        }
        let names = match &plan {
            Some(plan) => Names::of(plan),
            None => Names::served(MODELS.map(|(name, _)| Name::from(name)), REGIONS.map(Name::from)),
        };
        Ok((Arc::new(Offer { plan, names, once, seed }), spec))
    }

    /// The scenario, if it is one.
    pub(super) fn plan(&self) -> Option<&Plan> {
        self.plan.as_ref()
    }

    /// The seed of its chance.
    pub(super) fn seed(&self) -> u64 {
        self.seed
    }

    /// What faults may name.
    pub(super) fn names(&self) -> &Names {
        &self.names
    }

    /// Whether the timeline is played once and not again.
    pub(super) fn once(&self) -> bool {
        self.once
    }
}

fn of_scenario(plan: &Plan, once: bool) -> Result<CloudSpec, VerbError> {
    match plan.target() {
        Target::Mock { .. } if once => Ok(cloud_spec(plan)?),
        Target::Mock { .. } => {
            Ok(cloud_spec(plan)?.repeating(plan.length().into()).map_err(AssemblyError::from)?)
        }
        Target::Endpoint(_) | Target::Aws { .. } => Err(VerbError::Usage {
            what: format!("the target of {} is no mock", plan.name()),
            remedy: "serve a scenario whose target is `mock`".to_owned(),
        }),
    }
}

fn sensible(seed: u64) -> Result<CloudSpec, AssemblyError> {
    let behaviour = behaviour(&scenario::Behaviour::default())?;
    let models =
        MODELS.iter().map(|(name, id)| ModelSpec::new(*name, *id, behaviour)).collect::<Result<_, _>>()?;
    Ok(CloudSpec::new(seed, REGIONS.map(str::to_owned).to_vec(), models, Script::default())?)
}
