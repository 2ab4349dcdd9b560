//! `--vary path=a,b,c`: the same question of several scenarios.

use std::str::FromStr;

use thiserror::Error;

/// One value of a scenario, and what is put in its place, one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vary {
    path: String,
    values: Vec<String>,
}

/// Why a text varies nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum VaryError {
    /// There is no `=`.
    #[error("`{0}` varies nothing: it has no `=`")]
    NoValues(String),
    /// A value is empty, or there is none.
    #[error("`{0}` has an empty value")]
    EmptyValue(String),
}

impl FromStr for Vary {
    type Err = VaryError;

    fn from_str(text: &str) -> Result<Self, VaryError> {
        let (path, values) = text.split_once('=').ok_or_else(|| VaryError::NoValues(text.to_owned()))?;
        let values: Vec<String> = split(values).into_iter().map(|value| value.trim().to_owned()).collect();
        if values.iter().any(String::is_empty) {
            return Err(VaryError::EmptyValue(text.to_owned()));
        }
        Ok(Vary { path: path.trim().to_owned(), values })
    }
}

/// The parts between commas, except where a comma is inside brackets.
fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0i32, 0);
    for (at, letter) in text.char_indices() {
        match letter {
            '{' | '[' => depth += 1,
            '}' | ']' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// Every combination of all values, the first path's slowest: each a list of (path, value).
pub fn combinations(varied: &[Vary]) -> Vec<Vec<(String, String)>> {
    varied.iter().fold(vec![Vec::new()], |so_far, vary| {
        let with = |chosen: &Vec<(String, String)>| {
            let one = |value: &String| {
                let mut chosen = chosen.clone();
                chosen.push((vary.path.clone(), value.clone()));
                chosen
            };
            vary.values.iter().map(one).collect::<Vec<_>>()
        };
        so_far.iter().flat_map(with).collect()
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn values_may_hold_commas_in_brackets() {
        let vary: Vary = "clients.a.retry={ mode: off },{ mode: standard, attempts: 5 }".parse().unwrap();
        assert_eq!(vary.values, ["{ mode: off }", "{ mode: standard, attempts: 5 }"]);
    }

    #[test]
    fn combinations_go_through_the_last_path_first() {
        let varied: Vec<Vary> = ["a=1,2", "b=x,y"].map(|text| text.parse().unwrap()).into();
        let texts: Vec<String> = combinations(&varied)
            .iter()
            .map(|chosen| chosen.iter().map(|(path, value)| format!("{path}{value}")).collect())
            .collect();
        assert_eq!(texts, ["a1bx", "a1by", "a2bx", "a2by"]);
        assert_eq!(combinations(&[]), [Vec::new()]);
    }

    #[test]
    fn what_varies_nothing_is_refused() {
        assert_eq!("a".parse::<Vary>(), Err(VaryError::NoValues("a".to_owned())));
        assert_eq!("a=1,".parse::<Vary>(), Err(VaryError::EmptyValue("a=1,".to_owned())));
    }
}
