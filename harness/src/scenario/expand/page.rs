//! Writing YAML: blocks, entries, and the quotes that they need.

use std::fmt::Display;

use serde_json::Value as Json;

use crate::scenario::plan::{Spread, time};

/// A page of YAML in block style.
#[derive(Debug, Default)]
pub(super) struct Page {
    text: String,
    depth: usize,
    /// Whether the next line begins an item of a list.
    dash: bool,
}

impl Page {
    /// `key: value`
    pub(super) fn entry(&mut self, key: &str, value: impl Display) {
        self.line(&format!("{}: {value}", word(key)));
    }

    /// `# text`
    pub(super) fn remark(&mut self, text: &str) {
        self.line(&format!("# {text}"));
    }

    /// `key: value`, with a remark where the value is what would have held anyway.
    pub(super) fn entry_or_default(&mut self, key: &str, value: impl Display, is_default: bool) {
        let remark = if is_default { "  # default" } else { "" };
        self.line(&format!("{}: {value}{remark}", word(key)));
    }

    /// `key: value`, if there is one.
    pub(super) fn entry_if(&mut self, key: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.entry(key, value);
        }
    }

    /// `key:` with whatever is written inside under it.
    pub(super) fn block(&mut self, key: &str, inside: impl FnOnce(&mut Page)) {
        self.line(&format!("{}:", word(key)));
        let written = self.text.len();
        self.indented(inside);
        if self.text.len() == written {
            self.text.insert_str(written - 1, " {}");
        }
    }

    /// A block with a remark behind its key; something must be written inside.
    pub(super) fn block_about(&mut self, key: &str, remark: &str, inside: impl FnOnce(&mut Page)) {
        self.line(&format!("{}:  # {remark}", word(key)));
        self.indented(inside);
    }

    /// A block for a thing, if there is one.
    pub(super) fn block_if<T>(&mut self, key: &str, thing: Option<&T>, inside: impl FnOnce(&mut Page, &T)) {
        if let Some(thing) = thing {
            self.block(key, |page| inside(page, thing));
        }
    }

    /// `- ` with whatever is written inside behind it.
    pub(super) fn item(&mut self, inside: impl FnOnce(&mut Page)) {
        self.dash = true;
        self.indented(inside);
    }

    /// A block of things, if there are any.
    pub(super) fn section<T>(&mut self, key: &str, things: &[T], thing: impl Fn(&mut Page, &T)) {
        if !things.is_empty() {
            self.block(key, |page| things.iter().for_each(|one| thing(page, one)));
        }
    }

    /// What was written.
    pub(super) fn finish(self) -> String {
        self.text
    }

    fn indented(&mut self, inside: impl FnOnce(&mut Page)) {
        self.depth += 1;
        inside(self);
        self.depth -= 1;
    }

    fn line(&mut self, line: &str) {
        let indent = self.depth - usize::from(self.dash);
        self.text.push_str(&"  ".repeat(indent));
        if std::mem::take(&mut self.dash) {
            self.text.push_str("- ");
        }
        self.text.push_str(line);
        self.text.push('\n');
    }
}

/// A name, in quotes where YAML would take it for something else than text.
pub(super) fn word(name: &str) -> String {
    const TAKEN: [&str; 11] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"];
    let plain = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        && !TAKEN.contains(&name.to_ascii_lowercase().as_str());
    if plain { name.to_owned() } else { quoted(name) }
}

/// Any text, in double quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            c if is_printable(c) => quoted.push(c),
            c => quoted.push_str(&format!("\\U{:08X}", u32::from(c))),
        }
    }
    quoted.push('"');
    quoted
}

/// Whether YAML takes the character as it is, and no reader takes it for the end of a line.
fn is_printable(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..)
        && !matches!(c, '\u{2028}' | '\u{2029}')
}

/// `[a, b]`
pub(super) fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

/// JSON, which YAML can read, on one line.
pub(super) fn json(value: &Json) -> String {
    match value {
        Json::String(text) => quoted(text),
        Json::Array(items) => list(items.iter().map(json)),
        Json::Object(map) => {
            let entries: Vec<String> =
                map.iter().map(|(key, value)| format!("{}: {}", quoted(key), json(value))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        Json::Number(number) => decimal(number),
        Json::Null | Json::Bool(_) => value.to_string(),
    }
}

/// A number without an exponent, which not all of YAML's readers take for a number.
fn decimal(number: &serde_json::Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() != 0.0 => float.to_string(),
        Some(float) if number.is_f64() => format!("{float:.1}"),
        _ => number.to_string(),
    }
}

/// A spread of seconds.
pub(super) fn times(spread: Spread) -> String {
    spread_of(spread, time)
}

/// A spread of things counted.
pub(super) fn counts(spread: Spread) -> String {
    spread_of(spread, |count| format!("{count:.0}"))
}

fn spread_of(spread: Spread, number: impl Fn(f64) -> String) -> String {
    match spread {
        Spread::Constant(constant) => number(constant),
        Spread::LogNormal { p50, p99 } => format!("{{ p50: {}, p99: {} }}", number(p50), number(p99)),
        Spread::Through(quantiles) => {
            let points: Vec<String> = quantiles
                .points()
                .map(|(percent, amount)| format!("p{percent}: {}", number(amount)))
                .collect();
            format!("{{ {} }}", points.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_items_and_defaults_nest() {
        let mut page = Page::default();
        page.block("a", |page| {
            page.item(|page| {
                page.entry("b", 1);
                page.entry_or_default("c", 2, true);
            });
            page.item(|page| page.block("d", |page| page.entry("e", 3)));
        });
        page.block("f", |_| {});
        assert_eq!(page.finish(), "a:\n  - b: 1\n    c: 2  # default\n  - d:\n      e: 3\nf: {}\n");
    }

    #[test]
    fn words_are_quoted_where_yaml_would_mistake_them() {
        for (name, expected) in [
            ("storm", "storm"),
            ("us-east-1", "us-east-1"),
            ("1", "\"1\""),
            ("Null", "\"Null\""),
            ("off", "\"off\""),
            ("a b", "\"a b\""),
        ] {
            assert_eq!(word(name), expected);
        }
        assert_eq!(quoted("a\"b\\\n\u{7f}é\u{2028}"), "\"a\\\"b\\\\\\n\\U0000007Fé\\U00002028\"");
    }
}
