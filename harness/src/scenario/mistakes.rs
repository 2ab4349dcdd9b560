//! All the mistakes of a scenario, as one diagnostic that people can read.

use std::fmt;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};

use super::code::Code;
use super::notes::{Note, Notes};
use super::place::Span;
use super::set::Set;
use super::source::Source;

/// The most mistakes that are shown. Whoever has more reads no further, and a damaged file can have
/// thousands.
const MOST_SHOWN: usize = 50;

/// Why a scenario was refused: every mistake in it, in the order of the file.
#[derive(Clone, Debug)]
pub struct Mistakes {
    file: String,
    count: usize,
    shown: Vec<Mistake>,
}

/// One mistake, with the text that it stands in.
#[derive(Clone, Debug)]
pub struct Mistake {
    note: Note,
    line: usize,
    column: usize,
    text: NamedSource<Arc<str>>,
}

impl Mistakes {
    /// The notes with the texts that they are about.
    pub(crate) fn new(notes: Notes, source: &Source, sets: &[Set]) -> Self {
        let mut texts = vec![NamedSource::new(source.name(), source.text().clone()).with_language("yaml")];
        texts.extend(sets.iter().map(|set| NamedSource::new("--set", set.text().clone())));
        let notes = notes.in_order();
        let count = notes.len();
        let locate = |note: Note| {
            let text = texts.get(note.place.span.text)?.clone();
            let (line, column) = position(text.inner(), note.place.span.start);
            Some(Mistake { note, line, column, text })
        };
        let shown = notes.into_iter().take(MOST_SHOWN).filter_map(locate).collect();
        Mistakes { file: source.name().to_owned(), count, shown }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The name of the scenario's file.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The first of them, in the order of the file; with `--set` those after the file's own.
    pub fn iter(&self) -> impl Iterator<Item = &Mistake> {
        self.shown.iter()
    }
}

impl Mistake {
    /// Its kind.
    pub fn code(&self) -> Code {
        self.note.code
    }

    /// What is wrong, in one sentence.
    pub fn message(&self) -> &str {
        &self.note.message
    }

    /// The text that it stands in: the file's name, or `--set`.
    pub fn text_name(&self) -> &str {
        self.text.name()
    }

    /// Its line in that text, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// Its column in characters, from 1.
    pub fn column(&self) -> usize {
        self.column
    }
}

/// The line and column, both from 1, of a byte.
pub(crate) fn position(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = 1 + before.bytes().filter(|byte| *byte == b'\n').count();
    (line, 1 + before[line_start..].chars().count())
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.count == 1 { "mistake" } else { "mistakes" };
        write!(f, "{} {noun} in {}", self.count, self.file)
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.note.message)
    }
}

impl std::error::Error for Mistakes {}

impl std::error::Error for Mistake {}

impl Diagnostic for Mistakes {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let more = self.count - self.shown.len();
        (more > 0).then(|| Box::new(format!("the first {} are shown", self.shown.len())) as _)
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(self.shown.iter().map(|mistake| mistake as &dyn Diagnostic)))
    }
}

impl Diagnostic for Mistake {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.note.code.id()))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.note.help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.text)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let place = self.note.place;
        let main = LabeledSpan::new_primary_with_span(Some(self.note.label.clone()), bytes(place.span));
        let used = place.used.map(|span| (span, "used here".to_owned()));
        let others = used
            .into_iter()
            .chain(self.note.also.clone())
            .filter(move |(span, _)| span.text == place.span.text && span.start != place.span.start)
            .map(|(span, label)| LabeledSpan::new_with_span(Some(label), bytes(span)));
        Some(Box::new(std::iter::once(main).chain(others)))
    }
}

fn bytes(span: Span) -> (usize, usize) {
    (span.start, span.len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_one() {
        let text = "a: é b\nc";
        assert_eq!(position(text, 0), (1, 1));
        assert_eq!(position(text, 6), (1, 6));
        assert_eq!(position(text, 8), (2, 1));
        assert_eq!(position(text, 99), (2, 2));
    }
}
