//! Clients that behave badly, and how the TCP door bears them: an answer or a close, in bounded time.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::time::Duration;

use crate::common::{HAIKU, Outcome};
use crate::wire::{HELLO, Served, post, serve_under, serve_with};
use bedload_mocks::faults::{Fault, Kind, Stall, StallTime};
use bedload_mocks::ledger::{Protocol, Verdict};
use bytes::Bytes;
use http::{Request, Version};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep};

async fn serve() -> Outcome<Served> {
    serve_under(None, Duration::ZERO).await
}

async fn rest(client: &mut TcpStream) -> Outcome<String> {
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

fn head(operation: &str, length: u64) -> String {
    format!("POST /model/{HAIKU}/{operation} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {length}\r\n\r\n")
}

#[tokio::test]
async fn a_body_that_is_announced_as_too_large_is_refused_unread() -> Outcome {
    let served = serve().await?;
    for (operation, expected) in [
        ("invoke", "Member must have length less than or equal to 25000000"),
        ("converse", "RequestEntityTooLargeException"),
    ] {
        let mut client = TcpStream::connect(served.address).await?;
        client.write_all(head(operation, 10_000_000_000).as_bytes()).await?;
        let mut answer = vec![0; 4096];
        let read = client.read(&mut answer).await?;
        let answer = String::from_utf8_lossy(&answer[..read]);
        assert!(answer.contains(expected), "{answer}");
        assert!(answer.contains("connection: close"), "{answer}");
    }
    let noted: Vec<_> = served.book.exchanges().iter().map(|exchange| exchange.status).collect();
    assert_eq!(noted, [Some(400), Some(413)]);
    Ok(())
}

#[tokio::test]
async fn a_body_that_turns_out_too_large_is_refused_and_its_sender_hears_why() -> Outcome {
    let served = serve().await?;
    let mut client = TcpStream::connect(served.address).await?;
    client.write_all(post("converse", &" ".repeat(25_000_001)).as_bytes()).await?;
    let answer = rest(&mut client).await?;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    let mut client = TcpStream::connect(served.address).await?;
    let chunked = format!(
        "POST /model/{HAIKU}/converse HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    client.write_all(chunked.as_bytes()).await?;
    for _ in 0..26 {
        client.write_all(format!("f4240\r\n{}\r\n", " ".repeat(1_000_000)).as_bytes()).await?;
    }
    client.write_all(b"0\r\n\r\n").await?;
    let answer = rest(&mut client).await?;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_head_that_drips_is_cut_off() -> Outcome {
    let served = serve().await?;
    let mut client = TcpStream::connect(served.address).await?;
    client.write_all(b"POST / HTTP/1.1\r\nhost:").await?;
    assert_eq!(rest(&mut client).await?, "");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_answered_and_its_connection_closed() -> Outcome {
    let served = serve().await?;
    let mut client = TcpStream::connect(served.address).await?;
    client.write_all(head("converse", 1000).as_bytes()).await?;
    client.write_all(b"{\"messages\":").await?;
    let answer = rest(&mut client).await?;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    let noted: Vec<_> = served.book.exchanges().iter().map(|exchange| exchange.verdict).collect();
    assert_eq!(noted, [Verdict::Failed]);
    Ok(())
}

#[tokio::test]
async fn a_client_that_shuts_its_side_still_gets_its_answer() -> Outcome {
    let served = serve_under(None, Duration::from_millis(10)).await?;
    for operation in ["converse", "converse-stream"] {
        let mut client = TcpStream::connect(served.address).await?;
        client.write_all(post(operation, HELLO).as_bytes()).await?;
        client.shutdown().await?;
        let answer = rest(&mut client).await?;
        assert!(answer.contains("usage"), "{answer}");
    }
    let noted: Vec<_> = served.book.exchanges().iter().map(|exchange| exchange.verdict).collect();
    assert_eq!(noted, [Verdict::Answered; 2]);
    Ok(())
}

/// What a client hears that has said all that it has to say before it listens.
fn answer_to(request: &str, address: SocketAddr) -> io::Result<String> {
    let mut client = std::net::TcpStream::connect(address)?;
    client.write_all(request.as_bytes())?;
    client.shutdown(Shutdown::Write)?;
    let mut answer = String::new();
    client.read_to_string(&mut answer)?;
    Ok(answer)
}

/// A client's end may come while its request is being taken in, on another thread: of forty, some dozen do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_shuts_its_side_at_any_moment_still_gets_its_answer() -> Outcome {
    let served = serve_under(None, Duration::from_millis(2)).await?;
    let (whole, half) = (post("converse", HELLO), head("converse", 1000) + "{");
    for _ in 0..40 {
        let (whole, address) = (whole.clone(), served.address);
        let answer = spawn_blocking(move || answer_to(&whole, address)).await??;
        assert!(answer.contains("usage"), "{answer}");
    }
    let address = served.address;
    assert_eq!(spawn_blocking(move || answer_to(&half, address)).await??, "", "half a request has no answer");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_client_that_shut_its_side_is_not_waited_on_for_ever() -> Outcome {
    let served = serve_under(None, Duration::from_secs(24 * 3600)).await?;
    let mut client = TcpStream::connect(served.address).await?;
    client.write_all(post("converse", HELLO).as_bytes()).await?;
    client.shutdown().await?;
    assert_eq!(rest(&mut client).await?, "");
    let noted: Vec<_> = served.book.exchanges().iter().map(|exchange| exchange.verdict).collect();
    assert_eq!(noted, [Verdict::HungUp]);
    Ok(())
}

/// The door waits for ten seconds, since the client may have shut its side alone; the ledger knows better then.
#[tokio::test(start_paused = true)]
#[expect(clippy::disallowed_methods, reason = "a client waits by its own clock, here the paused one")]
async fn a_client_that_leaves_during_a_stall_was_gone_when_it_left() -> Outcome {
    let stall = Kind::Stall(Stall { after: 2, lasts: StallTime::Forever });
    let served = serve_with(vec![Fault::new("stall", stall)], None, Duration::ZERO).await?;
    let mut client = TcpStream::connect(served.address).await?;
    client.write_all(post("converse-stream", HELLO).as_bytes()).await?;
    let mut answer = Vec::new();
    while !String::from_utf8_lossy(&answer).contains("contentBlockDelta") {
        assert!(client.read_buf(&mut answer).await? > 0);
    }
    sleep(Duration::from_secs(3)).await;
    let left_at = Instant::now();
    drop(client);
    while served.book.exchanges().is_empty() {
        sleep(Duration::from_secs(1)).await;
    }
    let waited = left_at.elapsed();
    let noted = served.book.exchanges().remove(0);
    assert_eq!(noted.verdict, Verdict::HungUp);
    let gone_for = Duration::from_nanos(noted.done_ns - noted.last_event_ns.unwrap_or_default());
    assert!(gone_for >= Duration::from_secs(3), "{gone_for:?}");
    assert!(gone_for < Duration::from_secs(3) + waited / 2, "{gone_for:?} of {waited:?}");
    Ok(())
}

#[tokio::test]
async fn one_connection_serves_many_requests() -> Outcome {
    let served = serve().await?;
    let stream = TcpStream::connect(served.address).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    for _ in 0..100 {
        let answer = sender.send_request(converse(Version::HTTP_11)?).await?;
        assert_eq!(answer.status(), 200);
        answer.into_body().collect().await?;
    }
    assert_eq!(served.book.exchanges().len(), 100);
    assert!(served.book.exchanges().iter().all(|exchange| exchange.protocol == Protocol::H1));
    Ok(())
}

#[tokio::test]
async fn a_head_without_end_is_refused() -> Outcome {
    let served = serve().await?;
    let mut client = TcpStream::connect(served.address).await?;
    client.write_all(b"POST / HTTP/1.1\r\nhost: localhost\r\nx-long: ").await?;
    // The server may well have closed before the last of it is sent.
    let _ = client.write_all("x".repeat(1_000_000).as_bytes()).await;
    let mut start = [0; 12];
    client.read_exact(&mut start).await?;
    assert_eq!(String::from_utf8_lossy(&start), "HTTP/1.1 431");
    Ok(())
}

#[tokio::test]
async fn streams_over_the_limit_wait_for_their_turn() -> Outcome {
    let served = serve_under(None, Duration::from_millis(1)).await?;
    let stream = TcpStream::connect(served.address).await?;
    let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let mut answers = tokio::task::JoinSet::new();
    for _ in 0..1200 {
        let (mut sender, request) = (sender.clone(), converse(Version::HTTP_2)?);
        answers.spawn(async move {
            sender.ready().await.ok()?;
            Some(sender.send_request(request).await.ok()?.status().as_u16())
        });
    }
    while let Some(status) = answers.join_next().await {
        assert_eq!(status?, Some(200));
    }
    assert!(served.book.exchanges().iter().all(|exchange| exchange.protocol == Protocol::H2));
    Ok(())
}

fn converse(version: Version) -> Outcome<Request<Full<Bytes>>> {
    let authority = if version == Version::HTTP_2 { "http://localhost" } else { "" };
    Ok(Request::post(format!("{authority}/model/{HAIKU}/converse"))
        .version(version)
        .header("host", "localhost")
        .header("authorization", "Bearer a-key")
        .body(Full::from(HELLO))?)
}

pub(crate) mod tls {
    use std::sync::Arc;

    use bedload_mocks::server::Tls;
    use tokio_rustls::TlsConnector;
    use tokio_rustls::client::TlsStream;
    use tokio_rustls::rustls::crypto::ring;
    use tokio_rustls::rustls::pki_types::pem::PemObject;
    use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
    use tokio_rustls::rustls::{ClientConfig, RootCertStore};

    use super::*;

    pub(crate) async fn connect(
        served: &Served,
        authority: &str,
        protocol: &str,
    ) -> Outcome<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(authority.as_bytes())?)?;
        let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        let stream = TcpStream::connect(served.address).await?;
        let name = ServerName::try_from("127.0.0.1")?;
        Ok(TlsConnector::from(Arc::new(config)).connect(name, stream).await?)
    }

    #[tokio::test]
    async fn keys_over_tls_are_taken_in_both_protocols() -> Outcome {
        let tls = Tls::self_made(["mock.test".to_owned()])?;
        let authority = tls.authority_pem().to_owned();
        let served = serve_under(Some(tls), Duration::ZERO).await?;

        let stream = connect(&served, &authority, "h2").await?;
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        let (mut sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        assert_eq!(sender.send_request(converse(Version::HTTP_2)?).await?.status(), 200);

        let stream = connect(&served, &authority, "http/1.1").await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        assert_eq!(sender.send_request(converse(Version::HTTP_11)?).await?.status(), 200);
        Ok(())
    }

    #[tokio::test]
    async fn what_is_not_tls_is_closed() -> Outcome {
        let served = serve_under(Some(Tls::self_made([])?), Duration::ZERO).await?;
        let mut client = TcpStream::connect(served.address).await?;
        client.write_all(post("converse", HELLO).as_bytes()).await?;
        let answer = rest(&mut client).await?;
        assert!(!answer.contains("HTTP/1.1"), "{answer}");
        Ok(())
    }

    #[tokio::test(start_paused = true)]
    async fn a_handshake_that_does_not_come_is_cut_off() -> Outcome {
        let served = serve_under(Some(Tls::self_made([])?), Duration::ZERO).await?;
        let mut client = TcpStream::connect(served.address).await?;
        assert_eq!(rest(&mut client).await?, "");
        Ok(())
    }

    #[test]
    fn names_that_fit_no_certificate_are_refused() {
        assert!(Tls::self_made(["höst".to_owned()]).is_err());
    }
}
