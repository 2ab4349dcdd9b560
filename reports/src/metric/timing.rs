//! The distributions of time that are kept.

use super::entry::{Entry, entry};

/// The distributions of time that are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timing {
    /// Due to done, of answered requests.
    Latency,
    /// Due to first content, of answered streams.
    Ttft,
    /// First call to done, of answered requests.
    ServiceTime,
    /// First call to first content, of answered streams.
    ServiceTtft,
    /// Time for each output token after the first.
    Tpot,
    /// Gaps between content events.
    Itl,
    /// The first attempt alone.
    FirstAttempt,
    /// Waits before retries.
    Backoff,
    /// Waits at the client's own rate limit.
    LimitWait,
    /// Waits of a state machine before it retried.
    RetrierWait,
    /// Enqueue to first receive.
    QueueWait,
    /// Enqueue to result.
    JobLatency,
    /// How late the harness was.
    ScheduleDelay,
}

impl Timing {
    /// All of them, in the order of the catalogue.
    pub const ALL: [Timing; 13] = [
        Timing::Latency,
        Timing::Ttft,
        Timing::ServiceTime,
        Timing::ServiceTtft,
        Timing::Tpot,
        Timing::Itl,
        Timing::FirstAttempt,
        Timing::Backoff,
        Timing::LimitWait,
        Timing::RetrierWait,
        Timing::QueueWait,
        Timing::JobLatency,
        Timing::ScheduleDelay,
    ];

    /// Its line of the catalogue.
    #[rustfmt::skip]
    pub const fn entry(self) -> Entry {
        match self {
            Timing::Latency => entry!("latency", Seconds, Nothing, "done − due, of answered requests",
                "What the caller felt, waiting for a late sender included."),
            Timing::Ttft => entry!("ttft", Seconds, Streams, "first_content − due, of answered streams",
                "Time to the first text, reasoning or tool input; never to messageStart."),
            Timing::ServiceTime => entry!("service_time", Seconds, Nothing, "done − first call, of answered requests",
                "What a stopwatch around the call would show; flatters whoever calls late."),
            Timing::ServiceTtft => entry!("service_ttft", Seconds, Streams, "first_content − first call, of answered streams",
                "Time to first token once the call was made."),
            Timing::Tpot => entry!("tpot", Seconds, Streams, "(last_content − first_content) ÷ (output_tokens − 1), one value a stream",
                "Time for each output token after the first, by the service's own token count."),
            Timing::Itl => entry!("itl", Seconds, Streams, "each gap between content events, pooled",
                "How evenly a stream flows; a gap may carry more than one token."),
            Timing::FirstAttempt => entry!("first_attempt", Seconds, Nothing, "done − sent of each request's first attempt (to the headers, for a stream)",
                "What a client without retries would have waited."),
            Timing::Backoff => entry!("backoff", Seconds, Nothing, "sent of an attempt − done of the attempt before, of each retry",
                "How long the SDK waited before each retry."),
            Timing::LimitWait => entry!("limit.wait", Seconds, Limit, "each wait of a request or of one of its calls at the client's own rate limit",
                "How long the client held its own traffic back; what it let pass at once is not counted."),
            Timing::RetrierWait => entry!("retrier.wait", Seconds, Retriers, "each wait of a state machine before it retried",
                "How long a Step Functions retrier slept, on top of the SDK's own backoff."),
            Timing::QueueWait => entry!("queue.wait", Seconds, Queue, "first receive − the queue's having taken the job, of jobs that were received",
                "How long jobs lay in the queue before a worker looked at them."),
            Timing::JobLatency => entry!("job.latency", Seconds, Queue, "result visible − the queue's having taken the job, of jobs with a result",
                "How long whoever left the job had to wait for its result."),
            Timing::ScheduleDelay => entry!("schedule_delay", Seconds, Nothing, "sent − due, of every request",
                "How late the harness itself was: its own error, not the service's."),
        }
    }
}
