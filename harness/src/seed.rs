//! Where chance comes from: named streams of one seed.
//!
//! Each consumer asks for a stream by name, so a new one disturbs none of the others: adding a flow
//! to a scenario leaves the arrivals and prompts of every other flow as they were.

use bedload_reports::trace::ids::Ids;
use bedload_reports::units::Nanos;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

/// The seed of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed(u64);

impl Seed {
    /// A seed as a scenario gives it.
    pub fn new(seed: u64) -> Self {
        Seed(seed)
    }

    /// The stream of this name. ChaCha8 gives the same numbers on every platform and version.
    pub fn stream(self, name: &str) -> ChaCha8Rng {
        ChaCha8Rng::from_seed(self.digest(name))
    }

    /// The stream of one of many of a name: the prompt of request 17, the thinking of user 3.
    pub fn stream_of(self, name: &str, number: u64) -> ChaCha8Rng {
        let mut stream = self.stream(name);
        stream.set_stream(number);
        stream
    }

    /// A seed for a part of the house that derives streams of its own.
    pub fn derive(self, name: &str) -> u64 {
        let digest = self.digest(name);
        let mut first = [0; 8];
        first.copy_from_slice(&digest[..8]);
        u64::from_le_bytes(first)
    }

    /// The ids of a request's trace, due at `due` since 1970. The tracer of the reports comes to the same ones.
    pub fn trace_ids(self, request: u64, due: Nanos) -> Ids {
        Ids::of(self.0, request, due)
    }

    /// Pins the jitter that the AWS SDK draws for its backoff, on this thread.
    ///
    /// The SDK takes it from `fastrand`'s thread-local generator and offers no other way in, so
    /// this holds only on a current-thread runtime, which virtual time uses.
    #[expect(clippy::disallowed_methods, reason = "the one place that touches the SDK's jitter source")]
    pub fn pin_sdk_jitter(self) {
        fastrand::seed(self.derive("sdk-jitter"));
    }

    fn digest(self, name: &str) -> [u8; 32] {
        Sha256::new().chain_update(self.0.to_le_bytes()).chain_update(name.as_bytes()).finalize().into()
    }
}

/// Where the SDK's source of jitter stands on a thread.
#[derive(Clone, Copy, Debug)]
pub struct SdkJitter(u64);

impl SdkJitter {
    /// Where it stands on this thread.
    pub fn here() -> Self {
        SdkJitter(fastrand::get_seed())
    }

    /// Has it go on from there, on this thread, as if nothing had been drawn since.
    #[expect(clippy::disallowed_methods, reason = "the one place that touches the SDK's jitter source")]
    pub fn restore(self) {
        fastrand::seed(self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    #[test]
    fn streams_repeat_and_differ_by_name_number_and_seed() {
        let draw = |seed: u64, name: &str, number: u64| Seed::new(seed).stream_of(name, number).next_u64();
        assert_eq!(draw(7, "arrivals/chat", 0), draw(7, "arrivals/chat", 0));
        assert_ne!(draw(7, "arrivals/chat", 0), draw(7, "arrivals/lookup", 0));
        assert_ne!(draw(7, "arrivals/chat", 0), draw(7, "arrivals/chat", 1));
        assert_ne!(draw(7, "arrivals/chat", 0), draw(8, "arrivals/chat", 0));
    }

    #[test]
    fn the_jitter_of_the_sdk_can_be_put_back() {
        Seed::new(7).pin_sdk_jitter();
        let here = SdkJitter::here();
        let drawn = fastrand::u64(..);
        here.restore();
        assert_eq!(fastrand::u64(..), drawn);
    }
}
