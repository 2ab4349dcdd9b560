//! What an attempt carries so that the service's own spans join its trace.
//!
//! Always marked as sampled: what bedload keeps is decided when the request is over, too late to tell anybody
//! who took part in it.

use super::ids::{Ids, SpanId, TraceId};

/// X-Ray's header. SDKs leave it out of the signature, so it may be set at any time.
pub const XRAY_HEADER: &str = "x-amzn-trace-id";
/// W3C Trace Context's header.
pub const W3C_HEADER: &str = "traceparent";

/// The call that attempts belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallIds {
    ids: Ids,
    call: usize,
}

impl CallIds {
    /// The ids of a call, counted from 0 in the order in which calls began.
    pub fn new(ids: Ids, call: usize) -> Self {
        CallIds { ids, call }
    }

    /// The two headers of an attempt, counted from 0, and their values.
    pub fn headers(self, attempt: usize) -> [(&'static str, String); 2] {
        let span = self.ids.attempt(self.call, attempt);
        [(XRAY_HEADER, self.xray(span)), (W3C_HEADER, self.w3c(span))]
    }

    fn xray(self, span: SpanId) -> String {
        xray(self.ids, span)
    }

    fn w3c(self, span: SpanId) -> String {
        format!("00-{}-{span}-01", self.ids.trace())
    }
}

/// What a queue carries for whoever receives a job: the trace of its request and the span that sent it, in `AWSTraceHeader`.
pub fn message_header(ids: Ids) -> String {
    xray(ids, ids.send())
}

/// The trace that a message brings along. What else stands in its header, services add for themselves.
pub fn of_message(header: &str) -> Option<Ids> {
    let root = header.split(';').find_map(|part| part.trim().strip_prefix("Root="))?;
    TraceId::of_xray(root).map(Ids::of_trace)
}

fn xray(ids: Ids, span: SpanId) -> String {
    format!("Root={};Parent={span};Sampled=1", ids.trace().xray())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Nanos;

    #[test]
    fn both_headers_name_the_span_of_the_attempt() {
        let ids = Ids::of(7, 1, Nanos::from_secs(1_767_225_600));
        let [(_, xray), (_, w3c)] = CallIds::new(ids, 2).headers(1);
        let span = ids.attempt(2, 1);
        assert_eq!(xray, format!("Root={};Parent={span};Sampled=1", ids.trace().xray()));
        assert_eq!(w3c, format!("00-{}-{span}-01", ids.trace()));
        assert_eq!((xray.len(), w3c.len()), (5 + 35 + 8 + 16 + 10, 55));
    }

    #[test]
    fn who_receives_a_message_is_in_the_trace_of_who_sent_it() {
        let ids = Ids::of(7, 1, Nanos::from_secs(1_767_225_600));
        let header = message_header(ids);
        assert!(header.contains(&format!("Parent={}", ids.send())), "{header}");
        assert_eq!(of_message(&header), Some(ids));
        assert_eq!(of_message(&format!("Self=1-2-3; {header};Lineage=a87bd80c:1|68fd508a:5")), Some(ids));
        assert_eq!(of_message("Parent=0102030405060708;Sampled=1"), None);
    }
}
