//! Watches a run while it goes on, for what `stop_if` says.
//!
//! Fed with the same records as the log and driven by their times alone, so the same seed stops at the same request. Each
//! rule keeps a probe for each second of its window, by when requests were done: what is still open says nothing yet.

use std::collections::VecDeque;

use super::probe::{Probe, figure_of};
use crate::compare::{Law, Times};
use crate::gate::Measured;
use crate::header::Header;
use crate::log::Dropped;
use crate::metric::{Metric, Statistic};
use crate::record::{Outcome, Record};
use crate::stop::{StopRule, Stopped};
use crate::units::Nanos;

const SECOND: u64 = 1_000_000_000;

/// The rules of a run, and what they have seen.
pub struct Watch {
    header: Header,
    /// The second that is under way.
    now: u64,
    rules: Vec<Watched>,
}

struct Watched {
    rule: StopRule,
    /// The first second that counts.
    begins: u64,
    seconds: VecDeque<(u64, Probe<Times>)>,
}

/// Whether a figure can be told from a window of finished requests, while others are under way.
pub fn can_be_watched(metric: Metric) -> bool {
    match (metric, Law::of(metric)) {
        (Metric::Timing(..), _) => true,
        (Metric::Figure(figure), Law::Share | Law::Ratio(_) | Law::Events | Law::Sum(_)) => {
            !figure.counts_jobs()
        }
        (_, _) => false,
    }
}

impl Watch {
    /// A watch over a run with rules.
    pub fn new(header: &Header) -> Self {
        let watched = |rule: &StopRule| Watched {
            begins: begins(rule, header).get().div_ceil(SECOND),
            rule: rule.clone(),
            seconds: VecDeque::new(),
        };
        Watch { now: 0, rules: header.stop_if.iter().map(watched).collect(), header: header.clone() }
    }

    /// Takes note of a request that is over. A rule that held before it ends the run.
    pub fn observe(&mut self, record: &Record) -> Option<Stopped> {
        let stopped = self.reach(record.done);
        if record.outcome != Outcome::Abandoned && self.header.records_stage(&record.stage) {
            for watched in &mut self.rules {
                watched.second(record.done).observe(record, &self.header);
            }
        }
        stopped
    }

    /// Takes note of an arrival that found no room.
    pub fn drop_arrival(&mut self, dropped: &Dropped) -> Option<Stopped> {
        let stopped = self.reach(dropped.due);
        if self.header.records_stage(&dropped.stage) {
            for watched in &mut self.rules {
                watched.second(dropped.due).drop_arrival(dropped);
            }
        }
        stopped
    }

    /// Comes to a time: each rule is asked once a second, about whole seconds.
    fn reach(&mut self, at: Nanos) -> Option<Stopped> {
        let second = at.get() / SECOND;
        if second <= self.now {
            return None;
        }
        self.now = second;
        self.rules.iter_mut().find_map(|watched| watched.asked_at(second))
    }
}

/// When the first stage begins that a rule counts.
fn begins(rule: &StopRule, header: &Header) -> Nanos {
    let counts = |name: &str| rule.scope.during.as_deref().is_none_or(|during| during == name);
    let first = header.stages.iter().find(|stage| stage.record && counts(&stage.name));
    first.map_or(Nanos::ZERO, |stage| stage.from)
}

impl Watched {
    /// The probe of the second in which something happened.
    fn second(&mut self, at: Nanos) -> &mut Probe<Times> {
        let second = at.get() / SECOND;
        // In real time records come a little out of order.
        let place = self.seconds.partition_point(|(known, _)| *known < second);
        if self.seconds.get(place).is_none_or(|(known, _)| *known != second) {
            self.seconds.insert(place, (second, Probe::new(self.rule.metric, &self.rule.scope)));
        }
        &mut self.seconds[place].1
    }

    /// Whether the rule holds over the window before this second.
    fn asked_at(&mut self, second: u64) -> Option<Stopped> {
        let window = self.rule.window.get().div_ceil(SECOND).max(1);
        let from = second.checked_sub(window)?;
        while self.seconds.front().is_some_and(|(known, _)| *known < from) {
            self.seconds.pop_front();
        }
        if from < self.begins {
            return None;
        }
        let measured = self.measured(second);
        let value = measured.value.filter(|_| measured.samples >= self.rule.samples.max(measured.floor))?;
        self.rule.when.holds(value).then(|| Stopped {
            rule: self.rule.clone(),
            at: Nanos::new(second * SECOND),
            value,
            samples: measured.samples,
        })
    }

