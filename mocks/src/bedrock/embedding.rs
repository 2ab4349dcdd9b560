//! Embeddings: vectors that stand for texts.
//!
//! Nothing of a text's meaning is in them. The same text has the same vector in every run and every cloud,
//! and two texts have vectors that are nearly at right angles, so that an index built on them finds what
//! was put into it and nothing else.

use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::chance::{Chance, Label};

/// The vector of a text, of length 1.
pub(crate) fn of(text: &str, dimensions: usize) -> Vec<f64> {
    unit(&mut Chance::new(0, 0).stream(Label::new(text)), dimensions)
}

fn unit(rng: &mut impl Rng, dimensions: usize) -> Vec<f64> {
    let vector: Vec<f64> = (0..dimensions).map(|_| StandardNormal.sample(rng)).collect();
    let length = vector.iter().map(|part: &f64| part * part).sum::<f64>().sqrt();
    vector.into_iter().map(|part| part / length).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(one: &[f64], other: &[f64]) -> f64 {
        one.iter().zip(other).map(|(one, other)| one * other).sum()
    }

    #[test]
    fn equal_texts_agree_and_others_do_not() {
        let river = of("river", 1024);
        assert_eq!(river.len(), 1024);
        assert_eq!(river, of("river", 1024));
        assert!((product(&river, &river) - 1.0).abs() < 1e-9);
        assert!(product(&river, &of("desert", 1024)).abs() < 0.2);
    }
}
