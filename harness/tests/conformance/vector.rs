//! The notation of the tables: what each attempt meets, and what comes of it.
//!
//! One line is one attempt: `status[/code] [header=value …] -> outcome quota [wait]`. The outcomes are the words of
//! AWS's own vectors; the quota is what is left once the SDK has decided; the wait is in seconds. A line `--` begins
//! another call of the same client.

use std::time::Duration;

use crate::setting::Setting;

/// A client and the calls that it makes, each told attempt by attempt.
pub(crate) struct Vector<'a> {
    pub(crate) name: &'a str,
    pub(crate) setting: Setting,
    pub(crate) calls: &'a str,
}

/// One attempt.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Step {
    pub(crate) reply: Reply,
    pub(crate) then: Then,
    /// What is left of the quota after it.
    pub(crate) quota: usize,
}

/// What the service says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reply {
    /// The status; 200 is a whole answer.
    pub(crate) status: u16,
    /// The code of the error, where it names one.
    pub(crate) code: Option<String>,
    /// What else stands in its head.
    pub(crate) headers: Vec<(String, String)>,
}

/// What the SDK does then.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Then {
    /// It asks again after so long.
    Retry(Duration),
    /// It hands the answer over.
    Success,
    /// It hands over an error that is not to be retried.
    NotRetried,
    /// It gives up, for the attempts are used up.
    MaxAttemptsExceeded,
    /// It gives up, for the quota is.
    RetryQuotaExceeded,
}

impl Vector<'_> {
    /// The calls, in order.
    pub(crate) fn calls(&self) -> Vec<Vec<Step>> {
        self.calls.split("--").map(steps).collect()
    }
}

fn steps(text: &str) -> Vec<Step> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(step).collect()
}

fn step(line: &str) -> Step {
    let (meets, comes) = line.split_once("->").unwrap();
    let mut comes = comes.split_whitespace();
    let (outcome, quota) = (comes.next().unwrap(), comes.next().unwrap().parse().unwrap());
    let then = match (outcome, comes.next()) {
        ("retry", Some(wait)) => Then::Retry(Duration::from_secs_f64(wait.parse().unwrap())),
        ("success", None) => Then::Success,
        ("not_retried", None) => Then::NotRetried,
        ("max_attempts_exceeded", None) => Then::MaxAttemptsExceeded,
        ("retry_quota_exceeded", None) => Then::RetryQuotaExceeded,
        _ => panic!("no outcome: {line}"),
    };
    Step { reply: Reply::read(meets), then, quota }
}

impl Reply {
    /// Reads `status[/code] [header=value …]`.
    pub(crate) fn read(text: &str) -> Self {
        let mut words = text.split_whitespace();
        let (status, code) = match words.next().unwrap().split_once('/') {
            Some((status, code)) => (status, Some(code.to_owned())),
            None => (text.split_whitespace().next().unwrap(), None),
        };
        let header = |word: &str| word.split_once('=').map(|(name, value)| (name.into(), value.into()));
        let headers = words.map(|word| header(word).unwrap()).collect();
        Reply { status: status.parse().unwrap(), code, headers }
    }
}

#[test]
fn a_line_is_read_as_it_is_written() {
    let vector = Vector {
        name: "one of each",
        setting: Setting::v2_1(),
        calls: "
            503/SlowDown x-amz-retry-after=1500 -> retry 495 1.5
            200                                 -> success 500
            --
            400                                 -> not_retried 500
        ",
    };
    let headers = vec![("x-amz-retry-after".to_owned(), "1500".to_owned())];
    let slow = Reply { status: 503, code: Some("SlowDown".into()), headers };
    let retried = Step { reply: slow, then: Then::Retry(Duration::from_millis(1500)), quota: 495 };
    let done = Step { reply: Reply::read("200"), then: Then::Success, quota: 500 };
    let refused = Step { reply: Reply::read("400"), then: Then::NotRetried, quota: 500 };
    assert_eq!(vector.calls(), [vec![retried, done], vec![refused]]);
}
