//! The queue against a simple model: a list of messages that is looked through from its front.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::sqs::attribute::Attributes;
use crate::sqs::message::Content;

const RETENTION: Duration = Duration::from_secs(3600);
const GROUPS: [&str; 3] = ["a", "b", "c"];

/// Nothing out of the ordinary.
struct Plain;

impl Luck for Plain {
    fn finds_nothing(&mut self) -> bool {
        false
    }

    fn place(&mut self) -> Option<f64> {
        None
    }

    fn twice(&mut self) -> bool {
        false
    }
}

/// Each message twice, and each from the end of the line.
struct Wild;

impl Luck for Wild {
    fn finds_nothing(&mut self) -> bool {
        false
    }

    fn place(&mut self) -> Option<f64> {
        Some(1.0)
    }

    fn twice(&mut self) -> bool {
        true
    }
}

fn message(id: u64, group: Option<&str>, deduplication_id: Option<&str>, now: Duration) -> Message {
    let content = Content {
        body: id.to_string(),
        md5: String::new(),
        attributes: Attributes::new(),
        system_attributes: Attributes::new(),
        group: group.map(Arc::from),
        deduplication_id: deduplication_id.map(Arc::from),
        sender: "".into(),
    };
    Message::new(id.to_string(), Arc::new(content), now)
}

fn ask(most: usize, visibility_s: u64, max_receives: Option<u32>) -> Ask<'static> {
    Ask { most, visibility: secs(visibility_s), attempt: None, max_receives }
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// What anybody may do, and how much time passes before it.
#[derive(Clone, Debug)]
enum Step {
    Send { delay_s: u64, group: usize, repeats: Option<u64> },
    Receive { most: usize, visibility_s: u64 },
    Delete { nth: usize },
    Change { nth: usize, timeout_s: u64 },
    Purge,
}

fn step() -> impl Strategy<Value = Step> {
    let send = (prop_oneof![Just(0), 0_u64..20], 0..GROUPS.len(), prop::option::of(0_u64..4));
    prop_oneof![
        6 => send.prop_map(|(delay_s, group, repeats)| Step::Send { delay_s, group, repeats }),
        6 => (1_usize..=10, 0_u64..40).prop_map(|(most, visibility_s)| Step::Receive { most, visibility_s }),
        4 => any::<usize>().prop_map(|nth| Step::Delete { nth }),
        2 => (any::<usize>(), 0_u64..40).prop_map(|(nth, timeout_s)| Step::Change { nth, timeout_s }),
        1 => Just(Step::Purge),
    ]
}

fn steps() -> impl Strategy<Value = Vec<(u64, Step)>> {
    prop::collection::vec((prop_oneof![3 => Just(0_u64), 3 => 1_u64..15, 1 => 100_u64..4000], step()), 1..80)
}

/// A message in the model.
#[derive(Clone, Debug)]
struct Modelled {
    key: Key,
    id: String,
    group: Option<String>,
    sent_s: u64,
    receives: u32,
    /// Until when nobody can see it, and whether that is because it is in flight.
    hidden: Option<(u64, bool)>,
}

/// All messages, in the order of their arrival.
#[derive(Debug, Default)]
struct Model {
    fifo: bool,
    messages: Vec<Modelled>,
    sent: u64,
    repeated: BTreeMap<String, (u64, String)>,
}

impl Model {
    fn pass(&mut self, now_s: u64) {
        self.messages.retain(|it| it.sent_s + RETENTION.as_secs() > now_s);
        for it in &mut self.messages {
            it.hidden = it.hidden.filter(|(until, _)| *until > now_s);
        }
        self.repeated.retain(|_, (until, _)| *until > now_s);
    }

    fn send(
        &mut self,
        now_s: u64,
        id: u64,
        delay_s: u64,
        group: Option<&str>,
        dedup: Option<&str>,
    ) -> String {
        if let Some((_, original)) = dedup.and_then(|dedup| self.repeated.get(dedup)) {
            return original.clone();
        }
        if let Some(dedup) = dedup {
            self.repeated.insert(dedup.to_owned(), (now_s + 300, id.to_string()));
        }
        self.messages.push(Modelled {
            key: self.sent,
            id: id.to_string(),
            group: group.map(str::to_owned),
            sent_s: now_s,
            receives: 0,
            hidden: (delay_s > 0).then_some((now_s + delay_s, false)),
        });
        self.sent += 1;
        id.to_string()
    }

