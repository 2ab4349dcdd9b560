//! The codes of findings: their names, and what stands behind each.
//!
//! One table, so that the report, `explain` and the documentation give the same reason and the same
//! advice for one code. A finding adds what it saw; what to change may be told more closely where the
//! client is known.

use std::fmt;
use std::str::FromStr;

use super::finding::Code;

/// What stands behind a code.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CodeEntry {
    /// Its name in kebab case.
    pub name: &'static str,
    /// What a client does that has it.
    pub meaning: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// What to change.
    pub change: &'static str,
    /// The sample that it takes to tell.
    pub sample: &'static str,
}

impl Code {
    /// All of them, in the order of the table.
    pub const ALL: [Code; 27] = [
        Code::NoBackoff,
        Code::FirstRetryImmediate,
        Code::WeakJitter,
        Code::NoJitter,
        Code::NoGrowth,
        Code::NotFullJitter,
        Code::ShorterThanDeclared,
        Code::LongerThanDeclared,
        Code::RetryHerd,
        Code::NestedRetries,
        Code::Amplification,
        Code::StormOutlivesFault,
        Code::BareBudget,
        Code::RetryQuotaExhausted,
        Code::PartialRetry,
        Code::RetriesNonRetryable,
        Code::NoRetry,
        Code::IgnoresRetryAfter,
        Code::HangsOnStall,
        Code::HammersBrokenStream,
        Code::NoFallback,
        Code::RegionNeverMoved,
        Code::DuplicateEffects,
        Code::OversizedReservation,
        Code::ConnectionChurn,
        Code::ClockSkew,
        Code::LooksLike,
    ];

