//! What a batch needs, before it is run: workers, quota, visibility.
//!
//! Little's law ties the three figures of a planner together: work under way = rate × time of each. A batch of
//! `jobs` that must be done within a deadline needs so many jobs under way at once, whatever the tool; and a quota of so
//! many requests and tokens a minute. The rest are settings that contradict each other, and cost a batch its jobs only
//! when something goes wrong: they are told here, while nothing has.

use serde::{Deserialize, Serialize};

use crate::number;
use crate::units::Nanos;

/// A queue and its workers, as readers of a run must know them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueueSetup {
    /// How many jobs are put in.
    pub jobs: u64,
    /// How long the batch may take, from the first job's due time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Nanos>,
    /// How long a received message stays hidden.
    pub visibility: Nanos,
    /// How often workers extend that; never without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heartbeat: Option<Nanos>,
    /// How often a message is received at most, before it is moved to the dead-letter queue.
    pub max_receives: u32,
    /// Who does the work.
    pub consumer: Consumer,
    /// Whether workers ask the job store before they ask the model.
    pub checks: bool,
    /// What one job is expected to need.
    pub work: Work,
}

/// Who does the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consumer {
    /// Workers that receive for themselves.
    Workers {
        /// How many.
        count: u32,
        /// Jobs that each works on at once.
        in_flight: u32,
    },
    /// A function that an event source mapping invokes with batches.
    Function {
        /// The most invocations at once.
        concurrency: u32,
        /// Jobs that an invocation works on at once.
        in_flight: u32,
        /// How long an invocation may take.
        timeout: Nanos,
    },
}

impl Consumer {
    /// Jobs that are worked on at once, at most.
    pub fn slots(self) -> u64 {
        let (count, each) = match self {
            Consumer::Workers { count, in_flight } => (count, in_flight),
            Consumer::Function { concurrency, in_flight, .. } => (concurrency, in_flight),
        };
        u64::from(count) * u64::from(each)
    }
}

/// What one job is expected to need, from what the scenario says of its model and its client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Work {
    /// The mean time of a call that nothing disturbs; none where the model is not a mock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean: Option<Nanos>,
    /// The longest that the client's attempts and waits can take, one after the other, for all jobs that a message may have
    /// to wait for in its worker's hands.
    pub longest: Nanos,
    /// The client's limit on all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_timeout: Option<Nanos>,
    /// Tokens that a call reserves of the quota: its prompt and the most that it may write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reserved_tokens: Option<u64>,
    /// Requests a minute that the quota allows, over the regions that the client asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota_rpm: Option<f64>,
    /// Tokens a minute that the quota allows, over the regions that the client asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota_tpm: Option<f64>,
}

/// What a batch needs, and what of its settings cannot be right.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sizing {
    /// The time that one worker would need for all jobs, one after the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequential: Option<Nanos>,
    /// Jobs that must be under way at once for the deadline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least_slots: Option<u64>,
    /// The time that the batch takes with the slots that there are, if nothing goes wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Nanos>,
    /// Requests a minute for the deadline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least_rpm: Option<f64>,
    /// Tokens a minute for the deadline, as a quota reserves them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least_tpm: Option<f64>,
    /// What cannot be right, the gravest first.
    pub warnings: Vec<Misfit>,
}

/// Two settings of a queue that do not fit each other.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "misfit")]
pub enum Misfit {
    /// Too few workers for the deadline.
    FewWorkers {
        /// Jobs that can be under way at once.
        slots: u64,
        /// Jobs that must be.
        least: u64,
    },
    /// Too few requests a minute for the deadline.
    SmallRpm {
        /// What the quota allows.
        quota: f64,
        /// What the deadline needs.
        least: f64,
    },
    /// Too few tokens a minute for the deadline.
    SmallTpm {
        /// What the quota allows.
        quota: f64,
        /// What the deadline needs.
        least: f64,
    },
    /// A message is visible again while its worker is still at work.
    ShortVisibility {
        /// The visibility timeout.
        visibility: Nanos,
        /// The longest that the attempts of one job can take.
        longest: Nanos,
    },
    /// The client's limit is over only after the message is visible again.
    LongTotal {
        /// The client's limit.
        total: Nanos,
        /// The visibility timeout.
        visibility: Nanos,
    },
    /// The heartbeat comes too late.
    LateHeartbeat {
        /// How often.
        heartbeat: Nanos,
        /// The visibility timeout.
        visibility: Nanos,
    },
    /// Less than six times the function's time limit, as AWS asks.
    FunctionVisibility {
        /// The function's limit.
        timeout: Nanos,
        /// The visibility timeout.
        visibility: Nanos,
    },
    /// Good jobs end in the dead-letter queue by bad luck.
    FewReceives {
        /// How often a message is received at most.
        max_receives: u32,
        /// How often it should be, at least.
        least: u32,
    },
}

