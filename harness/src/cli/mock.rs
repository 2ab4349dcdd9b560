//! `bedload mock`: what is served, where, to whom, and what is kept of it.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

use super::Changes;

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
    /// Where to listen; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:4580", env = "BEDLOAD_LISTEN")]
    pub listen: SocketAddr,
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
