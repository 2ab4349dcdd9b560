//! X-Ray's PutTraceSegments: a signed POST of at most 50 documents.
//!
//! A call of our own, since `aws-sdk-xray` would be a whole SDK to compile for one operation whose body is a list.

use bytes::Bytes;
use http::Request;
use serde::{Deserialize, Serialize};

use super::http::Http;
use super::receiver::{Item, Reply, documents};
use super::sign::Signer;

/// X-Ray's API in one region.
#[derive(Debug)]
pub(super) struct Api {
    pub http: Http,
    pub signer: Signer,
    /// The operation's address.
    pub url: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Put<'a> {
    trace_segment_documents: Vec<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Took {
    #[serde(default)]
    unprocessed_trace_segments: Vec<Unprocessed>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", default)]
#[derive(Default)]
struct Unprocessed {
    id: Option<String>,
    error_code: Option<String>,
    message: Option<String>,
}

impl Api {
    /// The most documents of a call, by the service's own answer; its model does not say.
    pub(super) const MOST: usize = 50;

    pub(super) async fn send(&self, batch: &[Item]) -> Reply {
        let put = Put { trace_segment_documents: documents(batch).map(|document| &*document.json).collect() };
        let body = Bytes::from(serde_json::to_vec(&put).unwrap_or_default());
        let request =
            Request::post(&self.url).header(http::header::CONTENT_TYPE, "application/json").body(body);
        let mut request = match request {
            Ok(request) => request,
            Err(error) => return Reply::Refused(error.to_string()),
        };
        if let Err(error) = self.signer.sign(&mut request).await {
            return Reply::NotNow { why: error.to_string(), after: None, maybe_there: false };
        }
        match self.http.send(request).await {
            Err(reply) => reply,
            Ok(answer) => answer.refusal().unwrap_or_else(|| took(&answer.body, batch)),
        }
    }
}

/// An answer of 200 may still refuse some documents, by the id of each.
fn took(body: &[u8], batch: &[Item]) -> Reply {
    let took: Took = match serde_json::from_slice(body) {
        Ok(took) => took,
        Err(error) => {
            let why = format!("the answer is none of PutTraceSegments: {error}");
            return Reply::NotNow { why, after: None, maybe_there: true };
        }
    };
    let refused = took.unprocessed_trace_segments;
    let spans = |refused: &Unprocessed| {
        let of =
            |document: &&bedload_reports::trace::xray::Document| Some(document.id.to_string()) == refused.id;
        documents(batch).find(of).map_or(0, |document| document.spans)
    };
    let trouble = refused.last().map(|last| {
        let (code, message) = (last.error_code.as_deref(), last.message.as_deref());
        format!("{} {}", code.unwrap_or("unprocessed"), message.unwrap_or_default()).trim().to_owned()
    });
    Reply::Taken { rejected: refused.iter().map(spans).sum(), trouble }
}

#[cfg(test)]
mod tests {
    use bedload_reports::trace::ids::Ids;
    use bedload_reports::trace::xray::Document;
    use bedload_reports::units::Nanos;

    use super::*;

    #[test]
    fn what_x_ray_does_not_process_is_rejected_with_its_spans() {
        let ids = Ids::of(7, 1, Nanos::ZERO);
        let document = |id, spans| Item::Document(Document { id, json: "{}".to_owned(), spans });
        let batch = [document(ids.request(), 4), document(ids.call(0), 3)];
        let refused = format!(
            r#"{{"UnprocessedTraceSegments":[{{"Id":"{}","ErrorCode":"InvalidSegment","Message":"bad"}}]}}"#,
            ids.call(0)
        );
        for (body, rejected, trouble) in [
            (r#"{"UnprocessedTraceSegments":[]}"#, 0, None),
            ("{}", 0, None),
            (&*refused, 3, Some("InvalidSegment bad".to_owned())),
        ] {
            assert_eq!(took(body.as_bytes(), &batch), Reply::Taken { rejected, trouble });
        }
        assert!(matches!(took(b"<html>", &batch), Reply::NotNow { maybe_there: true, .. }));
    }
}
