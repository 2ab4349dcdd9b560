//! Exchanges grouped as their callers meant them: by client, then by call.
//!
//! Every AWS SDK sends `amz-sdk-invocation-id`, one for all attempts of a call, and numbers the attempts.
//! What comes without is linked by what it asks (the file `link`). A client is a name of the scenario
//! where the exchange names its flow, else all that come from one host with one SDK, version and mode:
//! findings are about a policy, and a policy is a property of such a group.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::agent::Agent;
use super::fate::Fate;
use super::link::link;
use crate::exchange::Exchange;
use crate::record::Name;
use crate::units::Nanos;

/// Everyone who called.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Calls<'a> {
    /// The clients, by the number of their exchanges, then by name.
    pub clients: Vec<Client<'a>>,
}

/// A client and its calls.
#[derive(Clone, Debug, PartialEq)]
pub struct Client<'a> {
    /// What answers call it.
    pub name: Name,
    /// What it says of itself in its first exchange.
    pub agent: Agent,
    /// Its calls, in order of their beginnings.
    pub calls: Vec<Call<'a>>,
}

/// One thing that the client's SDK was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Call<'a> {
    first: Attempt<'a>,
    later: Vec<Attempt<'a>>,
}

/// An exchange in its call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Attempt<'a> {
    /// From 1, as the client counts; by order where it does not count.
    pub number: u32,
    /// What it was to the client.
    pub fate: Fate,
    /// The exchange.
    pub exchange: &'a Exchange,
}

/// Groups exchanges, which stand in order of arrival. `names` has the client of each flow.
pub fn calls<'a>(exchanges: &'a [Exchange], names: &BTreeMap<Name, Name>) -> Calls<'a> {
    let mut groups: BTreeMap<Name, Vec<&'a Exchange>> = BTreeMap::new();
    let mut agents: BTreeMap<(Option<&str>, Option<&str>), Name> = BTreeMap::new();
    for exchange in exchanges {
        let named = exchange.flow.as_ref().and_then(|flow| names.get(flow));
        let name = named.cloned().unwrap_or_else(|| {
            let (agent, host) = (exchange.user_agent.as_deref(), exchange.peer.as_deref());
            agents.entry((agent, host)).or_insert_with(|| agent_of(exchange).name(host)).clone()
        });
        groups.entry(name).or_default().push(exchange);
    }
    let mut clients: Vec<_> = groups.into_iter().map(|(name, exchanges)| client(name, &exchanges)).collect();
    clients.sort_by_cached_key(|client| Reverse(client.exchanges()));
    Calls { clients }
}

fn agent_of(exchange: &Exchange) -> Agent {
    exchange.user_agent.as_deref().map(Agent::read).unwrap_or_default()
}

fn client<'a>(name: Name, exchanges: &[&'a Exchange]) -> Client<'a> {
    let mut told: BTreeMap<&str, Vec<Attempt<'a>>> = BTreeMap::new();
    let mut untold = Vec::new();
    for &exchange in exchanges {
        match exchange.invocation_id.as_deref().filter(|_| counts_attempts(exchange)) {
            Some(id) => {
                let call = told.entry(id).or_default();
                let number = exchange.attempt.or_else(|| u32::try_from(call.len() + 1).ok());
                call.push(Attempt::new(number.unwrap_or(u32::MAX), exchange));
            }
            None => untold.push(exchange),
        }
    }
    let told = told.into_values().map(|mut call| {
        call.sort_by_key(|attempt| (attempt.number, attempt.exchange.number));
        call
    });
    let mut calls: Vec<_> = told.chain(link(&untold)).filter_map(Call::of).collect();
    calls.sort_by_key(|call| (call.first.exchange.at, call.first.exchange.number));
    Client { name, agent: exchanges.first().map(|first| agent_of(first)).unwrap_or_default(), calls }
}

/// Whether the SDK itself retries. One that says `max=1` leaves that to the application, whose retries are calls
/// of their own to the SDK; they are linked by what they ask, as those of a client without an SDK.
fn counts_attempts(exchange: &Exchange) -> bool {
    exchange.max_attempts != Some(1)
}

impl<'a> Client<'a> {
    /// How many exchanges it made.
    pub fn exchanges(&self) -> usize {
        self.calls.iter().map(Call::len).sum()
    }

    /// The most attempts of a call: as the client says, else as many as were seen.
    pub fn most_attempts(&self) -> u32 {
        let seen = |call: &Call<'a>| call.most_attempts().unwrap_or(0).max(call.last().number);
        self.calls.iter().map(seen).max().unwrap_or(1)
    }
}

impl<'a> Attempt<'a> {
    /// An exchange as an attempt.
    pub fn new(number: u32, exchange: &'a Exchange) -> Self {
        Attempt { number, fate: Fate::of(exchange), exchange }
    }
}

impl<'a> Call<'a> {
    /// A call of these attempts; none of none.
    pub fn of(attempts: impl IntoIterator<Item = Attempt<'a>>) -> Option<Self> {
        let mut attempts = attempts.into_iter();
        Some(Call { first: attempts.next()?, later: attempts.collect() })
    }

