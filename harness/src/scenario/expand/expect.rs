//! `expect:`

use bedload_reports::judge::expect::{Backoff, Expect};
use bedload_reports::judge::finding::Severity;
use bedload_reports::record::Name;

use super::nanos;
use super::page::{Page, list, word};
use crate::scenario::leaf::Finding;

pub(super) fn expect(page: &mut Page, expect: &Expect) {
    page.entry_if(
        "backoff",
        expect.backoff.map(|backoff| match backoff {
            Backoff::ExponentialFullJitter => "exponential_full_jitter",
            Backoff::V2_0 => "v2_0",
            Backoff::V2_1 => "v2_1",
        }),
    );
    page.entry_if("max_attempts", expect.max_attempts);
    page.entry_if("max_amplification", expect.max_amplification);
    names(page, "fallback", &expect.fallback);
    names(page, "regions", &expect.regions);
    page.entry_if("stream_idle", expect.stream_idle.map(nanos));
    let retry_after = |waits| if waits { "honoured" } else { "ignored" };
    page.entry_if("retry_after", expect.retry_after.map(retry_after));
    let findings = match expect.findings {
        None => "none",
        Some(Severity::Error) => "error",
        Some(Severity::Warning) => "warning",
        Some(Severity::Note) => "note",
    };
    page.entry_or_default("findings", findings, expect.findings.is_none());
    let allow = list(expect.allow.iter().map(|code| Finding::written(*code)));
    page.entry_or_default("allow", allow, expect.allow.is_empty());
}

fn names(page: &mut Page, key: &str, names: &[Name]) {
    if !names.is_empty() {
        page.entry(key, list(names.iter().map(|name| word(name))));
    }
}
