//! The answer where a sample cannot tell: what there is, what would do, and how to get it.

use super::finding::Ruling;
use super::gaps::Group;

/// An answer for want of waits. About `need` of them would do where there are `have`; `of` says what they are.
pub(super) fn shortage(group: &Group, of: &str, have: usize, need: usize) -> Ruling {
    let need = need.max(have + 1);
    let of = if group.left_out.adaptive > 0 {
        format!("{of}: in adaptive mode they hold those of a rate limit too, and tell nothing about backoff")
    } else {
        let more = more_calls(group.calls_for(need - have));
        format!("{of}; {more} would do{}", group.left_out.told())
    };
    Ruling::Insufficient { have: have as u64, need: need as u64, of }
}

/// So many calls that give a wait at every ordinal, in words.
fn more_calls(calls: usize) -> String {
    match calls {
        1 => "one more call that fails throughout".to_owned(),
        2 => "two more calls that fail throughout".to_owned(),
        3 => "three more calls that fail throughout".to_owned(),
        _ => format!("{} more calls that fail throughout", crate::number::count(calls as u64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::transient;

    #[test]
    fn more_calls_are_told_by_the_waits_that_each_gives() {
        let group = transient(&[&[1000.0, 900.0], &[2000.0, 1900.0]]);
        let of = |need| match shortage(&group, "waits", 4, need) {
            Ruling::Insufficient { have, need, of } => format!("{have} of {need} {of}"),
            other => format!("{other:?}"),
        };
        assert_eq!(of(8), "4 of 8 waits; two more calls that fail throughout would do");
        assert_eq!(of(4), "4 of 5 waits; one more call that fails throughout would do");
    }
}
