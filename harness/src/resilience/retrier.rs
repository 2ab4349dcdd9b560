//! The retriers and catchers of a Step Functions task.
//!
//! The first retrier that matches an error decides; it counts its own attempts, over all that the task meets, and once
//! they are used up the error goes to the catchers and to no other retrier. Then the first catcher that matches decides
//! (Amazon States Language: `Retry`, `Catch`).

use std::time::Duration;

use bedload_reports::record::{Failure, FailureClass, Name};

use super::policy::{ErrorName, Retrier, StateMachine};
use crate::classify;

/// What Step Functions calls an error that its SDK met before the service said anything.
const CLIENT_ERROR: &str = "SdkClientException";
/// What stands before the service's own code: in the integration made for Bedrock, and in that of the AWS SDK.
const PREFIXES: [&str; 2] = ["Bedrock.", "BedrockRuntime."];

/// The attempts of a task so far, for each retrier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    retries: Vec<u32>,
}

/// What a state machine does about an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It waits, and sends the task again.
    Retry {
        /// How long it waits.
        wait: Duration,
    },
    /// A catcher takes it to another task, or to an end that fails.
    Caught(Option<Name>),
    /// Nothing matches it.
    Uncaught,
}

/// An error as a state machine names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TaskError<'a> {
    Timeout,
    Named(&'a str),
}

impl Task {
    /// A task of this state machine that has met nothing yet.
    pub fn new(machine: &StateMachine) -> Self {
        Task { retries: vec![0; machine.retry.len()] }
    }

    /// What is done about an error. `draw` is from 0 to 1; full jitter takes this share of the wait.
    pub fn failed(&mut self, machine: &StateMachine, failure: &Failure, draw: f64) -> Verdict {
        let error = TaskError::of(failure);
        let mut retriers = machine.retry.iter().zip(&mut self.retries);
        if let Some((retrier, retries)) = retriers.find(|(retrier, _)| error.is_among(&retrier.error_equals))
            && *retries < retrier.max_attempts
        {
            let wait = wait(retrier, *retries, draw);
            *retries += 1;
            return Verdict::Retry { wait };
        }
        let catcher = machine.catch.iter().find(|catcher| error.is_among(&catcher.error_equals));
        catcher.map_or(Verdict::Uncaught, |catcher| Verdict::Caught(catcher.next.clone()))
    }
}

/// The wait before a retry, after so many others: min(interval × rate^n, longest), and a share of it under full jitter.
fn wait(retrier: &Retrier, retries: u32, draw: f64) -> Duration {
    let rate = retrier.backoff_rate.powi(i32::try_from(retries).unwrap_or(i32::MAX));
    let longest = retrier.max_delay.unwrap_or(Duration::MAX);
    let wait =
        Duration::try_from_secs_f64(retrier.interval.as_secs_f64() * rate).unwrap_or(longest).min(longest);
    let share = if retrier.full_jitter { draw } else { 1.0 };
    Duration::try_from_secs_f64(wait.as_secs_f64() * share).unwrap_or(wait)
}

impl<'a> TaskError<'a> {
    /// A limit of the client's is the task's own timeout; a model that timed out is an error of the service.
    fn of(failure: &'a Failure) -> Self {
        match failure.code.as_deref() {
            None | Some(classify::STREAM_IDLE) if failure.class == FailureClass::Timeout => {
                TaskError::Timeout
            }
            None => TaskError::Named(CLIENT_ERROR),
            Some(code) => TaskError::Named(code),
        }
    }

    fn is_among(self, names: &[ErrorName]) -> bool {
        names.iter().any(|name| match (name, self) {
            (ErrorName::All, _) | (ErrorName::Timeout, TaskError::Timeout) => true,
            (ErrorName::TaskFailed, error) => error != TaskError::Timeout,
            (ErrorName::Service(name), TaskError::Named(code)) => bare(name) == code,
            (ErrorName::Timeout, TaskError::Named(_)) | (ErrorName::Service(_), TaskError::Timeout) => false,
        })
    }
}

