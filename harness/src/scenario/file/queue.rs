//! `load: { queue: … }`

use schemars::JsonSchema;

use crate::scenario::decode::{BriefOrFull, Decode, Optional, Required, choice, record};
use crate::scenario::defaults;
use crate::scenario::leaf::{Positive, Rate, Text, Time, TimeOrOff, Url, Whole};
use crate::scenario::node::Node;
use crate::scenario::notes::{Noted, Notes};

/// A count of jobs.
type Jobs = Whole<1, 10_000_000>;
/// A count of workers or of invocations.
type Many = Whole<1, 100_000>;

/// Jobs travel through a queue: a producer leaves them there, and workers take them out.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Queue {
    /// How many jobs there are.
    pub jobs: Required<Jobs>,
    /// How fast the producer puts them in.
    pub enqueue: Required<Positive<Rate>>,
    /// How many of them the producer sends at a time, in one `SendMessageBatch`.
    #[schemars(extend("default" = defaults::SEND_BATCH))]
    pub send_batch: Optional<Whole<1, 10>>,
    /// How long each stays hidden after it was sent (`DelaySeconds`).
    #[schemars(extend("default" = Time::written(defaults::DELAY)))]
    pub delay: Optional<Time>,
    /// How long a received message stays hidden (`VisibilityTimeout`).
    #[schemars(extend("default" = Time::written(defaults::VISIBILITY)))]
    pub visibility: Optional<Positive<Time>>,
    /// How often a message is received before it is moved to the dead-letter queue (`maxReceiveCount`).
    #[schemars(extend("default" = defaults::MAX_RECEIVES))]
    pub max_receives: Optional<Whole<1, 1000>>,
    /// How long the whole batch may take; the report says what that needs.
    pub deadline: Optional<Positive<Time>>,
    /// A FIFO queue with so many message groups; a standard queue without this.
    pub groups: Optional<Many>,
    /// Who takes the jobs out: workers, by their count or in full. Either this or `function`.
    pub workers: Optional<BriefOrFull<Many, Workers>>,
    /// A function that Lambda's event source mapping invokes with batches. Either this or `workers`.
    pub function: Optional<Function>,
    /// Whether the job store is asked before the model is.
    #[schemars(extend("default" = "careful"))]
    pub idempotency: Optional<Idempotency>,
    /// When a message is deleted.
    #[schemars(extend("default" = "when_stored"))]
    pub acknowledge: Optional<Acknowledge>,
    /// What happens to a job whose call failed.
    #[schemars(extend("default" = "leave"))]
    pub on_failure: Optional<OnFailure>,
    /// How often visibility and claim are extended while a job is worked on.
    #[schemars(extend("default" = "off"))]
    pub heartbeat: Optional<TimeOrOff>,
    /// How long a claim on a job holds; as long as the visibility without this.
    pub lease: Optional<Positive<Time>>,
    /// A queue and a table that are there already. Without this they are created for the run, and removed after it.
    pub existing: Optional<Existing>,
}

record!(Queue {
    jobs,
    enqueue,
    send_batch,
    delay,
    visibility,
    max_receives,
    deadline,
    groups,
    workers,
    function,
    idempotency,
    acknowledge,
    on_failure,
    heartbeat,
    lease,
    existing
} elsewhere {
    visibility_timeout: visibility,
    max_receive_count: max_receives,
    delay_seconds: delay,
    lambda: function,
});

impl Decode for Box<Queue> {
    fn decode(node: &Node, notes: &mut Notes) -> Result<Self, Noted> {
        Queue::decode(node, notes).map(Box::new)
    }
}

/// Workers that receive for themselves.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Workers {
    /// How many.
    pub count: Required<Many>,
    /// Jobs that each works on at once.
    #[schemars(extend("default" = defaults::WORKER_IN_FLIGHT))]
    pub in_flight: Optional<Whole<1, 1000>>,
    /// Messages that it asks for at a time (`MaxNumberOfMessages`). Those that it cannot work on yet wait in its hands, and
    /// their visibility runs out all the same.
    #[schemars(extend("default" = defaults::RECEIVE_BATCH))]
    pub batch: Optional<Whole<1, 10>>,
    /// How long a receive waits for messages (`WaitTimeSeconds`).
    #[schemars(extend("default" = Time::written(defaults::RECEIVE_WAIT)))]
    pub wait: Optional<Time>,
    /// How long it pauses after a receive that gave nothing; doubled each time, up to ten times this.
    #[schemars(extend("default" = Time::written(defaults::RECEIVE_IDLE)))]
    pub idle: Optional<Time>,
}

