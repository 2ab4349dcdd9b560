//! Takes a request's body in, up to the door's limits, and hands the whole on.

use bytes::{Bytes, BytesMut};
use http::header::CONNECTION;
use http::request::Parts;
use http::{HeaderValue, Response, Version};
use http_body::Body;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::select;

use super::handler::{Handler, Refused};
use super::line::UnderWay;
use crate::body::CloudBody;
use crate::caller::Connection;
use crate::clock;
use crate::ledger::Protocol;

/// What is still read, in bytes and seconds, of a body that was refused. A client that is cut off while it
/// sends may never see why; one that sends for ever is cut off all the same.
const COURTESY_BYTES: usize = 32_000_000;
const COURTESY: std::time::Duration = std::time::Duration::from_secs(5);

/// Answers a request that is still arriving.
///
/// # Errors
/// The request broke off: there is nobody to answer, and nothing whole to note.
pub(super) async fn take_in<H: Handler>(
    head: &mut Parts,
    mut body: Incoming,
    handler: &H,
    connection: &Connection,
    under_way: &mut UnderWay,
) -> Result<Response<CloudBody>, hyper::Error> {
    head.extensions.insert(connection.clone().speaking(Protocol::of(head.version)));
    let taken = select! {
        biased;
        taken = read(&mut body, H::LIMITS.body_bytes) => taken?,
        () = clock::pass(H::LIMITS.body) => Err(Refused::TooSlow),
    };
    under_way.arrived();
    match taken {
        Ok(bytes) => Ok(handler.answer(head, bytes).await),
        Err(why) => {
            let response = handler.refuse(head, why).await;
            if why == Refused::TooLarge {
                tokio::spawn(read_on(body));
            }
            Ok(last_of_its_connection(response, head))
        }
    }
}

/// The whole body, unless it is too large; one that says so beforehand is not read at all.
async fn read(body: &mut Incoming, most: usize) -> Result<Result<Bytes, Refused>, hyper::Error> {
    if body.size_hint().lower() > most as u64 {
        return Ok(Err(Refused::TooLarge));
    }
    let mut whole = match next(body).await? {
        // Most bodies come in one piece, which needs no copy.
        Some(first) if body.is_end_stream() && first.len() <= most => return Ok(Ok(first)),
        Some(first) => BytesMut::from(first),
        None => return Ok(Ok(Bytes::new())),
    };
    while whole.len() <= most {
        match next(body).await? {
            Some(more) => whole.extend_from_slice(&more),
            None => return Ok(Ok(whole.freeze())),
        }
    }
    Ok(Err(Refused::TooLarge))
}

async fn next(body: &mut Incoming) -> Result<Option<Bytes>, hyper::Error> {
    while let Some(frame) = body.frame().await.transpose()? {
        if let Ok(bytes) = frame.into_data() {
            return Ok(Some(bytes));
        }
    }
    Ok(None)
}

async fn read_on(mut body: Incoming) {
    let reading = async {
        let mut bytes = 0;
        while let Ok(Some(more)) = next(&mut body).await {
            bytes += more.len();
            if bytes > COURTESY_BYTES {
                break;
            }
        }
    };
    select! {
        biased;
        () = reading => {}
        () = clock::pass(COURTESY) => {}
    }
}

/// Over HTTP/1.1 nothing can follow a body that was not read to its end.
fn last_of_its_connection(mut response: Response<CloudBody>, head: &Parts) -> Response<CloudBody> {
    if head.version < Version::HTTP_2 {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
