//! Faults that cut connections, as real events on real sockets.

use std::io::ErrorKind;
use std::time::Duration;

use crate::common::{HAIKU, Outcome};
use crate::wire::{HELLO, Served, post, serve_with};
use bedload_mocks::faults::{Aim, Fault, Kind, Refuse, Reset};
use bedload_mocks::ledger::Verdict;
use bedload_mocks::server::Tls;
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn serve(faults: Vec<Fault>) -> Outcome<Served> {
    serve_with(faults, None, Duration::ZERO).await
}

/// What a client reads until the connection ends, and how that ends.
async fn converse(served: &Served) -> Outcome<(String, Option<ErrorKind>)> {
    let mut client = TcpStream::connect(served.address).await?;
    client.write_all(post("converse", HELLO).as_bytes()).await?;
    let (mut answer, mut part) = (Vec::new(), [0; 4096]);
    let end = loop {
        match client.read(&mut part).await {
            Ok(0) => break None,
            Ok(bytes) => answer.extend_from_slice(&part[..bytes]),
            Err(error) => break Some(error.kind()),
        }
    };
    Ok((String::from_utf8_lossy(&answer).into_owned(), end))
}

#[tokio::test]
async fn resets_are_real_and_leave_what_was_sent() -> Outcome {
    let reset = Some(ErrorKind::ConnectionReset);
    let cases = [
        (Kind::Reset(Reset::BeforeHead), ""),
        (Kind::Reset(Reset::WithinHead), "HTTP/1.1 200 OK\r\nconnect"),
        (Kind::Refuse(Refuse), ""),
    ];
    for (kind, sent) in cases {
        // Aimed, so that a refusal closes no port.
        let aim = Aim { models: vec!["haiku".into()], ..Aim::default() };
        let served = serve(vec![Fault::new("cut", kind.clone()).aimed_at(aim)]).await?;
        assert_eq!(converse(&served).await?, (sent.to_owned(), reset), "{kind:?}");
        let noted: Vec<_> = served.book.exchanges().iter().map(|exchange| exchange.verdict).collect();
        assert_eq!(noted, [Verdict::Severed], "{kind:?}");
    }
    Ok(())
}

async fn http_2(served: &Served) -> Outcome<SendRequest<Full<Bytes>>> {
    let stream = TcpStream::connect(served.address).await?;
    let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(sender)
}

fn ask(operation: &str) -> Outcome<Request<Full<Bytes>>> {
    Ok(Request::post(format!("http://localhost/model/{HAIKU}/{operation}")).body(Full::from(HELLO))?)
}

#[tokio::test]
async fn a_cut_on_http_2_strikes_its_own_exchange_only() -> Outcome {
    let aim = Aim { operations: vec!["Converse".into()], ..Aim::default() };
    let cut = || Fault::new("cut", Kind::Reset(Reset::BeforeHead)).aimed_at(aim.clone());
    let served = serve_with(vec![cut()], None, Duration::from_millis(20)).await?;
    let mut sender = http_2(&served).await?;
    let stream = sender.send_request(ask("converse-stream")?).await?;
    let struck = sender.send_request(ask("converse")?).await;
    assert!(struck.is_err_and(|error| !error.is_closed()));
    let bytes = http_body_util::BodyExt::collect(stream.into_body()).await?.to_bytes();
    assert!(String::from_utf8_lossy(&bytes).contains("metadata"), "the other stream goes on");

    let mut sender = http_2(&served).await?;
    let struck = sender.send_request(ask("converse")?).await;
    assert!(struck.is_err());
    assert!(sender.ready().await.is_err(), "alone, it takes the connection along");
    Ok(())
}

#[tokio::test]
async fn cuts_go_through_tls() -> Outcome {
    let tls = Tls::self_made([])?;
    let served = serve_with(
        vec![Fault::new("cut", Kind::Reset(Reset::BeforeHead))],
        Some(tls.clone()),
        Duration::ZERO,
    )
    .await?;
    let mut stream = crate::clients::tls::connect(&served, tls.authority_pem(), "http/1.1").await?;
    stream.write_all(post("converse", HELLO).as_bytes()).await?;
    let mut answer = Vec::new();
    let end = stream.read_to_end(&mut answer).await.map_err(|error| error.kind());
    assert_eq!((answer.len(), end), (0, Err(ErrorKind::ConnectionReset)));
    Ok(())
}

#[tokio::test]
async fn a_refusal_closes_the_port_and_idle_connections_until_it_is_over() -> Outcome {
    let served = serve(vec![]).await?;
    let mut idle = TcpStream::connect(served.address).await?;
    idle.write_all(post("converse", HELLO).replace("connection: close\r\n", "").as_bytes()).await?;
    let mut some = [0; 1];
    idle.read_exact(&mut some).await?;

    served.cloud.add_faults(vec![Fault::new("gone", Kind::Refuse(Refuse))])?;
    let mut rest = Vec::new();
    idle.read_to_end(&mut rest).await?;
    assert!(String::from_utf8_lossy(&rest).contains("end_turn"), "the answer was whole");
    let refused = TcpStream::connect(served.address).await.map(drop);
    assert_eq!(refused.map_err(|error| error.kind()), Err(ErrorKind::ConnectionRefused));

    assert!(served.cloud.remove_fault("gone"));
    while TcpStream::connect(served.address).await.is_err() {
        tokio::task::yield_now().await;
    }
    assert!(converse(&served).await?.0.contains("end_turn"));
    Ok(())
}