    /// The ids handed out with their receives, and those that are dead.
    fn receive(
        &mut self,
        now_s: u64,
        most: usize,
        visibility_s: u64,
        max: u32,
    ) -> (Vec<(String, u32)>, Vec<String>) {
        let blocked: Vec<Option<String>> = self
            .messages
            .iter()
            .filter(|it| self.fifo && matches!(it.hidden, Some((_, true))))
            .map(|it| it.group.clone())
            .collect();
        let (mut handed, mut dead) = (Vec::new(), Vec::new());
        // Of a FIFO queue one group after another, by its first message; else one message after another.
        let mut order: Vec<Key> = self.messages.iter().map(|it| it.key).collect();
        if self.fifo {
            let first = |key: &Key| {
                let group = self.messages.iter().find(|it| it.key == *key).map(|it| it.group.clone());
                self.messages.iter().find(|it| Some(it.group.clone()) == group).map(|it| it.key)
            };
            order.sort_by_key(|key| (first(key), *key));
        }
        let mut stopped: Vec<Option<String>> = blocked;
        for key in order {
            if handed.len() == most {
                break;
            }
            let Some(place) = self.messages.iter().position(|it| it.key == key) else { continue };
            let it = &mut self.messages[place];
            if self.fifo && stopped.contains(&it.group) {
                continue;
            }
            if it.hidden.is_some() {
                stopped.push(it.group.clone());
                continue;
            }
            if it.receives >= max {
                dead.push(it.id.clone());
                self.messages.remove(place);
                continue;
            }
            it.receives += 1;
            it.hidden = Some((now_s + visibility_s, true));
            handed.push((it.id.clone(), it.receives));
        }
        // What is out of sight for no time can be seen at once.
        self.pass(now_s);
        (handed, dead)
    }

    fn find(&mut self, handle: Handle) -> Option<usize> {
        let fifo = self.fifo;
        self.messages.iter().position(|it| {
            it.key == handle.key
                && it.receives == handle.receive
                && (!fifo || matches!(it.hidden, Some((_, true))))
        })
    }

    fn counts(&self) -> Counts {
        let hidden = |flying: bool| {
            self.messages.iter().filter(|it| it.hidden.is_some_and(|(_, is)| is == flying)).count()
        };
        let visible = self.messages.iter().filter(|it| it.hidden.is_none()).count();
        Counts { visible, in_flight: hidden(true), delayed: hidden(false) }
    }
}

