//! Looks at the queue at even times, and writes down what it sees.

use std::sync::Arc;

use bedload_reports::units::Nanos;

use super::Site;

/// How often.
const EVERY: Nanos = Nanos::from_secs(1);

/// Writes a sample each second, from the first job's due time on.
pub(super) async fn sample(site: Arc<Site>) {
    let mut at = site.from;
    loop {
        site.dispatcher.clock().sleep_until(at).await;
        site.dispatcher.sample(site.register.sample(&site.flow, site.now()));
        at = at.plus(EVERY);
    }
}
