//! One call of a wire client: its attempts, what they wait for, and how each is told.

use std::time::Duration;

use bedload_mocks::Exchange;
use bedload_reports::record::{CallEnd, Failure, FailureClass, Name, Operation};
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use http::uri::PathAndQuery;
use http::{Method, Request, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rand::Rng;

use super::Wire;
use super::answer::{Answer, Usage, refusal, unreadable};
use super::body::Body;
use super::events::{Events, Meaning};
use super::retry::asked;
use super::sign::JSON;
use crate::classify;
use crate::client::ask::Ask;
use crate::client::attempts::{Baggage, refusal_word};
use crate::client::operation::{Caller, answered, failure, timed_out, unsendable};
use crate::client::sight::Sight;
use crate::transport::wire::{LineBody, Lost};

/// What everybody can see of who asks.
const AGENT: HeaderValue =
    HeaderValue::from_static(concat!("bedload/", env!("CARGO_PKG_VERSION"), " (wire client, not an SDK)"));
/// One for all attempts of a call, as SDKs send it, so that whoever is asked can tell which belong together.
const INVOCATION: HeaderName = HeaderName::from_static("amz-sdk-invocation-id");
const ATTEMPT: HeaderName = HeaderName::from_static("amz-sdk-request");
const FLOW: HeaderName = HeaderName::from_static(Exchange::FLOW_HEADER);
const ANSWER_TOKENS: HeaderName = HeaderName::from_static(Exchange::ANSWER_TOKENS_HEADER);

/// What a label in a path may hold as it is: the unreserved characters of URIs.
const LABEL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The word of an attempt that could not be made.
const NOT_SIGNED: &str = "not signed";

/// A call as it goes out, each time it does.
struct Errand<'a> {
    caller: &'a Caller,
    sight: &'a Sight,
    path: PathAndQuery,
    body: Bytes,
    answer_tokens: Option<u32>,
    invocation: HeaderValue,
}

/// What an attempt has brought.
enum Reply {
    Converse { stop_reason: String, usage: Option<Usage> },
    Invoke(Bytes),
    Stream(LineBody),
}

/// Why an attempt failed: the word for it, and what it means to the caller.
struct Trouble {
    word: Name,
    failure: Failure,
}

impl Trouble {
    fn new(word: &str, class: FailureClass, message: &str) -> Self {
        Trouble { word: word.into(), failure: failure(class, message) }
    }

    fn timed_out(limit: Option<Duration>) -> Self {
        Trouble { word: classify::ATTEMPT_TIMED_OUT.into(), failure: timed_out(limit) }
    }
}

impl Wire {
    /// Makes the call.
    pub(in crate::client) async fn operate(&self, caller: &Caller, ask: &Ask, sight: &Sight) -> CallEnd {
        let (word, body, meaning) = match caller.operation {
            Operation::Converse | Operation::ConverseStream => {
                let word = if caller.operation.streams() { "converse-stream" } else { "converse" };
                match serde_json::to_vec(&Body::of(ask)) {
                    Ok(body) => (word, body, Meaning::Converse),
                    Err(error) => return CallEnd::Failed(unsendable(&error)),
                }
            }
            Operation::Invoke | Operation::InvokeStream => {
                let streams = caller.operation.streams();
                let word = if streams { "invoke-with-response-stream" } else { "invoke" };
                match caller.body(ask) {
                    Ok((dialect, body)) => (word, body, Meaning::Invoke(dialect)),
                    Err(failure) => return CallEnd::Failed(failure),
                }
            }
            Operation::AsyncInvoke => {
                let message = "a wire client does not follow asynchronous invocations";
                return CallEnd::Failed(failure(FailureClass::Unsendable, message));
            }
        };
        let path = format!("{}/model/{}/{word}", self.prefix, utf8_percent_encode(&caller.model_id, LABEL));
        let path = match PathAndQuery::try_from(path) {
            Ok(path) => path,
            Err(error) => return CallEnd::Failed(unsendable(&error)),
        };
        let asking = self.ask(caller, sight, path, body.into(), caller.told_length(ask));
        let reply = self.clock.within(self.timeouts.operation, asking).await;
        match reply.unwrap_or_else(|| {
            sight.attempts().cut(self.clock.now(), classify::ATTEMPT_TIMED_OUT);
            Err(timed_out(self.timeouts.operation))
        }) {
            Ok(reply) => read(caller, sight, meaning, reply).await,
            Err(failure) => CallEnd::Failed(failure),
        }
    }