record!(Workers { count, in_flight, batch, wait, idle } elsewhere { max_number_of_messages: batch, wait_time: wait });

/// A function behind an event source mapping.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Function {
    /// Messages in one invocation (`BatchSize`).
    #[schemars(extend("default" = defaults::FUNCTION_BATCH))]
    pub batch: Optional<Whole<1, 10_000>>,
    /// How long a batch may fill (`MaximumBatchingWindowInSeconds`).
    #[schemars(extend("default" = Time::written(defaults::FUNCTION_WINDOW)))]
    pub window: Optional<Time>,
    /// The most invocations at once (`MaximumConcurrency`).
    #[schemars(extend("default" = defaults::MAX_CONCURRENCY))]
    pub max_concurrency: Optional<Whole<2, 1000>>,
    /// The function's reserved concurrency. Invocations beyond it are throttled.
    pub reserved: Optional<Whole<1, 100_000>>,
    /// Messages of a batch that the function works on at once.
    #[schemars(extend("default" = defaults::FUNCTION_IN_FLIGHT))]
    pub in_flight: Optional<Whole<1, 1000>>,
    /// The function's time limit.
    #[schemars(extend("default" = Time::written(defaults::FUNCTION_TIMEOUT)))]
    pub timeout: Optional<Positive<Time>>,
    /// Whether it tells which messages of a batch failed (`ReportBatchItemFailures`).
    #[schemars(extend("default" = defaults::PARTIAL))]
    pub partial: Optional<bool>,
    /// How the mapping scales.
    pub scaling: Optional<Scaling>,
}

record!(Function { batch, window, max_concurrency, reserved, in_flight, timeout, partial, scaling } elsewhere {
    batch_size: batch,
    maximum_concurrency: max_concurrency,
    report_batch_item_failures: partial,
    reserved_concurrency: reserved,
});

/// How an event source mapping scales.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Scaling {
    /// Batches at once to begin with.
    #[schemars(extend("default" = defaults::SCALING_START))]
    pub start: Optional<Whole<1, 1250>>,
    /// How many more each minute.
    #[schemars(extend("default" = defaults::SCALING_PER_MINUTE))]
    pub per_minute: Optional<Whole<1, 100_000>>,
    /// The most.
    #[schemars(extend("default" = defaults::SCALING_MOST))]
    pub most: Optional<Whole<1, 100_000>>,
}

record!(Scaling { start, per_minute, most });

/// Whether the job store is asked before the model is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum Idempotency {
    /// A job is claimed by a conditional write, and its result stored by another.
    Careful,
    /// Every delivery is worked on, and its result stored whatever is there: what not to do.
    Off,
}

choice!(Idempotency: "a way of checking" { careful: Careful, off: Off });

/// When a message is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum Acknowledge {
    /// Once the result is stored.
    WhenStored,
    /// Before the work begins: a crash loses the job.
    OnReceive,
}

choice!(Acknowledge: "a moment" { when_stored: WhenStored, on_receive: OnReceive });

/// What happens to a job whose call failed.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum OnFailure {
    /// Nothing: its message is visible again when its visibility is over.
    Leave,
    /// The failure is stored, and the message deleted.
    GiveUp,
    /// Its message is handed back.
    Release(Release),
}

choice!(OnFailure: "a remedy" { leave: Leave, give_up: GiveUp; release: Release });

/// How a message is handed back.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Release {
    /// How long it stays hidden first.
    #[schemars(extend("default" = Time::written(defaults::RELEASE_AFTER)))]
    pub after: Optional<Time>,
}

record!(Release { after });

/// A queue and a table that are there already.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Existing {
    /// The queue's URL.
    pub queue: Required<Url>,
    /// The URL of its dead-letter queue.
    pub dead_letters: Optional<Url>,
    /// The table, whose key is the string `job_id`.
    pub table: Required<Text>,
}

record!(Existing { queue, dead_letters, table });
