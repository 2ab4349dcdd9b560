//! What people see: text for them on stderr, data on stdout, colour where it is wanted.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use bedload_reports::render::Style;
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};

use crate::cli::Color;
use crate::exit::{Exit, Status};
use crate::verbs::VerbError;

/// Columns where nobody tells, as in a CI log.
const WIDTH: usize = 100;

/// The terminal, or what stands in for one.
#[derive(Debug)]
pub struct Terminal {
    style: Style,
    width: usize,
    /// What is said, if it is held back.
    held: Option<Mutex<Vec<Said>>>,
}

#[derive(Debug)]
enum Said {
    ToPeople(String),
    ToPrograms(String),
}

impl Terminal {
    /// A terminal that colours as asked. `auto` asks the terminal and the environment, as anstream does.
    pub fn new(color: Color) -> Self {
        let choice = match color {
            Color::Auto => anstream::AutoStream::choice(&io::stderr()),
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        };
        let style = if choice == anstream::ColorChoice::Never { Style::Plain } else { Style::Colour };
        Terminal { style, width: columns(), held: None }
    }

    /// The same, but nothing is heard of it before it is let out.
    pub fn held_back(&self) -> Self {
        Terminal { style: self.style, width: self.width, held: Some(Mutex::default()) }
    }

    /// Whether what is said is held back.
    pub fn is_held_back(&self) -> bool {
        self.held.is_some()
    }

    /// Says what was held back.
    pub fn let_out(self) {
        let Some(held) = self.held else { return };
        for said in held.into_inner().unwrap_or_else(PoisonError::into_inner) {
            // What cannot be written any more is not missed: its exit code tells.
            let _ = match said {
                Said::ToPeople(line) => writeln!(io::stderr(), "{line}"),
                Said::ToPrograms(data) => write_out(&data),
            };
        }
    }

    /// Keeps it, if what is said is held back.
    fn hold(&self, said: impl FnOnce() -> Said) -> bool {
        let Some(held) = &self.held else { return false };
        held.lock().unwrap_or_else(PoisonError::into_inner).push(said());
        true
    }

    /// Whether and how to colour.
    pub fn style(&self) -> Style {
        self.style
    }

    /// Columns for text.
    pub fn width(&self) -> usize {
        self.width
    }

    /// A line for people. A closed stderr must not end what is going on.
    pub fn say(&self, line: &str) {
        if !self.hold(|| Said::ToPeople(line.to_owned())) {
            let _ = writeln!(io::stderr(), "{line}");
        }
    }

    /// Data for programs, on stdout. A reader that has gone away wants no more, which is no error.
    pub fn print(&self, data: &str) -> Result<(), VerbError> {
        if self.hold(|| Said::ToPrograms(data.to_owned())) {
            return Ok(());
        }
        match write_out(data) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(VerbError::Stdout(error)),
            _ => Ok(()),
        }
    }

    /// Tells an error with its place, cause and next step, and gives the end that it means.
    pub fn explain(&self, error: &VerbError) -> Exit {
        self.diagnose(error);
        Exit::new(error.status(), error.short())
    }

    /// A diagnostic as a picture of the place it is about.
    pub fn diagnose(&self, diagnostic: &dyn Diagnostic) {
        let theme = match self.style {
            Style::Plain => GraphicalTheme::unicode_nocolor(),
            Style::Colour => GraphicalTheme::unicode(),
        };
        let handler = GraphicalReportHandler::new_themed(theme).with_width(self.width);
        let mut text = String::new();
        match handler.render_report(&mut text, diagnostic) {
            Ok(()) => self.say(text.trim_end()),
            Err(_) => self.say(&diagnostic.to_string()),
        }
    }
}

fn write_out(data: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(data.as_bytes()).and_then(|()| out.flush())
}

/// What the command line's own parser has to say: help and versions on stdout, mistakes on stderr.
pub fn refuse(error: &clap::Error) -> ExitCode {
    // A closed stream leaves nobody to tell.
    let _ = error.print();
    if !error.use_stderr() {
        return ExitCode::SUCCESS;
    }
    let why = error.kind().as_str().unwrap_or("a mistake on the command line");
    let exit = Exit::new(Status::Usage, why);
    let _ = writeln!(io::stderr(), "{}", exit.line());
    exit.into()
}

/// The terminal's width, at least 80; a fixed one where stderr is none.
fn columns() -> usize {
    if !io::stderr().is_terminal() {
        return WIDTH;
    }
    let columns = terminal_size::terminal_size_of(io::stderr()).map_or(80, |(width, _)| width.0);
    usize::from(columns).clamp(80, 140)
}

/// What every verb may end in when it is asked what went wrong.
impl VerbError {
    /// The end that it means.
    pub fn status(&self) -> Status {
        match self {
            VerbError::Scenario(_) | VerbError::Unreadable(_) => Status::BadScenario,
            VerbError::Usage { .. } | VerbError::Folder { .. } | VerbError::Port { .. } => Status::Usage,
            VerbError::Target { .. }
            | VerbError::Incomparable { .. }
            | VerbError::Log(_)
            | VerbError::Ledger { .. }
            | VerbError::Sink(_) => Status::Invalid,
            VerbError::Output { .. }
            | VerbError::Export(_)
            | VerbError::Diagnostics(_)
            | VerbError::Stdout(_)
            | VerbError::Runtime(_)
            | VerbError::Leftover(_)
            | VerbError::Assembly(_) => Status::Internal,
        }
    }
}
