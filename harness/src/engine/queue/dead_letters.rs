//! Looks after the dead letters: a job whose message lies there is settled.

use std::sync::Arc;
use std::time::Duration;

use super::Site;

/// How long a receive waits; the longest that SQS offers.
const WAIT: Duration = Duration::from_secs(20);
/// How long it pauses after a receive that failed.
const AFTER_AN_ERROR: Duration = Duration::from_secs(1);

/// Takes note of each message that arrives, until the load is over.
pub(super) async fn watch(site: Arc<Site>) {
    loop {
        match site.mailbox.receive_dead(WAIT).await {
            Ok(messages) => {
                for parcel in messages.into_iter().filter_map(|message| message.parcel) {
                    let record = site.register.dead_lettered(&parcel.job_id, &site.flow, site.now());
                    record.into_iter().for_each(|record| site.dispatcher.deliver(record));
                }
            }
            Err(_) => site.sleep(AFTER_AN_ERROR).await,
        }
    }
}
