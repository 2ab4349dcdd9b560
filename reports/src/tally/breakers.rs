//! When circuit breakers were open.
//!
//! A breaker belongs to a client and a destination. Each of its moves stands in the record of whichever
//! request caused it, and records come in the order in which requests were over; so the moves are gathered
//! first and put in order of time at the end. Every record counts, warm-up included, because a breaker that
//! opened in the warm-up may still be open when figures begin to count.

use std::collections::BTreeMap;

use crate::gate::Scope;
use crate::header::Header;
use crate::record::{BreakerState, Deed, Name, Record};
use crate::summary::{BreakerLane, BreakerSpan};
use crate::units::Nanos;

pub(super) struct Breakers {
    /// The client that carries each flow.
    clients: BTreeMap<Name, Name>,
    moves: BTreeMap<Breaker, Vec<Move>>,
}

/// A breaker: of whom, to which model and region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Breaker {
    client: Name,
    model: Name,
    region: Name,
}

#[derive(Clone, Copy, Debug)]
struct Move {
    at: Nanos,
    from: BreakerState,
    to: BreakerState,
}

impl Breakers {
    pub(super) fn new(header: &Header) -> Self {
        let clients = header.flows.iter().map(|flow| (flow.name.clone(), flow.client.clone()));
        Breakers { clients: clients.collect(), moves: BTreeMap::new() }
    }

    pub(super) fn observe(&mut self, record: &Record) {
        for decision in &record.decisions {
            if let Deed::BreakerMoved { model, region, from, to } = &decision.deed {
                let breaker = Breaker {
                    client: self.client(&record.flow),
                    model: model.clone(),
                    region: region.clone(),
                };
                let step = Move { at: decision.at, from: *from, to: *to };
                self.moves.entry(breaker).or_default().push(step);
            }
        }
    }

    /// The breakers that ever moved, by client and destination; one that never came back is as it was to the `end`.
    pub(super) fn lanes(&self, end: Nanos) -> Vec<BreakerLane> {
        let lane = |(breaker, moves): (&Breaker, &Vec<Move>)| BreakerLane {
            client: breaker.client.clone(),
            model: breaker.model.clone(),
            region: breaker.region.clone(),
            spans: spans(moves, end),
        };
        self.moves.iter().map(lane).collect()
    }

    /// `breaker.open_time` in the recorded stages in scope.
    pub(super) fn open_time(&self, scope: &Scope, reached: &Header) -> Nanos {
        let client = scope.flow.as_ref().map(|flow| self.client(flow));
        let wants = |wanted: &Option<Name>, name: &Name| wanted.as_ref().is_none_or(|wanted| wanted == name);
        let lanes = self.lanes(reached.length()).into_iter().filter(|lane| {
            wants(&client, &lane.client)
                && wants(&scope.model, &lane.model)
                && wants(&scope.region, &lane.region)
        });
        let stages: Vec<_> =
            reached.stages.iter().filter(|stage| stage.record && wants(&scope.during, &stage.name)).collect();
        lanes.fold(Nanos::ZERO, |sum, lane| {
            stages
                .iter()
                .fold(sum, |sum, stage| sum.plus(lane.time_in(BreakerState::Open, stage.from, stage.to)))
        })
    }

    /// The client of a flow; the flow itself where the header does not know it.
    fn client(&self, flow: &Name) -> Name {
        self.clients.get(flow).unwrap_or(flow).clone()
    }
}

/// The times in which a breaker was not closed.
fn spans(moves: &[Move], end: Nanos) -> Vec<BreakerSpan> {
    let mut moves = in_order(moves).into_iter().peekable();
    let mut state = moves.peek().map_or(BreakerState::Closed, |first| first.from);
    let (mut since, mut spans) = (Nanos::ZERO, Vec::new());
    let mut close = |state, from: Nanos, to: Nanos| {
        if state != BreakerState::Closed && to > from {
            spans.push(BreakerSpan { state, from, to });
        }
    };
    for step in moves {
        close(state, since, step.at);
        (state, since) = (step.to, step.at);
    }
    close(state, since, end);
    spans
}

/// By time; of moves at one instant first the one that starts where the last one ended.
fn in_order(moves: &[Move]) -> Vec<Move> {
    let mut rest = moves.to_vec();
    rest.sort_by_key(|step| step.at);
    for place in 1..rest.len() {
        let (before, now) = (rest[place - 1].to, rest[place].at);
        let mut alike = rest[place..].iter().take_while(|step| step.at == now);
        let next = alike.position(|step| step.from == before).unwrap_or(0);
        rest.swap(place, place + next);
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Decision;
    use crate::testing::{answered, header};

    const CLOSED: BreakerState = BreakerState::Closed;
    const OPEN: BreakerState = BreakerState::Open;
    const HALF: BreakerState = BreakerState::HalfOpen;

    fn at(secs: u64) -> Nanos {
        Nanos::from_secs(secs)
    }

    fn moved(region: &str, secs: u64, from: BreakerState, to: BreakerState) -> Record {
        let deed = Deed::BreakerMoved { model: "sonnet".into(), region: region.into(), from, to };
        Record { decisions: vec![Decision { at: at(secs), deed }], ..answered(secs, at(secs)) }
    }

    fn breakers(records: &[Record]) -> Breakers {
        let mut breakers = Breakers::new(&header());
        records.iter().for_each(|record| breakers.observe(record));
        breakers
    }

    fn open(scope: Scope, records: &[Record]) -> u64 {
        breakers(records).open_time(&scope, &header()).get() / 1_000_000_000
    }

    #[test]
    fn moves_are_put_in_order_whenever_their_requests_were_over() {
        let told =
            [moved("east", 52, HALF, CLOSED), moved("east", 40, CLOSED, OPEN), moved("east", 50, OPEN, HALF)];
        let lanes = breakers(&told).lanes(at(130));
        let spans = [(OPEN, 40, 50), (HALF, 50, 52)];
        assert_eq!(
            lanes[0].spans,
            spans.map(|(state, from, to)| BreakerSpan { state, from: at(from), to: at(to) })
        );
        assert_eq!(&*lanes[0].client, "careful");
    }

    #[test]
    fn moves_at_one_instant_follow_one_another() {
        let told =
            [moved("east", 50, HALF, OPEN), moved("east", 40, CLOSED, OPEN), moved("east", 50, OPEN, HALF)];
        let lanes = breakers(&told).lanes(at(60));
        assert_eq!(lanes[0].spans.iter().map(|span| span.state).collect::<Vec<_>>(), [OPEN, OPEN]);
        assert_eq!(lanes[0].time_in(OPEN, at(0), at(60)), at(20));
    }

    #[test]
    fn open_time_is_clipped_to_the_stages_in_scope_and_adds_up_over_destinations() {
        // The warm-up lasts to 10 s, quiet to 70 s, after to 130 s.
        let told = [
            moved("east", 5, CLOSED, OPEN),
            moved("east", 20, OPEN, HALF),
            moved("east", 22, HALF, CLOSED),
            moved("west", 60, CLOSED, OPEN),
        ];
        let during = |stage: &str| Scope { during: Some(stage.into()), ..Scope::default() };
        let of = |region: &str| Scope { region: Some(region.into()), ..Scope::default() };
        assert_eq!(open(Scope::default(), &told), 10 + 70);
        assert_eq!(open(during("quiet"), &told), 10 + 10);
        assert_eq!(open(during("after"), &told), 60);
        assert_eq!(open(of("east"), &told), 10);
        let other = Scope { flow: Some("other".into()), ..Scope::default() };
        assert_eq!(open(other, &told), 0);
    }
}