/// A worker may crash and a throttle may last: one receive for the work and two for bad luck.
const LEAST_RECEIVES: u32 = 3;
/// AWS's advice for event source mappings (Lambda guide: configuring a queue as an event source).
const LEAST_RECEIVES_OF_FUNCTIONS: u32 = 5;
/// AWS's advice for event source mappings: visibility of at least six times the function's limit.
const FUNCTION_TIMEOUTS_IN_VISIBILITY: u64 = 6;

impl Sizing {
    /// What a queue needs.
    pub fn of(setup: &QueueSetup) -> Self {
        let slots = setup.consumer.slots().max(1);
        let sequential = setup.work.mean.map(|mean| times(mean, setup.jobs));
        let least_slots = sequential.zip(setup.deadline).map(|(all, deadline)| divided_up(all, deadline));
        let minutes =
            setup.deadline.map(|deadline| deadline.as_secs_f64() / 60.0).filter(|&minutes| minutes > 0.0);
        let least_rpm = minutes.map(|minutes| setup.jobs as f64 / minutes);
        let least_tpm = least_rpm.zip(setup.work.reserved_tokens).map(|(rpm, tokens)| rpm * tokens as f64);
        let mut sizing = Sizing {
            sequential,
            least_slots,
            expected: sequential.map(|all| Nanos::new(all.get() / slots)),
            least_rpm,
            least_tpm,
            warnings: Vec::new(),
        };
        sizing.warnings = sizing.misfits(setup);
        sizing
    }

