//! `index.html`: the verdicts of several runs on one page, the gravest first, each a link to its report.

use std::io;

use askama::Template;

use super::{Ours, SHEET, policy, verdict};
use crate::chart::paint;
use crate::number;
use crate::summary::{RunVerdict, Summary};

/// What the page has beyond the sheet of a report.
const OWN_SHEET: &str = include_str!("../../../templates/index.css");

/// A run, and where its report is from where the index stands.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The address of the report, relative to the index.
    pub href: &'a str,
    /// The figures.
    pub summary: &'a Summary,
}

/// Writes the index of these runs. Runs with the same verdict keep their order.
pub fn index(entries: &[Entry<'_>], out: &mut dyn io::Write) -> io::Result<()> {
    let mut runs: Vec<&Entry<'_>> = entries.iter().collect();
    runs.sort_by_key(|entry| gravity(entry.summary.verdict));
    let sheet = format!("{}{SHEET}{OWN_SHEET}", paint::sheet());
    let page = Page {
        policy: policy::policy("", &sheet),
        sheet: Ours(sheet),
        title: title(entries),
        runs: runs.into_iter().map(run).collect(),
    };
    page.write_into(&mut &mut *out)
}

#[derive(Template)]
#[template(path = "index.html")]
struct Page<'a> {
    policy: String,
    sheet: Ours,
    title: String,
    runs: Vec<Run<'a>>,
}

struct Run<'a> {
    href: &'a str,
    strip: verdict::Strip,
    /// `93,235 requests in 5 m 00 s`
    size: String,
}

fn run<'a>(entry: &Entry<'a>) -> Run<'a> {
    let summary = entry.summary;
    let size =
        format!("{} requests in {}", number::count(summary.total.requests), number::time(summary.finished));
    Run { href: entry.href, strip: verdict::view(summary, None), size }
}

fn title(entries: &[Entry<'_>]) -> String {
    let passed = entries.iter().filter(|entry| entry.summary.verdict == RunVerdict::Pass).count();
    match entries.len() {
        all if all == passed => format!("all of {} scenarios passed", number::count(all as u64)),
        all => format!(
            "{} of {} scenarios did not pass",
            number::count((all - passed) as u64),
            number::count(all as u64)
        ),
    }
}

fn gravity(verdict: RunVerdict) -> u8 {
    match verdict {
        RunVerdict::Invalid => 0,
        RunVerdict::Fail => 1,
        RunVerdict::Inconclusive => 2,
        RunVerdict::Pass => 3,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::super::super::sample;
    use super::*;

    fn page(entries: &[Entry<'_>]) -> String {
        let mut out = Vec::new();
        index(entries, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_gravest_run_is_the_first_and_each_leads_to_its_report() {
        let (storm, torn) = (sample::storm().summary, sample::torn().summary);
        let page = page(&[
            Entry { href: "storm/report.html", summary: &storm },
            Entry { href: "torn/report.html", summary: &torn },
        ]);
        let (first, second) =
            (page.find("torn/report.html").unwrap(), page.find("storm/report.html").unwrap());
        assert!(first < second);
        assert!(page.contains("2 of 2 scenarios did not pass"));
    }

    #[test]
    fn hostile_text_stays_text() {
        let mut storm = sample::storm().summary;
        storm.run.scenario = sample::HOSTILE.into();
        storm.run.about = sample::HOSTILE.to_owned();
        let page = page(&[Entry { href: "\"><script>alert(1)</script>", summary: &storm }]);
        assert!(!page.contains("<img src=x") && !page.contains("<script>"), "{page}");
    }

    #[test]
    fn no_run_at_all_is_a_page_too() {
        assert!(page(&[]).contains("all of 0 scenarios passed"));
    }
}
