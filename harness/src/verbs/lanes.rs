//! Several scenarios side by side: each virtual run is one thread's work, so as many run at once as there are cores.
//!
//! What a run says is held back until those before it in the command have said theirs, so that people and programs read the same
//! as if they had run one after another. Real time shares nothing: a neighbour on the same cores would be part of the measurement.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;

use crate::terminal::Terminal;

/// Does `run` for each place up to `count`, on this many threads, and gives the results in order. What was not begun because
/// `is_last` said of an earlier result that nothing is to follow it has none.
pub(super) fn side_by_side<T: Send>(
    count: usize,
    threads: usize,
    terminal: &Terminal,
    run: impl Fn(usize, &Terminal) -> T + Sync,
    is_last: impl Fn(&T) -> bool + Sync,
) -> Vec<T> {
    let (next, over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let results = Mutex::new(Vec::new());
    let (sender, receiver) = channel();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let (sender, next, over, results, run, is_last) =
                (sender.clone(), &next, &over, &results, &run, &is_last);
            scope.spawn(move || {
                while !over.load(Ordering::Acquire) {
                    let place = next.fetch_add(1, Ordering::AcqRel);
                    if place >= count {
                        return;
                    }
                    let held = terminal.held_back();
                    let result = run(place, &held);
                    if is_last(&result) {
                        over.store(true, Ordering::Release);
                    }
                    results.lock().unwrap_or_else(PoisonError::into_inner).push((place, result));
                    // Whoever listens does so until every thread is gone.
                    let _ = sender.send((place, held));
                }
            });
        }
        drop(sender);
        let mut waiting = Vec::new();
        let mut turn = 0;
        for spoken in receiver {
            waiting.push(spoken);
            while let Some(found) = waiting.iter().position(|(place, _)| *place == turn) {
                let (_, held) = waiting.swap_remove(found);
                held.let_out();
                turn += 1;
            }
        }
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(place, _)| *place);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Color;

    #[test]
    fn results_come_in_order_whoever_is_first() {
        let terminal = Terminal::new(Color::Never);
        let squares = side_by_side(50, 4, &terminal, |place, _| place * place, |_| false);
        assert_eq!(squares, (0..50).map(|place| place * place).collect::<Vec<_>>());
    }

    #[test]
    fn nothing_is_begun_after_the_last() {
        let terminal = Terminal::new(Color::Never);
        let begun = side_by_side(50, 1, &terminal, |place, _| place, |place| *place == 3);
        assert_eq!(begun, [0, 1, 2, 3]);
    }
}