    fn misfits(&self, setup: &QueueSetup) -> Vec<Misfit> {
        let slots = setup.consumer.slots();
        let work = &setup.work;
        let visibility = setup.visibility;
        let under =
            |quota: Option<f64>, least: Option<f64>| quota.zip(least).filter(|(quota, least)| quota < least);
        let workers = self.least_slots.filter(|&least| slots < least);
        let longest = work.longest;
        let alone = setup.heartbeat.is_none();
        let least_receives = match setup.consumer {
            Consumer::Workers { .. } => LEAST_RECEIVES,
            Consumer::Function { .. } => LEAST_RECEIVES_OF_FUNCTIONS,
        };
        let function = match setup.consumer {
            Consumer::Function { timeout, .. } => Some(timeout),
            Consumer::Workers { .. } => None,
        };
        [
            workers.map(|least| Misfit::FewWorkers { slots, least }),
            under(work.quota_rpm, self.least_rpm).map(|(quota, least)| Misfit::SmallRpm { quota, least }),
            under(work.quota_tpm, self.least_tpm).map(|(quota, least)| Misfit::SmallTpm { quota, least }),
            (alone && visibility < longest).then_some(Misfit::ShortVisibility { visibility, longest }),
            work.total_timeout
                .filter(|&total| alone && total > visibility)
                .map(|total| Misfit::LongTotal { total, visibility }),
            setup
                .heartbeat
                .filter(|&heartbeat| heartbeat >= visibility)
                .map(|heartbeat| Misfit::LateHeartbeat { heartbeat, visibility }),
            function
                .filter(|&timeout| visibility < times(timeout, FUNCTION_TIMEOUTS_IN_VISIBILITY))
                .map(|timeout| Misfit::FunctionVisibility { timeout, visibility }),
            (setup.max_receives < least_receives)
                .then_some(Misfit::FewReceives { max_receives: setup.max_receives, least: least_receives }),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

impl Misfit {
    /// What is wrong, and what to do about it, in a sentence each.
    pub fn sentence(&self) -> String {
        let time = number::time;
        let whole = |value: f64| number::count(value.ceil() as u64);
        match *self {
            Misfit::FewWorkers { slots, least } => format!(
                "{slots} jobs can be under way at once, and the deadline needs {least}: give it more workers, or more jobs in flight for each."
            ),
            Misfit::SmallRpm { quota, least } => format!(
                "The quota allows {} requests a minute, and the deadline needs {}: ask for more quota, or give it more time.",
                whole(quota),
                whole(least)
            ),
            Misfit::SmallTpm { quota, least } => format!(
                "The quota allows {} tokens a minute, and the deadline needs {} as calls reserve them: lower max_tokens, ask for more quota, or give it more time.",
                whole(quota),
                whole(least)
            ),
            Misfit::ShortVisibility { visibility, longest } => format!(
                "A message is visible again after {}, and its worker may need {} for it and for what it took with it: another worker would begin it anew. Raise visibility, take fewer at a time, or add a heartbeat.",
                time(visibility),
                time(longest)
            ),
            Misfit::LongTotal { total, visibility } => format!(
                "The client may take {} for one job, and its message is visible again after {}: let the total timeout end first.",
                time(total),
                time(visibility)
            ),
            Misfit::LateHeartbeat { heartbeat, visibility } => format!(
                "The first heartbeat comes after {}, and the message is visible again after {}: let it beat at least twice within the visibility.",
                time(heartbeat),
                time(visibility)
            ),
            Misfit::FunctionVisibility { timeout, visibility } => format!(
                "The function may take {}, and the visibility of {} is less than six times that, as AWS asks for: throttled batches would be delivered again while they wait.",
                time(timeout),
                time(visibility)
            ),
            Misfit::FewReceives { max_receives, least } => format!(
                "A message is received {max_receives} times at most, and then moved to the dead-letter queue: with fewer than {least}, a crash and a throttle are enough to put a good job there."
            ),
        }
    }
}

fn times(time: Nanos, count: u64) -> Nanos {
    Nanos::new(time.get().saturating_mul(count))
}

fn divided_up(all: Nanos, part: Nanos) -> u64 {
    all.get().div_ceil(part.get().max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What makes a setup one that does not fit.
    type Change = fn(&mut QueueSetup);

    fn setup() -> QueueSetup {
        QueueSetup {
            jobs: 10_000,
            deadline: Some(Nanos::from_secs(3600)),
            visibility: Nanos::from_secs(120),
            heartbeat: None,
            max_receives: 5,
            consumer: Consumer::Workers { count: 30, in_flight: 1 },
            checks: true,
            work: Work {
                mean: Some(Nanos::from_secs(8)),
                longest: Nanos::from_secs(60),
                total_timeout: Some(Nanos::from_secs(90)),
                reserved_tokens: Some(1_500),
                quota_rpm: Some(400.0),
                quota_tpm: Some(400_000.0),
            },
        }
    }

    #[test]
    fn ten_thousand_documents_of_eight_seconds_in_an_hour() {
        let sizing = Sizing::of(&setup());
        // 80,000 s one after the other: 22.2 h. In an hour, 22.2 at once.
        assert_eq!(sizing.sequential, Some(Nanos::from_secs(80_000)));
        assert_eq!(sizing.least_slots, Some(23));
        assert_eq!(sizing.expected.map(|time| time.get() / 1_000_000_000), Some(2666));
        assert_eq!(sizing.least_rpm.map(f64::round), Some(167.0));
        assert_eq!(sizing.least_tpm.map(f64::round), Some(250_000.0));
        assert_eq!(sizing.warnings, []);
    }

    #[test]
    fn each_misfit_is_told_where_it_is_one() {
        let seconds = Nanos::from_secs;
        let table: [(Change, Misfit); 6] = [
            (
                |setup| setup.consumer = Consumer::Workers { count: 11, in_flight: 2 },
                Misfit::FewWorkers { slots: 22, least: 23 },
            ),
            (
                |setup| setup.visibility = Nanos::from_secs(90).min(Nanos::from_secs(59)),
                Misfit::ShortVisibility { visibility: seconds(59), longest: seconds(60) },
            ),
            (
                |setup| (setup.visibility, setup.work.longest) = (Nanos::from_secs(80), Nanos::from_secs(10)),
                Misfit::LongTotal { total: seconds(90), visibility: seconds(80) },
            ),
            (
                |setup| setup.heartbeat = Some(Nanos::from_secs(120)),
                Misfit::LateHeartbeat { heartbeat: seconds(120), visibility: seconds(120) },
            ),
            (|setup| setup.max_receives = 2, Misfit::FewReceives { max_receives: 2, least: 3 }),
            (
                |setup| {
                    setup.consumer =
                        Consumer::Function { concurrency: 30, in_flight: 1, timeout: Nanos::from_secs(21) };
                },
                Misfit::FunctionVisibility { timeout: seconds(21), visibility: seconds(120) },
            ),
        ];
        for (change, misfit) in table {
            let mut changed = setup();
            change(&mut changed);
            assert!(Sizing::of(&changed).warnings.contains(&misfit), "{misfit:?}");
            assert!(!misfit.sentence().is_empty());
        }
    }

    #[test]
    fn without_a_deadline_or_a_model_of_ours_nothing_is_made_up() {
        let unknown = QueueSetup { deadline: None, work: Work { mean: None, ..setup().work }, ..setup() };
        let sizing = Sizing::of(&unknown);
        assert_eq!((sizing.sequential, sizing.least_slots, sizing.least_rpm), (None, None, None));
    }
}
