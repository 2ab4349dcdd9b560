//! How jobs travel: the queue's settings and its consumers', by name.
//!
//! Names and ranges are those of SQS and of Lambda's event source mapping, so that what holds here can be carried
//! over to a console or a template word by word.

use std::time::Duration;

use bedload_reports::record::Name;
use bedload_reports::units::Nanos;

/// A queue, who fills it and who empties it.
#[derive(Clone, Debug, PartialEq)]
pub struct QueuePolicy {
    /// How many jobs are put in.
    pub jobs: u64,
    /// How many each second.
    pub enqueue_per_s: f64,
    /// How many of them in one `SendMessageBatch`, 1 to 10.
    pub send_batch: u32,
    /// How long each stays hidden after it was sent: `DelaySeconds`, up to 15 minutes.
    pub delay: Duration,
    /// How long a received message stays hidden: `VisibilityTimeout`, up to 12 hours.
    pub visibility: Duration,
    /// How often a message is received before it is moved to the dead-letter queue: `maxReceiveCount`, 1 to 1,000.
    pub max_receives: u32,
    /// How long the batch may take from its first job on, for the planner.
    pub deadline: Option<Duration>,
    /// Message groups of a FIFO queue; a standard queue without.
    pub groups: Option<u32>,
    /// Who does the work.
    pub consumer: Consumer,
    /// How each job is handled.
    pub handling: Handling,
    /// A queue and a table that are there already; else they are created, and removed after the run.
    pub existing: Option<Existing>,
}

/// Who does the work.
#[derive(Clone, Debug, PartialEq)]
pub enum Consumer {
    /// Workers that receive for themselves.
    Workers(Workers),
    /// A function that Lambda's event source mapping invokes with batches.
    Function(Function),
}

/// Workers that receive for themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workers {
    /// How many.
    pub count: u32,
    /// Jobs that each works on at once.
    pub in_flight: u32,
    /// Messages that it asks for at a time: `MaxNumberOfMessages`, 1 to 10.
    pub batch: u32,
    /// How long a receive waits for messages: `WaitTimeSeconds`, up to 20 s.
    pub wait: Duration,
    /// How long it waits after a receive that gave nothing; the wait doubles up to ten times this.
    pub idle: Duration,
}

/// A function behind an event source mapping.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Function {
    /// Messages in one invocation: `BatchSize`, 1 to 10,000.
    pub batch: u32,
    /// How long a batch may fill: `MaximumBatchingWindowInSeconds`, up to 5 minutes.
    pub window: Duration,
    /// The most invocations at once: `MaximumConcurrency`, 2 to 1,000.
    pub max_concurrency: u32,
    /// The most that the function itself allows: its reserved concurrency. Beyond it Lambda throttles.
    pub reserved: Option<u32>,
    /// Messages of a batch that the function works on at once.
    pub in_flight: u32,
    /// The function's time limit, up to 15 minutes.
    pub timeout: Duration,
    /// Whether it tells which messages failed: `ReportBatchItemFailures`.
    pub partial: bool,
    /// How the mapping scales.
    pub scaling: Scaling,
}

/// How an event source mapping scales. Newer pages of AWS quote higher figures, so they are settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scaling {
    /// Batches at once to begin with.
    pub start: u32,
    /// How many more each minute.
    pub per_minute: u32,
    /// The most.
    pub most: u32,
}

/// How each job is handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handling {
    /// Whether the job store is asked before the model is.
    pub idempotency: Idempotency,
    /// When a message is deleted.
    pub acknowledge: Acknowledge,
    /// What happens to a job that failed.
    pub on_failure: OnFailure,
    /// How often visibility and claim are extended while a job is worked on; never without it.
    pub heartbeat: Option<Duration>,
    /// How long a claim holds. After that another worker may take the job.
    pub lease: Duration,
}

/// Whether the job store is asked before the model is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idempotency {
    /// A job is claimed by a conditional write, and its result stored by another.
    Careful,
    /// Every delivery is worked on, and its result stored whatever is there.
    Off,
}

/// When a message is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acknowledge {
    /// Once the result is stored: at least once.
    WhenStored,
    /// Before the work begins: at most once, and a crash loses the job.
    OnReceive,
}

/// What happens to a job that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFailure {
    /// Nothing: its message is visible again when its time is over.
    Leave,
    /// Its message is handed back, visible after this time.
    Release(Duration),
    /// The failure is stored as the job's result, and the message deleted.
    GiveUp,
}

/// A queue and a table that are there already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Existing {
    /// The queue's URL.
    pub queue_url: Name,
    /// The URL of its dead-letter queue, if it has one.
    pub dead_letter_url: Option<Name>,
    /// The name of the table, whose key is the string `job_id`.
    pub table: Name,
}

impl QueuePolicy {
    /// From the first job's due time to the last one's.
    pub fn production(&self) -> Nanos {
        self.due(self.jobs.saturating_sub(1))
    }

    /// When a job is due, from the first one's due time on.
    pub fn due(&self, number: u64) -> Nanos {
        Nanos::from(Duration::from_secs_f64((number as f64 / self.enqueue_per_s).min(1e9)))
    }

    /// When each job is due, if the first is due at `from`.
    pub fn schedule(&self, from: Nanos) -> impl Iterator<Item = Nanos> {
        (0..self.jobs).map(move |number| from.plus(self.due(number)))
    }
}

impl Consumer {
    /// Jobs that can be worked on at once, at most.
    pub fn slots(&self) -> u32 {
        match self {
            Consumer::Workers(workers) => workers.count.saturating_mul(workers.in_flight),
            Consumer::Function(function) => function.concurrency().saturating_mul(function.in_flight),
        }
    }
}

impl Consumer {
    /// How many jobs one after the other a message may have to wait for once it was received, itself included.
    pub fn turns(&self) -> u32 {
        let (batch, in_flight) = match self {
            Consumer::Workers(workers) => (workers.batch, workers.in_flight),
            Consumer::Function(function) => (function.batch, function.in_flight),
        };
        batch.div_ceil(in_flight.max(1)).max(1)
    }
}

impl Function {
    /// The most invocations that run at once.
    pub fn concurrency(&self) -> u32 {
        let most = self.max_concurrency.min(self.scaling.most);
        self.reserved.map_or(most, |reserved| most.min(reserved))
    }
}
