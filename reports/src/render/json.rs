//! `summary.json`: the summary itself, written down for programs.
//!
//! Keys keep the order of the type, so two summaries can be told apart line by line. The figures hold no
//! NaN: a figure without a value is absent, and the writer would put `null` where one slipped in.

use std::io;

use crate::compare::Comparison;
use crate::summary::Summary;

/// Writes the summary as indented JSON with a newline at its end.
pub fn json(summary: &Summary, out: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, summary)?;
    out.write_all(b"\n")
}

/// Writes a comparison in the same way: `comparison.json`.
pub fn comparison_json(comparison: &Comparison, out: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, comparison)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::{against_main, storm};

    #[test]
    fn a_comparison_is_read_back_whole() {
        let comparison = against_main();
        let mut written = Vec::new();
        let read = comparison_json(&comparison, &mut written).map(|()| serde_json::from_slice(&written).ok());
        assert_eq!(read.ok().flatten(), Some(comparison));
    }

    #[test]
    fn what_is_written_is_read_back() {
        let summary = storm().summary;
        let mut written = Vec::new();
        let read = json(&summary, &mut written).map(|()| serde_json::from_slice::<Summary>(&written).ok());
        let Ok(Some(read)) = read else { unreachable!("a summary is valid JSON") };
        assert_eq!(
            (read.verdict, &read.validity, &read.exemplars),
            (summary.verdict, &summary.validity, &summary.exemplars)
        );
        assert_eq!(read.timeline, summary.timeline);
        assert_eq!(written.last(), Some(&b'\n'));
    }
}
