//! A plan at the terminal: a line for each step while it goes on, and the answer sheet when it is over.

use crate::capacity::{Aim, Capacity, Phase, Step, StepVerdict, Variable};

use super::super::text::{Style, paint_bad, paint_good, tame};
use super::words;

/// A step in one line.
pub fn step_line(step: &Step, variable: Variable, style: Style) -> String {
    let word = words::verdict(step);
    let word = match step.verdict {
        StepVerdict::Pass => paint_good(&word, style),
        StepVerdict::Fail(_) | StepVerdict::Cut => paint_bad(&word, style),
    };
    let phase = match step.phase {
        Phase::Margin if variable.aim() == Aim::Least => "with room",
        phase => phase.word(),
    };
    format!(
        "  {:>3}  {phase:<9} {:>14}   answered {:>9}   p95 {:>9}   {word}",
        step.number,
        step.level_text(variable),
        words::per_s(step.answered_per_s),
        words::time(step.latency.p95),
    )
}

/// The answer sheet of each variant.
pub fn text(capacity: &Capacity, page: &str, style: Style) -> String {
    let mut lines = vec![String::new(), format!("{}   {}", capacity.run.scenario, words::question(capacity))];
    lines.push(format!("  goals    {}", capacity.goals.join(", ")));
    for variant in &capacity.variants {
        lines.push(String::new());
        if !variant.values.is_empty() {
            lines.push(variant.name());
        }
        for (place, (name, value)) in words::sheet(variant, capacity).into_iter().enumerate() {
            let found = variant.answer(capacity.variable).passing.is_some();
            let value = match (place, found) {
                (0, true) => paint_good(&value, style),
                (0, false) => paint_bad(&value, style),
                _ => tame(&value),
            };
            lines.push(format!("  {name:<18} {value}"));
        }
    }
    lines.push(String::new());
    lines.push(format!("  {}", words::origin(capacity)));
    lines.push(format!("  page     {page}\n"));
    lines.join("\n")
}