    /// Its name in kebab case.
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// What stands behind it.
    pub fn entry(self) -> CodeEntry {
        let [name, meaning, why, change, sample] = match self {
            Code::NoBackoff => [
                "no-backoff",
                "Retries are sent at once, without a wait before them.",
                "A service that has no room now has none a few milliseconds later: the retries only add to \
                 the load that made it fail, and a call's attempts are used up before anything could get \
                 better.",
                "Wait before each retry, longer each time and spread by chance: an AWS SDK in mode standard \
                 does.",
                "6 waits of a client that makes 3 attempts, 4 of one that makes 5, 8 of one that makes 2.",
            ],
            Code::FirstRetryImmediate => [
                "first-retry-immediate",
                "The first retry of a call is sent at once; only later ones wait.",
                "In a fault every call sends its second attempt at once, so the load doubles in the moment \
                 in which the service has least room.",
                "Wait before the first retry too: urllib3's `Retry`, for one, needs a subclass for that.",
                "9 first retries, all but a tenth of them within 20 ms.",
            ],
            Code::WeakJitter => [
                "weak-jitter",
                "Waits before retries hardly vary: by less than a fifth of their length.",
                "All clients that one fault hits come back together, fail together and come back together \
                 again.",
                "Multiply each wait by a random number from 0 to 1: full jitter.",
                "5 waits of a second each, 10 of 200 ms. To clear a client: 5 before its first and 5 before \
                 its second retries.",
            ],
            Code::NoJitter => [
                "no-jitter",
                "Waits before retries do not vary: by less than a twentieth of their length.",
                "All clients that one fault hits come back in the same moment, fail together and come back \
                 together again.",
                "Multiply each wait by a random number from 0 to 1: full jitter.",
                "10 waits of a second each; at 200 ms 20 waits show it in one run of three. To clear a \
                 client: 5 before its first and 5 before its second retries.",
            ],
            Code::NoGrowth => [
                "no-growth",
                "Waits before second retries are no longer than those before first ones.",
                "In a long fault the pressure of the retries never falls, so the service has no chance to \
                 recover under it.",
                "Double the bound of the wait with each retry, up to a cap: 1 s, 2 s, 4 s, … 20 s.",
                "7 waits before first and 7 before second retries.",
            ],
            Code::NotFullJitter => [
                "not-full-jitter",
                "Waits before retries are spread, but not from zero to a growing bound, as the scenario \
                 expects.",
                "Full jitter spreads the retries of many clients most evenly; what starts at a half or adds \
                 a little to a fixed wait leaves them in waves.",
                "Draw each wait from zero to the bound: `random() * min(cap, base * 2 ** retry)`.",
                "10 waits for half jitter of 1 s, 20 for most others; to hold it for true takes 20.",
            ],
            Code::ShorterThanDeclared => [
                "shorter-than-declared",
                "Waits before retries are shorter than those of the policy that the scenario expects.",
                "The load in a fault is greater than planned, and the attempts are used up sooner. Often the \
                 SDK's version decides it: botocore 1.44 and the SDK for JavaScript went from a base of 1 s \
                 to one of 50 ms.",
                "Find out which policy the client really runs and set it by name, or correct `expect: { \
                 backoff: … }`.",
                "5 waits tell 1 s from 50 ms; 10 to 50 are needed where the two bases are closer.",
            ],
            Code::LongerThanDeclared => [
                "longer-than-declared",
                "Waits before retries are longer than those of the policy that the scenario expects.",
                "Callers wait longer than planned after a fault. A pool with fewer connections than calls at \
                 once adds such waits too.",
                "Compare the number of connections with the calls at once first; then correct the policy or \
                 the expectation.",
                "5 waits tell 50 ms from 1 s; 10 to 50 are needed where the two bases are closer.",
            ],
            Code::RetryHerd => [
                "retry-herd",
                "Many clients retried in the same moment.",
                "A wave of retries meets a service that has just failed, and fails as one; the next wave is \
                 as high.",
                "Give each client a wait of its own: full jitter. Where the server asked all for the same \
                 wait, let it spread what it asks for.",
                "Retries of 5 clients at a mean wait of 100 ms or more; 10 to 20 clients show a fixed wait \
                 of a second.",
            ],
            Code::NestedRetries => [
                "nested-retries",
                "The application sends a call again that its SDK has already retried.",
                "Attempts multiply: 3 of the application times 3 of the SDK are 9 on a service that fails. \
                 And the retry quota, by which an SDK ends a storm, is spent by each outer try anew.",
                "Retry in one place: leave it to the SDK and give it more attempts, or set the SDK to 1 and \
                 keep the outer loop.",
                "5 calls that failed and 5 that did not, with bodies that differ; 20 that failed, for a loop \
                 that is certain to be seen.",
            ],
            Code::Amplification => [
                "amplification",
                "A request makes more attempts than the scenario allows, whichever layer makes them.",
                "In a fault a service gets that much more load than its callers want, just when it can bear \
                 least.",
                "Fewer attempts, one layer of retries, and a budget: an SDK's retry quota, or retries as a \
                 share of requests.",
                "10 requests; the nearer to the limit, the more.",
            ],
            Code::StormOutlivesFault => [
                "storm-outlives-fault",
                "Retries go on after the fault is over and the policy's last wait has passed.",
                "The retries now keep the service down by themselves: it stays failed until somebody takes \
                 load away.",
                "Keep the SDK's retry quota (do not retry around it), shed load while failures are many, \
                 break the circuit. Longer waits alone do not end such a storm.",
                "A minute before the fault and ten seconds after it and the policy's last wait.",
            ],
            Code::BareBudget => [
                "bare-budget",
                "Calls used up their attempts though the fault was shorter than a common policy could have \
                 waited.",
                "A short blip of the service, seconds long, reaches the user as an error.",
                "More attempts, or longer waits: three attempts cover 3 s at most with a base of 1 s, and \
                 0.15 s with one of 50 ms; five cover 15 s and 0.75 s. Beyond that, another region or model, \
                 or a queue.",
                "3 calls that failed within one fault of at most 20 s.",
            ],
            Code::RetryQuotaExhausted => [
                "retry-quota-exhausted",
                "The SDK stopped to retry because its retry quota was spent.",
                "Not a missing policy: an SDK holds 500 tokens, each retry costs 5 to 14 of them, and only \
                 successes bring some back. Once it is dry, every failure goes to the caller at the first \
                 attempt, all callers of the client at once.",
                "Mind it in the plan: a fallback to another model or region for what the quota refuses. A \
                 client, or a retry partition, for each kind of traffic keeps one from draining the other's.",
                "10 failures that were retried and 10 that were not; fewer than 35 retries cannot drain it.",
            ],
            Code::PartialRetry => [
                "partial-retry",
                "Some failures were retried and some were not, and no retry quota explains which.",
                "Callers meet errors that a retry would have spared them, by a rule that the exchanges do \
                 not show.",
                "Look for a deadline around the call, a retry budget, a circuit breaker, or several \
                 processes that share one name.",
                "10 failures that were retried and 10 that were not.",
            ],
            Code::RetriesNonRetryable => [
                "retries-non-retryable",
                "Errors that cannot succeed the second time are sent again.",
                "A wrong request stays wrong: each retry costs quota and time, and hides the mistake.",
                "Retry only 429 and 5xx, and leave the choice to the SDK: its classifier knows the codes.",
                "2 of up to 5 answers that must not be retried, 3 of up to 19, 4 of 20.",
            ],
            Code::NoRetry => [
                "no-retry",
                "Failures that a retry would have cured were not sent again.",
                "Each throttle and each blip reaches the caller as an error.",
                "Turn the SDK's retries on: mode standard, 3 attempts or more.",
                "3 failures with attempts left.",
            ],
            Code::IgnoresRetryAfter => [
                "ignores-retry-after",
                "Retries come sooner than the service asked for in `x-amz-retry-after`.",
                "The service knows when it will have room; who comes sooner is refused again and has one \
                 attempt less.",
                "Use an AWS SDK in mode standard, which keeps it; botocore's legacy mode and LiteLLM's own \
                 retries do not.",
                "2 retries that had to wait.",
            ],
            Code::HangsOnStall => [
                "hangs-on-stall",
                "A stream that fell silent is held open.",
                "The AWS SDKs put no limit on the silence between two events: botocore's read timeout ends \
                 it after a minute, the SDK for Rust waits for ever. Meanwhile the caller waits too, and \
                 holds a connection.",
                "Put a timeout around each wait for the next event, not only around the call, and let it \
                 lead somewhere: a restart, another model, an error.",
                "One stall of two minutes; shorter stalls only show that there is no timeout below their \
                 length.",
            ],
            Code::HammersBrokenStream => [
                "hammers-broken-stream",
                "A stream that broke is asked for again at once, and again.",
                "Each try is a new call to the SDK, with no backoff and no quota, and the tokens of the \
                 broken answer are paid for each time.",
                "Wait before a stream is asked for again, longer each time, and at most a few times.",
                "8 streams that broke once each and were asked for again; fewer where one breaks again and again.",
            ],
            Code::NoFallback => [
                "no-fallback",
                "Calls failed and no other model was asked, though the scenario expects it.",
                "The fallback is there on paper: a fault of one model is a failure of the application.",
                "Look at what triggers it. A throttle is often raised as a general client error that the \
                 fallback does not catch, and an error inside a stream comes after the guarded call has \
                 returned.",
                "3 calls that failed.",
            ],
            Code::RegionNeverMoved => [
                "region-never-moved",
                "Calls failed in one region and no other was asked, though the scenario expects it.",
                "An outage of one region is an outage of the application.",
                "Make a client for each region and go to the next when one fails, or use a cross-region \
                 inference profile.",
                "3 calls that failed.",
            ],
            Code::DuplicateEffects => [
                "duplicate-effects",
                "One job was started twice, or one idempotency token stands for two different jobs.",
                "Work is done and paid for twice, or the second job is refused or taken for the first.",
                "Draw the token once for each job, before the first attempt, and send it with every attempt \
                 of that job and no other.",
                "One pair: it is a fact.",
            ],
            Code::OversizedReservation => [
                "oversized-reservation",
                "`max_tokens` is far above what is written, or is not set at all.",
                "Bedrock takes input plus `max_tokens` from the quota when a request starts, and gives the \
                 rest back when it ends. Without `max_tokens` the model's maximum is taken: the commonest \
                 cause of early throttling.",
                "Set `max_tokens` a little above the longest answer that is wanted.",
                "20 whole answers.",
            ],
            Code::ConnectionChurn => [
                "connection-churn",
                "Connections are opened for a few requests each.",
                "A TLS handshake costs two round trips and CPU on both sides, and a pool that is too small \
                 opens and closes connections in bursts just when load is highest.",
                "Make one client and keep it; give its pool as many connections as there are calls at once \
                 (`max_pool_connections` in botocore, 10 by default).",
                "20 requests on connections.",
            ],
            Code::ClockSkew => [
                "clock-skew",
                "The client's clock is wrong.",
                "Five minutes off, signatures are refused; an SDK that learns of it has lost an attempt, and \
                 each new client learns it anew. Below that, traces of the two sides do not line up.",
                "Keep the host's clock in step (NTP, chrony); in a container look at the host's.",
                "3 signed requests.",
            ],
            Code::LooksLike => [
                "looks-like",
                "What the client's retries look like: which known policies have waits such as these.",
                "Defaults change between versions of an SDK, and frameworks add their own retries; this says \
                 what runs, whatever the configuration says.",
                "Nothing, if it is what you meant to run.",
                "20 waits for a probable name, 50 for a sure one.",
            ],
        };
        CodeEntry { name, meaning, why, change, sample }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is no code's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the judge has no finding `{given}`; did you mean `{near}`?")]
pub struct UnknownCode {
    /// What was given.
    pub given: String,
    /// The code whose name is nearest.
    pub near: Code,
}

impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let likeness = |code: &Code| strsim::jaro(code.name(), text);
        match Code::ALL.into_iter().find(|code| code.name() == text) {
            Some(code) => Ok(code),
            None => {
                let near = Code::ALL.into_iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
                Err(UnknownCode { given: text.to_owned(), near: near.unwrap_or(Code::LooksLike) })
            }
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_written_as_it_is_named_and_read_back() {
        let mut names: Vec<_> = Code::ALL.map(Code::name).into();
        for code in Code::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.name());
            assert_eq!(code.name().parse(), Ok(code));
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
    }

    #[test]
    fn a_name_that_is_no_codes_leads_to_the_nearest() {
        for (given, near) in [
            ("no-jiter", Code::NoJitter),
            ("NoBackoff", Code::NoBackoff),
            ("hang-on-stall", Code::HangsOnStall),
            ("nested_retries", Code::NestedRetries),
        ] {
            assert_eq!(given.parse::<Code>(), Err(UnknownCode { given: given.to_owned(), near }), "{given}");
        }
    }

    #[test]
    fn every_text_is_whole_sentences() {
        for entry in Code::ALL.map(Code::entry) {
            for text in [entry.meaning, entry.why, entry.change, entry.sample] {
                assert!(text.ends_with('.') && !text.contains("  "), "{}: {text}", entry.name);
            }
        }
    }
}
