//! What became of an exchange, in one word.

use serde::Serialize;

use super::Exchange;

/// How an exchange ended, as the cloud saw it.
///
/// It is made of what stands in the exchange when it is over, so that no two places can disagree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The answer was handed out to its end. A stream may still have held a fault: see `faults`.
    Answered,
    /// The client went away before the answer was over.
    #[default]
    HungUp,
    /// A fault cut the connection before, in or after the head.
    Severed,
    /// 429, or 400 for a quota: the caller asked for more than it may.
    Throttled,
    /// 503: there was no capacity.
    Unavailable,
    /// 401, 403 or 413: turned away at the door, for who asks or how much it sends.
    Refused,
    /// Any other 4xx that names a mistake of the request.
    Invalid,
    /// The service or the model broke: any other 5xx, and the statuses 408 and 424.
    Failed,
}

impl Verdict {
    /// Every verdict, in the order of the counts.
    pub const ALL: [Verdict; 8] = [
        Verdict::Answered,
        Verdict::HungUp,
        Verdict::Severed,
        Verdict::Throttled,
        Verdict::Unavailable,
        Verdict::Refused,
        Verdict::Invalid,
        Verdict::Failed,
    ];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Answered => "answered",
            Verdict::HungUp => "hung_up",
            Verdict::Severed => "severed",
            Verdict::Throttled => "throttled",
            Verdict::Unavailable => "unavailable",
            Verdict::Refused => "refused",
            Verdict::Invalid => "invalid",
            Verdict::Failed => "failed",
        }
    }

    /// The verdict on an exchange that is over.
    pub(crate) fn on(exchange: &Exchange, severed: bool) -> Self {
        match exchange.status {
            _ if severed => Verdict::Severed,
            _ if exchange.hung_up => Verdict::HungUp,
            None => Verdict::HungUp,
            Some(..400) => Verdict::Answered,
            Some(429) => Verdict::Throttled,
            Some(400) if exchange.error_type.as_deref().is_some_and(is_over_a_quota) => Verdict::Throttled,
            Some(503) => Verdict::Unavailable,
            Some(401 | 403 | 413) => Verdict::Refused,
            Some(408 | 424 | 500..) => Verdict::Failed,
            Some(_) => Verdict::Invalid,
        }
    }
}

/// Whether an error of 400 blames the caller's quota and no mistake: services of the AWS JSON protocol have
/// no 429.
fn is_over_a_quota(code: &str) -> bool {
    matches!(
        code,
        "ServiceQuotaExceededException"
            | "RequestThrottled"
            | "ThrottlingException"
            | "ProvisionedThroughputExceededException"
            | "RequestLimitExceeded"
            | "OverLimit"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(status: u16, error_type: Option<&'static str>) -> Verdict {
        Verdict::on(
            &Exchange { status: Some(status), error_type: error_type.map(Into::into), ..Exchange::default() },
            false,
        )
    }

    #[test]
    fn statuses_have_their_word() {
        let cases = [
            (200, Verdict::Answered),
            (400, Verdict::Invalid),
            (401, Verdict::Refused),
            (403, Verdict::Refused),
            (404, Verdict::Invalid),
            (408, Verdict::Failed),
            (413, Verdict::Refused),
            (424, Verdict::Failed),
            (429, Verdict::Throttled),
            (500, Verdict::Failed),
            (503, Verdict::Unavailable),
        ];
        for (status, expected) in cases {
            assert_eq!(verdict(status, None), expected, "{status}");
        }
        for code in
            ["ServiceQuotaExceededException", "RequestThrottled", "ProvisionedThroughputExceededException"]
        {
            assert_eq!(verdict(400, Some(code)), Verdict::Throttled, "{code}");
        }
    }

    #[test]
    fn a_cut_or_a_client_that_left_outweighs_the_status() {
        let left = Exchange { status: Some(200), hung_up: true, ..Exchange::default() };
        assert_eq!(Verdict::on(&left, false), Verdict::HungUp);
        assert_eq!(Verdict::on(&left, true), Verdict::Severed);
        assert_eq!(Verdict::on(&Exchange::default(), false), Verdict::HungUp);
    }

    #[test]
    fn the_words_are_those_of_the_json() {
        for verdict in Verdict::ALL {
            assert_eq!(serde_json::to_value(verdict).ok(), Some(verdict.name().into()));
        }
    }
}
