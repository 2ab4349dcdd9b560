//! Runs the binary as a user would, in a folder of its own.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// What a command said and how it ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Said {
    /// The last line on stderr, which says code and reason.
    pub(crate) fn last_line(&self) -> &str {
        self.stderr.trim_end().lines().last().unwrap_or_default()
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Said {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// A folder for one test, gone when it is over.
pub(crate) struct Desk(TempDir);

impl Desk {
    pub(crate) fn new() -> Self {
        Desk(TempDir::new().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    /// The command, in this folder, with nothing of the caller's AWS settings.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bedload"));
        command
            .current_dir(self.0.path())
            .args(args)
            .env_remove("AWS_PROFILE")
            .env_remove("AWS_ACCESS_KEY_ID");
        command
            .env("AWS_CONFIG_FILE", self.path("none"))
            .env("AWS_SHARED_CREDENTIALS_FILE", self.path("none"));
        command.env("AWS_EC2_METADATA_DISABLED", "true").env("NO_COLOR", "1");
        command
    }

    pub(crate) fn bedload<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Said {
        self.command(args).output().unwrap().into()
    }
}

/// A scenario that ships with the project.
pub(crate) fn shipped(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios").join(name)
}

/// Every scenario that ships with the project.
pub(crate) fn all_shipped() -> Vec<PathBuf> {
    scenarios_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios"))
}

/// The scenarios of a folder, by name.
pub(crate) fn scenarios_in(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();
    paths
}

/// A scenario of twenty seconds, small enough for any test.
pub(crate) const SMALL: &str = "
version: 1
name: small
about: Does a small run do what it says?
seed: 7
target: { mock: { regions: [us-east-1, us-west-2] } }
models:
  haiku:
    id: anthropic.claude-3-haiku-20240307-v1:0
    mock: { ttft: 200ms, per_token: 6ms, output_tokens: 20 }
clients:
  plain:
    retry: { attempts: 3 }
    timeout: { attempt: 10s, total: 30s }
    regions: [us-east-1]
stages:
  - { name: quiet, for: 10s }
  - { name: storm, for: 10s }
flows:
  ask:
    call: { converse: { model: haiku, max_tokens: 64 } }
    client: plain
    load: { open: { arrivals: constant, rate: { quiet: 10/s, storm: 10/s } } }
faults:
  throttle: { during: storm, inject: { throttle: { every: 4 } } }
gates:
  answered: { metric: success.ratio, min: 99% }
  calm: { metric: success.first_try, during: quiet, min: 100% }
";
