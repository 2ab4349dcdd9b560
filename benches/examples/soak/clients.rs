//! Clients that ask again and again, and give up on an answer after ten seconds.

use std::future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bedload_mocks::{Cloud, server};
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::cloud::MODEL;

const PATIENCE: Duration = Duration::from_secs(10);
/// Between two requests of a client.
const PAUSE: Duration = Duration::from_millis(50);
const OPERATIONS: [&str; 4] = ["converse-stream", "converse", "invoke-with-response-stream", "invoke"];
const REGIONS: [&str; 2] = ["us-east-1", "us-west-2"];

/// Serves the cloud for as long as the process lives.
pub(crate) async fn serve(cloud: Arc<Cloud>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        server::serve(listener, cloud, future::pending()).await.expect("to serve for ever");
    });
    address
}

/// Asks in memory, for ever.
pub(crate) async fn in_memory(cloud: Arc<Cloud>, number: u64) {
    for round in number.. {
        let _ = timeout(PATIENCE, async {
            let mut body = cloud.handle(request(round)).await.into_body();
            while let Some(Ok(_)) = body.frame().await {}
        })
        .await;
        sleep(PAUSE).await;
    }
}

/// Asks over TCP, for ever: every other client over HTTP/2, and each on a connection for as long as it lasts.
pub(crate) async fn over_tcp(address: SocketAddr, number: u64) {
    for round in number.. {
        // What breaks is what this is for; the client begins anew.
        let _ = if number.is_multiple_of(2) {
            some_over_http_1(address, round).await
        } else {
            some_over_http_2(address, round).await
        };
        sleep(PAUSE).await;
    }
}

type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

async fn some_over_http_1(address: SocketAddr, round: u64) -> Outcome {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let mut connections = JoinSet::new();
    connections.spawn(connection);
    for more in 0..20 {
        let request = request(round + more).map(Full::new);
        timeout(PATIENCE, async { sender.send_request(request).await?.into_body().collect().await })
            .await??;
    }
    Ok(())
}

async fn some_over_http_2(address: SocketAddr, round: u64) -> Outcome {
    let stream = TcpStream::connect(address).await?;
    let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await?;
    let mut connections = JoinSet::new();
    connections.spawn(connection);
    let mut answers = JoinSet::new();
    for more in 0..20 {
        let (mut sender, mut request) = (sender.clone(), request(round + more).map(Full::new));
        *request.uri_mut() = format!("http://localhost{}", request.uri()).parse()?;
        answers.spawn(async move {
            timeout(PATIENCE, async { sender.send_request(request).await?.into_body().collect().await }).await
        });
    }
    answers.join_all().await;
    Ok(())
}

fn request(round: u64) -> Request<Bytes> {
    let of = |most: usize| usize::try_from(round % most as u64).unwrap_or(0);
    let operation = OPERATIONS[of(4)];
    let body = match operation.starts_with("invoke") {
        true => {
            r#"{"anthropic_version":"bedrock-2023-05-31","max_tokens":200,"messages":[{"role":"user","content":"Say hello."}]}"#
        }
        false => r#"{"messages":[{"role":"user","content":[{"text":"Say hello."}]}]}"#,
    };
    let region = REGIONS[of(2)];
    Request::post(format!("/model/{MODEL}/{operation}"))
        .header("host", "localhost")
        .header("content-type", "application/json")
        .header(
            "authorization",
            format!("AWS4-HMAC-SHA256 Credential=AKID/20260101/{region}/bedrock/aws4_request, SignedHeaders=host, Signature=0"),
        )
        .header("amz-sdk-invocation-id", round.to_string())
        .header("amz-sdk-request", format!("attempt={}; max=3", 1 + round % 3))
        .body(Bytes::from(body))
        .expect("a request")
}
