//! When a fault is on: a stage's name, or `2m..3m`.

use std::time::Duration;

use super::time::Time;
use super::{Name, leaf_schema};
use crate::scenario::decode::{Leaf, Slip, Word};

/// A window of the timeline.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Window {
    /// As long as a stage.
    Stage(Name),
    /// From one offset up to another.
    Between(Duration, Duration),
}

impl Leaf for Window {
    fn shape() -> String {
        "the name of a stage or two times from the start, as in `2m..3m`".to_owned()
    }

    fn read(word: Word<'_>) -> Result<Self, Slip> {
        let Word::Text(text) = word else {
            return Err(Slip::Kind);
        };
        match text.split_once("..") {
            None => Name::read(word).map(Window::Stage),
            Some((from, to)) => {
                let time = |text: &str| Time::read(Word::Text(text.trim())).map(Time::get);
                between(time(from)?, time(to)?)
            }
        }
    }
}

fn between(from: Duration, to: Duration) -> Result<Window, Slip> {
    if to <= from {
        return Err(Slip::Range("the window must end after it begins".to_owned()));
    }
    Ok(Window::Between(from, to))
}

leaf_schema!(Window, "Window", { "type": "string", "examples": ["storm", "2m..3m"] });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_a_stage_or_two_times() {
        let read = |text| Window::read(Word::Text(text));
        let secs = Duration::from_secs;
        assert_eq!(read("storm"), Ok(Window::Stage(Name::of("storm"))));
        assert_eq!(read("2m..3m"), Ok(Window::Between(secs(120), secs(180))));
        assert_eq!(read("0s .. 1m 30s"), Ok(Window::Between(secs(0), secs(90))));
        assert_eq!(read("a b"), Err(Slip::Form));
        assert_eq!(read("2m..x"), Err(Slip::Form));
        assert!(matches!(read("2..3"), Err(Slip::Unit(_))));
        assert!(matches!(read("3m..2m"), Err(Slip::Range(_))));
    }
}
