//! What the mock says of itself when it begins: where it is, what to set, and what it will break when.

use std::iter;
use std::net::SocketAddr;
use std::path::Path;

use bedload_reports::number;
use bedload_reports::units::Nanos;

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
        for line in self.lines() {
            terminal.say(&format!("  {line}"));
        }
    }

    fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("export AWS_ENDPOINT_URL={}", self.url())];
        let region = self.home();
        let region = format!("AWS_REGION={region} AWS_DEFAULT_REGION={region}");
        if self.strict {
            lines.push(format!("export {region}"));
            lines.push("and sign with the keys that this process has in its environment".to_owned());
        } else {
            lines.push(format!("export AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any {region}"));
        }
        lines.push(
            "Bedrock Runtime, SQS and DynamoDB share the address; where the last two are to stay elsewhere:"
                .to_owned(),
        );
        lines.push(format!("  export AWS_ENDPOINT_URL_BEDROCK_RUNTIME={}", self.url()));
        // LiteLLM would go to AWS for all that the SDKs' own variable says.
        lines.push(format!("for LiteLLM: export AWS_BEDROCK_RUNTIME_ENDPOINT={}", self.url()));
        if let Some(pem) = self.authority {
            lines.push(format!("export AWS_CA_BUNDLE={0} NODE_EXTRA_CA_CERTS={0}", pem.display()));
        }
        if let Some(control) = self.control {
            lines.push(format!("control: http://{control}/ (health, faults, ledger, reset)"));
        }
        match self.offer.plan() {
            Some(plan) => {
                let models = plan.models().iter().map(|model| (&**model.name(), &**model.id()));
                lines.extend(shelf(plan.name(), plan.target().regions(), models));
                lines.extend(timeline(plan, self.offer.once()));
            }
            None => {
                lines.extend(shelf("models", &REGIONS, MODELS.into_iter()));
                lines.push("breaks nothing; name a scenario, or add faults on the control path".to_owned());
            }
        }
        lines
    }

    fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    fn home(&self) -> &str {
        self.offer.plan().and_then(|plan| plan.target().home()).map_or(REGIONS[0], |region| region)
    }
}

/// What is served where, and by which ids it can be asked for.
fn shelf<'a>(
    what: &str,
    regions: &[impl AsRef<str>],
    models: impl Iterator<Item = (&'a str, &'a str)> + Clone,
) -> Vec<String> {
    let regions: Vec<&str> = regions.iter().map(AsRef::as_ref).collect();
    let widest = models.clone().map(|(name, _)| name.len()).max().unwrap_or_default();
    let models = models.map(|(name, id)| format!("  {name:widest$}  {id}"));
    iter::once(format!("serves {what} in {}:", regions.join(", "))).chain(models).collect()
}

/// What will break when.
fn timeline(plan: &Plan, once: bool) -> Vec<String> {
    if plan.faults().is_empty() {
        return vec!["breaks nothing".to_owned()];
    }
    let windows: Vec<_> = plan.faults().iter().map(|fault| window(fault, plan, once)).collect();
    let widest = windows.iter().flatten().map(String::len).max().unwrap_or_default().max(ALWAYS.len());
    let mut lines = vec!["breaks, by the time since it began to serve:".to_owned()];
    for (fault, window) in plan.faults().iter().zip(&windows) {
        let window = window.as_deref().unwrap_or(ALWAYS);
        lines.push(format!("  {window:widest$}  {}: {}", fault.name(), fault.about()));
    }
    if !once && windows.iter().any(Option::is_some) {
        lines.push(format!("and so again every {}; --once plays it once", number::clock(plan.length())));
    }
    lines
}

/// How the window of a fault without one is called.
const ALWAYS: &str = "always";

/// From when until when, unless that is all the time.
fn window(fault: &Fault, plan: &Plan, once: bool) -> Option<String> {
    let (from, to) = fault.when().window()?;
    let all = from == Nanos::ZERO && to == plan.length() && !once;
    (!all).then(|| format!("{} to {}", number::clock(from), number::clock(to)))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use crate::scenario::Source;

    fn plan(faults: &str) -> Plan {
        let text = format!(
            "version: 1
name: short
about: Two stages.
target: {{ mock: {{ regions: [us-east-1] }} }}
models: {{ haiku: {{ id: anthropic.claude-3-haiku-20240307-v1:0 }} }}
clients: {{ app: {{}} }}
stages: [{{ name: quiet, for: 30s }}, {{ name: storm, for: 30s }}]
flows:
  ask: {{ call: {{ converse: {{ model: haiku }} }}, client: app, load: {{ open: {{ rate: 1/s }} }} }}
{faults}"
        );
        Plan::parse(&Source::from_bytes("short.yaml", text.into_bytes()).unwrap(), &[]).unwrap()
    }

    #[test]
    fn what_breaks_is_told_in_columns_with_its_times() {
        let plan = plan(
            "faults:
  storm: { during: storm, inject: { throttle: { share: 30% } } }
  slow: { inject: { latency: { add: 2s } } }
  whole: { during: 0s..60s, inject: { internal_error: {} } }",
        );
        insta::assert_snapshot!(timeline(&plan, false).join("\n"), @r"
        breaks, by the time since it began to serve:
          0:30 to 1:00  storm: 429 to 30 % of all requests
          always        slow: 2.00 s more to all requests
          always        whole: 500 to all requests
        and so again every 1:00; --once plays it once
        ");
        insta::assert_snapshot!(timeline(&plan, true).join("\n"), @r"
        breaks, by the time since it began to serve:
          0:30 to 1:00  storm: 429 to 30 % of all requests
          always        slow: 2.00 s more to all requests
          0:00 to 1:00  whole: 500 to all requests
        ");
    }

    #[test]
    fn where_nothing_breaks_that_is_said() {
        assert_eq!(timeline(&plan(""), false), ["breaks nothing"]);
    }

    #[test]
    fn models_are_told_with_their_ids() {
        let plan = plan("");
        let models = plan.models().iter().map(|model| (&**model.name(), &**model.id()));
        insta::assert_snapshot!(shelf(plan.name(), plan.target().regions(), models).join("\n"), @r"
        serves short in us-east-1:
          haiku  anthropic.claude-3-haiku-20240307-v1:0
        ");
    }
}
