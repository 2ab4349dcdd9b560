//! The TCP door, over real sockets and in real time.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use crate::common::{Book, HAIKU, Outcome, cloud};
use bedload_mocks::faults::Fault;
use bedload_mocks::{Behaviour, Cloud, Spread, server};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    pub(crate) book: Arc<Book>,
    pub(crate) cloud: Arc<Cloud>,
    stop: oneshot::Sender<()>,
    server: JoinHandle<Result<(), server::ServerError>>,
}

async fn serve(per_token: Duration) -> Outcome<Served> {
    serve_under(None, per_token).await
}

pub(crate) async fn serve_under(tls: Option<server::Tls>, per_token: Duration) -> Outcome<Served> {
    serve_with(vec![], tls, per_token).await
}

pub(crate) async fn serve_with(
    faults: Vec<Fault>,
    tls: Option<server::Tls>,
    per_token: Duration,
) -> Outcome<Served> {
    let behaviour = Behaviour {
        ttft: Spread::constant(Duration::ZERO),
        per_token: Spread::constant(per_token),
        output_tokens: Spread::constant(8),
        tokens_per_event: NonZeroU32::MIN,
    };
    let (cloud, book) = cloud(7, behaviour, faults)?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(server::serve_under(tls, listener, cloud.clone(), async move {
        let _ = stopped.await;
    }));
    Ok(Served { address, book, cloud, stop, server })
}

pub(crate) fn post(operation: &str, body: &str) -> String {
    format!(
        "POST /model/{HAIKU}/{operation} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

pub(crate) const HELLO: &str = r#"{"messages":[{"role":"user","content":[{"text":"hi"}]}]}"#;

#[tokio::test]
async fn a_raw_request_is_answered_with_our_date() -> Outcome {
    let served = serve(Duration::ZERO).await?;
    let mut client = TcpStream::connect(served.address).await?;
    client.write_all(post("converse", HELLO).as_bytes()).await?;
    let mut answer = String::new();
    client.read_to_string(&mut answer).await?;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("\r\ndate: Thu, 01 Jan 2026 00:00:0"), "{answer}");
    assert_eq!(answer.matches("date: ").count(), 1, "{answer}");
    assert!(answer.contains(r#""stopReason":"end_turn""#), "{answer}");
    Ok(())
}

#[tokio::test]
async fn the_ledger_tells_which_connection_a_request_came_by() -> Outcome {
    let served = serve(Duration::ZERO).await?;
    for requests in [2, 1] {
        let mut client = TcpStream::connect(served.address).await?;
        for number in 1..=requests {
            let last = number == requests;
            let post = post("converse", HELLO);
            let post = if last { post } else { post.replace("connection: close\r\n", "") };
            client.write_all(post.as_bytes()).await?;
            match last {
                true => client.read_to_end(&mut Vec::new()).await?,
                false => client.read(&mut [0; 4096]).await?,
            };
        }
    }
    let noted = served.book.exchanges();
    let noted: Vec<_> =
        noted.iter().map(|exchange| (exchange.connection, exchange.peer.as_deref())).collect();
    let here = Some("127.0.0.1");
    assert_eq!(noted, [(Some(0), here), (Some(0), here), (Some(1), here)]);
    Ok(())
}

#[tokio::test]
async fn nonsense_harms_nobody() -> Outcome {
    let served = serve(Duration::ZERO).await?;
    for nonsense in ["\0\0\0\0\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nnonsense", "GET", ""] {
        let mut client = TcpStream::connect(served.address).await?;
        client.write_all(nonsense.as_bytes()).await?;
        client.shutdown().await?;
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).await?;
    }
    let mut client = TcpStream::connect(served.address).await?;
    client.write_all(post("converse", HELLO).as_bytes()).await?;
    let mut answer = String::new();
    client.read_to_string(&mut answer).await?;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    Ok(())
}

#[tokio::test]
async fn a_client_that_closes_its_connection_hangs_up() -> Outcome {
    let served = serve(Duration::from_millis(50)).await?;
    let mut client = TcpStream::connect(served.address).await?;
    client.write_all(post("converse-stream", HELLO).as_bytes()).await?;
    let mut some = [0; 64];
    client.read_exact(&mut some).await?;
    drop(client);
    served.stop.send(()).map_err(|()| "the server is gone")?;
    served.server.await??;
    assert_eq!(served.book.exchanges().iter().map(|exchange| exchange.hung_up).collect::<Vec<_>>(), [true]);
    Ok(())
}

#[tokio::test]
async fn an_answer_under_way_ends_before_the_server_does() -> Outcome {
    let served = serve(Duration::from_millis(20)).await?;
    let mut client = TcpStream::connect(served.address).await?;
    client.write_all(post("converse-stream", HELLO).as_bytes()).await?;
    let mut some = [0; 64];
    client.read_exact(&mut some).await?;
    served.stop.send(()).map_err(|()| "the server is gone")?;
    let mut rest = Vec::new();
    client.read_to_end(&mut rest).await?;
    served.server.await??;
    assert!(String::from_utf8_lossy(&rest).contains("metadata"));
    assert_eq!(served.book.exchanges().iter().map(|exchange| exchange.hung_up).collect::<Vec<_>>(), [false]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_takes_too_long_is_cut_off() -> Outcome {
    const DAY: Duration = Duration::from_secs(24 * 3600);
    let served = serve(DAY).await?;
    let mut client = TcpStream::connect(served.address).await?;
    client.write_all(post("converse-stream", HELLO).as_bytes()).await?;
    let mut some = [0; 64];
    client.read_exact(&mut some).await?;
    served.stop.send(()).map_err(|()| "the server is gone")?;
    served.server.await??;
    assert_eq!(served.book.exchanges().iter().map(|exchange| exchange.hung_up).collect::<Vec<_>>(), [true]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_silent_connection_is_closed() -> Outcome {
    let served = serve(Duration::ZERO).await?;
    for beginning in ["", "P", "PRI * HTTP/2.0\r\n", "POST / HTTP/1.1\r\nhost:"] {
        let mut client = TcpStream::connect(served.address).await?;
        client.write_all(beginning.as_bytes()).await?;
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).await?;
    }
    Ok(())
}

#[tokio::test]
async fn http_2_is_understood_without_being_asked_for() -> Outcome {
    const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    const EMPTY_SETTINGS: [u8; 9] = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    let served = serve(Duration::ZERO).await?;
    let mut client = TcpStream::connect(served.address).await?;
    client.write_all(&[PREFACE, &EMPTY_SETTINGS].concat()).await?;
    let mut frame = [0; 9];
    client.read_exact(&mut frame).await?;
    assert_eq!(frame[3], 4, "the server's own settings come first: {frame:?}");
    Ok(())
}
