//! The storm held against a run of the branch before, whose client was faster and tried more often.

use std::sync::LazyLock;

use super::{HOSTILE, header, judged, story};
use crate::compare::{Comparison, Difference, Sample, compare, usual};
use crate::record::Record;
use crate::tally::{Folded, Tally};
use crate::units::Nanos;
use crate::validity::Ending;

/// By how much everything took longer in the head, in per cent.
const SLOWER: u64 = 40;

/// The storm against main.
pub(crate) fn against_main() -> Comparison {
    static AGAINST: LazyLock<Comparison> = LazyLock::new(|| {
        let base = folded(story::records());
        let head = folded(story::records().into_iter().map(slower).collect());
        let attempts = Difference {
            section: "clients".into(),
            what: "clients.careful.retry.attempts".into(),
            base: "5".into(),
            head: "4".into(),
        };
        let side = |name, run| Sample { name, runs: std::slice::from_ref(run) };
        compare(side("main", &base), side("bedload-out/storm", &head), vec![attempts])
    });
    AGAINST.clone()
}

/// The same where every text is hostile.
pub(crate) fn hostile_comparison() -> Comparison {
    let mut comparison = against_main();
    (comparison.base.name, comparison.head.name) = (HOSTILE.into(), HOSTILE.into());
    comparison.head.scenario = HOSTILE.into();
    for it in &mut comparison.unlike {
        (it.what, it.base, it.head) = (HOSTILE.into(), HOSTILE.into(), "\u{202e}".into());
    }
    comparison.rows.iter_mut().for_each(|row| row.scope.flow = Some(HOSTILE.into()));
    comparison
}

fn folded(records: Vec<Record>) -> Folded {
    let run = header();
    let mut tally = Tally::new(&run).asking(&usual(&run));
    records.iter().for_each(|record| tally.observe(record));
    tally.finish(Ending::Complete, 0).with_judgement(judged::careful(&records))
}

fn slower(mut record: Record) -> Record {
    let due = record.due;
    let later = |at: Nanos| at.plus(Nanos::new(at.since(due).get() / 100 * SLOWER));
    record.done = later(record.done);
    for call in &mut record.calls {
        call.done = later(call.done);
        (call.first_content, call.last_content) =
            (call.first_content.map(later), call.last_content.map(later));
    }
    record
}
