//! From a plan to its queues: made before the load, removed after it.
//!
//! Where the target is not ours, queues and tables take seconds to be made, so they are made before the run's clock starts,
//! through a door of their own: else the first jobs would be late. The load then goes through the run's door.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws_config::SdkConfig;
use bedload_reports::header::ClockKind;
use bedload_reports::record::Name;
use tracing::{Instrument, info_span};

use super::{AssemblyError, Door};
use crate::clock::Clock;
use crate::engine::queue::{Hazard, QueueLoad};
use crate::queue::mailbox::Mailbox;
use crate::queue::policy::QueuePolicy;
use crate::queue::sdk::Reach;
use crate::queue::store::JobStore;
use crate::queue::store::table::{Provenance, TableName};
use crate::scenario::{self, Inject, Load, Plan};

/// How long a job's record counts after its last write, beyond the length of the run.
const KEEP: Duration = Duration::from_secs(24 * 3600);

/// What a run had made and could not remove.
#[derive(Debug, thiserror::Error)]
#[error("a queue or table named `{name}` may be left behind: {why}")]
pub struct Leftover {
    /// What its name begins with.
    name: String,
    /// Why it is still there.
    why: String,
}

/// The queues of a run, by flow.
#[derive(Debug, Default)]
pub struct Queues(Vec<Queue>);

#[derive(Clone, Debug)]
struct Queue {
    flow: Name,
    /// What the queue and the table are called, if they were made.
    name: String,
    prefix: String,
    mailbox: Mailbox,
    store: JobStore,
    made_table: bool,
}

impl Queues {
    /// Makes the queues and tables of a plan for a target that is not ours; none for one that is, as its cloud begins with
    /// the run.
    ///
    /// # Errors
    /// One of them could not be made.
    pub async fn ahead(
        plan: &Plan,
        kind: ClockKind,
        aws: Option<&SdkConfig>,
    ) -> Result<Option<Self>, AssemblyError> {
        match Door::unbroken(plan, aws) {
            Some(door) => Queues::open(plan, &door, Clock::start(kind)).await.map(Some),
            None => Ok(None),
        }
    }

    /// The same queues and tables through the run's door and by its clock.
    ///
    /// # Errors
    /// The plan does not define what they are for.
    pub fn through(&self, plan: &Plan, door: &Door, clock: Clock) -> Result<Self, AssemblyError> {
        let through = |queue: &Queue| {
            let flow = plan.flows().iter().find(|flow| *flow.name() == queue.flow);
            let flow = flow.ok_or_else(|| super::traffic::unknown("flow", &queue.flow))?;
            let reach = reach(plan, flow, door, clock)?;
            Ok(Queue {
                mailbox: queue.mailbox.through(reach.queues()),
                store: queue.store.through(reach.tables()),
                ..queue.clone()
            })
        };
        self.0.iter().map(through).collect::<Result<_, _>>().map(Queues)
    }

    /// Makes the queues and tables of a plan, or finds those that are there already.
    ///
    /// # Errors
    /// One of them could not be made or found.
    pub async fn open(plan: &Plan, door: &Door, clock: Clock) -> Result<Self, AssemblyError> {
        let mut queues = Queues::default();
        for flow in plan.flows() {
            if let Load::Queue { policy, .. } = flow.load() {
                let span = info_span!("open queue", flow = &**flow.name());
                match Queue::open(plan, flow, policy, door, clock).instrument(span).await {
                    Ok(queue) => queues.0.push(queue),
                    Err(error) => {
                        // What was made is not left behind; why it came to that is what the user must hear.
                        let _ = queues.close().await;
                        return Err(error);
                    }
                }
            }
        }
        Ok(queues)
    }

    /// Removes what was made, as far as that can be done.
    ///
    /// # Errors
    /// Something could not be removed: the first of it, by name.
    pub async fn close(&self) -> Result<(), Leftover> {
        let mut closed = Ok(());
        for queue in &self.0 {
            let span = info_span!("remove queue", flow = &*queue.flow, name = queue.name);
            closed = closed.and(queue.remove().instrument(span).await);
        }
        closed
    }

    /// The load of a flow.
    pub(super) fn load(&self, plan: &Plan, flow: &scenario::Flow) -> Option<QueueLoad> {
        let Load::Queue { policy, from, .. } = flow.load() else { return None };
        let queue = self.0.iter().find(|queue| queue.flow == *flow.name())?;
        Some(QueueLoad {
            policy: (**policy).clone(),
            from: *from,
            prefix: queue.prefix.clone(),
            mailbox: queue.mailbox.clone(),
            store: queue.store.clone(),
            hazards: plan.faults().iter().filter_map(|fault| hazard(fault, flow.name())).collect(),
        })
    }
}

