//! The catalogue: every figure that a gate can name, with its unit, formula and meaning.
//!
//! The peers disagree on what `ITL` or `TTFT` is, so each figure carries its own formula wherever it
//! is shown. The schema, the documentation, `explain` and the glossary of the page are made from this
//! one table; a metric that is not here cannot be gated on.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::histogram::Quantile;

/// A figure of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Metric {
    /// A statistic of a distribution of times: `latency.p95`.
    Timing(Timing, Statistic),
    /// A share, count, rate or sum: `success.ratio`.
    Figure(Figure),
}

/// The distributions of time that are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timing {
    /// Due to done, of answered requests.
    Latency,
    /// Due to first content, of answered streams.
    Ttft,
    /// Sent to done, of answered requests.
    ServiceTime,
    /// Sent to first content, of answered streams.
    ServiceTtft,
    /// Time for each output token after the first.
    Tpot,
    /// Gaps between content events.
    Itl,
    /// The first attempt alone.
    FirstAttempt,
    /// Waits before retries.
    Backoff,
    /// How late the harness was.
    ScheduleDelay,
}

/// What is asked of a distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Statistic {
    /// The value below which this share of the samples lies.
    Percentile(Quantile),
    /// The arithmetic mean.
    Mean,
    /// The exact smallest.
    Min,
    /// The exact largest.
    Max,
}

/// The figures that are no distribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Figure {
    /// Answered ÷ requests.
    SuccessRatio,
    /// Answered by the first attempt ÷ requests.
    SuccessFirstTry,
    /// Answered after a retry ÷ requests.
    SuccessAfterRetry,
    /// Answered by another destination ÷ requests.
    FallbackShare,
    /// Within the SLO ÷ requests.
    GoodputRatio,
    /// Within the SLO, each second.
    GoodputRate,
    /// Answered by one region ÷ answered.
    RegionShare,
    /// Answered by one model ÷ answered.
    ModelShare,
    /// Attempts ÷ requests.
    AttemptsPerRequest,
    /// Requests.
    Requests,
    /// Requests each second.
    RequestsRate,
    /// Requests that nothing answered.
    Failures,
    /// Attempts that were throttled.
    Throttles,
    /// Attempts that failed, throttled or otherwise.
    Errors,
    /// Streams that broke or ended without their closing event.
    BrokenStreams,
    /// Calls that ended because the SDK's retry quota was dry.
    RetryQuotaRefusals,
    /// Arrivals that found no room.
    Dropped,
    /// Tokens read.
    TokensInput,
    /// Tokens written.
    TokensOutput,
    /// Tokens read and written, each minute.
    TokensPerMinute,
    /// What the tokens cost.
    Cost,
    /// What a thousand answered requests cost.
    CostPer1k,
    /// How long callers stayed in trouble after a fault.
    RecoveryTime,
}

/// What a value is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Seconds; scenarios write `2s`, `400ms`.
    Seconds,
    /// A share of a whole, 0 to 1; scenarios write `99.5%`.
    Share,
    /// A ratio that may pass 1; a plain number.
    Ratio,
    /// A plain number.
    Count,
    /// Each second; scenarios write `20/s`.
    PerSecond,
    /// Each minute; scenarios write `2M/min`.
    PerMinute,
    /// US dollars; a plain number.
    Usd,
}

/// What a scenario must have for a metric to have data at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing beyond requests.
    Nothing,
    /// A flow that streams.
    Streams,
    /// A limit under `slo:`.
    Slo,
    /// `where: { region: … }` to say which.
    WhereRegion,
    /// `where: { model: … }` to say which.
    WhereModel,
    /// A price on every model in scope.
    Prices,
    /// `after:` with the name of a fault.
    AfterFault,
    /// A flow with an open load.
    OpenLoad,
}

/// A line of the catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The name in scenarios; for timings the part before the dot.
    pub name: &'static str,
    /// What it is counted in.
    pub unit: Unit,
    /// The formula, in the words of a record.
    pub formula: &'static str,
    /// One sentence on what it tells.
    pub meaning: &'static str,
    /// What it needs to have data.
    pub needs: Needs,
}

macro_rules! entry {
    ($name:literal, $unit:ident, $needs:ident, $formula:literal, $meaning:literal) => {
        Entry { name: $name, unit: Unit::$unit, needs: Needs::$needs, formula: $formula, meaning: $meaning }
    };
}

