//! What became of all spans, in a line.

use std::fmt;
use std::time::Duration;

use bedload_reports::number;

use super::filter::Filter;

/// What became of all spans of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// What was asked for.
    pub filter: Filter,
    /// Spans that began.
    pub begun: u64,
    /// Spans that ended.
    pub ended: u64,
    /// Spans in the file.
    pub written: u64,
    /// Why some that ended are not there.
    pub trouble: Option<String>,
    /// Events that their spans had no room for.
    pub events_beyond: u64,
    /// Events that stood in no span.
    pub events_outside: u64,
    /// How often the end of a span waited for the file.
    pub waits: u64,
    /// How long, all in all.
    pub waited: Duration,
}

impl fmt::Display for Account {
    /// `12,345 spans`, and all that is missing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = number::count;
        write!(f, "{} spans", count(self.written))?;
        if self.begun == 0 {
            write!(f, " (nothing matched `{}`)", self.filter)?;
        }
        if self.begun != self.ended {
            write!(f, "; {} began, {} ended", count(self.begun), count(self.ended))?;
        }
        if self.ended != self.written {
            let why = self.trouble.as_deref().unwrap_or("the reason is not known");
            write!(f, "; {} are not written: {why}", count(self.ended.saturating_sub(self.written)))?;
        }
        if self.events_beyond > 0 {
            write!(f, "; {} events found no room in their span", count(self.events_beyond))?;
        }
        if self.events_outside > 0 {
            write!(f, "; {} events stood in no span", count(self.events_outside))?;
        }
        if self.waits > 0 {
            let waited = number::seconds(self.waited.as_secs_f64());
            write!(f, "; the run waited for the file {} times, {waited} in all", count(self.waits))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    fn account() -> Account {
        Account {
            filter: "info".parse().unwrap(),
            begun: 1200,
            ended: 1200,
            written: 1200,
            trouble: None,
            events_beyond: 0,
            events_outside: 0,
            waits: 0,
            waited: Duration::ZERO,
        }
    }

    #[test]
    fn whatever_is_missing_is_told() {
        let whole = account();
        let cases = [
            (whole.clone(), "1,200 spans"),
            (Account { begun: 0, ended: 0, written: 0, ..whole.clone() }, "0 spans (nothing matched `info`)"),
            (
                Account { begun: 1203, written: 1000, trouble: Some("no room".to_owned()), ..whole.clone() },
                "1,000 spans; 1,203 began, 1,200 ended; 200 are not written: no room",
            ),
            (
                Account { events_beyond: 3, events_outside: 4, ..whole.clone() },
                "1,200 spans; 3 events found no room in their span; 4 events stood in no span",
            ),
            (
                Account { waits: 2, waited: Duration::from_millis(1500), ..whole },
                "1,200 spans; the run waited for the file 2 times, 1.50\u{202f}s in all",
            ),
        ];
        for (account, told) in cases {
            assert_eq!(account.to_string(), told);
        }
    }
}