    /// Its attempts, in order. A ledger that was cut may lack some.
    pub fn attempts(&self) -> impl DoubleEndedIterator<Item = &Attempt<'a>> + Clone {
        std::iter::once(&self.first).chain(&self.later)
    }

    /// The first attempt that the ledger has.
    pub fn first(&self) -> &Attempt<'a> {
        &self.first
    }

    /// The last attempt that the ledger has.
    pub fn last(&self) -> &Attempt<'a> {
        self.later.last().unwrap_or(&self.first)
    }

    /// How many attempts there are: at least one.
    #[expect(clippy::len_without_is_empty, reason = "a call has at least one attempt")]
    pub fn len(&self) -> usize {
        1 + self.later.len()
    }

    /// Each attempt with the next one by number.
    pub fn pairs(&self) -> impl Iterator<Item = (&Attempt<'a>, &Attempt<'a>)> {
        let successive =
            |(one, next): &(&Attempt<'a>, &Attempt<'a>)| one.number.checked_add(1) == Some(next.number);
        self.attempts().zip(&self.later).filter(successive)
    }

    /// Whether an attempt was answered.
    pub fn answered(&self) -> bool {
        self.attempts().any(|attempt| attempt.fate == Fate::Answered)
    }

    /// When its first attempt arrived.
    pub fn begin(&self) -> Nanos {
        self.first.exchange.at
    }

    /// When its last attempt was over.
    pub fn end(&self) -> Nanos {
        self.attempts().map(|attempt| attempt.exchange.done).max().unwrap_or_default()
    }

    /// The most attempts that the client says it would make, where it says so at all.
    pub fn most_attempts(&self) -> Option<u32> {
        self.attempts().filter_map(|attempt| attempt.exchange.max_attempts).max()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    fn exchange(number: u64, id: Option<&str>, attempt: Option<u32>) -> Exchange {
        Exchange {
            number,
            at: Nanos::from_secs(number),
            done: Nanos::from_secs(number),
            invocation_id: id.map(Into::into),
            attempt,
            status: Some(503),
            user_agent: Some("Boto3/1.44.5 m/E".into()),
            ..Exchange::default()
        }
    }

    fn numbers(call: &Call<'_>) -> Vec<(u32, u64)> {
        call.attempts().map(|attempt| (attempt.number, attempt.exchange.number)).collect()
    }

    #[test]
    fn attempts_are_grouped_by_their_call_and_ordered_by_their_number() {
        let exchanges = [
            exchange(0, Some("z"), Some(1)),
            exchange(1, Some("a"), Some(1)),
            exchange(2, Some("z"), Some(3)),
            exchange(3, Some("a"), None),
            exchange(4, Some("z"), Some(2)),
        ];
        let grouped = calls(&exchanges, &BTreeMap::new());
        let client = &grouped.clients[0];
        assert_eq!(
            client.calls.iter().map(numbers).collect::<Vec<_>>(),
            [vec![(1, 0), (2, 4), (3, 2)], vec![(1, 1), (2, 3)]]
        );
        assert_eq!((&*client.name, client.exchanges()), ("boto3 1.44.5 standard", 5));
    }

    #[test]
    fn pairs_leave_out_what_a_lost_attempt_tore_apart() {
        let exchanges = [
            exchange(0, Some("a"), Some(1)),
            exchange(1, Some("a"), Some(3)),
            exchange(2, Some("a"), Some(4)),
        ];
        let grouped = calls(&exchanges, &BTreeMap::new());
        let pairs: Vec<_> =
            grouped.clients[0].calls[0].pairs().map(|(one, next)| (one.number, next.number)).collect();
        assert_eq!(pairs, [(3, 4)]);
    }

    #[test]
    fn a_flow_of_the_scenario_names_its_client_and_others_name_themselves() {
        let names = BTreeMap::from([("chat".into(), "careful".into())]);
        let flow =
            |flow: &str, number| Exchange { flow: Some(flow.into()), ..exchange(number, Some("a"), Some(1)) };
        let far = Exchange { peer: Some("10.0.0.7".into()), ..exchange(3, None, None) };
        let exchanges = [flow("chat", 0), flow("chat", 1), flow("other", 2), far];
        let grouped = calls(&exchanges, &names);
        let seen: Vec<_> = grouped.clients.iter().map(|client| (&*client.name, client.exchanges())).collect();
        assert_eq!(
            seen,
            [("careful", 2), ("boto3 1.44.5 standard", 1), ("boto3 1.44.5 standard at 10.0.0.7", 1)]
        );
    }

    #[test]
    fn where_the_sdk_makes_one_attempt_the_applications_retries_are_linked() {
        let once = |number, id: &str, status| Exchange {
            max_attempts: Some(1),
            body_digest: Some("b0d7".into()),
            status: Some(status),
            ..exchange(number, Some(id), Some(1))
        };
        let exchanges = [once(0, "a", 503), once(1, "b", 503), once(2, "c", 200)];
        let grouped = calls(&exchanges, &BTreeMap::new());
        assert_eq!(
            grouped.clients[0].calls.iter().map(numbers).collect::<Vec<_>>(),
            [[(1, 0), (2, 1), (3, 2)]]
        );
    }

    #[test]
    fn a_call_without_attempts_does_not_exist() {
        assert_eq!(Call::of([]), None);
        let exchange = exchange(5, None, None);
        let call = Call::of([Attempt::new(1, &exchange)]).unwrap();
        assert_eq!((call.len(), call.last().number, call.answered()), (1, 1, false));
    }
}
