//! Annotations for GitHub: workflow commands that put what failed at the gate's own line of the scenario.
//!
//! GitHub shows ten errors and ten warnings of a step and drops the rest in silence, so the gravest come first, and the last one
//! says how many were left out. Text of a run is escaped as the toolkit's `core` does it: a line break in an error message
//! would be a command of its own.

use crate::compare::{self, Comparison, Row};
use crate::gate::{Judged, Verdict};
use crate::judge::expect::Expectation;
use crate::stop::Stopped;
use crate::summary::Summary;

use super::{compared, phrase};

/// Annotations of one kind that GitHub shows of one step.
const SHOWN: usize = 10;

/// The annotations of a run whose scenario stands in the file of this path; a line each, none where all is well.
pub fn github(summary: &Summary, scenario: &str) -> String {
    let mut annotations: Vec<Annotation> = summary
        .validity
        .troubles()
        .map(|check| Annotation {
            level: Level::Error,
            line: None,
            title: "run invalid".to_owned(),
            text: check.finding.clone(),
        })
        .collect();
    annotations.extend(summary.stopped.as_ref().map(stopped));
    annotations.extend(summary.gates.iter().filter_map(gate));
    annotations.extend(summary.expectations().iter().filter_map(expectation));
    let lines = [Level::Error, Level::Warning].map(|level| {
        let of_level: Vec<&Annotation> = annotations.iter().filter(|one| one.level == level).collect();
        told(&of_level, scenario)
    });
    lines.concat()
}

/// The annotations of a comparison: an error for each figure that regressed. No line of a scenario is to blame.
pub fn comparison_github(comparison: &Comparison) -> String {
    let regressed = comparison.rows.iter().filter(|row| row.verdict == compare::Verdict::Regressed);
    let annotations: Vec<Annotation> = regressed.map(regression).collect();
    told(&annotations.iter().collect::<Vec<_>>(), "")
}

fn regression(row: &Row) -> Annotation {
    let unit = row.metric.entry().unit;
    let values = [row.base.value, row.head.value].map(|value| compared::value(value, unit)).join(" → ");
    let change = row.change.as_ref().map(|change| format!(", {}", compared::change(change, unit)));
    let evidence = row.change.as_ref().and_then(|change| compared::evidence(change, unit));
    let interval = evidence.map(|evidence| format!(", 95 % interval {evidence}"));
    let text = [Some(values), change, interval, Some(format!("; allowed is {}", row.allowed.text(unit)))];
    let title = format!("{}: regressed", compared::figure(row));
    Annotation { level: Level::Error, line: None, title, text: text.into_iter().flatten().collect() }
}

/// How grave GitHub makes it look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Error,
    Warning,
}

#[derive(Debug)]
struct Annotation {
    level: Level,
    line: Option<u32>,
    title: String,
    text: String,
}

fn stopped(stopped: &Stopped) -> Annotation {
    let title = format!("stop_if {}: stopped early", stopped.rule.name);
    Annotation { level: Level::Error, line: stopped.rule.line, title, text: stopped.to_string() }
}

fn gate(judged: &Judged) -> Option<Annotation> {
    let level = match judged.verdict {
        Verdict::Pass => return None,
        _ if judged.fails_the_run() => Level::Error,
        _ => Level::Warning,
    };
    let (name, verdict) = (&judged.gate.name, judged.verdict.word());
    let title = format!("{name}: {verdict}");
    Some(Annotation { level, line: judged.gate.line, title, text: phrase::gate(judged).plain() })
}

fn expectation(expected: &Expectation) -> Option<Annotation> {
    let level = match expected.verdict {
        Verdict::Pass => return None,
        Verdict::Fail | Verdict::NoData => Level::Error,
        Verdict::Inconclusive => Level::Warning,
    };
    let title = format!("expect {}: {}", expected.name, expected.verdict.word());
    Some(Annotation { level, line: expected.line, title, text: phrase::expectation(expected).plain() })
}

fn told(annotations: &[&Annotation], scenario: &str) -> String {
    let shown = if annotations.len() > SHOWN { SHOWN - 1 } else { annotations.len() };
    let mut lines: String = annotations.iter().take(shown).map(|one| one.line(scenario)).collect();
    if let Some(first_left) = annotations.get(shown) {
        let left = annotations.len() - shown;
        let rest = Annotation {
            level: first_left.level,
            line: None,
            title: format!("{left} more"),
            text: "they are in the report".to_owned(),
        };
        lines += &rest.line(scenario);
    }
    lines
}

impl Annotation {
    fn line(&self, scenario: &str) -> String {
        let command = match self.level {
            Level::Error => "error",
            Level::Warning => "warning",
        };
        let line = self.line.map_or_else(String::new, |line| format!(",line={line}"));
        let title = property(&self.title);
        match scenario {
            "" => format!("::{command} title={title}::{}\n", data(&self.text)),
            file => {
                format!("::{command} file={}{line},title={title}::{}\n", property(file), data(&self.text))
            }
        }
    }
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn what_failed_stands_at_its_line_and_warnings_behind() {
        insta::assert_snapshot!(github(&sample::storm().summary, "scenarios/storm.yaml"));
    }

    #[test]
    fn a_run_that_cannot_be_trusted_says_so_first() {
        let told = github(&sample::torn().summary, "s.yaml");
        assert!(told.starts_with("::error file=s.yaml,title=run invalid::"), "{told}");
    }

    #[test]
    fn each_figure_that_regressed_is_an_error_without_a_line() {
        let told = comparison_github(&sample::against_main()).replace('\u{202f}', " ");
        assert_eq!(told.lines().count(), 9, "{told}");
        let second = "::error title=latency.p50%3A regressed::1.62 s → 2.27 s, +40.0 %25, 95 %25 interval ";
        assert!(told.contains(second) && !told.contains("file="), "{told}");
    }

    #[test]
    fn hostile_text_is_no_command_of_its_own() {
        let annotation = Annotation {
            level: Level::Error,
            line: Some(3),
            title: "a,line=9:x".to_owned(),
            text: "50 %\n::error file=other::mine".to_owned(),
        };
        let line = annotation.line("a:b,c.yaml");
        assert_eq!(
            line,
            "::error file=a%3Ab%2Cc.yaml,line=3,title=a%2Cline=9%3Ax::50 %25%0A::error file=other::mine\n"
        );
    }

    #[test]
    fn beyond_ten_the_rest_is_counted() {
        let one = |number: u32| Annotation {
            level: Level::Warning,
            line: Some(number),
            title: "gate".to_owned(),
            text: String::new(),
        };
        let many: Vec<Annotation> = (0..14).map(one).collect();
        let told = told(&many.iter().collect::<Vec<_>>(), "s.yaml");
        assert_eq!(told.lines().count(), 10);
        assert!(told.ends_with("::warning file=s.yaml,title=5 more::they are in the report\n"), "{told}");
    }
}
