//! `mock`: the cloud of a scenario on a socket, for a client in any language.

use bedload_mocks::{Cloud, CloudSpec, Epoch, Exchange, LedgerSink, ModelSpec, faults, server};
use bedload_reports::header::ClockKind;
use bedload_reports::number;
use tokio::net::TcpListener;

use super::{VerbError, plan, signals};
use crate::cli::MockArgs;
use crate::clock::{self, Clock};
use crate::engine::assembly::{AssemblyError, behaviour, cloud_spec};
use crate::engine::halt;
use crate::exit::{Exit, Status};
use crate::scenario::{self, Plan, Target};
use crate::terminal::Terminal;

/// What is served without a scenario: models that most examples name, one of each family at least, in two
/// regions.
const MODELS: [(&str, &str); 14] = [
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
const REGIONS: [&str; 2] = ["us-east-1", "us-west-2"];

pub(super) fn mock(args: &MockArgs, terminal: &Terminal) -> Result<Exit, VerbError> {
    let plan = args.scenario.as_ref().map(|path| plan(path, &args.changes)).transpose()?;
    let spec = match &plan {
        Some(plan) => of_scenario(plan)?,
        None => sensible()?,
    };
    let runtime = clock::runtime(ClockKind::Real).map_err(VerbError::Runtime)?;
    runtime.block_on(serve(args, plan.as_ref(), spec, terminal))
}

async fn serve(
    args: &MockArgs,
    plan: Option<&Plan>,
    spec: CloudSpec,
    terminal: &Terminal,
) -> Result<Exit, VerbError> {
    let refuse = |source| VerbError::Port { address: args.listen, source };
    let listener = TcpListener::bind(args.listen).await.map_err(refuse)?;
    let url = format!("http://{}", listener.local_addr().map_err(refuse)?);
    let clock = Clock::start(ClockKind::Real);
    let epoch = Epoch { instant: clock.epoch(), wall: clock.wall_epoch() };
    let cloud = Cloud::new(spec, epoch, Forget);
    let (halt, halted) = halt::halt();
    let received = signals::listen(halt);
    terminal.print(&format!("{url}\n"))?;
    introduce(&url, plan, terminal);
    match server::serve(listener, cloud, async move { halted.stopped().await }).await {
        Ok(()) => {
            let status = received.status().unwrap_or(Status::Pass);
            Ok(Exit::new(status, "the mock stopped serving"))
        }
        Err(error) => Err(VerbError::Target {
            what: format!("the mock stopped serving: {error}"),
            remedy: "start it again; if it happens again, lower the number of open connections".to_owned(),
        }),
    }
}

/// Says how to reach the cloud and when it will break.
fn introduce(url: &str, plan: Option<&Plan>, terminal: &Terminal) {
    terminal.say(&format!("  export AWS_ENDPOINT_URL_BEDROCK_RUNTIME={url}"));
    terminal.say("  export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1");
    match plan {
        None => {
            let ids: Vec<_> = MODELS.iter().map(|(_, id)| *id).collect();
            terminal.say(&format!(
                "  serves {} in {}, without faults",
                ids.join(", "),
                REGIONS.join(" and ")
            ));
        }
        Some(plan) => {
            for fault in plan.faults() {
                let when = fault.when().window().map_or_else(String::new, |(from, to)| {
                    format!(" from {} to {} after this line", number::clock(from), number::clock(to))
                });
                terminal.say(&format!("  fault {}: {}{when}", fault.name(), fault.about()));
            }
        }
    }
}

fn of_scenario(plan: &Plan) -> Result<CloudSpec, VerbError> {
    match plan.target() {
        Target::Mock { .. } => Ok(cloud_spec(plan)?),
        Target::Endpoint(_) | Target::Aws { .. } => Err(VerbError::Usage {
            what: format!("the target of {} is no mock", plan.name()),
            remedy: "serve a scenario whose target is `mock`".to_owned(),
        }),
    }
}

fn sensible() -> Result<CloudSpec, AssemblyError> {
    let behaviour = behaviour(&scenario::Behaviour::default())?;
    let models =
        MODELS.iter().map(|(name, id)| ModelSpec::new(*name, *id, behaviour)).collect::<Result<_, _>>()?;
    Ok(CloudSpec::new(1, REGIONS.map(str::to_owned).to_vec(), models, faults::Script::default())?)
}

/// Nobody reads the ledger of a mock that only serves.
struct Forget;

impl LedgerSink for Forget {
    fn note(&self, _: Exchange) {}
}
