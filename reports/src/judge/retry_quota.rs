//! `retry-quota-exhausted` and `partial-retry`: why some failures were retried and some were not.

use super::answer::{Question, counted};
use super::bucket::{CAPACITY, Costs, DEAREST, FEWEST, Fit, Replay};
use super::calls::Client;
use super::context::Context;
use super::decisions::{Event, Moment, decisions};
use super::finding::{Answer, Code, Severity};
use super::moves;
use crate::number;
use crate::record::Name;

/// Whether an empty retry quota explains which failures were not retried, in every region where any was not.
pub(super) fn explains(client: &Client<'_>, context: &Context) -> bool {
    let moments = |region: Option<Name>| decisions(client, context, region.as_ref());
    let replays = regions(client).into_iter().map(|region| Replay::of(&moments(region), client.agent.sdk));
    let mut refusing = replays.filter(|replay| replay.refused > 0).peekable();
    refusing.peek().is_some() && refusing.all(|replay| replay.fit() != Fit::None)
}

/// Whether the client's retry quota ran dry, or something else kept it from retrying.
///
/// A quota belongs to a client of one region, so each region is replayed by itself.
pub(super) fn ask(client: &Client<'_>, context: &Context) -> Vec<Answer> {
    let quota = Question::to(client, Code::RetryQuotaExhausted);
    let partial = Question::to(client, Code::PartialRetry);
    let replays: Vec<_> = regions(client)
        .into_iter()
        .map(|region| decisions(client, context, region.as_ref()))
        .map(|moments| (Replay::of(&moments, client.agent.sdk), moments))
        .filter(|(replay, _)| replay.retried + replay.refused > 0)
        .collect();
    let worst = replays.iter().max_by_key(|(replay, _)| replay.refused.min(replay.retried));
    let Some((replay, moments)) = worst else { return Vec::new() };
    let (retried, refused) = (replay.retried, replay.refused);
    if retried == 0 {
        return Vec::new(); // `no-retry` speaks for it.
    }
    let seen = format!(
        "{} of {} with attempts left were retried",
        number::count(retried as u64),
        counted(retried + refused, "failure", "failures"),
    );
    match replay.fit() {
        Fit::Table(costs, whose) => {
            vec![exhausted(&quota, replay, moments, Some((costs, whose))), partial.clear(told_by_quota())]
        }
        Fit::AnyTable => vec![exhausted(&quota, replay, moments, None), partial.clear(told_by_quota())],
        Fit::None if replay.is_enough() => {
            vec![
                quota.clear(format!("{seen}, by no rule that a retry quota has.")),
                partly(&partial, seen, moments),
            ]
        }
        Fit::None if refused == 0 => {
            let seen = format!("{seen}.");
            vec![quota.clear(seen.clone()), partial.clear(seen)]
        }
        Fit::None => {
            let need = format!("failures of either kind, retried and not; {seen}");
            let few =
                partial.insufficient(retried.min(FEWEST) + refused.min(FEWEST), 2 * FEWEST, need.clone());
            if retried < (CAPACITY / DEAREST) as usize {
                let seen = format!("{seen}: fewer than 35 retries cannot spend {CAPACITY} tokens.");
                return vec![quota.clear(seen), few];
            }
            vec![quota.insufficient(refused, FEWEST, need), few]
        }
    }
}

fn regions(client: &Client<'_>) -> Vec<Option<Name>> {
    let mut regions: Vec<_> = client.calls.iter().map(|call| moves::region(call).cloned()).collect();
    regions.sort_unstable();
    regions.dedup();
    regions
}

fn told_by_quota() -> &'static str {
    "The retry quota explains which failures were retried and which were not."
}

fn exhausted(
    question: &Question,
    replay: &Replay,
    moments: &[Moment],
    table: Option<(Costs, &str)>,
) -> Answer {
    let before = replay.before_first_refusal;
    let paid = match table {
        Some((costs, whose)) if spends_all(before, costs) => {
            format!("{before} × {} of {CAPACITY} tokens ({whose})", costs.transient)
        }
        Some((costs, whose)) => format!("a retry costs {} of {CAPACITY} tokens ({whose})", costs.transient),
        None => format!("a retry of a throttle costs 5 of {CAPACITY} tokens in every AWS SDK"),
    };
    let seen = format!(
        "After {} {} of {} with attempts left were not retried: {paid}. Not a missing retry policy: the SDK's quota \
         was empty; it refills by successes only.",
        counted(before, "retry", "retries"),
        number::count(replay.refused as u64),
        counted(replay.refused + replay.retried - before, "failure", "failures"),
    );
    let foreseen = match replay.least_mistakes() {
        0 => "all of these decisions".to_owned(),
        mistakes => format!("all but {mistakes} of these decisions"),
    };
    let expected = format!(
        "With tokens left every failure that has attempts left is retried; a replay of the token bucket foresees \
         {foreseen}."
    );
    // A note: the quota did what it is for, and the calls that it refused are told with it.
    question.found(Severity::Note, seen, expected).shown_by(refusals(moments))
}

/// Whether so many retries at this price leave less than the price of one.
fn spends_all(retries: usize, costs: Costs) -> bool {
    let price = costs.transient as usize;
    (CAPACITY as usize).checked_sub(retries * price).is_some_and(|left| left < price)
}

