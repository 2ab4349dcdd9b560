//! From YAML text to a tree with places. The only file that names serde-saphyr.
//!
//! The parser is asked for a self-describing tree and not for our types, because serde gives up at the
//! first mistake. What it can still tell alone is syntax: behind an unclosed bracket nothing can be
//! trusted, so that mistake stands alone in its report.

use std::collections::HashMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::options::{DuplicateKeyPolicy, NonFiniteFloatPolicy};
use serde_saphyr::{Error, Location, Options, Spanned, alias_limits, budget};

use super::code::Code;
use super::node::{Entry, Node, Value, excerpt};
use super::notes::{Note, Noted, Notes};
use super::place::{At, Place, Span};

/// The deepest nesting that a scenario may have; the language needs nine levels, a tool's schema some more.
const DEEPEST: usize = 48;
/// The most that anchors may hold and aliases may unfold, in parser events.
const MOST_SHARED: usize = 20_000;

/// A text to read, or the end of one: of a `--set` only what stands behind the `=` is YAML.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece<'t> {
    /// The whole text.
    pub text: &'t str,
    /// Its number among the texts of the scenario.
    pub number: usize,
    /// Where the YAML begins.
    pub from: usize,
}

/// Reads one YAML document.
pub(crate) fn read(piece: Piece<'_>, notes: &mut Notes) -> Result<Node, Noted> {
    let yaml = piece.text.get(piece.from..).unwrap_or_default();
    match serde_saphyr::from_str_with_options::<Spanned<Raw>>(yaml, options()) {
        Ok(raw) => Ok(Planter { piece, notes }.node(raw, None)),
        Err(error) => Err(notes.add(syntax(piece, yaml, &error))),
    }
}

fn options() -> Options {
    serde_saphyr::options! {
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        reject_unsupported_tags: true,
        with_snippet: false,
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        non_finite_float_policy: NonFiniteFloatPolicy::AsString,
        alias_limits: alias_limits! { max_total_replayed_events: 5 * MOST_SHARED },
        budget: budget! {
            max_depth: DEEPEST,
            flow_nesting_limit: DEEPEST,
            max_recorded_anchor_events: MOST_SHARED,
        },
    }
}

/// What the parser hands over.
enum Raw {
    Nothing,
    Bool(bool),
    Whole(i128),
    Decimal(f64),
    Text(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<String>, Spanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("YAML")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Nothing)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Raw, E> {
        Ok(Raw::Bool(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Raw, E> {
        Ok(Raw::Whole(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Raw, E> {
        Ok(Raw::Whole(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Raw, E> {
        Ok(Raw::Decimal(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Raw::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Raw, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Raw::Map(map))
    }
}

/// Turns what the parser handed over into the tree, and finds keys that stand twice.
struct Planter<'t, 'n> {
    piece: Piece<'t>,
    notes: &'n mut Notes,
}

impl Planter<'_, '_> {
    fn node(&mut self, raw: Spanned<Raw>, key: Option<Place>) -> Node {
        let own = self.place(raw.defined, raw.referenced);
        let value = match raw.value {
            Raw::Nothing => Value::Nothing,
            Raw::Bool(truth) => Value::Bool(truth),
            Raw::Whole(number) => Value::Whole(number),
            Raw::Decimal(number) => Value::Decimal(number),
            Raw::Text(text) => Value::Text(text),
            Raw::List(items) => Value::List(items.into_iter().map(|item| self.node(item, None)).collect()),
            Raw::Map(entries) => Value::Map(self.entries(entries)),
        };
        let place = match &value {
            Value::List(_) => key.unwrap_or(own),
            Value::Map(entries) => key.or(entries.first().map(|entry| entry.key.place)).unwrap_or(own),
            _ if own.span.len == 0 => key.unwrap_or(own),
            _ => own,
        };
        Node { place, value }
    }

    fn entries(&mut self, raw: Vec<(Spanned<String>, Spanned<Raw>)>) -> Vec<Entry> {
        let mut entries = Vec::with_capacity(raw.len());
        let mut seen = HashMap::new();
        for (key, value) in raw {
            let place = self.place(key.defined, key.referenced);
            let first = *seen.entry(key.value.clone()).or_insert(place);
            if first != place {
                self.stands_twice(&key.value, first, place);
            }
            let value = self.node(value, Some(place));
            entries.push(Entry { key: At { value: key.value, place }, value });
        }
        entries
    }

    fn stands_twice(&mut self, key: &str, first: Place, again: Place) {
        let message = format!("key `{}` stands twice in one map", excerpt(key));
        let note = Note::new(Code::DuplicateKey, again, message)
            .label("again here")
            .also(first.span, "first here")
            .help("remove or rename one of the two");
        self.notes.add(note);
    }

    fn place(&self, defined: Location, referenced: Location) -> Place {
        let span = self.span(defined);
        Place { span, used: (referenced != defined).then(|| self.span(referenced)) }
    }

    /// The bytes of a token, cut at the end of its line.
    fn span(&self, location: Location) -> Span {
        let span = location.span();
        let offset = |count: Option<u64>| count.and_then(|count| usize::try_from(count).ok()).unwrap_or(0);
        let start = self.piece.from + offset(span.byte_offset());
        let token = self.piece.text.get(start..start + offset(span.byte_len())).unwrap_or_default();
        let line = token.lines().next().unwrap_or_default();
        Span { text: self.piece.number, start, len: line.len() }
    }
}

fn syntax(piece: Piece<'_>, yaml: &str, error: &Error) -> Note {
    let after = error.location().map_or(0, |location| location.span().offset() as usize);
    let (start, len) = yaml.char_indices().nth(after).map_or((yaml.trim_end().len(), 0), |(byte, char)| {
        (byte, if char.is_whitespace() { 0 } else { char.len_utf8() })
    });
    let span = Span { text: piece.number, start: piece.from + start, len };
    let (message, help) = explain(error);
    Note::new(Code::Syntax, Place::of(span), message).label("cannot be read from here on").help(help)
}

/// The parser's message in our words, with what to do about it.
fn explain(error: &Error) -> (String, &'static str) {
    let (message, help) = match error {
        Error::MultipleDocuments { .. } => {
            ("a second document", "a file holds one scenario: remove the line `---` and what follows")
        }
        Error::UnknownAnchor { .. } => (
            "an alias of an anchor that is not there",
            "an anchor `&name` must stand before its alias `*name`",
        ),
        Error::RecursiveReferencesRequireWeakTypes { .. } => {
            ("an anchor that holds itself", "remove the alias inside its own anchor")
        }
        Error::Budget { .. } | Error::AliasReplayLimitExceeded { .. } => {
            ("more nesting or aliases than any scenario needs", "nest less, and unfold aliases of aliases")
        }
        _ => {
            return (
                parser_words(error),
                "check the indentation, and that brackets and quotes are closed; text with `: ` or ` #` in it needs quotes",
            );
        }
    };
    (format!("not YAML: {message}"), help)
}

fn parser_words(error: &Error) -> String {
    let words = error.to_string();
    let words = words.rsplit_once(" at line ").map_or(words.as_str(), |(words, _)| words);
    format!("not YAML: {words}")
}
