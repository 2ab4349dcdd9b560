//! A plan in Markdown, for a comment or a document.

use std::fmt::Write;

use crate::capacity::{Capacity, Step};
use crate::number;

use super::super::markdown::escaped;
use super::words;

/// The answer sheet, and the steps of each variant.
pub fn markdown(capacity: &Capacity) -> String {
    let mut text = format!("## {}: {}\n\n", escaped(&capacity.run.scenario), words::question(capacity));
    let _ = writeln!(
        text,
        "Goals: {}. The figures are {}.\n",
        escaped(&capacity.goals.join(", ")),
        words::origin(capacity)
    );
    for variant in &capacity.variants {
        if !variant.values.is_empty() {
            let _ = writeln!(text, "### {}\n", escaped(&variant.name()));
        }
        text.push_str("| | |\n| --- | --- |\n");
        for (name, value) in words::sheet(variant, capacity) {
            let _ = writeln!(text, "| {name} | {} |", escaped(&value));
        }
        text.push_str("\n<details><summary>Steps</summary>\n\n");
        text.push_str(
            "| step | why | level | answered | p50 | p95 | p99 | attempts | cost of 1,000 | result |\n",
        );
        text.push_str("| --: | --- | --: | --: | --: | --: | --: | --: | --: | --- |\n");
        for step in &variant.steps {
            text.push_str(&row(step, capacity));
        }
        text.push_str("\n</details>\n\n");
    }
    text
}

fn row(step: &Step, capacity: &Capacity) -> String {
    let attempts = step.attempts_per_request.map_or_else(|| "–".to_owned(), number::significant);
    let cost = step.per_1k().map_or_else(|| "–".to_owned(), number::usd);
    let times = [step.latency.p50, step.latency.p95, step.latency.p99].map(words::time).join(" | ");
    format!(
        "| {} | {} | {} | {} | {times} | {attempts} | {cost} | {} |\n",
        step.number,
        step.phase.word(),
        step.level_text(capacity.variable),
        words::per_s(step.answered_per_s),
        escaped(&words::verdict(step)),
    )
}
