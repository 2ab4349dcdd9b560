//! `ttft.p95 <= 2s`: a goal of a plan in one line.
//!
//! It becomes a gate of each step, so it is read by the same rules and earns the same messages as one in a scenario.

use std::str::FromStr;

use thiserror::Error;

/// A goal: a figure, and what it must keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goal {
    metric: String,
    flow: Option<String>,
    at_most: bool,
    value: String,
}

/// Why a text is no goal.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is no goal")]
pub struct GoalError(String);

impl FromStr for Goal {
    type Err = GoalError;

    fn from_str(text: &str) -> Result<Self, GoalError> {
        let no_goal = || GoalError(text.to_owned());
        let (at_most, (figure, value)) = match (text.split_once("<="), text.split_once(">=")) {
            (Some(parts), None) => (true, parts),
            (None, Some(parts)) => (false, parts),
            _ => return Err(no_goal()),
        };
        let mut words = figure.split_whitespace();
        let metric = words.next().ok_or_else(no_goal)?.to_owned();
        let flow = words.next().map(str::to_owned);
        let value = value.trim().to_owned();
        if words.next().is_some() || value.is_empty() || value.contains(['{', '}', ',']) {
            return Err(no_goal());
        }
        Ok(Goal { metric, flow, at_most, value })
    }
}

impl Goal {
    /// At most so much of a figure, as a scenario would write the value.
    pub fn at_most(metric: &str, value: impl Into<String>) -> Self {
        Goal { metric: metric.to_owned(), flow: None, at_most: true, value: value.into() }
    }

    /// At least so much.
    pub fn at_least(metric: &str, value: impl Into<String>) -> Self {
        Goal { at_most: false, ..Goal::at_most(metric, value) }
    }

    /// The name of the figure.
    pub fn metric(&self) -> &str {
        &self.metric
    }

    /// As it would be given: `ttft.p95 <= 2s`.
    pub fn text(&self) -> String {
        let flow = self.flow.as_ref().map(|flow| format!(" {flow}")).unwrap_or_default();
        let sign = if self.at_most { "<=" } else { ">=" };
        format!("{}{flow} {sign} {}", self.metric, self.value)
    }

    /// The rule that ends a step which is lost beyond doubt, in YAML: half of the requests of half a minute miss what nearly
    /// all were to keep. None for goals that only a whole step can tell.
    pub fn lost_beyond_doubt(&self) -> Option<String> {
        let flow = self.flow.as_ref().map(|flow| format!(", flow: {flow}")).unwrap_or_default();
        let (timing, statistic) = self.metric.split_once('.')?;
        match (timing, statistic, self.at_most) {
            ("latency" | "ttft" | "service_time", statistic, true) if statistic.starts_with("p9") => {
                Some(format!("{{ metric: {timing}.p50{flow}, above: {}, over: 30s }}", self.value))
            }
            ("success", "ratio", false) => {
                Some(format!("{{ metric: success.ratio{flow}, below: 50%, over: 30s }}"))
            }
            _ => None,
        }
    }

    /// The gate that it becomes, in YAML.
    pub fn gate(&self) -> String {
        let limit = if self.at_most { "max" } else { "min" };
        let flow = self.flow.as_ref().map(|flow| format!(", flow: {flow}")).unwrap_or_default();
        format!("{{ metric: {}{flow}, {limit}: {} }}", self.metric, self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_becomes_a_gate() {
        let table = [
            ("ttft.p95 <= 2s", "{ metric: ttft.p95, max: 2s }"),
            ("success.ratio>=99%", "{ metric: success.ratio, min: 99% }"),
            ("latency.p99 chat <= 8s", "{ metric: latency.p99, flow: chat, max: 8s }"),
        ];
        for (text, gate) in table {
            assert_eq!(text.parse::<Goal>().map(|goal| goal.gate()), Ok(gate.to_owned()));
        }
    }

    #[test]
    fn a_step_is_lost_where_half_miss_what_nearly_all_were_to_keep() {
        let rule = |text: &str| text.parse::<Goal>().ok().and_then(|goal| goal.lost_beyond_doubt());
        let expected = "{ metric: ttft.p50, flow: chat, above: 2s, over: 30s }";
        assert_eq!(rule("ttft.p95 chat <= 2s").as_deref(), Some(expected));
        assert_eq!(rule("cost.total <= 2"), None);
    }

    #[test]
    fn what_is_no_goal_is_refused() {
        for text in ["", "ttft.p95", "ttft.p95 < 2s", "<= 2s", "a b c <= 2s", "ttft.p95 <=", "x <= 1, max: 3"]
        {
            assert_eq!(text.parse::<Goal>(), Err(GoalError(text.to_owned())));
        }
    }
}
