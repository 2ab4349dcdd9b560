//! What a sender does next.

use bedload_reports::units::Nanos;

/// What a sender does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing before this offset.
    Wait(Nanos),
    /// A request is due, now or already.
    Send,
    /// Nothing is due any more.
    Stop,
}

/// From what has elapsed and what is due next to what to do: late arrivals are sent at once, never
/// re-spaced.
pub fn step(elapsed: Nanos, due: Option<Nanos>) -> Step {
    match due {
        None => Step::Stop,
        Some(due) if due > elapsed => Step::Wait(due),
        Some(_) => Step::Send,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_waits_sends_and_stops() {
        let at = Nanos::from_secs;
        assert_eq!(step(at(1), Some(at(2))), Step::Wait(at(2)));
        assert_eq!(step(at(2), Some(at(2))), Step::Send);
        assert_eq!(step(at(3), Some(at(2))), Step::Send);
        assert_eq!(step(at(3), None), Step::Stop);
    }
}
