//! `nested-retries`: an application that retries on top of its SDK.
//!
//! The two layers multiply, and the outer one gets around the retry quota by which the inner one ends a
//! storm. Where only one layer retries, whichever it is, nothing is nested.

use super::answer::{Question, counted};
use super::calls::{Call, Client};
use super::fate::Fate;
use super::finding::{Answer, Code, Severity};
use super::level::{Level, one_in};
use super::moves::Moves;
use super::repeats::{Comparison, FEWEST, Repeats, Side, WINDOWS};
use crate::number;

/// The smallest share of failed calls that an outer loop repeats.
const LEAST_SHARE: f64 = 0.2;

/// What the calls of a client say about an outer loop.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Nesting {
    /// There is one, by these links.
    Found(Outer),
    /// There is none that is seen within the longest window that could be judged.
    Clear(Repeats, Comparison),
    /// There are too few calls.
    TooFew(Comparison),
    /// The same bodies come again and again, whatever became of the calls before.
    TooAlike,
    /// The client gives its calls no ids, so that its layers cannot be told apart.
    Untold,
}

/// An outer loop.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Outer {
    pub(super) repeats: Repeats,
    comparison: Comparison,
    chance: f64,
}

impl Nesting {
    pub(super) fn of(client: &Client<'_>, level: Level) -> Self {
        let calls = &client.calls;
        if calls.iter().any(|call| call.first().exchange.invocation_id.is_none()) {
            return Nesting::Untold;
        }
        let mut found: Option<Outer> = None;
        let mut clear = None;
        let mut counts = Comparison::default();
        for within in WINDOWS {
            let repeats = Repeats::within(calls, within);
            let comparison = repeats.compare(calls, side);
            counts = comparison.clone();
            let Some(chance) = comparison.is_enough().then(|| comparison.chance()).flatten() else {
                continue;
            };
            let chance = (WINDOWS.len() as f64 * chance).min(1.0);
            let share = comparison.struck_again as f64 / comparison.struck as f64;
            if chance > level.of_a_finding() || share < LEAST_SHARE {
                clear = Some(Nesting::Clear(repeats, comparison));
            } else if found.as_ref().is_none_or(|outer| chance < outer.chance) {
                found = Some(Outer { repeats, comparison, chance });
            }
        }
        match (found, clear) {
            (Some(outer), _) => Nesting::Found(outer),
            (None, Some(clear)) => clear,
            (None, None) if counts.is_enough() => Nesting::TooAlike,
            (None, None) => Nesting::TooFew(counts),
        }
    }

    /// The calls that an outer loop made again, as chains.
    pub(super) fn repeats(&self) -> Option<&Repeats> {
        match self {
            Nesting::Found(outer) => Some(&outer.repeats),
            _ => None,
        }
    }

