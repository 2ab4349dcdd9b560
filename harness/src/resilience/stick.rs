//! Where a request begins: at the first region every time, or where the one before was answered.
//!
//! A client that sticks moves when a request that began where it stands was answered elsewhere. Answers to
//! requests that had set out from an earlier place are late news and move nothing, or two regions in half trouble
//! would throw the client back and forth.

use bedload_reports::units::Nanos;

use super::policy::Stick;

/// The place that a client stands at, as an index into its regions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    stick: Stick,
    at: usize,
    /// When it was last found that the first region is not to be asked.
    since: Nanos,
    /// Whether a request is on its way to the first region to see whether it is well again.
    trying: bool,
    /// How often the client has moved.
    moves: u64,
}

/// Where a request begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "the place waits to hear how it ended"]
pub struct Start {
    /// The region, as an index.
    pub at: usize,
    /// Whether it is the one that tries the first region again.
    pub returns: bool,
    /// Where the client stands.
    stands: usize,
    moves: u64,
}

impl Start {
    /// The order in which so many regions are asked: from where the request begins, on from where the client stands, and
    /// around to the first, which is the likeliest to be in trouble still.
    pub fn order(&self, regions: usize) -> impl Iterator<Item = usize> + use<> {
        let at = self.at;
        let around = (self.stands..regions).chain(0..self.stands.min(regions));
        std::iter::once(at).chain(around.filter(move |place| *place != at))
    }
}

impl Place {
    /// At the first region.
    pub fn new(stick: Stick) -> Self {
        Place { stick, at: 0, since: Nanos::ZERO, trying: false, moves: 0 }
    }

    /// Where a request begins now.
    pub fn begin(&mut self, now: Nanos) -> Start {
        let returns = self.at != 0 && !self.trying && self.is_due(now);
        self.trying |= returns;
        Start { at: if returns { 0 } else { self.at }, returns, stands: self.at, moves: self.moves }
    }

    fn is_due(&self, now: Nanos) -> bool {
        match self.stick {
            Stick::PerRequest => false,
            Stick::Sticky { return_after } => now.since(self.since) >= Nanos::from(return_after),
        }
    }

    /// Hears where the request was answered, if it was.
    pub fn ended(&mut self, now: Nanos, start: Start, answered: Option<usize>) {
        if start.returns {
            self.trying = false;
        }
        let in_time = start.moves == self.moves && self.stick != Stick::PerRequest;
        match answered {
            Some(0) if start.returns => self.go(0, now),
            _ if start.returns => self.since = now,
            Some(at) if in_time && at != self.at => self.go(at, now),
            _ => {}
        }
    }

    fn go(&mut self, at: usize, now: Nanos) {
        (self.at, self.since) = (at, now);
        self.moves += 1;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn sticky() -> Place {
        Place::new(Stick::Sticky { return_after: Duration::from_secs(10) })
    }

    const fn at(second: u64) -> Nanos {
        Nanos::from_secs(second)
    }

    #[test]
    fn per_request_always_begins_at_the_first() {
        let mut place = Place::new(Stick::PerRequest);
        let start = place.begin(at(0));
        place.ended(at(1), start, Some(1));
        assert_eq!(place.begin(at(2)).at, 0);
    }

    #[test]
    fn it_stays_where_it_was_answered_and_returns_by_one_request_at_a_time() {
        let mut place = sticky();
        let start = place.begin(at(0));
        place.ended(at(1), start, Some(1));
        let stays = place.begin(at(10));
        assert_eq!((stays.at, stays.returns), (1, false), "ten seconds are not over");
        let tries = place.begin(at(11));
        assert_eq!((tries.at, tries.returns), (0, true));
        assert_eq!(place.begin(at(11)).at, 1, "one at a time");
        place.ended(at(12), tries, Some(1));
        assert_eq!(place.begin(at(21)).at, 1, "it failed: another ten seconds");
        let tries = place.begin(at(22));
        assert!(tries.returns);
        place.ended(at(23), tries, Some(0));
        let home = place.begin(at(23));
        assert_eq!((home.at, home.returns), (0, false));
    }

    #[test]
    fn the_others_are_asked_from_where_the_client_stands() {
        let mut place = sticky();
        let order = |start: Start| start.order(4).collect::<Vec<_>>();
        let start = place.begin(at(0));
        assert_eq!(order(start), [0, 1, 2, 3]);
        place.ended(at(1), start, Some(2));
        assert_eq!(order(place.begin(at(2))), [2, 3, 0, 1]);
        assert_eq!(order(place.begin(at(11))), [0, 2, 3, 1], "the one that tries the first again");
    }

    #[test]
    fn late_news_move_nothing() {
        let mut place = sticky();
        let (first, late) = (place.begin(at(0)), place.begin(at(0)));
        place.ended(at(1), first, Some(1));
        place.ended(at(2), late, Some(0));
        assert_eq!(place.begin(at(3)).at, 1);
        let mut place = sticky();
        let (first, late) = (place.begin(at(0)), place.begin(at(0)));
        place.ended(at(1), first, Some(1));
        place.ended(at(2), late, Some(2));
        assert_eq!(place.begin(at(3)).at, 1);
    }

    #[test]
    fn a_request_that_nobody_answers_moves_nothing_but_lets_the_next_one_try() {
        let mut place = sticky();
        let start = place.begin(at(0));
        place.ended(at(1), start, None);
        assert_eq!(place.begin(at(2)).at, 0);
        let start = place.begin(at(2));
        place.ended(at(3), start, Some(2));
        let tries = place.begin(at(13));
        assert!(tries.returns);
        place.ended(at(14), tries, None);
        assert!(!place.begin(at(23)).returns);
        assert!(place.begin(at(24)).returns);
    }
}
