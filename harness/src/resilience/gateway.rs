//! An API Gateway in front of a flow: what it lets pass, and its own words for what it does not.
//!
//! Codes and bodies are those of API Gateway's REST APIs: the throttle's and the quota's are reported from the field,
//! the validator's likewise; the sentences of 413 and 504 are recalled. None of them carries a `Retry-After`.

use bedload_reports::units::Nanos;

use super::bucket::Bucket;
use super::policy::GatewayPolicy;

/// What a gateway has let pass so far.
#[derive(Clone, Debug)]
pub struct Gateway {
    policy: GatewayPolicy,
    bucket: Bucket,
    /// The number of the quota's period, and what it has used.
    period: u64,
    used: u64,
}

/// What a gateway sees of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Knock {
    /// The length of its body, in bytes.
    pub body_bytes: u64,
    /// Whether the body is what the gateway's model asks for.
    pub valid: bool,
}

/// What a gateway answers in the place of the service behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The body is too long.
    TooLarge,
    /// The token bucket is empty.
    Throttled,
    /// The usage plan's quota is used up.
    QuotaUsedUp,
    /// The body is not what the gateway's model asks for.
    InvalidBody,
    /// The service behind it took too long.
    TimedOut,
}

impl Gateway {
    /// A gateway that has seen nothing yet.
    pub fn new(policy: GatewayPolicy) -> Self {
        Gateway { policy, bucket: Bucket::full(policy.burst, policy.rate), period: 0, used: 0 }
    }

    /// Lets a request pass, or not. Asked in this order: the size, the throttle, the quota, the validator. So
    /// what the throttle turns away costs no quota, and what is not valid does.
    ///
    /// # Errors
    /// The gateway's own answer.
    pub fn admit(&mut self, now: Nanos, knock: Knock) -> Result<(), Refusal> {
        if knock.body_bytes > self.policy.max_body_bytes {
            return Err(Refusal::TooLarge);
        }
        if self.bucket.wait(now, 1.0).is_some() {
            return Err(Refusal::Throttled);
        }
        self.bucket.take(now, 1.0);
        self.count(now)?;
        if knock.valid { Ok(()) } else { Err(Refusal::InvalidBody) }
    }

    fn count(&mut self, now: Nanos) -> Result<(), Refusal> {
        let Some(quota) = self.policy.quota else { return Ok(()) };
        let period = now.get() / Nanos::from(quota.period).get().max(1);
        if period != self.period {
            (self.period, self.used) = (period, 0);
        }
        if self.used >= quota.limit {
            return Err(Refusal::QuotaUsedUp);
        }
        self.used += 1;
        Ok(())
    }
}

impl Refusal {
    /// The HTTP status.
    pub fn status(self) -> u16 {
        match self {
            Refusal::TooLarge => 413,
            Refusal::Throttled | Refusal::QuotaUsedUp => 429,
            Refusal::InvalidBody => 400,
            Refusal::TimedOut => 504,
        }
    }

    /// The error type, as `x-amzn-ErrorType` has it; the gateway's response type where there is no such header.
    pub fn code(self) -> &'static str {
        match self {
            Refusal::TooLarge => "REQUEST_TOO_LARGE",
            Refusal::Throttled => "TooManyRequestsException",
            Refusal::QuotaUsedUp => "LimitExceededException",
            Refusal::InvalidBody => "BadRequestException",
            Refusal::TimedOut => "INTEGRATION_TIMEOUT",
        }
    }

    /// The body.
    pub fn body(self) -> String {
        let message = match self {
            Refusal::TooLarge => "Request Too Long",
            Refusal::Throttled => "Too Many Requests",
            Refusal::QuotaUsedUp => "Limit Exceeded",
            Refusal::InvalidBody => "Invalid request body",
            Refusal::TimedOut => "Endpoint request timed out",
        };
        serde_json::json!({ "message": message }).to_string()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::resilience::policy::UsageQuota;

    fn gateway(rate: f64, burst: f64, quota: Option<UsageQuota>) -> Gateway {
        Gateway::new(GatewayPolicy {
            rate,
            burst,
            quota,
            timeout: Duration::from_secs(29),
            max_body_bytes: 1000,
        })
    }

    const GOOD: Knock = Knock { body_bytes: 1000, valid: true };

    #[test]
    fn a_burst_passes_and_then_the_steady_rate() {
        let mut gateway = gateway(2.0, 3.0, None);
        let mut passed = |ms: u64| gateway.admit(Nanos::new(ms * 1_000_000), GOOD).is_ok();
        assert_eq!(
            [0, 0, 0, 0, 499, 500, 501, 1000].map(&mut passed),
            [true, true, true, false, false, true, false, true]
        );
    }

    #[test]
    fn a_quota_begins_again_with_its_period() {
        let day = Duration::from_secs(86_400);
        let mut gateway = gateway(1000.0, 1000.0, Some(UsageQuota { limit: 2, period: day }));
        let mut admit = |second| gateway.admit(Nanos::from_secs(second), GOOD);
        assert_eq!([0, 1, 2].map(&mut admit), [Ok(()), Ok(()), Err(Refusal::QuotaUsedUp)]);
        assert_eq!([86_399, 86_400].map(&mut admit), [Err(Refusal::QuotaUsedUp), Ok(())]);
    }

    #[test]
    fn what_the_throttle_turns_away_costs_no_quota_and_what_is_not_valid_does() {
        let hour = Duration::from_secs(3600);
        let mut gateway = gateway(1.0, 1.0, Some(UsageQuota { limit: 2, period: hour }));
        let invalid = Knock { valid: false, ..GOOD };
        let large = Knock { body_bytes: 1001, ..invalid };
        let mut admit = |second, knock| gateway.admit(Nanos::from_secs(second), knock);
        assert_eq!(admit(0, large), Err(Refusal::TooLarge), "before anything is counted");
        assert_eq!(admit(0, invalid), Err(Refusal::InvalidBody));
        assert_eq!(admit(0, GOOD), Err(Refusal::Throttled));
        assert_eq!(admit(1, GOOD), Ok(()));
        assert_eq!(admit(2, GOOD), Err(Refusal::QuotaUsedUp));
    }

    #[test]
    fn each_refusal_has_the_gateways_own_words() {
        let said = |refusal: Refusal| format!("{} {} {}", refusal.status(), refusal.code(), refusal.body());
        let all = [
            Refusal::TooLarge,
            Refusal::Throttled,
            Refusal::QuotaUsedUp,
            Refusal::InvalidBody,
            Refusal::TimedOut,
        ];
        assert_eq!(
            all.map(said),
            [
                r#"413 REQUEST_TOO_LARGE {"message":"Request Too Long"}"#,
                r#"429 TooManyRequestsException {"message":"Too Many Requests"}"#,
                r#"429 LimitExceededException {"message":"Limit Exceeded"}"#,
                r#"400 BadRequestException {"message":"Invalid request body"}"#,
                r#"504 INTEGRATION_TIMEOUT {"message":"Endpoint request timed out"}"#,
            ]
        );
    }
}