fn bare(name: &str) -> &str {
    PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::resilience::policy::Catcher;

    fn retrier(names: &[&str]) -> Retrier {
        Retrier {
            error_equals: names.iter().map(|name| ErrorName::Service((*name).into())).collect(),
            interval: Duration::from_secs(1),
            backoff_rate: 2.0,
            max_attempts: 3,
            max_delay: None,
            full_jitter: false,
        }
    }

    fn failure(code: &str) -> Failure {
        let class = classify::of_code(Some(code));
        Failure { class, code: Some(code.into()), message: String::new(), retry_refused: false }
    }

    fn verdicts(machine: &StateMachine, failures: &[Failure]) -> Vec<Verdict> {
        let mut task = Task::new(machine);
        failures.iter().map(|failure| task.failed(machine, failure, 0.5)).collect()
    }

    fn retry(seconds: f64) -> Verdict {
        Verdict::Retry { wait: Duration::from_secs_f64(seconds) }
    }

    /// The example of the Step Functions guide, "Handling errors": A, B, C and B again wait 1, 2 and 5 s and are caught.
    #[test]
    fn the_guides_example_has_its_numbers() {
        let machine = StateMachine {
            retry: vec![
                Retrier { max_attempts: 2, ..retrier(&["ErrorA", "ErrorB"]) },
                Retrier { interval: Duration::from_secs(5), ..retrier(&["ErrorC"]) },
            ],
            catch: vec![Catcher { error_equals: vec![ErrorName::All], next: Some("z".into()) }],
        };
        let met = ["ErrorA", "ErrorB", "ErrorC", "ErrorB"].map(failure);
        let expected = [retry(1.0), retry(2.0), retry(5.0), Verdict::Caught(Some("z".into()))];
        assert_eq!(verdicts(&machine, &met), expected);
    }

    #[test]
    fn waits_grow_to_their_limit_and_jitter_takes_a_share() {
        let capped = Retrier {
            interval: Duration::from_secs(3),
            backoff_rate: 1.5,
            max_attempts: 5,
            max_delay: Some(Duration::from_secs(10)),
            ..retrier(&["ThrottlingException"])
        };
        let machine = |retrier: Retrier| StateMachine { retry: vec![retrier], catch: Vec::new() };
        let met = vec![failure("ThrottlingException"); 6];
        let expected = [retry(3.0), retry(4.5), retry(6.75), retry(10.0), retry(10.0), Verdict::Uncaught];
        assert_eq!(verdicts(&machine(capped.clone()), &met), expected);
        let halves = [retry(1.5), retry(2.25), retry(3.375), retry(5.0), retry(5.0), Verdict::Uncaught];
        assert_eq!(verdicts(&machine(Retrier { full_jitter: true, ..capped }), &met), halves);
    }

    #[test]
    fn names_match_what_they_should() {
        let idle = Failure { class: FailureClass::Timeout, ..failure(classify::STREAM_IDLE) };
        let cut_off = Failure { code: None, ..idle.clone() };
        let lost = Failure { class: FailureClass::Connection, code: None, ..idle.clone() };
        let throttled = failure("ThrottlingException");
        let service = |name: &str| ErrorName::Service(name.into());
        let cases = [
            (ErrorName::All, [true, true, true, true]),
            (ErrorName::Timeout, [true, true, false, false]),
            (ErrorName::TaskFailed, [false, false, true, true]),
            (service("SdkClientException"), [false, false, true, false]),
            (service("ThrottlingException"), [false, false, false, true]),
            (service("Bedrock.ThrottlingException"), [false, false, false, true]),
            (service("BedrockRuntime.ThrottlingException"), [false, false, false, true]),
            (service("Lambda.ThrottlingException"), [false, false, false, false]),
        ];
        for (name, expected) in cases {
            let names = [name];
            let matched =
                [&idle, &cut_off, &lost, &throttled].map(|failure| TaskError::of(failure).is_among(&names));
            assert_eq!(matched, expected, "{names:?}");
        }
        let model = failure("ModelTimeoutException");
        assert!(!TaskError::of(&model).is_among(&[ErrorName::Timeout]), "the service's own");
    }

    #[test]
    fn no_attempts_are_none_and_what_is_not_caught_is_told() {
        let never = Retrier { max_attempts: 0, ..retrier(&["ThrottlingException"]) };
        let fails = Catcher { error_equals: vec![ErrorName::TaskFailed], next: None };
        let machine =
            StateMachine { retry: vec![never, retrier(&["ThrottlingException"])], catch: vec![fails] };
        let met =
            [failure("ThrottlingException"), Failure { code: None, ..failure("ModelTimeoutException") }];
        assert_eq!(verdicts(&machine, &met), [Verdict::Caught(None), Verdict::Uncaught]);
    }

    proptest! {
        #[test]
        fn no_wait_exceeds_its_formula(
            interval_ms in 1..100_000u64,
            rate in 1.0..10.0f64,
            longest_s in prop::option::of(1..10_000u64),
            retries in 0..60u32,
            draw in 0.0..1.0f64,
        ) {
            let plain = Retrier {
                interval: Duration::from_millis(interval_ms),
                backoff_rate: rate,
                max_delay: longest_s.map(Duration::from_secs),
                ..retrier(&[])
            };
            let longest = wait(&plain, retries, draw);
            prop_assert!(longest <= plain.max_delay.unwrap_or(Duration::MAX));
            prop_assert!(longest >= plain.interval.min(plain.max_delay.unwrap_or(Duration::MAX)));
            let jittered = Retrier { full_jitter: true, ..plain };
            prop_assert!(wait(&jittered, retries, draw) <= longest);
        }
    }
}
