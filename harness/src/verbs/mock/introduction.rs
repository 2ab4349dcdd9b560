//! What the mock says of itself when it begins: where it is, what to set, and what it will break when.

use std::net::SocketAddr;
use std::path::Path;

use bedload_reports::number;

use super::offer::{MODELS, Offer, REGIONS};
use crate::scenario::{Fault, Plan};
use crate::terminal::Terminal;

/// What there is to say.
pub(super) struct Introduction<'a> {
    /// How clients speak to it.
    pub scheme: &'static str,
    /// Where the cloud is.
    pub address: SocketAddr,
    /// Where the control paths are.
    pub control: Option<SocketAddr>,
    /// The certificate to trust.
    pub authority: Option<&'a Path>,
    /// Whether signatures are checked.
    pub strict: bool,
    /// What is served.
    pub offer: &'a Offer,
}

impl Introduction<'_> {
    /// For programs: the address of the cloud, and then that of the control paths.
    pub(super) fn data(&self) -> String {
        let control = self.control.map_or_else(String::new, |control| format!("http://{control}\n"));
        format!("{}\n{control}", self.url())
    }

    /// For a command that is run against it: the variables that lead any AWS SDK here, and LiteLLM, which knows
    /// one of its own.
    pub(super) fn environment(&self) -> Vec<(&'static str, String)> {
        let mut variables = vec![
            ("AWS_ENDPOINT_URL", self.url()),
            ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", self.url()),
            ("AWS_BEDROCK_RUNTIME_ENDPOINT", self.url()),
            // boto3 reads the second one only.
            ("AWS_REGION", self.home().to_owned()),
            ("AWS_DEFAULT_REGION", self.home().to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ];
        if !self.strict {
            variables.push(("AWS_ACCESS_KEY_ID", "AKIDBEDLOAD".to_owned()));
            variables.push(("AWS_SECRET_ACCESS_KEY", "made-up".to_owned()));
        }
        if let Some(pem) = self.authority {
            let pem = pem.display().to_string();
            variables.push(("NODE_EXTRA_CA_CERTS", pem.clone()));
            variables.push(("AWS_CA_BUNDLE", pem));
        }
        variables
    }

    /// For people: what to set, and what to expect.
    pub(super) fn say(&self, terminal: &Terminal) {
        terminal.say(&format!("  export AWS_ENDPOINT_URL_BEDROCK_RUNTIME={}", self.url()));
        if !self.strict {
            let region = self.home();
            terminal.say(&format!(
                "  export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any AWS_REGION={region} AWS_DEFAULT_REGION={region}"
            ));
        }
        if let Some(pem) = self.authority {
            terminal.say(&format!("  export AWS_CA_BUNDLE={0} NODE_EXTRA_CA_CERTS={0}", pem.display()));
        }
        if let Some(control) = self.control {
            terminal.say(&format!("  control: http://{control}/ (health, faults, ledger, reset)"));
        }
        match self.offer.plan() {
            Some(plan) => self.timeline(plan, terminal),
            None => {
                terminal.say(&format!("  serves, without faults, in {}:\n{}", REGIONS.join(" and "), shelf()))
            }
        }
    }

    fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    fn home(&self) -> &str {
        self.offer.plan().and_then(|plan| plan.target().home()).map_or(REGIONS[0], |region| region)
    }

    fn timeline(&self, plan: &Plan, terminal: &Terminal) {
        for fault in plan.faults() {
            terminal.say(&format!("  fault {}: {}, {}", fault.name(), fault.about(), when(fault)));
        }
        if !self.offer.once() && plan.faults().iter().any(|fault| fault.when().window().is_some()) {
            terminal
                .say(&format!("  and so again every {}; --once plays it once", number::clock(plan.length())));
        }
    }
}

fn when(fault: &Fault) -> String {
    fault.when().window().map_or_else(
        || "all the time".to_owned(),
        |(from, to)| format!("from {} to {} after this line", number::clock(from), number::clock(to)),
    )
}

/// The models, a line each.
fn shelf() -> String {
    let widest = MODELS.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let lines: Vec<_> = MODELS.iter().map(|(name, id)| format!("    {name:widest$}  {id}")).collect();
    lines.join("\n")
}