    /// Asks until there is an answer, or no hope of one.
    async fn ask(
        &self,
        caller: &Caller,
        sight: &Sight,
        path: PathAndQuery,
        body: Bytes,
        answer_tokens: Option<u32>,
    ) -> Result<Reply, Failure> {
        let mut draws = self.draws();
        let mut id = [0; 16];
        draws.fill_bytes(&mut id);
        let errand = Errand { caller, sight, path, body, answer_tokens, invocation: uuid(id) };
        let mut number = 1;
        loop {
            let (result, asked) = self.attempt(&errand, number).await;
            let failure = match result {
                Ok(reply) => return Ok(reply),
                Err(failure) => failure,
            };
            let hopeful = sight.attempts().last(classify::is_retryable).unwrap_or(false);
            if !hopeful || number >= self.retry.attempts {
                return Err(failure);
            }
            self.clock.sleep(self.retry.wait(number, asked, &mut draws)).await;
            number += 1;
        }
    }

    /// One attempt, noted from its beginning to its end, and the wait that its answer asks for.
    async fn attempt(&self, errand: &Errand<'_>, number: u32) -> (Result<Reply, Failure>, Option<Duration>) {
        let attempts = errand.sight.attempts();
        attempts.begin(number, self.clock.now());
        let mut head = None;
        let exchange = self.exchange(errand, number, &mut head);
        let result = self.clock.within(self.timeouts.attempt, exchange).await;
        let result = result.unwrap_or_else(|| Err(Trouble::timed_out(self.timeouts.attempt)));
        let status = head.as_ref().map(|(status, _)| *status);
        let told = |name| head.as_ref().and_then(|(_, headers)| header(headers, name));
        let word = result.as_ref().err().map(|trouble| trouble.word.clone());
        attempts.end(self.clock.now(), status, told("x-amzn-requestid"), word);
        (result.map_err(|trouble| trouble.failure), asked(told("x-amz-retry-after")))
    }

