//! `explain`: what a metric, a finding of the judge, a mistake or an exit code means.

use bedload_reports::judge::finding::Code;
use bedload_reports::metric::Metric;
use bedload_reports::render::{explain_all, explain_finding, explain_metric};

use super::{VerbError, done};
use crate::exit::{Exit, Status};
use crate::scenario::CODES;
use crate::terminal::Terminal;

pub(super) fn explain(code: Option<&str>, terminal: &Terminal) -> Result<Exit, VerbError> {
    let text = match code {
        None => Some(explain_all()),
        Some(code) => explain_metric(code)
            .or_else(|| explain_finding(code))
            .or_else(|| mistake(code))
            .or_else(|| exit_code(code)),
    };
    match text {
        Some(text) => {
            terminal.print(&text)?;
            Ok(done("explained"))
        }
        None => Err(unknown(code.unwrap_or_default())),
    }
}

fn mistake(code: &str) -> Option<String> {
    let (id, title, remedy) = CODES.iter().find(|(id, ..)| id.eq_ignore_ascii_case(code))?;
    Some(format!("{id}  {title}\n\n  {remedy}\n"))
}

fn exit_code(code: &str) -> Option<String> {
    let status = Status::ALL.into_iter().find(|status| status.code().to_string() == code)?;
    Some(format!("exit {code}  {}\n", status.meaning()))
}

fn unknown(code: &str) -> VerbError {
    let findings = Code::ALL.map(|code| code.name().to_owned());
    let mistakes = CODES.iter().map(|(id, ..)| (*id).to_owned());
    let known = Metric::suggestions().chain(findings).chain(mistakes);
    let near = known.max_by(|a, b| strsim::jaro(a, code).total_cmp(&strsim::jaro(b, code)));
    VerbError::Usage {
        what: format!("there is nothing called `{code}` to explain"),
        remedy: format!(
            "did you mean `{}`? `bedload explain` alone lists every metric and every finding",
            near.unwrap_or_default()
        ),
    }
}
