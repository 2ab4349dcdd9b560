//! `bedload plan`

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::{Changes, Limits, OutputFormat};

/// `bedload plan`
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// The scenario file.
    #[arg(required_unless_present = "calibrate", value_name = "SCENARIO")]
    pub scenario: Option<PathBuf>,
    /// A goal of every step: "ttft.p95 <= 2s", "success.ratio >= 99.9%", "latency.p99 chat <= 8s". May be given again.
    /// [default: the limits of the scenario's `slo` at p95, and success.ratio >= 99%]
    #[arg(long = "for", value_name = "GOAL")]
    pub goals: Vec<String>,
    /// The flow whose load is turned; the others keep their highest. [default: the only one, or all open loads together]
    #[arg(long, value_name = "FLOW")]
    pub flow: Option<String>,
    /// Look for the fewest workers that empty the queue in this time: undisturbed, with workers that crash, and with a model
    /// that is away for a minute.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub deadline: Option<Duration>,
    /// Ask the same of the scenario with each of these values: `clients.app.retry.profile=v2_0,v2_1`. Given again, of every
    /// combination.
    #[arg(long, value_name = "PATH=A,B,…")]
    pub vary: Vec<String>,
    /// Fit the mock behaviour of models to what a run measured, and print it.
    #[arg(
        long,
        value_name = "RUN",
        conflicts_with_all = [
            "scenario", "goals", "flow", "deadline", "vary", "from", "to", "warm_up", "hold", "cool_down", "steps",
            "hours_a_day", "strategy", "set", "yes", "max_cost", "max_requests",
        ]
    )]
    pub calibrate: Option<PathBuf>,
    /// How the search goes.
    #[command(flatten)]
    pub search: SearchArgs,
    /// The folder of the plan: its page, and the run folder of every step. [default: bedload-out/<scenario>/<time>]
    #[arg(long, value_name = "DIR", env = "BEDLOAD_OUT")]
    pub out: Option<PathBuf>,
    /// The scenario as changed from the command line.
    #[command(flatten)]
    pub changes: Changes,
    /// Use the wall clock and a socket, where the scenario would run in virtual time.
    #[arg(long, env = "BEDLOAD_REAL_TIME")]
    pub real_time: bool,
    /// What the whole plan may spend.
    #[command(flatten)]
    pub limits: Limits,
    /// What stdout says.
    #[arg(long, value_name = "FORMAT", value_enum, env = "BEDLOAD_OUTPUT_FORMAT", help_heading = "Outputs")]
    pub output_format: Option<OutputFormat>,
}

/// How the search goes.
#[derive(Clone, Debug, Args)]
pub struct SearchArgs {
    /// The first level: requests a second, users, jobs an hour or workers. [default: the scenario's own]
    #[arg(long, value_name = "LEVEL", value_parser = level, help_heading = "Search")]
    pub from: Option<f64>,
    /// The highest level that is tried. [default: a thousand times the first]
    #[arg(long, value_name = "LEVEL", value_parser = level, help_heading = "Search")]
    pub to: Option<f64>,
    /// The time of each step before figures count. [default: 30s]
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Search")]
    pub warm_up: Option<Duration>,
    /// The time of each step in which they do; more where it takes more for 300 requests. [default: 60s]
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Search")]
    pub hold: Option<Duration>,
    /// The time between steps against a target that is no mock: what a quota of a minute takes to come back. With `aws-ramp`
    /// AWS advises 15 minutes.
    #[arg(long, value_name = "TIME", default_value = "65s", value_parser = time, help_heading = "Search")]
    pub cool_down: Duration,
    /// The most steps of one search.
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u32).range(1..=1000), help_heading = "Search")]
    pub steps: u32,
    /// The hours of a day for which the load is kept up, for quotas of tokens a day.
    #[arg(long, value_name = "HOURS", default_value_t = 24.0, value_parser = hours, help_heading = "Search")]
    pub hours_a_day: f64,
    /// How levels are chosen.
    #[arg(long, value_enum, default_value_t, help_heading = "Search")]
    pub strategy: Strategy,
}

/// How levels are chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Strategy {
    /// Up by the half until a step fails, then thirds of what is left, to five per cent.
    #[default]
    Search,
    /// As AWS advises for models that answer 503: cut by half, hold, raise by half, up to --to.
    AwsRamp,
}

/// A time with its unit, as in a scenario.
fn time(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no time: write it as in a scenario, `90s` or `1h`");
    let span: jiff::SignedDuration = text.parse().map_err(|_| wrong())?;
    Duration::try_from(span).ok().filter(|time| !time.is_zero()).ok_or_else(wrong)
}

fn level(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|level| level.is_finite() && *level > 0.0);
    number.ok_or_else(|| format!("`{text}` is no level: a number above zero, without a unit"))
}

fn hours(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|hours| (0.0..=24.0).contains(hours) && *hours > 0.0);
    number.ok_or_else(|| format!("`{text}` is no part of a day: up to 24 hours"))
}