    /// Sends, and receives as much as belongs to the attempt: the whole answer, or the head of a stream.
    async fn exchange(
        &self,
        errand: &Errand<'_>,
        number: u32,
        head: &mut Option<(u16, HeaderMap)>,
    ) -> Result<Reply, Trouble> {
        let request = self.request(errand, number).await?;
        let sent = self.clock.within(self.timeouts.read, self.line.send(request)).await;
        let response = match sent {
            Some(sent) => sent.map_err(lost)?,
            None => return Err(Trouble::timed_out(self.timeouts.read)),
        };
        let (parts, mut body) = response.into_parts();
        let (status, success) = (parts.status.as_u16(), parts.status.is_success());
        let (_, headers) = head.insert((status, parts.headers));
        errand.sight.attempts().head(self.clock.now(), success, |name| header(headers, name));
        if success && errand.caller.operation.streams() {
            return Ok(Reply::Stream(body));
        }
        let error_type = header(headers, "x-amzn-errortype");
        let refused = |failure| Trouble { word: refusal_word(status, error_type), failure };
        let whole = match body.whole().await {
            Ok(whole) => whole,
            Err(error) if success => {
                return Err(Trouble::new(classify::BROKEN_OFF, FailureClass::Unparsable, &error.to_string()));
            }
            Err(error) => return Err(refused(failure(FailureClass::Unparsable, &error.to_string()))),
        };
        match errand.caller.operation {
            _ if !success => Err(refused(refusal(status, error_type, &whole))),
            Operation::Converse => match serde_json::from_slice::<Answer<'_>>(&whole) {
                Ok(Answer { stop_reason, usage }) => {
                    Ok(Reply::Converse { stop_reason: stop_reason.into_owned(), usage })
                }
                Err(error) => {
                    Err(Trouble { word: classify::NOT_UNDERSTOOD.into(), failure: unreadable(&error) })
                }
            },
            _ => Ok(Reply::Invoke(whole)),
        }
    }

    async fn request(&self, errand: &Errand<'_>, number: u32) -> Result<Request<Bytes>, Trouble> {
        let unsigned = |error: &dyn std::error::Error| {
            Trouble::new(NOT_SIGNED, FailureClass::Unsendable, &error.to_string())
        };
        let mut request = Request::new(errand.body.clone());
        *request.method_mut() = Method::POST;
        let uri = Uri::builder()
            .scheme(self.scheme.clone())
            .authority(self.authority.clone())
            .path_and_query(errand.path.clone());
        *request.uri_mut() = uri.build().map_err(|error| unsigned(&error))?;
        let mut headers = HeaderMap::with_capacity(12);
        headers.insert(CONTENT_TYPE, JSON);
        headers.insert(ACCEPT, JSON);
        headers.insert(USER_AGENT, AGENT);
        headers.insert(INVOCATION, errand.invocation.clone());
        let of_text = |text: String| HeaderValue::try_from(text).map_err(|error| unsigned(&error));
        headers.insert(ATTEMPT, of_text(format!("attempt={number}; max={}", self.retry.attempts))?);
        if let Some(flow) = &errand.caller.flow_label {
            headers.insert(FLOW, of_text(flow.to_string())?);
        }
        if let Some(tokens) = errand.answer_tokens {
            headers.insert(ANSWER_TOKENS, HeaderValue::from(tokens));
        }
        let Baggage { headers: traced, strikes } = errand.sight.attempts().baggage();
        for (name, value) in traced.into_iter().flatten() {
            headers.insert(HeaderName::from_static(name), of_text(value)?);
        }
        let now = self.clock.wall_time();
        let signed = self.signer.sign(now, errand.path.as_str(), &errand.body, &mut headers).await;
        signed.map_err(|error| unsigned(&error))?;
        *request.headers_mut() = headers;
        if let Some(strikes) = strikes {
            request.extensions_mut().insert(strikes);
        }
        Ok(request)
    }
}

/// Reads what is left to read once the SDK, too, would have handed the answer over.
async fn read(caller: &Caller, sight: &Sight, meaning: Meaning, reply: Reply) -> CallEnd {
    match (reply, meaning) {
        (Reply::Converse { stop_reason, usage }, _) => {
            sight.told(usage.map(|usage| usage.prompt()), usage.map(|usage| usage.output_tokens));
            answered(&stop_reason)
        }
        (Reply::Invoke(body), Meaning::Invoke(dialect)) => caller.read_body(dialect, &body, sight),
        (Reply::Invoke(_), Meaning::Converse) => {
            CallEnd::Failed(failure(FailureClass::Unparsable, "an answer to another question"))
        }
        (Reply::Stream(body), meaning) => caller.reader(sight).follow(Events::new(body, meaning)).await,
    }
}

fn lost(lost: Lost) -> Trouble {
    let message = lost.to_string();
    match lost {
        Lost::ConnectTimeout(_) => Trouble::new(classify::ATTEMPT_TIMED_OUT, FailureClass::Timeout, &message),
        Lost::Connection(_) => Trouble::new(classify::CONNECTION_FAILED, FailureClass::Connection, &message),
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// A random UUID (RFC 9562, version 4) of these bytes.
fn uuid(mut bytes: [u8; 16]) -> HeaderValue {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-");
    HeaderValue::try_from(parts).unwrap_or(HeaderValue::from_static("unknown"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_calls_are_random_uuids() {
        assert_eq!(uuid([0; 16]), "00000000-0000-4000-8000-000000000000");
        assert_eq!(uuid([0xff; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }

    #[test]
    fn a_model_is_a_label_of_its_path() {
        let label = |id| utf8_percent_encode(id, LABEL).to_string();
        assert_eq!(
            label("anthropic.claude-3-haiku-20240307-v1:0"),
            "anthropic.claude-3-haiku-20240307-v1%3A0"
        );
        assert_eq!(label("arn:aws:bedrock:us-east-1:1:x/y"), "arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ax%2Fy");
    }
}
