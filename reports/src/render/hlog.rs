//! `latency.hlog`: every distribution in the log format that HdrHistogram's tools read.
//!
//! One line for each flow, stage and metric, tagged `flow.stage.metric`, and before the tagged lines of
//! a stage one without a tag: the latency of all its flows, which is what a tool shows when it is not
//! told otherwise.

use std::io;
use std::time::SystemTime;

use crate::header::Header;
use crate::histogram::{Histogram, Interval, write_interval_log};
use crate::metric::Timing;
use crate::tally::{HistogramPart, Histograms};

/// Writes the distributions of a run; `epoch` is the run's start on the log's clock.
pub fn hlog(
    run: &Header,
    histograms: &Histograms,
    epoch: SystemTime,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let comments = [
        format!("bedload scenario {} seed {}", single_line(&run.scenario), run.seed),
        format!("sha256 {}", run.digest),
        "values in microseconds; tags are flow.stage.metric; no tag is the latency of all flows".to_owned(),
    ];
    let totals = totals(histograms);
    let stages = totals.iter().flat_map(|(first, total)| {
        let untagged =
            Interval { tag: None, from: first.from, length: first.to.since(first.from), histogram: total };
        let tagged = histograms.parts.iter().filter(|part| part.stage == first.stage).map(tagged);
        [untagged].into_iter().chain(tagged)
    });
    write_interval_log(out, &comments, epoch, &stages.collect::<Vec<_>>())
}

fn tagged(part: &HistogramPart) -> Interval<'_> {
    Interval {
        tag: Some(format!("{}.{}.{}", part.flow, part.stage, part.timing.entry().name)),
        from: part.from,
        length: part.to.since(part.from),
        histogram: &part.histogram,
    }
}

/// The latency of all flows in each stage, with a part that knows the stage's times.
fn totals(histograms: &Histograms) -> Vec<(&HistogramPart, Histogram)> {
    let mut totals: Vec<(&HistogramPart, Histogram)> = Vec::new();
    for part in &histograms.parts {
        if totals.last().is_none_or(|(first, _)| first.stage != part.stage) {
            totals.push((part, Histogram::new()));
        }
        if let (Timing::Latency, Some((_, total))) = (part.timing, totals.last_mut()) {
            total.merge(&part.histogram);
        }
    }
    totals
}

fn single_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::storm;

    #[test]
    fn each_stage_has_a_total_and_its_tags() {
        let folded = storm();
        let mut out = Vec::new();
        assert!(hlog(&folded.summary.run, &folded.histograms, SystemTime::UNIX_EPOCH, &mut out).is_ok());
        let text = String::from_utf8_lossy(&out);
        let lines: Vec<&str> =
            text.lines().filter(|line| !line.starts_with('#') && !line.starts_with('"')).collect();
        assert_eq!(lines.iter().filter(|line| !line.starts_with("Tag=")).count(), 3);
        assert!(lines.iter().any(|line| line.starts_with("Tag=chat.quiet.latency,")), "{text}");
    }
}
