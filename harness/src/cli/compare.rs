//! `bedload compare`, and what `run` and `report` take to hold a run against another.

use std::path::PathBuf;

use clap::Args;

use super::{Changes, Limits, OutputFormat};

/// `bedload compare`
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// A run folder, or a folder of the run folders of several runs; or a scenario, to be run.
    #[arg(value_name = "BASE")]
    pub base: PathBuf,
    /// What to hold against it, of the same kind; left out, the same scenario with what --head-set or --head-build changes.
    #[arg(value_name = "HEAD")]
    pub head: Option<PathBuf>,
    /// Compare these figures, instead of the usual ones and those of the gates: `latency.p95`. May be given again.
    #[arg(long = "metric", value_name = "METRIC", help_heading = "Figures")]
    pub metrics: Vec<String>,
    /// Which differences of the runs are the point.
    #[command(flatten)]
    pub mismatch: Mismatch,
    /// End with 5 where a figure could not be told.
    #[arg(long, env = "BEDLOAD_FAIL_ON_INCONCLUSIVE")]
    pub fail_on_inconclusive: bool,
    /// Where the comparison is written.
    #[command(flatten)]
    pub outputs: CompareOutputs,
    /// How scenarios are run.
    #[command(flatten)]
    pub variants: Variants,
}

/// Files that hold a comparison.
#[derive(Clone, Debug, Default, Args)]
pub struct CompareOutputs {
    /// Write it as Markdown here.
    #[arg(long, value_name = "FILE", help_heading = "Outputs")]
    pub markdown: Option<PathBuf>,
    /// Write it as JSON here.
    #[arg(long, value_name = "FILE", help_heading = "Outputs")]
    pub json: Option<PathBuf>,
    /// Write the head's page here, with the comparison in it.
    #[arg(long, value_name = "FILE", help_heading = "Outputs")]
    pub html: Option<PathBuf>,
    /// What stdout says; on a runner of GitHub's `github`, else `human`.
    #[arg(long, value_name = "FORMAT", value_enum, env = "BEDLOAD_OUTPUT_FORMAT", help_heading = "Outputs")]
    pub output_format: Option<OutputFormat>,
}

/// Two variants of a scenario, or of bedload, and how often each is run.
#[derive(Clone, Debug, Default, Args)]
pub struct Variants {
    /// Run each scenario so often, base and head in turn. [default: the fewest that can tell all figures apart, at least 5]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(4..=10), help_heading = "Scenarios to run")]
    pub runs: Option<u8>,
    /// Where the run folders go: DIR/base/1, DIR/head/1, … [default: bedload-out/<scenario>/<time>]
    #[arg(long, value_name = "DIR", env = "BEDLOAD_OUT", help_heading = "Scenarios to run")]
    pub out: Option<PathBuf>,
    /// Change one value in both scenarios, and the seed of the first run; each further run has the next seed.
    #[command(flatten)]
    pub changes: Changes,
    /// Change one value in the base alone. May be given again.
    #[arg(long, value_name = "PATH=VALUE", help_heading = "Scenarios to run")]
    pub base_set: Vec<String>,
    /// Change one value in the head alone. May be given again.
    #[arg(long, value_name = "PATH=VALUE", help_heading = "Scenarios to run")]
    pub head_set: Vec<String>,
    /// The bedload that runs the base. [default: this one]
    #[arg(long, value_name = "PROGRAM", help_heading = "Scenarios to run")]
    pub base_build: Option<PathBuf>,
    /// The bedload that runs the head. [default: this one]
    #[arg(long, value_name = "PROGRAM", help_heading = "Scenarios to run")]
    pub head_build: Option<PathBuf>,
    /// Use the wall clock and a socket, where the scenarios would run in virtual time.
    #[arg(long, env = "BEDLOAD_REAL_TIME", help_heading = "Scenarios to run")]
    pub real_time: bool,
    /// What each run may spend.
    #[command(flatten)]
    pub limits: Limits,
}

/// What to hold a run against.
#[derive(Clone, Debug, Default, Args)]
pub struct Baselines {
    /// A run folder to hold the run against; with a name, for the gates that name it. May be given again.
    #[arg(long = "baseline", value_name = "[NAME=]RUN", help_heading = "Baseline")]
    pub baselines: Vec<String>,
    /// Which differences of the runs are the point.
    #[command(flatten)]
    pub mismatch: Mismatch,
}

/// Which differences of two runs are the point.
#[derive(Clone, Debug, Default, Args)]
pub struct Mismatch {
    /// Compare runs that are not alike in these sections of the scenario (clients, seed, …), in `clock` or in `machine`;
    /// without a value, in any.
    #[arg(
        long,
        value_name = "SECTION,…",
        num_args = 0..=1,
        require_equals = true,
        value_delimiter = ',',
        default_missing_value = "",
        help_heading = "Baseline"
    )]
    pub allow_mismatch: Option<Vec<String>>,
}

impl Mismatch {
    /// Whether runs may differ in this section.
    pub fn allows(&self, section: &str) -> bool {
        let allowed = self.allow_mismatch.as_deref().unwrap_or_default();
        allowed.iter().any(|allowed| allowed.is_empty() || allowed == section)
    }
}
