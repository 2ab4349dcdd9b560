//! The judge's codes in words: the fault in a title, and the same turned round where a client is clear of it.

use crate::judge::finding::{Answer, Class, Code, Severity};

/// The code as `explain` knows it: `no-backoff`.
pub(super) fn name(code: Code) -> String {
    serde_json::to_string(&code).map(|json| json.trim_matches('"').to_owned()).unwrap_or_default()
}

/// What the client does.
pub(super) fn fault(code: Code) -> &'static str {
    words(code).0
}

/// What the client does instead, where it is clear.
pub(super) fn clear(code: Code) -> &'static str {
    words(code).1
}

#[rustfmt::skip]
fn words(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::NoBackoff => ("Retries come at once", "Retries wait"),
        Code::FirstRetryImmediate => ("The first retry comes at once", "The first retry waits"),
        Code::WeakJitter => ("Waits hardly vary", "Waits vary enough"),
        Code::NoJitter => ("Waits do not vary", "Waits vary"),
        Code::NoGrowth => ("Later waits are no longer than first ones", "Waits grow"),
        Code::NotFullJitter => ("Waits are not spread from zero", "Waits are spread from zero"),
        Code::ShorterThanDeclared => ("Waits are shorter than the policy's", "Waits are as long as the policy's"),
        Code::LongerThanDeclared => ("Waits are longer than the policy's", "Waits are as short as the policy's"),
        Code::RetryHerd => ("Many clients retry at one instant", "Clients retry each at its own time"),
        Code::NestedRetries => ("The application retries on top of its SDK", "Nothing retries on top of the SDK"),
        Code::Amplification => ("Requests cost more attempts than allowed", "Requests cost as few attempts as allowed"),
        Code::StormOutlivesFault => ("Retries go on after the fault", "Retries end with the fault"),
        Code::BareBudget => ("Attempts are used up by faults that a policy could outlast", "Attempts last as long as faults that a policy could outlast"),
        Code::RetryQuotaExhausted => ("The retry quota ran dry", "The retry quota lasted"),
        Code::PartialRetry => ("Some failures are retried and others are not", "Failures are retried alike"),
        Code::RetriesNonRetryable => ("What cannot succeed is sent again", "What cannot succeed is sent once"),
        Code::NoRetry => ("What would succeed is not sent again", "What may succeed is sent again"),
        Code::IgnoresRetryAfter => ("The service's wish for a wait is not kept", "The service's wish for a wait is kept"),
        Code::HangsOnStall => ("A silent stream is held open", "A silent stream is given up"),
        Code::HammersBrokenStream => ("A broken stream is asked for at once, again and again", "A broken stream is not asked for again and again"),
        Code::NoFallback => ("No other model is asked", "Another model is asked"),
        Code::RegionNeverMoved => ("No other region is asked", "Another region is asked"),
        Code::DuplicateEffects => ("One token of idempotency has two effects", "Each token of idempotency has one effect"),
        Code::OversizedReservation => ("max_tokens reserves far more than is written", "max_tokens reserves about what is written"),
        Code::ConnectionChurn => ("Connections are opened for a few requests each", "Connections are used again"),
        Code::ClockSkew => ("The client's clock is off", "The client's clock is right"),
        Code::LooksLike => ("What the retries look like", "What the retries look like"),
    }
}

/// The word for a severity.
pub(super) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// The word for a class of failures.
pub(super) fn class(class: Class) -> &'static str {
    match class {
        Class::Throttling => "throttling",
        Class::Transient => "transient",
    }
}

/// Whose answer it is: `careful, throttling`.
pub(super) fn whose(answer: &Answer) -> String {
    match answer.class {
        Some(of) => format!("{}, {}", answer.client, class(of)),
        None => answer.client.to_string(),
    }
}

/// A chance as a reader counts it: `1 in 2,000`.
pub(super) fn odds(chance: f64) -> String {
    match chance {
        chance if chance.is_finite() && chance >= 1e-9 => {
            let about = 10f64.powf((1.0 / chance).log10().floor() - 1.0).max(1.0);
            format!("1 in {}", crate::number::count(((1.0 / chance / about).round() * about) as u64))
        }
        _ => "less than 1 in 1,000,000,000".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_the_names_that_the_ledger_of_findings_has() {
        assert_eq!(name(Code::NoBackoff), "no-backoff");
        assert_eq!(name(Code::StormOutlivesFault), "storm-outlives-fault");
    }

    #[test]
    fn chances_are_counted_to_two_digits() {
        let table = [
            (5.12e-4, "1 in 2,000"),
            (0.124, "1 in 8"),
            (3.2e-5, "1 in 31,000"),
            (0.0, "less than 1 in 1,000,000,000"),
        ];
        for (chance, expected) in table {
            assert_eq!(odds(chance), expected);
        }
    }
}
