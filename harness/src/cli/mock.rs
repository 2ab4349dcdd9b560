//! `bedload mock`: what is served, where, to whom, and what is kept of it.

use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

use super::{Changes, Outputs};

/// `bedload mock`
#[derive(Debug, Args)]
pub struct MockArgs {
    /// The scenario whose models, regions, quotas and faults are served; without one, some sensible models.
    #[arg(value_name = "SCENARIO")]
    pub scenario: Option<PathBuf>,
    /// The scenario as changed from the command line.
    #[command(flatten)]
    pub changes: Changes,
    /// Play the scenario's timeline once; without it the faults come again when it is over.
    #[arg(long, requires = "scenario", help_heading = "Scenario")]
    pub once: bool,
    /// Where to listen; port 0 takes a free one. [default: 127.0.0.1:4580; a free port before a command]
    #[arg(long, value_name = "ADDRESS", env = "BEDLOAD_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// Who is let in.
    #[command(flatten)]
    pub access: Access,
    /// The control paths.
    #[command(flatten)]
    pub admin: AdminArgs,
    /// Write every exchange to this file as a line of JSON.
    #[arg(long, value_name = "FILE", help_heading = "What is kept")]
    pub ledger: Option<PathBuf>,
    /// How many exchanges the control path /ledger can look back on.
    #[arg(long, value_name = "N", default_value = "10000", help_heading = "What is kept")]
    pub keep: NonZeroUsize,
    /// The folder that stands for S3: outputs of asynchronous invocations are written under it, by bucket.
    #[arg(long, value_name = "DIR", help_heading = "What is kept")]
    pub s3: Option<PathBuf>,
    /// What becomes of a command's run.
    #[command(flatten)]
    pub judged: Judged,
    /// A command to run against the mock and to judge by what it sends; the timeline starts with its first request.
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

impl MockArgs {
    /// Where to listen.
    pub fn address(&self) -> SocketAddr {
        let port = if self.command.is_empty() { PORT } else { 0 };
        self.listen.unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
    }
}

/// The port of a mock that people point their programs at.
const PORT: u16 = 4580;

/// What becomes of the run of a command.
#[derive(Clone, Debug, Default, Args)]
pub struct Judged {
    /// The run folder. [default: bedload-out/<scenario>/<time>]
    #[arg(long, value_name = "DIR", env = "BEDLOAD_OUT", help_heading = "Before a command")]
    pub out: Option<PathBuf>,
    /// End with 5 where a gate could not be decided.
    #[arg(long, env = "BEDLOAD_FAIL_ON_INCONCLUSIVE", help_heading = "Before a command")]
    pub fail_on_inconclusive: bool,
    /// Extra copies of the outputs.
    #[command(flatten)]
    pub outputs: Outputs,
}

impl Judged {
    /// Whether the command line asks for anything that only a command's run has.
    pub fn is_asked_for(&self) -> bool {
        // The format of stdout may come from the environment, which asks for nothing.
        let Outputs { html, junit, json, markdown, openmetrics, output_format: _ } = &self.outputs;
        [&self.out, html, junit, json, markdown, openmetrics].into_iter().any(Option::is_some)
    }
}

/// Who is let in, and how.
#[derive(Clone, Debug, Args)]
pub struct Access {
    /// Listen on an address that other machines reach; the control paths then need a token.
    #[arg(long, help_heading = "Access")]
    pub allow_remote: bool,
    /// Serve TLS with a self-made certificate, whose PEM is written to this file for clients to trust.
    #[arg(long, value_name = "PEM", help_heading = "Access")]
    pub tls: Option<PathBuf>,
    /// Refuse what is not signed with the keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or does not
    /// bear the token in AWS_BEARER_TOKEN_BEDROCK.
    #[arg(long, help_heading = "Access")]
    pub strict_auth: bool,
}

/// The control paths: health, faults, ledger, reset.
#[derive(Clone, Debug, Args)]
pub struct AdminArgs {
    /// Where the control paths listen. [default: the port after --listen's; a free one beside port 0]
    #[arg(
        id = "admin_listen",
        long = "admin",
        value_name = "ADDRESS",
        env = "BEDLOAD_ADMIN",
        help_heading = "Control"
    )]
    pub listen: Option<SocketAddr>,
    /// Serve no control paths.
    #[arg(long, conflicts_with = "admin_listen", help_heading = "Control")]
    pub no_admin: bool,
    /// What `Authorization: Bearer` must say on the control paths.
    #[arg(
        long,
        value_name = "TOKEN",
        env = "BEDLOAD_ADMIN_TOKEN",
        hide_env_values = true,
        help_heading = "Control"
    )]
    pub admin_token: Option<String>,
}
