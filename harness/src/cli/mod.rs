//! The command line: types and their parsers, nothing else.
//!
//! The scenario file is the interface; flags choose the file, the seed and the outputs.

mod compare;
mod mock;
mod plan;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

pub use compare::{Baselines, CompareArgs, CompareOutputs, Mismatch, Variants};
pub use mock::{Judged, MockArgs};
pub use plan::{PlanArgs, SearchArgs, Strategy};

use crate::diagnostics::filter::Filter;

/// Loads, breaks and judges clients of Amazon Bedrock before production does.
#[derive(Debug, Parser)]
#[command(name = "bedload", version, propagate_version = true, after_help = AFTER_HELP)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
    /// When to colour the text for people.
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        env = "BEDLOAD_COLOR",
        help_heading = "Terminal"
    )]
    pub color: Color,
}

const AFTER_HELP: &str = "\
Exit codes: 0 pass · 1 internal · 2 usage · 3 bad scenario · 4 run invalid or incomplete · 5 inconclusive
(with --fail-on-inconclusive) · 99 a gate failed · 130/143 interrupted

Examples:
  bedload run scenarios/storm.yaml
  bedload run scenarios/storm.yaml --real-time --set stages.2.for=10s
  bedload check scenarios/*.yaml
  bedload compare bedload-out/main bedload-out/mine
  bedload compare scenarios/storm.yaml --runs 5 --head-set clients.near.retry.attempts=3
  bedload mock scenarios/storm.yaml
  bedload mock scenarios/storm.yaml -- python3 my_client.py
  bedload plan scenarios/chat.yaml --for 'ttft.p95 <= 2s'
  bedload plan scenarios/documents.yaml --deadline 1h
  bedload explain recovery.time";

/// When to colour the text for people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Run scenarios, judge their gates, write their run folders.
    Run(RunArgs),
    /// Read scenarios and tell every mistake, without sending anything.
    Check(CheckArgs),
    /// Serve the cloud of a scenario to any AWS SDK, on loopback.
    Mock(MockArgs),
    /// Hold a run against another, or run two variants of a scenario in turn, and tell what got better and what worse.
    Compare(CompareArgs),
    /// Find out how much load fits within goals and quotas, what binds, and what it costs.
    Plan(Box<PlanArgs>),
    /// Make the outputs of a run folder again.
    Report(ReportArgs),
    /// Print the JSON Schema of scenario files.
    Schema,
    /// Explain a metric, a finding of the judge, an exit code or a mistake; without an argument, all metrics and
    /// findings.
    Explain {
        /// `recovery.time`, `S004`, `99`, …
        code: Option<String>,
    },
    /// Print completions for a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
}

/// `bedload run`
#[derive(Debug, Args)]
pub struct RunArgs {
    /// Scenario files.
    #[arg(required = true, value_name = "SCENARIO")]
    pub scenarios: Vec<PathBuf>,
    /// The run folder; with several scenarios the folder of their run folders.
    /// [default: bedload-out/<scenario>/<time>]
    #[arg(long, value_name = "DIR", env = "BEDLOAD_OUT")]
    pub out: Option<PathBuf>,
    /// The scenario as changed from the command line.
    #[command(flatten)]
    pub changes: Changes,
    /// Use the wall clock and a socket, where the scenario would run in virtual time.
    #[arg(long, env = "BEDLOAD_REAL_TIME")]
    pub real_time: bool,
    /// Print the timeline with expected requests, tokens and cost, and send nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// What may be spent.
    #[command(flatten)]
    pub limits: Limits,
    /// End with 5 where a gate could not be decided.
    #[arg(long, env = "BEDLOAD_FAIL_ON_INCONCLUSIVE")]
    pub fail_on_inconclusive: bool,
    /// What to hold the run against.
    #[command(flatten)]
    pub baselines: Baselines,
    /// Extra copies of the outputs.
    #[command(flatten)]
    pub outputs: Outputs,
    /// Where spans are sent once the run is over.
    #[command(flatten)]
    pub exports: Exports,
    /// Write what bedload and the AWS SDK do, span by span, to diagnostics.jsonl in the run folder
    ///
    /// FILTER is a list of TARGET=LEVEL, and a LEVEL for all else, as in RUST_LOG; without one, `bedload=debug,aws=debug`,
    /// which takes some 20 kB for each request. At `trace` the SDK tells answers too. Every line is a request of OTLP/JSON.
    ///
    /// For example `--diagnostics=bedload=info,aws_smithy_runtime=debug`.
    #[arg(
        long,
        value_name = "FILTER",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = Filter::USUAL,
        env = "BEDLOAD_DIAGNOSTICS",
        help_heading = "Diagnostics"
    )]
    pub diagnostics: Option<Filter>,
}

/// Changes to a scenario.
#[derive(Clone, Debug, Default, Args)]
pub struct Changes {
    /// Change one value: `clients.careful.retry.mode=off`. May be given again.
    #[arg(long = "set", value_name = "PATH=VALUE", help_heading = "Scenario")]
    pub set: Vec<String>,
    /// Another seed than the scenario's.
    #[arg(long, env = "BEDLOAD_SEED", help_heading = "Scenario")]
    pub seed: Option<u64>,
}

/// What a run on real AWS may spend.
#[derive(Clone, Debug, Default, Args)]
pub struct Limits {
    /// Yes, send requests that cost money to AWS.
    #[arg(long, help_heading = "Real AWS")]
    pub yes: bool,
    /// Stop when this many USD are spent, by the scenario's prices.
    #[arg(long, value_name = "USD", help_heading = "Real AWS")]
    pub max_cost: Option<f64>,
    /// Stop after this many requests.
    #[arg(long, value_name = "N", help_heading = "Real AWS")]
    pub max_requests: Option<u64>,
}

/// Extra copies of the outputs, beside those in the run folder.
#[derive(Clone, Debug, Default, Args)]
pub struct Outputs {
    /// Also write the page here.
    #[arg(long, value_name = "FILE", help_heading = "Outputs")]
    pub html: Option<PathBuf>,
    /// Also write the JUnit results here.
    #[arg(long, value_name = "FILE", help_heading = "Outputs")]
    pub junit: Option<PathBuf>,
    /// Also write the summary as JSON here.
    #[arg(long, value_name = "FILE", help_heading = "Outputs")]
    pub json: Option<PathBuf>,
    /// Also write the summary as Markdown here.
    #[arg(long, value_name = "FILE", help_heading = "Outputs")]
    pub markdown: Option<PathBuf>,
    /// Also write the figures as OpenMetrics here.
    #[arg(long, value_name = "FILE", help_heading = "Outputs")]
    pub openmetrics: Option<PathBuf>,
    /// What stdout says; on a runner of GitHub's `github`, else `human`.
    #[arg(long, value_name = "FORMAT", value_enum, env = "BEDLOAD_OUTPUT_FORMAT", help_heading = "Outputs")]
    pub output_format: Option<OutputFormat>,
}

/// Who reads stdout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// Nobody: people read stderr.
    Human,
    /// A program: the summary of each run, as JSON in one line.
    Json,
    /// GitHub: what failed, at its line of the scenario; and the summary of the step.
    Github,
}

/// Where to send the spans of a run.
#[derive(Clone, Debug, Default, Args)]
pub struct Exports {
    /// Send spans to an OTLP endpoint: `http://…`, or `grpc://…`; without a value, where OTEL_EXPORTER_OTLP_ENDPOINT says.
    #[arg(long, value_name = "URL", num_args = 0..=1, default_missing_value = "", help_heading = "Traces")]
    pub otlp: Option<String>,
    /// Send documents to X-Ray's daemon; without a value, to AWS_XRAY_DAEMON_ADDRESS or 127.0.0.1:2000.
    #[arg(long, value_name = "ADDR", num_args = 0..=1, default_missing_value = "", help_heading = "Traces")]
    pub xray_daemon: Option<String>,
    /// Send documents to X-Ray's API of a region; without a value, AWS_REGION.
    #[arg(long, value_name = "REGION", num_args = 0..=1, default_missing_value = "", help_heading = "Traces")]
    pub xray: Option<String>,
    /// Send spans to X-Ray's OTLP endpoint of a region; without a value, AWS_REGION.
    #[arg(long, value_name = "REGION", num_args = 0..=1, default_missing_value = "", help_heading = "Traces")]
    pub xray_otlp: Option<String>,
}

/// `bedload check`
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Scenario files.
    #[arg(required = true, value_name = "SCENARIO")]
    pub scenarios: Vec<PathBuf>,
    /// The scenario as changed from the command line.
    #[command(flatten)]
    pub changes: Changes,
    /// Print the scenario with every default and its value.
    #[arg(long)]
    pub expand: bool,
}

/// `bedload report`
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// The run folder.
    #[arg(value_name = "RUN")]
    pub run: PathBuf,
    /// End with 5 where a gate could not be decided.
    #[arg(long, env = "BEDLOAD_FAIL_ON_INCONCLUSIVE")]
    pub fail_on_inconclusive: bool,
    /// What to hold the run against; without any, what it was held against before.
    #[command(flatten)]
    pub baselines: Baselines,
    /// Extra copies of the outputs.
    #[command(flatten)]
    pub outputs: Outputs,
    /// Where spans are sent once the run is over.
    #[command(flatten)]
    pub exports: Exports,
}
