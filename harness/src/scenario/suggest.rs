//! What was probably meant.

/// The candidate that a word was most likely meant to be, if any is close.
///
/// Close is one slip for each four letters; a swap of two neighbours is one slip.
pub(crate) fn closest<S: AsRef<str>>(word: &str, candidates: impl IntoIterator<Item = S>) -> Option<String> {
    let slips =
        |candidate: &str| strsim::damerau_levenshtein(&word.to_lowercase(), &candidate.to_lowercase());
    candidates
        .into_iter()
        .map(|candidate| (slips(candidate.as_ref()), candidate))
        .filter(|(slips, candidate)| *slips <= allowance(word, candidate.as_ref()))
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, candidate)| candidate.as_ref().to_owned())
}

fn allowance(word: &str, candidate: &str) -> usize {
    match word.chars().count().min(candidate.chars().count()) {
        0 | 1 => 0,
        2..=7 => 1,
        letters => letters / 4,
    }
}

/// The remark for a word that was not known.
pub(crate) fn remark<S: AsRef<str>>(word: &str, candidates: impl IntoIterator<Item = S>) -> Option<String> {
    closest(word, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}

/// Names as a sentence lists them: `` `a`, `b` and `c` ``; long lists are cut.
pub(crate) fn listed<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> String {
    const MOST: usize = 16;
    let names: Vec<String> = names.into_iter().map(|name| format!("`{}`", name.as_ref())).collect();
    match names.as_slice() {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [start @ .., last] if names.len() <= MOST => format!("{} and {last}", start.join(", ")),
        _ => format!("{} and {} more", names[..MOST].join(", "), names.len() - MOST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_finger_are_understood() {
        let keys = ["retry_after", "share", "first", "every", "message"];
        let table = [
            ("retry_aftr", Some("retry_after")),
            ("shrae", Some("share")),
            ("Share", Some("share")),
            ("messages", Some("message")),
            ("quota", None),
            ("first-after", None),
            ("", None),
        ];
        for (word, expected) in table {
            assert_eq!(closest(word, keys).as_deref(), expected, "{word}");
        }
    }

    #[test]
    fn lists_read_as_sentences() {
        assert_eq!(listed([""; 0]), "nothing");
        assert_eq!(listed(["a"]), "`a`");
        assert_eq!(listed(["a", "b", "c"]), "`a`, `b` and `c`");
        assert!(listed(["a"; 20]).ends_with("`a` and 4 more"));
    }
}
