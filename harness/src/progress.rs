//! Shows how a run is going: bars on a terminal, a line now and then off one.
//!
//! It runs on a thread of its own and reads only the board, so it works alike for both clocks and
//! touches nothing that is measured. Silence for minutes and a flood of lines are both known
//! complaints; off a terminal there is a line each ten seconds and one at each edge of a stage or fault.

use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use bedload_reports::header::{ClockKind, Header};
use bedload_reports::number;
use bedload_reports::units::Nanos;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::engine::edges::{Edge, edges};
use crate::live::Board;

/// How often a terminal is redrawn.
const REDRAW: Duration = Duration::from_millis(200);
/// How often edges are looked for, off a terminal.
const LOOK: Duration = Duration::from_millis(250);
/// How many looks make a line, off a terminal: one each ten seconds.
const LOOKS_A_LINE: u32 = 40;

/// The thread that shows progress; stops when dropped.
#[derive(Debug)]
pub struct Progress {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// Begins to show how the run of `header` is going.
    pub fn show(header: &Header, board: Arc<Board>) -> Self {
        let (stop, stopped) = channel::<()>();
        let header = header.clone();
        let mut view: Box<dyn View + Send> = match std::io::stderr().is_terminal() {
            true => Box::new(Bar::new(&header)),
            false => Box::new(Lines::new(&header)),
        };
        let pause = if std::io::stderr().is_terminal() { REDRAW } else { LOOK };
        let thread = std::thread::Builder::new().name("bedload-progress".into()).spawn(move || {
            while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                view.update(&header, &board);
            }
            view.finish();
        });
        Progress { stop: Some(stop), thread: thread.ok() }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A view that failed to draw has nothing to say that matters more than the run's result.
            let _ = thread.join();
        }
    }
}

trait View {
    fn update(&mut self, header: &Header, board: &Board);
    fn finish(&mut self);
}

struct Bar(ProgressBar);

impl Bar {
    fn new(header: &Header) -> Self {
        let bar = ProgressBar::with_draw_target(Some(header.length().get()), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{prefix}  {wide_bar:.dim}\n{msg}") {
            bar.set_style(style.progress_chars("━╸━"));
        }
        Bar(bar)
    }
}

impl View for Bar {
    fn update(&mut self, header: &Header, board: &Board) {
        let now = board.now();
        self.0.set_position(now.get().min(header.length().get()));
        self.0.set_prefix(format!(
            "  {}   {} / {}",
            stage(header, now),
            number::clock(now),
            number::clock(header.length())
        ));
        self.0.set_message(
            status(header, board, now).iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n"),
        );
    }

    fn finish(&mut self) {
        self.0.finish_and_clear();
    }
}

struct Lines {
    looks: u32,
    edges: Vec<Edge>,
}

impl Lines {
    /// Edges are told in real time only: a virtual run passes them faster than anybody reads.
    fn new(header: &Header) -> Self {
        let edges = match header.clock {
            ClockKind::Real => edges(&header.stages, &header.faults),
            ClockKind::Virtual => Vec::new(),
        };
        Lines { looks: 0, edges }
    }
}

impl View for Lines {
    fn update(&mut self, header: &Header, board: &Board) {
        let now = board.now();
        while let Some(edge) = self.edges.pop_if(|edge| edge.at <= now) {
            say(edge.at, &edge.text);
        }
        self.looks += 1;
        if self.looks.is_multiple_of(LOOKS_A_LINE) {
            say(now, &status(header, board, now).join(" · "));
        }
    }

    fn finish(&mut self) {}
}

fn say(at: Nanos, text: &str) {
    // A closed stderr must not end a run.
    let _ = writeln!(std::io::stderr(), "[{:>5}] {text}", number::clock(at));
}

fn stage(header: &Header, now: Nanos) -> &str {
    let stage = header.stages.iter().find(|stage| now < stage.to);
    stage.map_or("draining", |stage| &stage.name)
}

/// A line for each flow, and one for the faults that are on.
fn status(header: &Header, board: &Board, now: Nanos) -> Vec<String> {
    let mut lines: Vec<String> = board
        .read()
        .into_iter()
        .map(|(flow, so_far)| {
            let rate = so_far.sent as f64 / now.as_secs_f64().max(1.0);
            format!(
                "{flow} {rate:.1}/s  in flight {}  ok {}  retried {}  fell back {}  failed {}{}",
                so_far.in_flight,
                number::count(so_far.ok),
                number::count(so_far.retried),
                number::count(so_far.fell_back),
                number::count(so_far.failed),
                if so_far.dropped > 0 {
                    format!("  dropped {}", number::count(so_far.dropped))
                } else {
                    String::new()
                },
            )
        })
        .collect();
    let on = header.faults.iter().filter(|fault| fault.from <= now && now < fault.to);
    lines.extend(
        on.map(|fault| format!("fault {}: {} until {}", fault.name, fault.about, number::clock(fault.to))),
    );
    lines
}
