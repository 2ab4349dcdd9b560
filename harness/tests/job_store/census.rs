//! Jobs counted, and read page by page.

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use bedload::queue::store::census::Census;

use crate::support::virtually;

#[test]
fn every_job_is_counted_once_whatever_the_pages() {
    virtually(Vec::new(), async |world| {
        let store = &world.store;
        for job in 0..25 {
            store.enqueue(&format!("j{job}"), world.now()).await.unwrap();
        }
        for job in 0..10 {
            let token = world.win(&format!("j{job}"), "w1").await;
            match job {
                0..4 => _ = store.complete(&token, world.now(), "42").await.unwrap(),
                4..6 => _ = store.fail(&token, world.now(), "no").await.unwrap(),
                6 => _ = store.release(&token).await.unwrap(),
                _ => {}
            }
        }
        let expected = Census { pending: 16, in_progress: 3, complete: 4, failed: 2 };
        for page in [1, 10, 25, 1000] {
            assert_eq!(store.census(NonZeroU32::new(page).unwrap()).await, Ok(expected), "{page}");
        }
        assert_eq!(expected.total(), 25);

        let (mut jobs, mut after, ten) = (BTreeSet::new(), None, NonZeroU32::new(10).unwrap());
        loop {
            let page = store.scan(after.as_ref(), ten).await.unwrap();
            assert!(page.records.len() <= 10);
            jobs.extend(page.records.iter().map(|record| record.job().to_owned()));
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        assert_eq!(jobs, (0..25).map(|job| format!("j{job}")).collect());
    });
}
