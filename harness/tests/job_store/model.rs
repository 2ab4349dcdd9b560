//! The store against a simple model of one job, over any sequence of what three workers may do.

use std::time::{Duration, SystemTime};

use bedload::queue::store::record::Token;
use bedload::queue::store::verdict::{Claim, Enqueued, Extended, Finish, Release};
use proptest::prelude::*;

use crate::support::{LEASE, World, virtually};

/// What a worker does, with the last claim that it won.
#[derive(Clone, Copy, Debug)]
enum Step {
    Enqueue,
    Claim(usize),
    Extend(usize),
    Complete(usize),
    Fail(usize),
    Release(usize),
    Wait(u64),
}

/// How far the job is. A holder is known by the number of its claim.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Job {
    Absent,
    Pending,
    Held { by: u64, until: SystemTime },
    Complete { by: u64 },
    Failed { by: u64 },
}

/// The job as it must be, and the claims that were won.
struct Model {
    job: Job,
    claims: u64,
    /// Of each worker the last claim that it won, as we and as the store know it.
    held: [Option<(u64, Token)>; 3],
}

fn step() -> impl Strategy<Value = Step> {
    let worker = || 0..3_usize;
    prop_oneof![
        1 => Just(Step::Enqueue),
        4 => worker().prop_map(Step::Claim),
        2 => worker().prop_map(Step::Extend),
        1 => worker().prop_map(Step::Complete),
        1 => worker().prop_map(Step::Fail),
        1 => worker().prop_map(Step::Release),
        4 => (1..40_u64).prop_map(Step::Wait),
    ]
}

impl Model {
    async fn take(&mut self, world: &World, step: Step) {
        let (store, now) = (&world.store, world.now());
        match step {
            Step::Wait(seconds) => world.sleep(Duration::from_secs(seconds)).await,
            Step::Enqueue => {
                let enqueued = store.enqueue("j1", now).await.unwrap();
                assert_eq!(enqueued == Enqueued::New, self.job == Job::Absent);
                if self.job == Job::Absent {
                    self.job = Job::Pending;
                }
            }
            Step::Claim(worker) => {
                let claim = store.claim("j1", &format!("w{worker}"), now, LEASE).await.unwrap();
                self.check_claim(worker, claim, now);
            }
            Step::Extend(worker) => {
                let Some((claim, token)) = self.held[worker].clone() else { return };
                let extended = store.extend(&token, now, LEASE).await.unwrap();
                let expected = match self.job {
                    Job::Held { by, .. } if by == claim => {
                        self.job = Job::Held { by, until: now + LEASE };
                        Extended::Until(now + LEASE)
                    }
                    _ => Extended::LeaseLost,
                };
                assert_eq!(extended, expected);
            }
            Step::Complete(worker) => {
                let Some((by, token)) = self.held[worker].clone() else { return };
                let finish = store.complete(&token, now, "42").await.unwrap();
                assert_eq!(finish, self.finish(by, Job::Complete { by }, now));
            }
            Step::Fail(worker) => {
                let Some((by, token)) = self.held[worker].clone() else { return };
                let finish = store.fail(&token, now, "no").await.unwrap();
                assert_eq!(finish, self.finish(by, Job::Failed { by }, now));
            }
            Step::Release(worker) => {
                let Some((claim, token)) = self.held[worker].take() else { return };
                let release = store.release(&token).await.unwrap();
                let mine = matches!(self.job, Job::Held { by, .. } if by == claim);
                assert_eq!(release == Release::Released, mine);
                if mine {
                    self.job = Job::Pending;
                }
            }
        }
    }

    fn check_claim(&mut self, worker: usize, claim: Claim, now: SystemTime) {
        let free = match self.job {
            Job::Absent | Job::Pending => true,
            Job::Held { until, .. } => until < now,
            Job::Complete { .. } | Job::Failed { .. } => false,
        };
        match (claim, self.job) {
            (Claim::Won(token), _) => {
                assert!(free, "won although {:?}", self.job);
                self.claims += 1;
                self.held[worker] = Some((self.claims, token));
                self.job = Job::Held { by: self.claims, until: now + LEASE };
            }
            (Claim::InProgressElsewhere { until }, Job::Held { until: expected, .. }) => {
                assert!(!free);
                assert_eq!(until, Some(expected));
            }
            (Claim::AlreadyDone(_), Job::Complete { .. }) | (Claim::AlreadyFailed(_), Job::Failed { .. }) => {
            }
            (claim, job) => panic!("{claim:?} although {job:?}"),
        }
    }

    /// What comes of ending the job by this claim.
    fn finish(&mut self, claim: u64, end: Job, now: SystemTime) -> Finish {
        match self.job {
            Job::Held { by, until } if by == claim || until < now => {
                self.job = end;
                Finish::Stored
            }
            job if job == end => Finish::Stored,
            Job::Complete { .. } => Finish::AlreadyComplete,
            Job::Failed { .. } => Finish::AlreadyFailed,
            Job::Absent | Job::Pending | Job::Held { .. } => Finish::LeaseLost,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_three_workers_do_the_store_does_as_the_model(steps in prop::collection::vec(step(), 1..30)) {
        virtually(Vec::new(), async |world| {
            let mut model = Model { job: Job::Absent, claims: 0, held: [None, None, None] };
            for step in steps {
                model.take(&world, step).await;
            }
        });
    }
}
