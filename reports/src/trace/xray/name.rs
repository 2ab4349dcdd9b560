//! Names and texts that X-Ray takes.

use std::borrow::Cow;

/// The most characters of a segment's name.
const NAME: usize = 200;
/// The most characters of any other text.
const TEXT: usize = 250;
/// What a name may hold beside letters and digits. X-Ray takes the letters of every script, but a scenario's names
/// and Bedrock's ids are ASCII, so nothing is lost by asking for that.
const SIGNS: &str = " _.:/%&#=+\\-@";

/// The name with all that X-Ray refuses turned into `_`, cut to 200 characters.
pub(super) fn name(text: &str) -> Cow<'_, str> {
    let fits = |c: char| c.is_ascii_alphanumeric() || SIGNS.contains(c);
    if text.is_empty() {
        return Cow::Borrowed("span");
    }
    if text.len() <= NAME && text.chars().all(fits) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| if fits(c) { c } else { '_' }).take(NAME).collect())
}

/// The text without control characters, which swell in JSON, cut to 250 characters.
pub(super) fn text(text: &str) -> Cow<'_, str> {
    if text.len() <= TEXT && !text.chars().any(char::is_control) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(TEXT).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_x_ray_refuses_becomes_an_underscore() {
        for (given, expected) in [
            ("storm/chat", "storm/chat"),
            ("chat anthropic.claude-3-haiku-20240307-v1:0", "chat anthropic.claude-3-haiku-20240307-v1:0"),
            ("EP @ test_15.testing.org#GO", "EP @ test_15.testing.org#GO"),
            ("POST /model/{modelId}/converse", "POST /model/_modelId_/converse"),
            ("<subDomain>.example.com", "_subDomain_.example.com"),
            ("dömain", "d_main"),
            ("", "span"),
        ] {
            assert_eq!(name(given), expected);
        }
        assert_eq!(name(&"x".repeat(300)).len(), 200);
    }

    #[test]
    fn texts_are_cut_by_characters_and_lose_their_control_characters() {
        assert_eq!(text("a\nb\u{1b}[0m"), "a b [0m");
        assert_eq!(text(&"é".repeat(300)).chars().count(), 250);
        assert_eq!(text("as it was"), "as it was");
    }
}