impl Timing {
    /// All of them, in the order of the catalogue.
    pub const ALL: [Timing; 9] = [
        Timing::Latency,
        Timing::Ttft,
        Timing::ServiceTime,
        Timing::ServiceTtft,
        Timing::Tpot,
        Timing::Itl,
        Timing::FirstAttempt,
        Timing::Backoff,
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
            Timing::ServiceTime => entry!("service_time", Seconds, Nothing, "done − sent, of answered requests",
                "What client and service took once the request was sent; flatters a late sender."),
            Timing::ServiceTtft => entry!("service_ttft", Seconds, Streams, "first_content − sent, of answered streams",
                "Time to first token once the request was sent."),
            Timing::Tpot => entry!("tpot", Seconds, Streams, "(last_content − first_content) ÷ (output_tokens − 1), one value a stream",
                "Time for each output token after the first, by the service's own token count."),
            Timing::Itl => entry!("itl", Seconds, Streams, "each gap between content events, pooled",
                "How evenly a stream flows; a gap may carry more than one token."),
            Timing::FirstAttempt => entry!("first_attempt", Seconds, Nothing, "done − sent of each request's first attempt (to the headers, for a stream)",
                "What a client without retries would have waited."),
            Timing::Backoff => entry!("backoff", Seconds, Nothing, "sent of an attempt − done of the attempt before, of each retry",
                "How long the SDK waited before each retry."),
            Timing::ScheduleDelay => entry!("schedule_delay", Seconds, Nothing, "sent − due, of every request",
                "How late the harness itself was: its own error, not the service's."),
        }
    }
}

impl Figure {
    /// All of them, in the order of the catalogue.
    pub const ALL: [Figure; 23] = [
        Figure::SuccessRatio,
        Figure::SuccessFirstTry,
        Figure::SuccessAfterRetry,
        Figure::FallbackShare,
        Figure::GoodputRatio,
        Figure::GoodputRate,
        Figure::RegionShare,
        Figure::ModelShare,
        Figure::AttemptsPerRequest,
        Figure::Requests,
        Figure::RequestsRate,
        Figure::Failures,
        Figure::Throttles,
        Figure::Errors,
        Figure::BrokenStreams,
        Figure::RetryQuotaRefusals,
        Figure::Dropped,
        Figure::TokensInput,
        Figure::TokensOutput,
        Figure::TokensPerMinute,
        Figure::Cost,
        Figure::CostPer1k,
        Figure::RecoveryTime,
    ];

    /// Its line of the catalogue.
    #[rustfmt::skip]
    pub const fn entry(self) -> Entry {
        match self {
            Figure::SuccessRatio => entry!("success.ratio", Share, Nothing, "answered ÷ requests",
                "The share of requests that got a whole answer, by whatever way."),
            Figure::SuccessFirstTry => entry!("success.first_try", Share, Nothing, "answered by the first attempt ÷ requests",
                "The share that met no trouble at all."),
            Figure::SuccessAfterRetry => entry!("success.after_retry", Share, Nothing, "answered by a later attempt of the first call ÷ requests",
                "The share that the SDK's retries saved."),
            Figure::FallbackShare => entry!("fallback.share", Share, Nothing, "answered by a later call ÷ requests",
                "The share that another region or model saved."),
            Figure::GoodputRatio => entry!("goodput.ratio", Share, Slo, "answered within every limit of the slo ÷ requests",
                "The share of requests that were good enough."),
            Figure::GoodputRate => entry!("goodput.rate", PerSecond, Slo, "answered within every limit of the slo ÷ time in scope",
                "Good answers each second."),
            Figure::RegionShare => entry!("region.share", Share, WhereRegion, "answered by the region ÷ answered",
                "How much of the traffic one region carried."),
            Figure::ModelShare => entry!("model.share", Share, WhereModel, "answered by the model ÷ answered",
                "How much of the traffic one model carried."),
            Figure::AttemptsPerRequest => entry!("attempts.per_request", Ratio, Nothing, "attempts ÷ requests",
                "Retry amplification: the load that the service saw for each request that callers made."),
            Figure::Requests => entry!("requests.count", Count, Nothing, "requests due in scope",
                "How much traffic there was."),
            Figure::RequestsRate => entry!("requests.rate", PerSecond, Nothing, "requests due in scope ÷ time in scope",
                "How fast the traffic came."),
            Figure::Failures => entry!("failures.count", Count, Nothing, "requests that nothing answered",
                "How many callers got nothing."),
            Figure::Throttles => entry!("throttles.count", Count, Nothing, "attempts answered by 429 or a throttling code",
                "How often the service said: too fast."),
            Figure::Errors => entry!("errors.count", Count, Nothing, "attempts that ended in any error",
                "How often the service or the way to it failed."),
            Figure::BrokenStreams => entry!("streams.broken", Count, Streams, "calls that ended as stream_broken or stream_incomplete",
                "Streams that stopped before their closing event; no SDK retries those."),
            Figure::RetryQuotaRefusals => entry!("retry_quota.refusals", Count, Nothing, "calls whose last error was retryable with attempts left, but the SDK's retry quota was dry",
                "How often the SDK gave up early to protect the service."),
            Figure::Dropped => entry!("dropped.count", Count, OpenLoad, "arrivals that found the cap on requests in flight reached",
                "Traffic that the schedule held and nobody sent."),
            Figure::TokensInput => entry!("tokens.input", Count, Nothing, "input tokens by the service's count",
                "What was read."),
            Figure::TokensOutput => entry!("tokens.output", Count, Nothing, "output tokens by the service's count",
                "What was written."),
            Figure::TokensPerMinute => entry!("tokens.per_minute", PerMinute, Nothing, "(input + output tokens) ÷ minutes in scope",
                "Use of a token quota, as settled."),
            Figure::Cost => entry!("cost.total", Usd, Prices, "Σ tokens × the model's price",
                "What the tokens cost by the scenario's prices."),
            Figure::CostPer1k => entry!("cost.per_1k", Usd, Prices, "cost.total ÷ answered × 1000",
                "What a thousand answers cost."),
            Figure::RecoveryTime => entry!("recovery.time", Seconds, AfterFault,
                "from the end of the fault to the due time of the last request of the disturbance; a second is disturbed where, in the ten \
                 seconds around it (or the twenty requests, if more), requests in trouble outnumber their share before the fault by more than one",
                "How long callers stayed in trouble once the fault was over."),
        }
    }
}