    fn measured(&self, before: u64) -> Measured {
        let mut sum = Probe::<Times>::new(self.rule.metric, &self.rule.scope).into_block();
        for (_, probe) in self.seconds.iter().filter(|(second, _)| *second < before) {
            probe.add_to(&mut sum);
        }
        match self.rule.metric {
            Metric::Figure(figure) => figure_of(figure, sum.of, sum.hits, sum.usd, self.rule.window),
            Metric::Timing(_, statistic) => {
                let floor = match statistic {
                    Statistic::Percentile(quantile) => quantile.sample_floor(),
                    Statistic::Mean | Statistic::Min | Statistic::Max => 1,
                };
                Measured::sharp(sum.times.statistic(statistic), sum.times.count(), floor)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::Scope;
    use crate::metric::{Figure, Unit};
    use crate::stop::Bound;
    use crate::testing::{answered, failed, header};

    fn rule(metric: &str, when: Bound, samples: u64) -> StopRule {
        let metric = metric.parse().unwrap_or(Metric::Figure(Figure::Requests));
        let window = Nanos::from_secs(10);
        StopRule { name: "flood".into(), metric, scope: Scope::default(), when, window, samples, line: None }
    }

    /// Ten requests a second from the first to the hundredth; those of `trouble` fail, 4.4 s after they were due.
    fn stopped(rule: StopRule, trouble: impl Fn(u64) -> bool) -> Option<Stopped> {
        let header = Header { stop_if: vec![rule], ..header() };
        let mut watch = Watch::new(&header);
        let due = |id: u64| Nanos::new(id * 100_000_000);
        let mut records: Vec<Record> = (0..1000)
            .map(|id| if trouble(id / 10) { failed(id, due(id)) } else { answered(id, due(id)) })
            .collect();
        records.sort_by_key(|record| record.done);
        records.iter().find_map(|record| watch.observe(record))
    }

    #[test]
    fn a_rule_holds_over_its_whole_window() {
        let half = || rule("success.ratio", Bound::Below(0.5), 20);
        let at = |it: Option<Stopped>| it.map(|it| it.at.as_secs_f64());
        // Failures due from 40 s on end from 44.4 s on; by 48 s they outnumber the answers of ten seconds.
        assert_eq!(at(stopped(half(), |second| second >= 40)), Some(48.0));
        assert_eq!(at(stopped(half(), |second| (40..44).contains(&second))), None);
        assert_eq!(at(stopped(half(), |_| false)), None);
    }

    #[test]
    fn a_warm_up_stops_nothing_and_the_first_window_must_be_whole() {
        // Recording begins at 10 s: the first window of ten seconds ends at 20 s.
        let it = stopped(rule("latency.p50", Bound::Above(1.0), 1), |_| false);
        assert_eq!(it.map(|it| it.at.as_secs_f64()), Some(20.0));
    }

    #[test]
    fn too_few_samples_stop_nothing() {
        assert_eq!(stopped(rule("success.ratio", Bound::Below(0.5), 101), |_| true), None);
        // 299 bound the 99th percentile, and a window holds a hundred.
        assert_eq!(stopped(rule("latency.p99", Bound::Above(0.1), 1), |_| false), None);
    }

    #[test]
    fn an_end_says_what_it_was_about() {
        let it = stopped(rule("failures.count", Bound::Above(30.0), 1), |second| second >= 40);
        let text = it.map(|it| it.to_string()).unwrap_or_default().replace('\u{202f}', " ");
        assert_eq!(text, "flood: 36 at 0:48, failures.count above 30 over 10.0 s");
        assert_eq!(Bound::Below(0.5).text(Unit::Share).replace('\u{202f}', " "), "below 50.0 %");
    }

    #[test]
    fn what_is_known_at_the_end_alone_cannot_be_watched() {
        let can = |name: &str| name.parse().is_ok_and(can_be_watched);
        for name in [
            "success.ratio",
            "latency.p95",
            "latency.max",
            "throttles.count",
            "attempts.per_request",
            "dropped.count",
        ] {
            assert!(can(name), "{name}");
        }
        for name in ["recovery.time", "findings.count", "jobs.lost", "queue.drain_time", "jobs.completed"] {
            assert!(!can(name), "{name}");
        }
    }
}
