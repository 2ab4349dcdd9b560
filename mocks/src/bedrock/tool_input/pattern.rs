//! Texts that match a regular expression.
//!
//! The expression is parsed by `regex-syntax` and then spoken instead of searched for. JSON Schema means
//! ECMAScript's expressions, whose usual parts are the same; what it has beyond them (looking ahead or
//! back, references to groups) makes no pattern here.

use rand::{Rng, RngExt};
use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

/// The most repetitions of a part that may be repeated without end.
const MOST_FREE_REPETITIONS: u32 = 5;
/// The most parts that are spoken for one text; whatever would come after is left out.
const MOST_PARTS: u32 = 2_000;

/// A pattern that texts are made from.
pub(super) struct Pattern(Hir);

impl Pattern {
    /// The pattern of this expression, if it can be read.
    pub(super) fn new(expression: &str) -> Option<Self> {
        regex_syntax::parse(expression).ok().map(Pattern)
    }

    /// A text that matches it from the first character to the last.
    pub(super) fn draw(&self, rng: &mut impl Rng) -> String {
        let mut speech = Speech { text: Vec::new(), parts: 0, rng };
        speech.speak(&self.0);
        String::from_utf8_lossy(&speech.text).into_owned()
    }
}

/// A text that comes into being.
struct Speech<'a, R> {
    text: Vec<u8>,
    parts: u32,
    rng: &'a mut R,
}

impl<R: Rng> Speech<'_, R> {
    fn speak(&mut self, part: &Hir) {
        self.parts += 1;
        match part.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => self.text.extend_from_slice(&literal.0),
            HirKind::Class(class) => {
                let member = member(class, self.rng);
                self.text.extend_from_slice(member.encode_utf8(&mut [0; 4]).as_bytes());
            }
            HirKind::Repetition(repetition) => {
                for _ in 0..times(repetition, self.rng) {
                    if self.parts >= MOST_PARTS {
                        return;
                    }
                    self.speak(&repetition.sub);
                }
            }
            HirKind::Capture(capture) => self.speak(&capture.sub),
            HirKind::Concat(parts) => parts.iter().for_each(|part| self.speak(part)),
            HirKind::Alternation(parts) => {
                let part = self.rng.random_range(0..parts.len());
                self.speak(&parts[part]);
            }
        }
    }
}

fn times(repetition: &Repetition, rng: &mut impl Rng) -> u32 {
    let free = repetition.min.saturating_add(MOST_FREE_REPETITIONS);
    rng.random_range(repetition.min..=repetition.max.unwrap_or(free).max(repetition.min))
}

/// A character of a class, a printable one of ASCII if it has any.
fn member(class: &Class, rng: &mut impl Rng) -> char {
    let ranges: Vec<(u32, u32)> = match class {
        Class::Unicode(class) => {
            class.ranges().iter().map(|range| (u32::from(range.start()), u32::from(range.end()))).collect()
        }
        Class::Bytes(class) => {
            class.ranges().iter().map(|range| (u32::from(range.start()), u32::from(range.end()))).collect()
        }
    };
    let plain: Vec<(u32, u32)> = ranges
        .iter()
        .map(|(start, end)| ((*start).max(0x21), (*end).min(0x7e)))
        .filter(|(start, end)| start <= end)
        .collect();
    let ranges = if plain.is_empty() { ranges } else { plain };
    if ranges.is_empty() {
        return ' ';
    }
    let (start, end) = ranges[rng.random_range(0..ranges.len())];
    char::from_u32(rng.random_range(start..=end)).unwrap_or(' ')
}
