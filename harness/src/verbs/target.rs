//! What must be known of a target before the first request: that it is there, that it lets us in,
//! and that whoever pays has agreed.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_credential_types::provider::ProvideCredentials;
use tokio::net::TcpStream;

use super::VerbError;
use super::dry_run::Expected;
use crate::cli::Limits;
use crate::clock::Clock;
use crate::engine::budget::Budget;
use crate::scenario::{Load, Plan, Target};
use crate::transport::network;

/// How long an endpoint may take to accept a connection before the run is refused.
const REACH: Duration = Duration::from_secs(5);

/// What a run may spend, once it is allowed to spend at all.
pub(super) fn budget(plan: &Plan, limits: &Limits, expected: &Expected) -> Result<Budget, VerbError> {
    let (scenario_cost, scenario_requests) = match plan.target() {
        Target::Aws { max_cost, max_requests, .. } => (*max_cost, *max_requests),
        Target::Mock { .. } | Target::Endpoint(_) => (None, None),
    };
    let max_cost = limits.max_cost.or(scenario_cost);
    let max_requests = limits.max_requests.or(scenario_requests);
    if let Target::Aws { .. } = plan.target() {
        permit(limits, max_cost, max_requests, expected)?;
    }
    Ok(Budget::new(max_requests, max_cost, expected.models.clone()))
}

fn permit(
    limits: &Limits,
    max_cost: Option<f64>,
    max_requests: Option<u64>,
    expected: &Expected,
) -> Result<(), VerbError> {
    let refuse = |what: String, remedy: &str| Err(VerbError::Usage { what, remedy: remedy.to_owned() });
    if max_cost.is_none() && max_requests.is_none() {
        return refuse(
            "a run on real AWS needs a budget".to_owned(),
            "give --max-cost USD or --max-requests N, or `max_cost` or `max_requests` under `target.aws`; --dry-run tells what to expect",
        );
    }
    if let (Some(_), Some(model)) = (max_cost, expected.unpriced.first()) {
        return refuse(
            format!("a budget in USD needs prices, and model `{model}` has none"),
            "give the model a `price`, or use --max-requests",
        );
    }
    if let (Some(most), Some(cost)) = (max_cost, expected.cost_usd)
        && cost > most
    {
        return refuse(
            format!("the run is expected to cost {cost:.2} USD, more than the budget of {most:.2} USD"),
            "lower the rates or the stages, or raise the budget; --dry-run shows the sum",
        );
    }
    if !limits.yes {
        return refuse(
            "this run sends requests to AWS that cost money".to_owned(),
            "add --yes to agree, or --dry-run to see what it would send",
        );
    }
    Ok(())
}

/// Makes sure that the target is there; resolves credentials for AWS.
pub(super) async fn reach(plan: &Plan, clock: Clock) -> Result<Option<SdkConfig>, VerbError> {
    match plan.target() {
        Target::Mock { .. } => Ok(None),
        Target::Endpoint(at) => {
            endpoint(&at.bedrock, clock).await?;
            if has_queues(plan) {
                endpoint(&at.sqs, clock).await?;
                endpoint(&at.dynamodb, clock).await?;
            }
            Ok(None)
        }
        Target::Aws { profile, .. } => aws(profile.as_deref()).await.map(Some),
    }
}

fn has_queues(plan: &Plan) -> bool {
    plan.flows().iter().any(|flow| matches!(flow.load(), Load::Queue { .. }))
}

async fn endpoint(url: &str, clock: Clock) -> Result<(), VerbError> {
    let refuse = |why: String| VerbError::Target {
        what: format!("cannot reach {url}: {why}"),
        remedy: "start what should listen there (`bedload mock` serves a cloud), or change `target.endpoint`"
            .to_owned(),
    };
    let authority = url.split("://").nth(1).unwrap_or(url).split('/').next().unwrap_or_default();
    let authority = if authority.contains(':') { authority.to_owned() } else { format!("{authority}:80") };
    match clock.within(Some(REACH), TcpStream::connect(authority)).await {
        Some(Ok(_)) => Ok(()),
        Some(Err(error)) => Err(refuse(error.to_string())),
        None => Err(refuse(format!("no answer within {} s", REACH.as_secs()))),
    }
}

async fn aws(profile: Option<&str>) -> Result<SdkConfig, VerbError> {
    let config = network::aws_config(profile).await;
    let refuse = |why: String| VerbError::Target {
        what: format!("no credentials for AWS: {why}"),
        remedy: "log in with your AWS tools, or name a profile under `target.aws.profile`".to_owned(),
    };
    let provider = config.credentials_provider().ok_or_else(|| refuse("none are configured".to_owned()))?;
    provider.provide_credentials().await.map_err(|error| refuse(error.to_string()))?;
    Ok(config)
}
