//! Prompts from a template: a text with places that each request fills in its own way.
//!
//! | place | what stands there |
//! | --- | --- |
//! | `{{id}}` | the number of the request in its run |
//! | `{{uuid}}` | a random UUID |
//! | `{{number 1 100}}` | a whole number from the first to the second |
//! | `{{words 50}}`, `{{words 20 80}}` | so many words, or from so many to so many |
//! | `{{tokens 500}}`, `{{tokens 100 900}}` | a text of so many tokens, by the estimate of four characters each |
//! | `{{name}}` | one of the texts of the variable, the same wherever it stands in one prompt |
//!
//! There is no logic and no escape: what needs either is better made beforehand and said from a file. All of it is drawn
//! from the flow's own stream, keyed by the request, as every prompt is.

use std::ops::RangeInclusive;
use std::sync::Arc;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::filler;

/// The longest of the texts that a place makes, in words or tokens.
const LONGEST: u64 = 10_000_000;

/// A template that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    parts: Vec<Part>,
    /// The texts of each variable.
    variables: Vec<Arc<[String]>>,
}

#[derive(Clone, Debug, PartialEq)]
enum Part {
    Text(String),
    Id,
    Uuid,
    Number(RangeInclusive<u64>),
    Words(RangeInclusive<u32>),
    Tokens(RangeInclusive<u32>),
    Variable(usize),
}

/// A name with the texts that may stand in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The name.
    pub name: String,
    /// The texts; one at least.
    pub texts: Vec<String>,
}

/// Why a text is no template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A place without an end.
    #[error("`{{{{` without its `}}}}`")]
    Open,
    /// A place that nothing fills.
    #[error("`{{{{{0}}}}}` is none of `id`, `uuid`, `number`, `words`, `tokens`, and no variable")]
    Unknown(String),
    /// A place whose figures are none.
    #[error(
        "`{{{{{0}}}}}` needs one figure or two, the first not more than the second, of 10 million at most"
    )]
    Figures(String),
}

impl Template {
    /// Reads a template with these variables. Each has a text at least.
    ///
    /// # Errors
    /// The first thing wrong in it.
    pub fn parse(text: &str, variables: &[Variable]) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("{{") {
            let (place, after) = behind.split_once("}}").ok_or(TemplateError::Open)?;
            parts.extend([Part::Text(before.to_owned()), part(place.trim(), variables)?]);
            rest = after;
        }
        parts.push(Part::Text(rest.to_owned()));
        parts.retain(|part| !matches!(part, Part::Text(text) if text.is_empty()));
        let variables = variables.iter().map(|variable| variable.texts.as_slice().into()).collect();
        Ok(Template { parts, variables })
    }

    /// Whether no two requests can say the same.
    pub fn is_distinct(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Id | Part::Uuid))
    }

    /// Whether the variable of this place in their list stands in it.
    pub fn uses(&self, variable: usize) -> bool {
        self.parts.contains(&Part::Variable(variable))
    }

    /// What request number `id` says.
    pub fn fill(&self, id: u64, rng: &mut ChaCha8Rng) -> String {
        // Drawn first and for all of them, so that a variable keeps its text wherever places are added.
        let chosen: Vec<usize> =
            self.variables.iter().map(|texts| rng.random_range(0..texts.len().max(1))).collect();
        let variable = |place: usize| {
            let texts = self.variables.get(place)?;
            texts.get(*chosen.get(place)?).map(String::as_str)
        };
        self.parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.clone(),
                Part::Id => id.to_string(),
                Part::Uuid => uuid(rng),
                Part::Number(range) => rng.random_range(range.clone()).to_string(),
                Part::Words(range) => filler::words(rng.random_range(range.clone()), rng),
                Part::Tokens(range) => filler::text("", rng.random_range(range.clone()), rng),
                Part::Variable(place) => variable(*place).unwrap_or_default().to_owned(),
            })
            .collect()
    }
}

