//! Ids of traces and spans: a function of the seed, the request and the place in its tree.
//!
//! Nothing needs to be kept between sending an attempt and telling of it: both sides work the id out. The ids
//! of one trace cannot collide, because they come from different places by way of a bijection.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::units::Nanos;

/// An odd constant that spreads neighbouring places over 64 bits (2^64 ÷ the golden ratio).
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
/// Places of a tree that no span takes, for an id that would be zero, which means "no span" on the wire.
const SPARE: u64 = u64::MAX;
/// Bits of a place that tell attempts and parts of a call apart.
const WITHIN_CALL: u32 = 20;
/// Bits of a place that tell what belongs to one delivery apart.
const WITHIN_DELIVERY: u32 = 32;
/// The place of a call's content among its parts, beyond every attempt.
const CONTENT: u64 = (1 << WITHIN_CALL) - 1;
/// The place at which a producer sends a job, beyond every delivery.
const SEND: u64 = 1 << 60;
/// The place at which a job waits.
const WAIT: u64 = SEND + 1;
/// Marks the place of an exception that a span ended with.
const EXCEPTION: u64 = 1 << 63;
/// Marks the place of a further document for a span that does not fit into one.
const OVERFLOW: u64 = 1 << 62;

/// The id of a trace: seconds since 1970 in 32 bits, as X-Ray wants them, and 96 bits of chance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraceId(u128);

/// The id of a span, never zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpanId(u64);

/// The ids of one request, or of one delivery of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ids {
    trace: TraceId,
    /// Where calls are counted from: zero, or a delivery's place.
    from: u64,
}

impl Ids {
    /// The ids of a request of a run with this seed, due at `due` since 1970.
    pub fn of(seed: u64, request: u64, due: Nanos) -> Self {
        let digest = Sha256::new()
            .chain_update(b"bedload trace")
            .chain_update(seed.to_le_bytes())
            .chain_update(request.to_le_bytes())
            .finalize();
        let chance = digest.iter().take(12).fold(0, |bits, &byte| bits << 8 | u128::from(byte));
        let seconds = due.get() / 1_000_000_000;
        Ids { trace: TraceId(u128::from(seconds as u32) << 96 | chance), from: 0 }
    }

    /// The ids of a trace that somebody else names.
    pub fn of_trace(trace: TraceId) -> Self {
        Ids { trace, from: 0 }
    }

    /// The ids of what one delivery of the job does. Deliveries are told apart by their number.
    pub fn within(self, delivery: u64) -> Self {
        Ids { from: (delivery + 1) << WITHIN_DELIVERY, ..self }
    }

    /// The trace.
    pub fn trace(self) -> TraceId {
        self.trace
    }

    /// The request's own span, the root.
    pub fn request(self) -> SpanId {
        self.at(0)
    }

    /// The span of the producer that sent the job.
    pub fn send(self) -> SpanId {
        self.at(SEND)
    }

    /// The span of the job's wait in its queue.
    pub fn wait(self) -> SpanId {
        self.at(WAIT)
    }

    /// The delivery's own span, or the request's where it is no delivery.
    pub fn own(self) -> SpanId {
        self.at(self.from)
    }

    /// A call's span; calls count from 0 in the order in which they began.
    pub fn call(self, call: usize) -> SpanId {
        self.at(self.from | (call as u64 + 1) << WITHIN_CALL)
    }

    /// An attempt's span; attempts of a call count from 0.
    pub fn attempt(self, call: usize, attempt: usize) -> SpanId {
        self.at(self.from | (call as u64 + 1) << WITHIN_CALL | (attempt as u64 + 1))
    }

    /// The span of what a call's stream brought.
    pub fn content(self, call: usize) -> SpanId {
        self.at(self.from | (call as u64 + 1) << WITHIN_CALL | CONTENT)
    }

    fn at(self, place: u64) -> SpanId {
        // The low half of the trace id is chance.
        let from = self.trace.0 as u64;
        let id = |place: u64| mix(from.wrapping_add(place.wrapping_mul(SPREAD)));
        match id(place) {
            0 => SpanId(id(SPARE)),
            some => SpanId(some),
        }
    }
}

/// The finaliser of SplitMix64, a bijection (Steele, Lea and Flood, 2014).
fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ bits >> 31
}

