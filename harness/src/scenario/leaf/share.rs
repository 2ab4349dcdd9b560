//! Shares of a whole: `70%`.

use super::leaf_schema;
use super::number::magnitude;
use super::positive::MaybeZero;
use crate::scenario::decode::{Leaf, Slip, Word};

/// A share, 0 to 1, that is written 0 to 100 per cent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Share(f64);

impl Share {
    /// The share of 1.
    pub(crate) fn get(self) -> f64 {
        self.0
    }

    /// As a scenario writes it: the shortest number of per cent that is read back as this very share.
    ///
    /// A hundred times a share is often a hair off the number that was written, so its neighbours are
    /// tried too.
    pub(crate) fn written(share: f64) -> String {
        let percent = share * 100.0;
        let (below, above) = (percent.next_down(), percent.next_up());
        [percent, below, above, below.next_down(), above.next_up()]
            .into_iter()
            .filter(|percent| percent / 100.0 == share)
            .map(|percent| percent.to_string())
            .min_by_key(String::len)
            .map_or_else(|| format!("{percent}%"), |percent| format!("{percent}%"))
    }
}

impl Leaf for Share {
    fn shape() -> String {
        "a share in per cent, as in `99.5%`".to_owned()
    }

    fn read(word: Word<'_>) -> Result<Self, Slip> {
        match word {
            Word::Whole(number) => Err(sign_missing(number as f64)),
            Word::Decimal(number) => Err(sign_missing(number)),
            Word::Bool(_) => Err(Slip::Kind),
            Word::Text(text) => {
                let percent = text.strip_suffix('%').and_then(|number| magnitude(number.trim_end()));
                bounded(percent.ok_or(Slip::Form)?)
            }
        }
    }
}

fn bounded(percent: f64) -> Result<Share, Slip> {
    if percent > 100.0 {
        return Err(Slip::Range("a share is `100%` at most".to_owned()));
    }
    Ok(Share(percent / 100.0))
}

/// 0.7 was meant as a share of 1, 70 as per cent.
fn sign_missing(number: f64) -> Slip {
    let percent = if (0.0..1.0).contains(&number) { Share::written(number) } else { format!("{number}%") };
    Slip::Unit(format!("a share needs a per cent sign: `{percent}`"))
}

impl MaybeZero for Share {
    fn is_zero(&self) -> bool {
        self.0 == 0.0
    }
}

leaf_schema!(Share, "Share", {
    "type": "string",
    "pattern": r"^\d+(\.\d+)? *%$",
    "examples": ["70%", "99.5%"],
});

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<f64, Slip> {
        Share::read(Word::Text(text)).map(Share::get)
    }

    #[test]
    fn shares_are_read_in_per_cent() {
        for (text, share) in [("0%", 0.0), ("70%", 0.7), ("99.5 %", 0.995), ("100%", 1.0)] {
            assert_eq!(read(text), Ok(share), "{text}");
        }
        for text in ["", "%", "70", "-1%", "1e1%", "70 percent"] {
            assert_eq!(read(text), Err(Slip::Form), "{text}");
        }
        assert!(matches!(read("101%"), Err(Slip::Range(_))));
        let meant = |number| Share::read(Word::Decimal(number)).err();
        assert_eq!(meant(0.7), Some(Slip::Unit("a share needs a per cent sign: `70%`".to_owned())));
    }

    #[test]
    fn shares_are_written_as_briefly_as_they_were_meant() {
        for text in
            ["0%", "0.1%", "7%", "28.999%", "33.333333333333336%", "55%", "57%", "99.5%", "99.99%", "100%"]
        {
            assert_eq!(read(text).map(Share::written), Ok(text.to_owned()));
        }
    }
}