fn part(place: &str, variables: &[Variable]) -> Result<Part, TemplateError> {
    if let Some(variable) = variables.iter().position(|variable| variable.name == place) {
        return Ok(Part::Variable(variable));
    }
    let mut words = place.split_whitespace();
    let kind = words.next().unwrap_or_default();
    let figures: Vec<&str> = words.collect();
    let wrong = || TemplateError::Figures(place.to_owned());
    let range = || {
        let figure =
            |text: &str| text.parse::<u64>().ok().filter(|figure| *figure <= LONGEST).ok_or_else(wrong);
        match figures.as_slice() {
            [only] => Ok(figure(only)?..=figure(only)?),
            [least, most] => {
                Some(figure(least)?..=figure(most)?).filter(|range| !range.is_empty()).ok_or_else(wrong)
            }
            _ => Err(wrong()),
        }
    };
    let count = || range().map(|range| *range.start() as u32..=*range.end() as u32);
    match kind {
        "id" if figures.is_empty() => Ok(Part::Id),
        "uuid" if figures.is_empty() => Ok(Part::Uuid),
        "number" => range().map(Part::Number),
        "words" => count().map(Part::Words),
        "tokens" => count().map(Part::Tokens),
        _ => Err(TemplateError::Unknown(place.to_owned())),
    }
}

/// A random UUID, of the fourth version (RFC 9562).
fn uuid(rng: &mut ChaCha8Rng) -> String {
    let bits = rng.random::<u128>() & !(0xf << 76) & !(0b11 << 62) | 0x4 << 76 | 0b10 << 62;
    let hex = format!("{bits:032x}");
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;

    fn filled(text: &str, id: u64) -> String {
        let texts = vec!["pump".to_owned(), "valve".to_owned()];
        let variables = [Variable { name: "product".to_owned(), texts }];
        let template = Template::parse(text, &variables).unwrap_or_else(|error| unreachable!("{error}"));
        template.fill(id, &mut Seed::new(7).stream_of("prompts/chat", id))
    }

    #[test]
    fn places_are_filled_and_everything_else_stays() {
        assert_eq!(filled("Ticket {{id}}: {a} }} done", 3), "Ticket 3: {a} }} done");
        assert_eq!(filled("{{words 5}}", 1).split(' ').count(), 5);
        assert_eq!(filled("{{ tokens 20 }}", 1).len(), 80);
        let number: u64 = filled("{{number 3 9}}", 1).parse().unwrap_or_default();
        assert!((3..=9).contains(&number));
        let uuid = filled("{{uuid}}", 1);
        let dashes: Vec<usize> = uuid.match_indices('-').map(|(at, _)| at).collect();
        assert_eq!((uuid.len(), dashes, &uuid[14..15]), (36, vec![8, 13, 18, 23], "4"));
        assert!("89ab".contains(&uuid[19..20]));
    }

    #[test]
    fn a_variable_says_one_of_its_texts_wherever_it_stands() {
        let all: std::collections::BTreeSet<String> =
            (0..20).map(|id| filled("{{product}}/{{product}}", id)).collect();
        assert_eq!(all, ["pump/pump".to_owned(), "valve/valve".to_owned()].into());
        assert_eq!(filled("{{product}} {{words 9}}", 4), filled("{{product}} {{words 9}}", 4));
        assert_ne!(filled("{{words 9}}", 4), filled("{{words 9}}", 5));
    }

    #[test]
    fn a_place_that_nothing_fills_is_refused() {
        let refused = |text: &str| Template::parse(text, &[]).err().map(|error| error.to_string());
        assert_eq!(refused("a {{id"), Some("`{{` without its `}}`".to_owned()));
        let unknown = "`{{product}}` is none of `id`, `uuid`, `number`, `words`, `tokens`, and no variable";
        assert_eq!(refused("{{ product }}"), Some(unknown.to_owned()));
        for text in ["{{words}}", "{{words 9 3}}", "{{tokens -1}}", "{{number 1 2 3}}", "{{words 10000001}}"]
        {
            assert!(matches!(Template::parse(text, &[]), Err(TemplateError::Figures(_))), "{text}");
        }
        assert!(Template::parse("{{id 5}}", &[]).is_err());
    }
}
