//! What came of a plan: the answer sheet, in words, as JSON, as Markdown and as a page.

mod markdown;
mod text;
pub(in crate::render) mod words;

use std::io;

use crate::capacity::Capacity;

pub use markdown::markdown as capacity_markdown;
pub use text::{step_line, text as capacity_text};
pub use words::{answers as capacity_answers, line as capacity_line};

/// Writes a plan as JSON.
pub fn capacity_json(capacity: &Capacity, out: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, capacity)?;
    out.write_all(b"\n")
}
