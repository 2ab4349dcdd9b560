//! From what was seen to an answer: the words that go round it.
//!
//! A finding takes its reason and its advice from the table of codes, so that one code is never explained
//! in two ways; only what was seen, and sometimes what to change in this client, is the question's own.

use super::calls::Client;
use super::codes::CodeEntry;
use super::finding::{Answer, Code, Finding, Ruling, Severity};
use crate::number;
use crate::record::Name;
use crate::units::Nanos;

/// The most exchanges that a finding shows.
const MOST_EVIDENCE: usize = 20;

/// A question that is put to one client.
#[derive(Clone, Debug)]
pub(super) struct Question {
    code: Code,
    client: Name,
}

impl Question {
    pub(super) fn to(client: &Client<'_>, code: Code) -> Self {
        Question { code, client: client.name.clone() }
    }

    /// The client does it: what was seen, and what one that does it right would have shown.
    pub(super) fn found(&self, severity: Severity, seen: String, expected: String) -> Find {
        let CodeEntry { why, change, .. } = self.code.entry();
        let finding = Finding {
            severity,
            seen,
            expected,
            why: why.to_owned(),
            change: change.to_owned(),
            chance: None,
            evidence: Vec::new(),
        };
        Find { question: self.clone(), finding }
    }

    /// The client does not, by a sample that could have shown it.
    pub(super) fn clear(&self, seen: impl Into<String>) -> Answer {
        self.answer(Ruling::Clear { seen: seen.into() })
    }

    /// The sample cannot tell: it has `have` of about `need`.
    pub(super) fn insufficient(&self, have: usize, need: usize, of: impl Into<String>) -> Answer {
        self.answer(Ruling::Insufficient { have: have as u64, need: need as u64, of: of.into() })
    }

    fn answer(&self, ruling: Ruling) -> Answer {
        Answer { code: self.code, client: self.client.clone(), class: None, ruling }
    }
}

/// A finding in the making.
#[derive(Clone, Debug)]
pub(super) struct Find {
    question: Question,
    finding: Finding,
}

impl Find {
    /// With the chance of seeing this of a client that does it right.
    pub(super) fn by_chance(mut self, chance: f64) -> Self {
        self.finding.chance = Some(chance);
        self
    }

    /// With advice for this client in place of the table's.
    pub(super) fn change(mut self, change: impl Into<String>) -> Self {
        self.finding.change = change.into();
        self
    }

    /// With the exchanges that show it.
    pub(super) fn shown_by(mut self, numbers: impl IntoIterator<Item = u64>) -> Answer {
        self.finding.evidence = numbers.into_iter().take(MOST_EVIDENCE).collect();
        self.finding.evidence.sort_unstable();
        self.question.answer(Ruling::Found(self.finding))
    }
}

/// A count with its word: `1 call`, `2 calls`.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", number::count(count as u64), if count == 1 { one } else { many })
}

/// A clock time of the run in seconds, as findings give them: `14.002 s`.
pub(super) fn at(time: Nanos) -> String {
    format!("{:.3} s", time.as_secs_f64())
}

/// A length of time from seconds; none below zero.
pub(super) fn nanos(secs: f64) -> Nanos {
    Nanos::new((secs * 1e9).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_take_their_word() {
        assert_eq!(counted(1, "call", "calls"), "1 call");
        assert_eq!(counted(1_200, "call", "calls"), "1,200 calls");
    }
}