fn play(kind: Kind, steps: &[(u64, Step)], max: u32) -> Result<(), TestCaseError> {
    let mut queue = Queue::new(kind, Serial(1));
    let fifo = kind == Kind::Fifo;
    let mut model = Model { fifo, ..Model::default() };
    let (mut now_s, mut handles, mut sent) = (0, Vec::new(), 0);
    for (wait_s, step) in steps {
        now_s += wait_s;
        let now = secs(now_s);
        queue.advance(now, RETENTION);
        model.pass(now_s);
        match step {
            Step::Send { delay_s, group, repeats } => {
                sent += 1;
                let dedup = fifo.then(|| repeats.map_or(format!("new-{sent}"), |nth| format!("old-{nth}")));
                let group = fifo.then_some(GROUPS[*group]);
                // The delay of a FIFO queue is the queue's, which does not change here.
                let delay_s = if fifo { 0 } else { *delay_s };
                let new = message(sent, group, dedup.as_deref(), now);
                let told = queue.send(now, new, secs(delay_s), Scope::Queue);
                let expected = model.send(now_s, sent, delay_s, group, dedup.as_deref());
                prop_assert_eq!(&*told.id, expected.as_str());
            }
            Step::Receive { most, visibility_s } => {
                let taken = queue.receive(now, ask(*most, *visibility_s, Some(max)), &mut Plain);
                let (handed, dead) = model.receive(now_s, *most, *visibility_s, max);
                let told: Vec<(String, u32)> = taken
                    .deliveries
                    .iter()
                    .map(|it| (it.message.id.to_string(), it.message.receives))
                    .collect();
                prop_assert_eq!(told, handed);
                let buried: Vec<String> = taken.dead.iter().map(|it| it.id.to_string()).collect();
                prop_assert_eq!(buried, dead);
                handles.extend(taken.deliveries.iter().map(|it| it.handle));
            }
            Step::Delete { nth } if !handles.is_empty() => {
                let handle = handles[nth % handles.len()];
                let held = model.find(handle);
                prop_assert_eq!(matches!(queue.delete(handle), Grip::Held(_)), held.is_some());
                held.map(|place| model.messages.remove(place));
            }
            Step::Change { nth, timeout_s } if !handles.is_empty() => {
                let handle = handles[nth % handles.len()];
                let changed = queue.change_visibility(now, handle, secs(*timeout_s)).is_ok();
                let held = model.find(handle).filter(|it| model.messages[*it].hidden.is_some());
                prop_assert_eq!(changed, held.is_some());
                if let Some(place) = held {
                    model.messages[place].hidden = Some((now_s + timeout_s, true));
                    model.pass(now_s);
                }
            }
            Step::Purge => {
                queue.purge();
                model.messages.clear();
            }
            Step::Delete { .. } | Step::Change { .. } => {}
        }
        prop_assert_eq!(queue.counts(), model.counts());
        let soonest = model.messages.iter().filter_map(|it| it.hidden).map(|(until, _)| secs(until)).min();
        prop_assert_eq!(queue.next_wake(), soonest);
        let oldest = model.messages.iter().map(|it| secs(now_s - it.sent_s)).max();
        prop_assert_eq!(queue.oldest_age(now), oldest);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_standard_queue_does_as_the_model_does(steps in steps(), max in 1_u32..4) {
        play(Kind::Standard, &steps, max)?;
    }

    #[test]
    fn a_fifo_queue_does_as_the_model_does(steps in steps(), max in 1_u32..4) {
        play(Kind::Fifo, &steps, max)?;
    }
}

#[test]
fn a_poison_message_is_received_exactly_as_often_as_the_policy_says() {
    for max in 1..5 {
        let mut queue = Queue::new(Kind::Standard, Serial(1));
        queue.send(secs(0), message(1, None, None, secs(0)), Duration::ZERO, Scope::Queue);
        for receive in 1..=max {
            let taken = queue.receive(secs(0), ask(10, 0, Some(max)), &mut Plain);
            let receives: Vec<u32> = taken.deliveries.iter().map(|it| it.message.receives).collect();
            assert_eq!((receives, taken.dead.len()), (vec![receive], 0), "{max}");
        }
        let taken = queue.receive(secs(0), ask(10, 0, Some(max)), &mut Plain);
        assert_eq!((taken.deliveries.len(), taken.dead.len()), (0, 1), "{max}");
        assert_eq!(queue.counts(), Counts::default());
    }
}

#[test]
fn a_copy_is_received_while_the_first_is_in_flight_and_outlives_it() {
    let mut queue = Queue::new(Kind::Standard, Serial(1));
    queue.send(secs(0), message(1, None, None, secs(0)), Duration::ZERO, Scope::Queue);
    let first = queue.receive(secs(0), ask(10, 30, None), &mut Wild).deliveries;
    assert_eq!(first.len(), 1, "no receive has one message twice");
    assert!(matches!(queue.delete(first[0].handle), Grip::Held(_)));
    let second = queue.receive(secs(0), ask(10, 30, None), &mut Plain).deliveries;
    assert_eq!((&*second[0].message.id, second[0].message.receives), ("1", 2));
    assert!(matches!(queue.delete(second[0].handle), Grip::Held(_)));
    assert_eq!(queue.counts(), Counts::default());
}

#[test]
fn chance_takes_from_the_end_of_a_standard_line_and_leaves_a_fifo_queue_alone() {
    for (kind, expected) in [(Kind::Standard, ["3", "2", "1"]), (Kind::Fifo, ["1", "2", "3"])] {
        let mut queue = Queue::new(kind, Serial(1));
        for id in 1..=3 {
            queue.send(secs(0), message(id, Some("a"), None, secs(0)), Duration::ZERO, Scope::Queue);
        }
        let taken = queue.receive(secs(0), ask(3, 30, None), &mut Wild);
        let ids: Vec<&str> = taken.deliveries.iter().map(|it| &*it.message.id).collect();
        assert_eq!(ids, expected, "{kind:?}");
    }
}

#[test]
fn too_many_in_flight_are_handed_out_no_more() {
    let mut queue = Queue::new(Kind::Fifo, Serial(1));
    for id in 0..20_001 {
        let group = id.to_string();
        queue.send(secs(0), message(id, Some(&group), None, secs(0)), Duration::ZERO, Scope::Queue);
    }
    let taken = queue.receive(secs(0), ask(usize::MAX, 30, None), &mut Plain);
    assert_eq!((taken.deliveries.len(), taken.over_limit), (20_000, true));
    queue.delete(taken.deliveries[0].handle);
    let taken = queue.receive(secs(0), ask(10, 30, None), &mut Plain);
    assert_eq!((taken.deliveries.len(), taken.over_limit), (1, false));
}

#[test]
fn an_attempt_made_again_is_handed_the_same_messages_for_five_minutes() {
    let mut queue = Queue::new(Kind::Fifo, Serial(1));
    queue.send(secs(0), message(1, Some("a"), Some("x"), secs(0)), Duration::ZERO, Scope::Queue);
    let again = Ask { attempt: Some("once"), ..ask(1, 400, None) };
    let first = queue.receive(secs(0), again, &mut Plain);
    assert_eq!(first.deliveries.len(), 1);
    assert_eq!(queue.receive(secs(10), again, &mut Plain), first);
    assert_eq!(queue.next_wake(), Some(secs(410)), "its time in flight begins anew");
    queue.advance(secs(300), RETENTION);
    assert_eq!(queue.receive(secs(300), again, &mut Plain), Taken::default());
}

#[test]
fn a_message_whose_visibility_was_changed_is_no_attempts_any_more() {
    let mut queue = Queue::new(Kind::Fifo, Serial(1));
    queue.send(secs(0), message(1, Some("a"), Some("x"), secs(0)), Duration::ZERO, Scope::Queue);
    let again = Ask { attempt: Some("once"), ..ask(1, 30, None) };
    let first = queue.receive(secs(0), again, &mut Plain);
    assert!(queue.change_visibility(secs(1), first.deliveries[0].handle, secs(60)).is_ok());
    assert_eq!(queue.receive(secs(2), again, &mut Plain), Taken::default());
}

#[test]
fn nothing_stays_out_of_sight_for_more_than_twelve_hours() {
    let mut queue = Queue::new(Kind::Standard, Serial(1));
    queue.send(secs(0), message(1, None, None, secs(0)), Duration::ZERO, Scope::Queue);
    let handle = queue.receive(secs(0), ask(1, 30, None), &mut Plain).deliveries[0].handle;
    assert_eq!(queue.change_visibility(secs(10), handle, secs(43_191)), Err(Unchanged::TooLong));
    assert!(queue.change_visibility(secs(10), handle, secs(43_190)).is_ok());
}

#[test]
fn a_repetition_is_known_for_five_minutes_in_its_scope() {
    let cases = [
        (Scope::Queue, "a", 299, true),
        (Scope::Queue, "a", 300, false),
        (Scope::Queue, "b", 0, true),
        (Scope::Group, "a", 0, true),
        (Scope::Group, "b", 0, false),
    ];
    for (scope, group, later_s, known) in cases {
        let mut queue = Queue::new(Kind::Fifo, Serial(1));
        let first = queue.send(secs(0), message(1, Some("a"), Some("x"), secs(0)), Duration::ZERO, scope);
        queue.advance(secs(later_s), RETENTION);
        let now = secs(later_s);
        let second = queue.send(now, message(2, Some(group), Some("x"), now), Duration::ZERO, scope);
        assert_eq!(first == second, known, "{scope:?} {group} {later_s}");
    }
}
