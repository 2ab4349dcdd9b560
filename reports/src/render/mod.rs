//! Every output of a run, each in a file of its own, each one function from figures to bytes.
//!
//! Renderers do words and geometry, no arithmetic on results: a figure that two outputs show must be
//! the same figure. They read no clock and no network, so the same summary gives the same bytes, and
//! they fail only where the writer they are given does.
//!
//! All text that comes from a run (names, messages, error bodies) is untrusted. Each format has one
//! place that makes such text harmless, named in the file's own documentation.

pub(crate) mod capacity;
mod compared;
mod explain;
mod finding;
mod github;
mod hlog;
mod html;
mod json;
mod junit;
mod markdown;
mod openmetrics;
mod phrase;
#[cfg(test)]
mod sample;
mod sentence;
mod text;

pub use capacity::{
    capacity_answers, capacity_json, capacity_line, capacity_markdown, capacity_text, step_line,
};
pub use explain::{explain_all, explain_finding, explain_metric};
pub use github::{comparison_github, github};
pub use hlog::hlog;
pub use html::{Entry, html, index, plan as capacity_html};
pub use json::{comparison_json, json};
pub use junit::junit;
pub use markdown::{comparison_markdown, markdown};
pub use openmetrics::openmetrics;
pub use text::{Style, comparison_text, text};