impl Queue {
    async fn open(
        plan: &Plan,
        flow: &scenario::Flow,
        policy: &QueuePolicy,
        door: &Door,
        clock: Clock,
    ) -> Result<Self, AssemblyError> {
        let tag = run_tag(clock);
        let reach = reach(plan, flow, door, clock)?;
        let name = name(plan.name(), flow.name(), &tag);
        let table = match &policy.existing {
            Some(existing) => existing.table.to_string(),
            None => name.clone(),
        };
        let store = JobStore::new(reach.tables(), TableName::new(table)?, keep(plan));
        let (mailbox, provenance) = match &policy.existing {
            Some(existing) => (Mailbox::open(reach.queues(), existing), Provenance::Found),
            None => {
                let mailbox = Mailbox::create(reach.queues(), &name, &tag, policy).await?;
                match store.ensure(&tag, &clock).await {
                    Ok(provenance) => (mailbox, provenance),
                    Err(error) => {
                        // As above.
                        let _ = mailbox.remove().await;
                        return Err(error.into());
                    }
                }
            }
        };
        let prefix =
            if tag.is_empty() { format!("{}-", flow.name()) } else { format!("{}-{tag}-", flow.name()) };
        Ok(Queue {
            flow: flow.name().clone(),
            name,
            prefix,
            mailbox,
            store,
            made_table: provenance == Provenance::Made,
        })
    }

    /// Removes what was made, the table even where the queues stay.
    async fn remove(&self) -> Result<(), Leftover> {
        let left = |why: String| Leftover { name: self.name.clone(), why };
        let queues = self.mailbox.remove().await.map_err(|error| left(error.to_string()));
        match self.made_table {
            true => queues.and(self.store.drop_table().await.map_err(|error| left(error.to_string()))),
            false => queues,
        }
    }
}

/// How the workers of a flow reach what is behind the door.
fn reach<'a>(
    plan: &'a Plan,
    flow: &scenario::Flow,
    door: &'a Door,
    clock: Clock,
) -> Result<Reach<'a>, AssemblyError> {
    let client = plan.client(flow.client());
    let client = client.ok_or_else(|| super::traffic::unknown("client", flow.client()))?;
    let region = client.regions().first();
    let region = region.ok_or_else(|| super::traffic::unknown("region of client", flow.client()))?;
    Ok(Reach {
        sqs: door.queues(),
        dynamodb: door.tables(),
        region,
        profile: client.retry().profile,
        partition: partition(flow.name()),
        clock,
    })
}

/// Longer than any time between two deliveries of a job.
fn keep(plan: &Plan) -> Duration {
    KEEP + Duration::from(plan.length())
}

/// What tells one run from another where both may meet the same queue; nothing in virtual time, where none can.
fn run_tag(clock: Clock) -> String {
    match clock.kind() {
        ClockKind::Virtual => String::new(),
        ClockKind::Real => {
            let since = clock.wall_epoch().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
            format!("{:x}", since.as_millis())
        }
    }
}

/// The name of a queue and a table: what both may be called, and short enough for a queue's dead letters.
fn name(scenario: &str, flow: &str, tag: &str) -> String {
    let plain = |text: &str| -> String {
        text.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' }).take(24).collect()
    };
    let tail = if tag.is_empty() { String::new() } else { format!("-{tag}") };
    format!("bedload-{}-{}{tail}", plain(scenario), plain(flow))
}

/// A name that no other client of the process has.
fn partition(flow: &str) -> String {
    static BUILT: AtomicU64 = AtomicU64::new(0);
    format!("bedload-queue-{}-{flow}", BUILT.fetch_add(1, Ordering::Relaxed))
}

/// A fault of those who work, if it is one and aimed at this flow.
fn hazard(fault: &scenario::Fault, flow: &Name) -> Option<Hazard> {
    let Inject::Misfortune(misfortune) = *fault.inject() else { return None };
    let flows = &fault.aim().flows;
    let trigger = fault.trigger();
    (flows.is_empty() || flows.contains(flow)).then(|| Hazard {
        name: fault.name().clone(),
        window: fault.when().window(),
        share: trigger.share,
        first: trigger.first,
        every: trigger.every,
        misfortune,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_queues_and_tables_may_be_called() {
        assert_eq!(name("batch of docs", "documents", ""), "bedload-batch_of_docs-documents");
        let long = name(&"x".repeat(200), &"y".repeat(200), "19a3c5d7e00");
        assert!(long.len() <= 75, "{long}: a queue may have 80, and its dead letters need five more");
    }
}
