//! `slow_tokens`: the model speaks more slowly once it has begun.

use thiserror::Error;

use super::edit::{BodyEdit, Edit};
use super::verdict::Verdict;

/// Stretches the time between a stream's first event and each later one. Whole answers are left alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SlowTokens {
    factor: f64,
}

impl SlowTokens {
    /// Tokens that take `factor` times as long.
    ///
    /// # Errors
    /// A factor that is not over 1, or is no number: nothing would be slower.
    pub fn new(factor: f64) -> Result<Self, FactorError> {
        if factor > 1.0 && factor.is_finite() { Ok(SlowTokens { factor }) } else { Err(FactorError(factor)) }
    }

    pub(super) fn verdict(self) -> Verdict {
        Verdict::Edit(Edit::Body(BodyEdit::Stretch(self.factor)))
    }
}

/// Why a number slows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[error("tokens are slow by a factor over 1, not by {0}")]
pub struct FactorError(f64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_factor_over_one_is_slow() {
        for wrong in [1.0, 0.5, 0.0, -2.0, f64::NAN, f64::INFINITY] {
            assert!(SlowTokens::new(wrong).is_err(), "{wrong}");
        }
        assert!(SlowTokens::new(1.5).is_ok());
    }
}
