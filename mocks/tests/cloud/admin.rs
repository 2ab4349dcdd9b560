//! The admin door, over a real socket.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::common::{Outcome, ask, read, steady};
use bedload_mocks::faults::{Fault, InternalError, Kind, Script};
use bedload_mocks::ledger::{Ledger, Ring};
use bedload_mocks::{Cloud, CloudSpec, Epoch, ModelSpec, admin};
use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};

/// Reads names, one a line: each a fault that breaks everything.
fn read_faults(body: &[u8]) -> Result<Vec<Fault>, String> {
    let text = std::str::from_utf8(body).map_err(|error| error.to_string())?;
    if text.contains('?') {
        return Err("line 1: `?` is no fault".to_owned());
    }
    Ok(text.lines().map(|name| Fault::new(name, Kind::InternalError(InternalError))).collect())
}

struct Opened {
    cloud: Arc<Cloud>,
    address: SocketAddr,
}

async fn open(token: Option<&str>) -> Outcome<Opened> {
    let model = ModelSpec::new("haiku", crate::common::HAIKU, steady())?;
    let spec = CloudSpec::new(7, vec!["us-east-1".to_owned()], vec![model], Script::default())?;
    let ledger = Ledger::new(Ring::DEFAULT_MOST, None);
    let cloud = Cloud::new(spec, Epoch::starting_at(std::time::UNIX_EPOCH), ledger.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let access = admin::Access::new(address, token.map(str::to_owned))?;
    tokio::spawn(admin::serve(listener, access, cloud.clone(), ledger, read_faults, std::future::pending()));
    Ok(Opened { cloud, address })
}

impl Opened {
    async fn send(&self, request: Request<Full<Bytes>>) -> Outcome<Response<Bytes>> {
        let stream = TcpStream::connect(self.address).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let (head, body) = sender.send_request(request).await?.into_parts();
        Ok(Response::from_parts(head, body.collect().await?.to_bytes()))
    }

    async fn call(&self, method: Method, path: &str, body: &str) -> Outcome<(u16, Value)> {
        let request = Request::builder().method(method).uri(path).body(Full::from(body.to_owned()))?;
        let answer = self.send(request).await?;
        Ok((answer.status().as_u16(), serde_json::from_slice(answer.body())?))
    }

    async fn names(&self) -> Outcome<Vec<Value>> {
        let (_, answer) = self.call(Method::GET, "/faults", "").await?;
        let faults = answer["faults"].as_array().ok_or("no list")?;
        Ok(faults.iter().map(|fault| fault["name"].clone()).collect())
    }
}

#[tokio::test]
async fn faults_come_and_go_and_mistakes_say_what_to_do() -> Outcome {
    let opened = open(None).await?;
    assert_eq!(opened.call(Method::POST, "/faults", "one\ntwo").await?.0, 201);
    assert_eq!(opened.names().await?, ["one", "two"]);
    let cases = [
        (Method::POST, "/faults", "one", 409, "nothing was added"),
        (Method::POST, "/faults", "?", 400, "JSON or YAML"),
        (Method::DELETE, "/faults/three", "", 404, "GET /faults"),
        (Method::PUT, "/faults", "", 405, "use GET, POST, DELETE"),
        (Method::GET, "/nothing", "", 404, "GET / lists the paths"),
        (Method::GET, "/ledger?since=x", "", 400, "whole number"),
    ];
    for (method, path, body, status, next) in cases {
        let (given, answer) = opened.call(method.clone(), path, body).await?;
        assert_eq!(given, status, "{method} {path}");
        assert!(answer["next"].as_str().is_some_and(|text| text.contains(next)), "{answer}");
        assert!(answer["error"].is_string(), "{answer}");
    }
    assert_eq!(opened.call(Method::DELETE, "/faults/one", "").await?.0, 200);
    assert_eq!(opened.names().await?, ["two"]);
    assert_eq!(opened.cloud.handle(ask("converse")?).await.status(), 500);
    assert_eq!(opened.call(Method::DELETE, "/faults", "").await?.0, 200);
    assert_eq!(opened.names().await?, [] as [&str; 0]);
    Ok(())
}

#[tokio::test]
async fn the_ledger_is_read_on_from_where_the_reader_was() -> Outcome {
    let opened = open(None).await?;
    for _ in 0..3 {
        read(opened.cloud.handle(ask("ponder")?).await).await?;
    }
    let mut place = 0;
    for (limit, numbers) in [(2, vec![0, 1]), (2, vec![2]), (2, vec![])] {
        let request = Request::get(format!("/ledger?since={place}&limit={limit}")).body(Full::default())?;
        let answer = opened.send(request).await?;
        assert_eq!(answer.headers()["content-type"], "application/jsonl");
        assert_eq!(answer.headers()["x-bedload-missed"], "0");
        place = answer.headers()["x-bedload-next"].to_str()?.parse()?;
        let lines: Vec<u64> = std::str::from_utf8(answer.body())?
            .lines()
            .map(|line| Ok(serde_json::from_str::<Value>(line)?["number"].as_u64().unwrap_or(u64::MAX)))
            .collect::<Outcome<_>>()?;
        assert_eq!(lines, numbers);
    }
    let (_, health) = opened.call(Method::GET, "/health", "").await?;
    assert_eq!((&health["exchanges"], &health["verdicts"]["invalid"]), (&json!(3), &json!(3)));
    let (_, health) = opened.call(Method::POST, "/reset", "").await?;
    assert_eq!(health["exchanges"], 0);
    Ok(())
}

#[tokio::test]
async fn every_path_wants_the_token() -> Outcome {
    let opened = open(Some("secret")).await?;
    for (method, path) in [(Method::GET, "/"), (Method::GET, "/nothing"), (Method::POST, "/reset")] {
        assert_eq!(opened.call(method, path, "").await?.0, 403, "{path}");
    }
    let request = Request::get("/").header("authorization", "Bearer secret").body(Full::default())?;
    assert_eq!(opened.send(request).await?.status(), 200);
    Ok(())
}

#[tokio::test]
async fn an_address_for_others_is_not_served_without_a_token() -> Outcome {
    let access = admin::Access::new("127.0.0.1:1".parse()?, None)?;
    let model = ModelSpec::new("haiku", crate::common::HAIKU, steady())?;
    let spec = CloudSpec::new(7, vec!["us-east-1".to_owned()], vec![model], Script::default())?;
    let ledger = Ledger::new(Ring::DEFAULT_MOST, None);
    let cloud = Cloud::new(spec, Epoch::starting_at(std::time::UNIX_EPOCH), ledger.clone());
    let listener = TcpListener::bind("0.0.0.0:0").await?;
    let served = admin::serve(listener, access, cloud, ledger, read_faults, std::future::pending()).await;
    assert!(matches!(served, Err(admin::AdminError::Access(_))));
    Ok(())
}