impl TraceId {
    /// As OpenTelemetry holds it.
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }

    /// A trace as X-Ray writes it; none for anything else.
    pub fn of_xray(text: &str) -> Option<Self> {
        let (seconds, chance) = text.strip_prefix("1-")?.split_once('-')?;
        let hex = |text: &str, digits| {
            let fits = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            fits.then(|| u128::from_str_radix(text, 16).ok()).flatten()
        };
        Some(TraceId(hex(seconds, 8)? << 96 | hex(chance, 24)?))
    }

    /// A number in 0 ≤ n < 1 that is as good as drawn, the same for the same trace.
    pub fn chance(self) -> f64 {
        // 53 bits are all that a double holds; these are not those that span ids begin from.
        ((self.0 >> 43) as u64 & ((1 << 53) - 1)) as f64 / (1u64 << 53) as f64
    }

    /// As X-Ray writes it: `1-58406520-a006649127e371903a2de979`.
    pub fn xray(self) -> String {
        format!("1-{:08x}-{:024x}", (self.0 >> 96) as u32, self.0 & ((1 << 96) - 1))
    }
}

/// As W3C writes it: 32 hex digits.
impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl SpanId {
    /// As OpenTelemetry holds it.
    pub fn to_bytes(self) -> [u8; 8] {
        self.0.to_be_bytes()
    }

    /// The id of the exception that the span ended with.
    pub fn exception(self) -> SpanId {
        self.beside(EXCEPTION)
    }

    /// The id of the span's `number`th further document.
    pub fn overflow(self, number: usize) -> SpanId {
        self.beside(OVERFLOW | number as u64)
    }

    fn beside(self, mark: u64) -> SpanId {
        SpanId(mix(self.0.wrapping_add(mark.wrapping_mul(SPREAD))).max(1))
    }
}

/// 16 hex digits.
impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn ids(request: u64) -> Ids {
        Ids::of(7, request, Nanos::from_secs(1_480_615_200))
    }

    #[test]
    fn a_trace_id_begins_with_the_second_in_either_notation() {
        let trace = ids(3).trace();
        let xray = trace.xray();
        assert!(xray.starts_with("1-58406520-"), "{xray}");
        assert_eq!(xray.len(), 35);
        assert_eq!(trace.to_string(), xray[2..].replace('-', ""));
        assert_eq!(TraceId::of_xray(&xray), Some(trace));
    }

    #[test]
    fn what_is_no_trace_of_x_ray_is_none() {
        for text in [
            "",
            "1-58406520",
            "2-58406520-a006649127e371903a2de979",
            "1-5840652-a006649127e371903a2de979",
            "1-+8406520-a006649127e371903a2de979",
        ] {
            assert_eq!(TraceId::of_xray(text), None, "{text}");
        }
    }

    #[test]
    fn ids_repeat_and_differ_by_seed_and_request() {
        assert_eq!(ids(3), ids(3));
        assert_ne!(ids(3), ids(4));
        assert_ne!(ids(3), Ids::of(8, 3, Nanos::from_secs(1_480_615_200)));
    }

    #[test]
    fn the_chance_of_traces_is_even() {
        let under = (0..10_000).filter(|&request| ids(request).trace().chance() < 0.1).count();
        assert!((900..1100).contains(&under), "{under}");
    }

    proptest! {
        #[test]
        fn no_two_spans_of_a_trace_share_an_id(
            seed: u64, request: u64, deliveries in 0u64..5, calls in 1usize..20, attempts in 1usize..20,
        ) {
            let ids = Ids::of(seed, request, Nanos::ZERO);
            let places = (0..deliveries).map(|number| ids.within(number)).chain([ids]);
            let calls = places.flat_map(|ids| (0..calls).flat_map(move |call| {
                let attempts = (0..attempts).map(move |attempt| ids.attempt(call, attempt));
                attempts.chain([ids.call(call), ids.content(call)])
            }));
            let own = (0..deliveries).map(|number| ids.within(number).own());
            let all: Vec<SpanId> = calls.chain(own).chain([ids.request(), ids.send(), ids.wait()]).collect();
            prop_assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
            prop_assert!(all.iter().all(|id| id.0 != 0));
        }
    }
}
