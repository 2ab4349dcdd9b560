//! `stages:`

use bedload_reports::header::Stage;

use super::nanos;
use super::page::{Page, word};
use crate::scenario::defaults;

pub(super) fn stage(page: &mut Page, stage: &Stage) {
    page.item(|page| {
        page.entry("name", word(&stage.name));
        page.entry("for", nanos(stage.to.since(stage.from)));
        page.entry_or_default("record", stage.record, stage.record == defaults::RECORD);
    });
}
