//! Texts: words, or what a format or a pattern asks for.

use rand::{Rng, RngExt};
use serde_json::Value;

use super::pattern;

/// Words of the house's essay; any text is made of them.
const WORDS: [&str; 16] = [
    "river", "load", "stone", "flood", "channel", "gravel", "stage", "storm", "bank", "delta", "silt",
    "bend", "weir", "ford", "pool", "bed",
];

/// The most words in a text whose length is free.
const MOST_FREE_WORDS: usize = 3;
/// How often a pattern is tried for a text of the right length.
const TRIES: usize = 50;
/// The longest text that is made.
const MOST_CHARS: usize = 100_000;

/// One word.
pub(super) fn word(rng: &mut impl Rng) -> &'static str {
    WORDS[rng.random_range(0..WORDS.len())]
}

/// A text that satisfies a schema.
pub(super) fn text(schema: &Value, rng: &mut impl Rng) -> String {
    let least = schema["minLength"].as_u64().map_or(0, |least| least as usize).min(MOST_CHARS);
    let most = schema["maxLength"].as_u64().map_or(MOST_CHARS, |most| most as usize).min(MOST_CHARS);
    let fits = |text: &String| (least..=most).contains(&text.chars().count());
    if let Some(pattern) = schema["pattern"].as_str() {
        let matching = pattern::Pattern::new(pattern);
        let drawn = matching.and_then(|pattern| (0..TRIES).map(|_| pattern.draw(rng)).find(fits));
        if let Some(text) = drawn {
            return text;
        }
    }
    match schema["format"].as_str().and_then(|format| formatted(format, rng)).filter(fits) {
        Some(text) => text,
        None => words(least, most, rng),
    }
}

/// Some words, as many characters as are asked for.
fn words(least: usize, most: usize, rng: &mut impl Rng) -> String {
    let mut text = word(rng).to_owned();
    for _ in 1..rng.random_range(1..=MOST_FREE_WORDS) {
        text = format!("{text} {}", word(rng));
    }
    while text.len() < least {
        text = format!("{text} {}", word(rng));
    }
    text.truncate(most.max(least));
    if text.ends_with(' ') {
        text.pop();
        text.push('s');
    }
    text
}

/// A text of one of JSON Schema's formats.
fn formatted(format: &str, rng: &mut impl Rng) -> Option<String> {
    let (year, month, day) =
        (rng.random_range(2020..2030), rng.random_range(1..=12), rng.random_range(1..=28));
    let (hour, minute) = (rng.random_range(0..24), rng.random_range(0..60));
    let date = format!("{year}-{month:02}-{day:02}");
    let time = format!("{hour:02}:{minute:02}:00Z");
    let host = format!("{}.example.com", word(rng));
    Some(match format {
        "date" => date,
        "time" => time,
        "date-time" => format!("{date}T{time}"),
        "duration" => format!("PT{}M", minute + 1),
        "email" | "idn-email" => format!("{}@{host}", word(rng)),
        "hostname" | "idn-hostname" => host,
        "uri" | "iri" | "uri-reference" | "iri-reference" | "url" => format!("https://{host}/{}", word(rng)),
        "uuid" => uuid(rng),
        "ipv4" => format!("192.0.2.{}", rng.random_range(1..255)),
        "ipv6" => format!("2001:db8::{:x}", rng.random_range(1..0xffff)),
        "json-pointer" => format!("/{}", word(rng)),
        "byte" | "base64" => "cml2ZXI=".to_owned(),
        _ => return None,
    })
}

/// A random UUID, version 4.
fn uuid(rng: &mut impl Rng) -> String {
    let number: u128 = rng.random();
    let hex = format!("{number:032x}");
    format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
}