fn partly(question: &Question, seen: String, moments: &[Moment]) -> Answer {
    let expected =
        "An SDK retries every failure that has attempts left, until its retry quota is spent: after 35, 50 \
                    or 100 retries, and then none at all."
            .to_owned();
    question.found(Severity::Warning, format!("{seen}."), expected).shown_by(refusals(moments))
}

fn refusals(moments: &[Moment]) -> impl Iterator<Item = u64> {
    moments
        .iter()
        .filter(|moment| matches!(moment.event, Event::Failure { retried: false, .. }))
        .map(|moment| moment.exchange)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::play::{Player, Rule, context, found, grouped, open, outage, play, told};
    use crate::judge::testing::Chance;

    fn asked(player: Player, rate: f64, share: f64, seed: u64) -> Vec<Answer> {
        let mut chance = Chance::seeded(seed);
        let arrivals = open(rate, 120.0, None, &mut chance);
        let fails = |at: f64, chance: &mut Chance| {
            ((20.0..80.0).contains(&at) && chance.between(0.0, 1.0) < share).then_some(503)
        };
        let exchanges = play(player, arrivals, fails, &mut chance);
        let calls = grouped(&exchanges);
        ask(&calls.clients[0], &context(150, &[]))
    }

    #[test]
    fn an_empty_quota_is_told_with_its_table() {
        let player = Player { rule: Rule::Quota(14), ..Player::PLAIN };
        insta::assert_snapshot!(told(&asked(player, 5.0, 1.0, 1)));
    }

    /// Total and partial outages, 5 to 20 calls a second, 3 and 5 attempts.
    #[test]
    fn the_right_table_is_named() {
        for seed in 0..120 {
            let cost = [14, 10, 5][seed as usize % 3];
            let attempts = if seed % 2 == 0 { 3 } else { 5 };
            let player = Player { attempts, rule: Rule::Quota(cost), ..Player::PLAIN };
            let share = if seed % 4 < 2 { 1.0 } else { 0.7 };
            let answers = asked(player, 5.0 + (seed % 16) as f64, share, seed);
            let finding = found(&answers, Code::RetryQuotaExhausted);
            let named = format!("{cost} of 500 tokens");
            assert!(finding.is_some_and(|finding| finding.seen.contains(&named)), "{seed}: {answers:?}");
            assert!(found(&answers, Code::PartialRetry).is_none());
        }
    }

    /// Half an outage at 20 calls a second: many calls are in flight at once, and take one another's tokens.
    #[test]
    fn the_quota_of_the_sdk_for_rust_is_known_under_load() {
        for seed in 0..40 {
            let cost = [14, 10][seed as usize % 2];
            let player = Player { rule: Rule::QuotaOfRust(cost), base: 1.0, ..Player::PLAIN };
            let mut chance = Chance::seeded(seed);
            let arrivals = open(20.0, 120.0, None, &mut chance);
            let fails = |at: f64, chance: &mut Chance| {
                ((20.0..80.0).contains(&at) && chance.between(0.0, 1.0) < 0.5).then_some(503)
            };
            let mut exchanges = play(player, arrivals, fails, &mut chance);
            let asked = |exchanges: &[crate::exchange::Exchange]| {
                let calls = grouped(exchanges);
                ask(&calls.clients[0], &context(150, &[]))
            };
            let of_another = asked(&exchanges);
            assert!(found(&of_another, Code::RetryQuotaExhausted).is_none(), "{seed}: {of_another:?}");
            for exchange in &mut exchanges {
                exchange.user_agent = Some("aws-sdk-rust/1.7.0 m/E".into());
            }
            let answers = asked(&exchanges);
            let named = format!("{cost} of 500 tokens");
            let finding = found(&answers, Code::RetryQuotaExhausted);
            assert!(finding.is_some_and(|finding| finding.seen.contains(&named)), "{seed}: {answers:?}");
        }
    }

    #[test]
    fn no_other_rule_is_taken_for_a_quota() {
        for seed in 0..200 {
            let rule = [Rule::Always, Rule::Never, Rule::Coin, Rule::Fifth][seed as usize % 4];
            let player = Player { rule, ..Player::PLAIN };
            let answers = asked(player, 5.0 + (seed % 16) as f64, if seed % 8 < 4 { 1.0 } else { 0.4 }, seed);
            assert!(found(&answers, Code::RetryQuotaExhausted).is_none(), "{rule:?} {seed}: {answers:?}");
            let partial = matches!(rule, Rule::Coin | Rule::Fifth);
            assert_eq!(
                found(&answers, Code::PartialRetry).is_some(),
                partial,
                "{rule:?} {seed}: {answers:?}"
            );
        }
    }

    #[test]
    fn a_short_outage_cannot_spend_the_quota() {
        let mut chance = Chance::seeded(5);
        let arrivals = open(5.0, 60.0, None, &mut chance);
        let exchanges = play(Player::PLAIN, arrivals, outage(20.0, 21.0), &mut chance);
        insta::assert_snapshot!(told(&ask(&grouped(&exchanges).clients[0], &context(90, &[]))));
    }
}