    /// A chain of repeats, cut wherever a call was not lost: what follows an answer is a new wish.
    pub(super) fn split(calls: &[Call<'_>], chain: &[usize]) -> Vec<Vec<usize>> {
        let parts = chain.split_inclusive(|&place| side(&calls[place]) != Side::Struck);
        parts.map(<[usize]>::to_vec).collect()
    }

    /// Whether a call is an outer loop's retry of another.
    pub(super) fn is_outer_retry(&self, calls: &[Call<'_>], place: usize) -> bool {
        let before = self.repeats().and_then(|repeats| repeats.previous(place));
        before.is_some_and(|before| side(&calls[before]) == Side::Struck)
    }
}

/// Streams that broke and calls that were refused for good say nothing about retries on retries.
fn side(call: &Call<'_>) -> Side {
    match call.last().fate {
        Fate::Failed(_) => Side::Struck,
        Fate::Answered => Side::Control,
        Fate::Left if call.last().exchange.status.is_none() => Side::Struck,
        Fate::Left | Fate::Refused | Fate::Broken => Side::Aside,
    }
}

/// Whether an application retries on top of its SDK.
pub(super) fn ask(client: &Client<'_>, nesting: &Nesting) -> Vec<Answer> {
    let question = Question::to(client, Code::NestedRetries);
    let answer = match nesting {
        Nesting::Untold => question.insufficient(
            0,
            2 * FEWEST,
            "calls with an `amz-sdk-invocation-id`; without one the retries of an SDK and those of an \
             application look alike",
        ),
        Nesting::TooAlike => question.insufficient(
            0,
            FEWEST,
            "calls with bodies of their own: the same ones come again whatever became of the calls before; \
             vary the prompts",
        ),
        Nesting::TooFew(counts) => question.insufficient(
            counts.struck.min(FEWEST) + counts.control.min(FEWEST),
            2 * FEWEST,
            format!("calls, {FEWEST} that failed and {FEWEST} that were answered"),
        ),
        Nesting::Clear(repeats, counts) => question.clear(format!(
            "Of {} that failed {} sent again with the same body within {}, of {} that were answered {}.",
            counted(counts.struck, "call", "calls"),
            were(counts.struck_again),
            number::time(repeats.within),
            number::count(counts.control as u64),
            if counts.control_again == 0 {
                "none".to_owned()
            } else {
                number::count(counts.control_again as u64)
            },
        )),
        Nesting::Found(outer) => found(client, &question, outer),
    };
    vec![answer]
}

fn found(client: &Client<'_>, question: &Question, outer: &Outer) -> Answer {
    let product = Product::of(client, &outer.repeats);
    let Comparison { struck, struck_again, control, control_again, .. } = &outer.comparison;
    let seen = format!(
        "{struck_again} of {} that failed were sent again with the same body within {}; of {} that were answered {}.",
        counted(*struck, "call", "calls"),
        number::time(outer.repeats.within),
        number::count(*control as u64),
        if *control_again == 0 { "none".to_owned() } else { counted(*control_again, "was", "were") },
    );
    if product.inner < 1.5 && !client.calls.iter().any(|call| call.most_attempts() > Some(1)) {
        return question.clear(format!(
            "{seen} But the SDK makes one attempt, so that only the application retries: {} tries a request.",
            product.outer.round(),
        ));
    }
    let queue = match outer.repeats.within == WINDOWS[WINDOWS.len() - 1] {
        true => " A queue that delivers a message again looks the same.",
        false => "",
    };
    let seen = format!("{seen} {}{queue}{}", product.told(), Moves::of(client).told());
    let expected =
        format!("Without a loop around the SDK so many would come again in {} runs.", one_in(outer.chance));
    question
        .found(Severity::Error, seen, expected)
        .by_chance(outer.chance)
        .shown_by(product.evidence.iter().copied())
}

/// How many attempts the two layers make together.
#[derive(Clone, Debug, PartialEq)]
struct Product {
    /// Calls of a chain that failed to its end.
    outer: f64,
    /// Attempts of a call in such chains.
    inner: f64,
    /// Attempts of a chain that began with a failure, whatever its end.
    measured: f64,
    /// The exchanges of the longest chain.
    evidence: Vec<u64>,
}

impl Product {
    fn of(client: &Client<'_>, repeats: &Repeats) -> Self {
        let calls = &client.calls;
        let attempts = |chain: &Vec<usize>| chain.iter().map(|&place| calls[place].len()).sum::<usize>();
        let chains: Vec<_> = repeats
            .chains()
            .flat_map(|chain| Nesting::split(calls, &chain))
            .filter(|chain| chain.len() > 1)
            .collect();
        let is_lost = |chain: &&Vec<usize>| chain.iter().all(|&place| side(&calls[place]) == Side::Struck);
        let lost: Vec<_> = chains.iter().filter(is_lost).collect();
        // Chains that an answer ended early tell less about what the loop is set to.
        let full = if lost.is_empty() { chains.iter().collect() } else { lost };
        let tries: usize = full.iter().map(|chain| chain.len()).sum();
        let total = |chains: &[&Vec<usize>]| chains.iter().map(|chain| attempts(chain)).sum::<usize>();
        let all: Vec<_> = chains.iter().collect();
        let longest = chains.iter().max_by_key(|chain| attempts(chain));
        let numbers = longest.into_iter().flatten().flat_map(|&place| calls[place].attempts());
        Product {
            outer: tries as f64 / full.len().max(1) as f64,
            inner: total(&full) as f64 / tries.max(1) as f64,
            measured: total(&all) as f64 / chains.len().max(1) as f64,
            evidence: numbers.map(|attempt| attempt.exchange.number).collect(),
        }
    }

    /// `3 × 3 = 9 attempts a request (measured 8.7).`
    fn told(&self) -> String {
        let (outer, inner) = (self.outer.round(), self.inner.round());
        format!("{outer} × {inner} = {} attempts a request (measured {:.1}).", outer * inner, self.measured)
    }
}

fn were(count: usize) -> String {
    if count == 0 { "none was".to_owned() } else { counted(count, "was", "were") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::play::{Player, answer, found, grouped, open, outage, play, told};
    use crate::judge::testing::Chance;

    const NESTED: Player = Player { outer: 3, ..Player::PLAIN };

    fn asked(player: Player, rate: f64, bodies: Option<u64>, fault: f64, seed: u64) -> Vec<Answer> {
        let mut chance = Chance::seeded(seed);
        let arrivals = open(rate, 60.0, bodies, &mut chance);
        let exchanges = play(player, arrivals, outage(20.0, 20.0 + fault), &mut chance);
        let calls = grouped(&exchanges);
        calls
            .clients
            .iter()
            .flat_map(|client| ask(client, &Nesting::of(client, Level::shared_by(1))))
            .collect()
    }

    #[test]
    fn an_outer_loop_is_told_with_its_product() {
        insta::assert_snapshot!(told(&asked(NESTED, 3.0, None, 10.0, 1)));
    }

    /// A loop around the SDK is found in all of these, whether its bodies differ or come again.
    #[test]
    fn an_outer_loop_is_found() {
        for seed in 0..60 {
            for bodies in [None, Some(30)] {
                let answers = asked(NESTED, 5.0, bodies, 12.0, seed);
                assert!(found(&answers, Code::NestedRetries).is_some(), "{seed} {bodies:?}: {answers:?}");
            }
        }
    }

    /// Open loops with one body, a few, many and all different, through faults short and long.
    #[test]
    fn a_client_without_an_outer_loop_is_never_found() {
        for seed in 0..300 {
            let bodies = [None, Some(1), Some(10), Some(50)][seed as usize % 4];
            let rate = [1.0, 5.0, 20.0][seed as usize % 3];
            let answers = asked(Player::PLAIN, rate, bodies, 5.0 + (seed % 25) as f64, seed);
            assert!(found(&answers, Code::NestedRetries).is_none(), "{seed}: {answers:?}");
        }
    }

    /// Load that grows tenfold in the fault brings the same bodies more often: the control by bodies knows.
    #[test]
    fn a_burst_of_load_in_the_fault_is_no_outer_loop() {
        for seed in 0..60 {
            let mut chance = Chance::seeded(1_000 + seed);
            let mut arrivals = open(2.0, 60.0, Some(20), &mut chance);
            arrivals
                .extend(open(20.0, 15.0, Some(20), &mut chance).iter().map(|(at, body)| (at + 20.0, *body)));
            let exchanges = play(Player::PLAIN, arrivals, outage(20.0, 35.0), &mut chance);
            let calls = grouped(&exchanges);
            let answers = ask(&calls.clients[0], &Nesting::of(&calls.clients[0], Level::shared_by(1)));
            assert!(found(&answers, Code::NestedRetries).is_none(), "{seed}: {answers:?}");
        }
    }

    #[test]
    fn one_layer_that_retries_is_not_nested_whichever_it_is() {
        let outer_only = Player { attempts: 1, ..NESTED };
        let answers = asked(outer_only, 5.0, None, 12.0, 3);
        insta::assert_snapshot!(told(&answers));
    }

    #[test]
    fn one_body_for_all_tells_nothing() {
        let answers = asked(NESTED, 5.0, Some(1), 12.0, 3);
        assert!(matches!(
            answer(&answers, Code::NestedRetries),
            Some(crate::judge::finding::Ruling::Insufficient { .. })
        ));
    }
}
