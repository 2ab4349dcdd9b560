//! When a batch that was not taken is sent again.

use std::time::Duration;

/// The first wait, which doubles: the OTLP specification leaves the figures to the client.
const FIRST: Duration = Duration::from_millis(500);
/// The longest wait, whatever the receiver asks for: an export that is given up can be taken up again.
const LONGEST: Duration = Duration::from_secs(10);
/// Times that a batch is sent before the rest is kept for later.
const TIMES: u32 = 5;

/// How long to wait after the `sent`th time, counted from 1, where the receiver may have asked for a wait; none once it is
/// time to give up.
pub(super) fn wait(sent: u32, asked: Option<Duration>) -> Option<Duration> {
    let own = FIRST.saturating_mul(1 << sent.saturating_sub(1).min(10));
    (sent < TIMES).then(|| asked.unwrap_or(own).min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_follow_the_receiver_and_end() {
        let millis = |sent, asked: Option<u64>| {
            wait(sent, asked.map(Duration::from_secs)).map(|wait| wait.as_millis())
        };
        assert_eq!(
            [1, 2, 3, 4, 5].map(|sent| millis(sent, None)),
            [Some(500), Some(1000), Some(2000), Some(4000), None]
        );
        assert_eq!(millis(1, Some(7)), Some(7000));
        assert_eq!(millis(1, Some(3600)), Some(10_000));
    }
}