impl Metric {
    /// Its line of the catalogue.
    pub const fn entry(self) -> Entry {
        match self {
            Metric::Timing(timing, _) => timing.entry(),
            Metric::Figure(figure) => figure.entry(),
        }
    }

    /// Every line of the catalogue, timings first.
    pub fn catalogue() -> impl Iterator<Item = Entry> {
        Timing::ALL.into_iter().map(Timing::entry).chain(Figure::ALL.into_iter().map(Figure::entry))
    }

    /// Names to offer where one was not known: each figure, and the usual statistics of each timing.
    pub fn suggestions() -> impl Iterator<Item = String> {
        let statistics = ["p50", "p90", "p95", "p99", "p99.9", "mean", "min", "max"];
        let timings = Timing::ALL.into_iter().flat_map(move |timing| {
            statistics.map(|statistic| format!("{}.{statistic}", timing.entry().name))
        });
        timings.chain(Figure::ALL.into_iter().map(|figure| figure.entry().name.to_owned()))
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Metric::Timing(timing, statistic) => write!(f, "{}.{statistic}", timing.entry().name),
            Metric::Figure(figure) => f.write_str(figure.entry().name),
        }
    }
}

impl fmt::Display for Statistic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Rounded to a thousandth of a percent, so that 0.999 is written p99.9 and not p99.90000000000001.
            Statistic::Percentile(q) => write!(f, "p{}", (q.get() * 100_000.0).round() / 1000.0),
            Statistic::Mean => f.write_str("mean"),
            Statistic::Min => f.write_str("min"),
            Statistic::Max => f.write_str("max"),
        }
    }
}

/// A name that is not in the catalogue.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("there is no metric `{0}`")]
pub struct UnknownMetric(pub String);

impl FromStr for Metric {
    type Err = UnknownMetric;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let figure = Figure::ALL.into_iter().find(|figure| figure.entry().name == text).map(Metric::Figure);
        let timing = || {
            let (name, statistic) = text.split_once('.')?;
            let timing = Timing::ALL.into_iter().find(|timing| timing.entry().name == name)?;
            Some(Metric::Timing(timing, statistic.parse().ok()?))
        };
        figure.or_else(timing).ok_or_else(|| UnknownMetric(text.to_owned()))
    }
}

impl FromStr for Statistic {
    type Err = UnknownMetric;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "mean" => Ok(Statistic::Mean),
            "min" => Ok(Statistic::Min),
            "max" => Ok(Statistic::Max),
            _ => text
                .strip_prefix('p')
                .and_then(|percent| percent.parse().ok())
                .and_then(Quantile::from_percent)
                .map(Statistic::Percentile)
                .ok_or_else(|| UnknownMetric(text.to_owned())),
        }
    }
}

impl Serialize for Metric {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Metric {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_suggested_name_is_read_back_as_itself() {
        for name in Metric::suggestions() {
            let metric: Result<Metric, _> = name.parse();
            assert_eq!(metric.map(|metric| metric.to_string()), Ok(name));
        }
    }

    #[test]
    fn names_outside_the_catalogue_are_refused() {
        for name in
            ["latency", "latency.p100", "latency.p0", "latency.p", "success.rate", "", "p95", "ttft.max.p5"]
        {
            assert_eq!(name.parse::<Metric>(), Err(UnknownMetric(name.to_owned())), "{name}");
        }
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = Metric::catalogue().map(|entry| entry.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Timing::ALL.len() + Figure::ALL.len());
    }
}
