//! A sentence with some of its words set apart, for outputs with markup and outputs without.

use std::fmt::{self, Display};

use crate::chart::svg::escaped;

/// A sentence in the making, and when made.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sentence(Vec<Piece>);

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Said(String),
    Figure(String),
}

impl Sentence {
    /// A sentence of plain words.
    pub(crate) fn of(words: impl Into<String>) -> Self {
        Sentence::default().say(words)
    }

    /// With more words.
    pub(crate) fn say(mut self, words: impl Into<String>) -> Self {
        self.0.push(Piece::Said(words.into()));
        self
    }

    /// With a word or a figure that the eye should find first.
    pub(crate) fn stress(mut self, figure: impl Into<String>) -> Self {
        self.0.push(Piece::Figure(figure.into()));
        self
    }

    /// With another sentence after it.
    pub(crate) fn then(mut self, next: Sentence) -> Self {
        if !self.0.is_empty() && !next.0.is_empty() {
            self = self.say(" ");
        }
        self.0.extend(next.0);
        self
    }

    /// The words alone.
    pub(crate) fn plain(&self) -> String {
        self.0.iter().map(Piece::words).collect()
    }
}

impl Piece {
    fn words(&self) -> &str {
        match self {
            Piece::Said(words) | Piece::Figure(words) => words,
        }
    }
}

/// As HTML, escaped.
impl Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Said(words) => f.write_str(&escaped(words)),
            Piece::Figure(figure) => write!(f, "<b>{}</b>", escaped(figure)),
        })
    }
}

impl askama::filters::HtmlSafe for Sentence {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_stand_out_in_markup_and_nothing_else_gets_through() {
        let sentence = Sentence::of("<b> took ").stress("2 s").say(".").then(Sentence::of("It ended."));
        assert_eq!(sentence.plain(), "<b> took 2 s. It ended.");
        assert_eq!(sentence.to_string(), "&lt;b&gt; took <b>2 s</b>. It ended.");
    }
}
