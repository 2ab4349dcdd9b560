//! Traces from the attempt to the receiver: what attempts carry, what the run folder holds, what is sent.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use bedload_reports::exchange;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use prost::Message;
use serde_json::Value;

use crate::support::{Desk, SMALL, shipped};

/// A run of the small scenario of which every trace is kept, with some throttled.
fn traced() -> Desk {
    let desk = Desk::new();
    desk.write("s.yaml", SMALL);
    let throttle = "faults={ storm: { during: storm, inject: { throttle: { share: 50% } } } }";
    let said = desk.bedload(["run", "s.yaml", "--out=run", "--set=trace.sample=100%", "--set", throttle]);
    assert!(matches!(said.code, Some(0 | 99)), "{}", said.stderr);
    desk
}

fn segments(run: &Path) -> Vec<Value> {
    let text = fs::read_to_string(run.join("segments.jsonl")).expect("segments");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn summary(run: &Path) -> Value {
    serde_json::from_slice(&fs::read(run.join("summary.json")).expect("a summary")).expect("JSON")
}

/// The trace of every attempt by the id of its span.
fn attempts(run: &Path) -> BTreeMap<String, String> {
    fn walk(node: &Value, trace: &str, found: &mut BTreeMap<String, String>) {
        if node["name"] == "Bedrock Runtime" {
            found.insert(node["id"].as_str().expect("an id").to_owned(), trace.to_owned());
        }
        for below in node["subsegments"].as_array().into_iter().flatten() {
            walk(below, trace, found);
        }
    }
    let mut found = BTreeMap::new();
    for segment in segments(run) {
        walk(&segment, segment["trace_id"].as_str().expect("a trace"), &mut found);
    }
    found
}

#[test]
fn what_an_attempt_carries_is_what_its_span_says_later() {
    let desk = traced();
    let run = desk.path("run");
    let ledger = File::open(run.join("ledger.jsonl.zst")).expect("a ledger");
    let mut carried = BTreeMap::new();
    for exchange in exchange::read(ledger).expect("zstd") {
        let header = exchange.expect("an exchange").trace.expect("a trace");
        let [root, parent, sampled] = header.split(';').collect::<Vec<_>>()[..] else { panic!("{header}") };
        assert_eq!(sampled, "Sampled=1");
        carried.insert(parent.replace("Parent=", ""), root.replace("Root=", ""));
    }
    assert!(carried.len() > 20, "{}", carried.len());
    assert_eq!(carried, attempts(&run));
}

#[test]
fn what_the_calls_of_a_delivery_carry_is_what_their_spans_say_however_often_a_job_is_delivered() {
    let desk = Desk::new();
    let (path, run) = (shipped("documents-in-trouble.yaml"), desk.path("run"));
    let sets = ["flows.documents.load.queue.jobs=300", "gates.all-done.min=300", "trace.sample=100%"];
    let mut command = desk.command([Path::new("run"), &path, Path::new("--out"), &run]);
    for set in sets {
        command.args(["--set", set]);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut carried = BTreeMap::new();
    for exchange in exchange::read(File::open(run.join("ledger.jsonl.zst")).unwrap()).unwrap() {
        let Some(header) = exchange.unwrap().trace else { continue };
        let [root, parent, _] = header.split(';').collect::<Vec<_>>()[..] else { panic!("{header}") };
        let twice = carried.insert(parent.replace("Parent=", ""), root.replace("Root=", ""));
        assert_eq!(twice, None, "two attempts carry {parent}");
    }
    assert_eq!(carried, attempts(&run));
    let late = segments(&run).iter().filter(|segment| segment["annotations"]["request"].is_u64()).count();
    assert!(late > 300, "{late} segments for 300 jobs and their late deliveries");
    let traced = &summary(&run)["traced"];
    assert_eq!(
        (&traced["spans_left_out"], &traced["spans_made"]),
        (&Value::from(0), &traced["spans_written"])
    );
}

#[test]
fn a_receiver_over_tls_is_trusted_by_the_certificate_that_the_environment_names() {
    let desk = traced();
    // The mock is no receiver of spans: that it says so is what a trusted connection brings.
    let bedload = env!("CARGO_BIN_EXE_bedload");
    let script =
        |variable: &str| format!("{variable} exec {bedload} report run --otlp \"$AWS_ENDPOINT_URL\"");
    for (variable, shown) in [("OTEL_EXPORTER_OTLP_CERTIFICATE=ca.pem", "rejected"), ("", "certificate")] {
        let said =
            desk.bedload(["mock", "--tls", "ca.pem", "--out", "seen", "--", "sh", "-c", &script(variable)]);
        let told = said.stderr.lines().find(|line| line.starts_with("traces →")).unwrap_or_default();
        assert!(told.contains(shown), "{variable}: {}", said.stderr);
        let _ = fs::remove_dir_all(desk.path("seen"));
        let _ = fs::remove_file(desk.path("run/exports.json"));
    }
}

#[test]
fn a_certificate_that_is_not_there_is_told_before_the_load() {
    let desk = Desk::new();
    desk.write("s.yaml", SMALL);
    let mut command = desk.command(["run", "s.yaml", "--out=run", "--otlp=https://127.0.0.1:9"]);
    let said = command.env("OTEL_EXPORTER_OTLP_CERTIFICATE", "none.pem").output().unwrap();
    let told = String::from_utf8_lossy(&said.stderr);
    assert_eq!(said.status.code(), Some(2), "{told}");
    assert!(told.contains("OTEL_EXPORTER_OTLP_CERTIFICATE"), "{told}");
}

#[test]
fn ids_are_not_sent_where_the_scenario_says_so() {
    let desk = Desk::new();
    desk.write("s.yaml", SMALL);
    desk.bedload(["run", "s.yaml", "--out=run", "--set=trace={ sample: 0%, propagate: false }"]);
    let ledger = File::open(desk.path("run/ledger.jsonl.zst")).expect("a ledger");
    assert!(
        exchange::read(ledger).expect("zstd").all(|exchange| exchange.expect("an exchange").trace.is_none())
    );
    let traced = &summary(&desk.path("run"))["traced"];
    assert_eq!(
        traced["spans_made"],
        traced["spans_left_out"].as_u64().unwrap() + traced["spans_written"].as_u64().unwrap()
    );
    assert!(traced["left_out"].as_u64() > Some(0), "{traced}");
}

#[test]
fn the_same_seed_writes_the_same_documents_and_report_writes_them_again() {
    let (desk, other) = (traced(), traced());
    let read = |desk: &Desk| fs::read(desk.path("run/segments.jsonl")).expect("segments");
    let first = read(&desk);
    assert!(first == read(&other), "the same seed, other bytes");
    fs::remove_file(desk.path("run/segments.jsonl")).expect("removed");
    desk.bedload(["report", "run"]);
    assert!(first == read(&desk), "made again, other bytes");
}

/// What a scripted receiver answers, and with which spans in its partial success; the last one for ever.
type Script = &'static [(u16, i64)];

/// The path and the body of a request that was taken.
type Taken = (String, Vec<u8>);

/// A receiver of OTLP over HTTP that follows a script about spans, takes all else, and hands on what it took.
fn receiver(script: Script) -> (SocketAddr, Receiver<Taken>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (hand_on, taken) = channel();
    thread::spawn(move || {
        let mut place = 0;
        for connection in listener.incoming().flatten() {
            let mut reader = BufReader::new(connection);
            while let Some((path, body)) = request(&mut reader) {
                if path != "/v1/traces" {
                    answer(reader.get_mut(), 200, 0);
                    if hand_on.send((path, body)).is_err() {
                        return;
                    }
                    continue;
                }
                let (status, rejected) = script[place.min(script.len() - 1)];
                place += 1;
                answer(reader.get_mut(), status, rejected);
                if status == 200 && hand_on.send((path, body)).is_err() {
                    return;
                }
            }
        }
    });
    (address, taken)
}

fn request(reader: &mut BufReader<TcpStream>) -> Option<(String, Vec<u8>)> {
    let (mut length, mut path) = (0, String::new());
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if path.is_empty() {
            path = line.split(' ').nth(1)?.to_owned();
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line.trim().is_empty() {
            let mut body = vec![0; length];
            reader.read_exact(&mut body).ok()?;
            return Some((path, body));
        }
    }
}

fn answer(stream: &mut TcpStream, status: u16, rejected: i64) {
    use opentelemetry_proto::tonic::collector::trace::v1::{
        ExportTracePartialSuccess, ExportTraceServiceResponse,
    };
    let partial_success = (rejected > 0)
        .then(|| ExportTracePartialSuccess { rejected_spans: rejected, error_message: "too old".to_owned() });
    let body = ExportTraceServiceResponse { partial_success }.encode_to_vec();
    let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nretry-after: 0\r\n\r\n", body.len());
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
}

fn spans(bodies: &Receiver<Taken>) -> Vec<Vec<u8>> {
    let of_spans = bodies.try_iter().filter(|(path, _)| path == "/v1/traces");
    let requests = of_spans.map(|(_, body)| ExportTraceServiceRequest::decode(&*body).expect("OTLP"));
    let scopes = requests.flat_map(|request| request.resource_spans).flat_map(|from| from.scope_spans);
    scopes.flat_map(|scope| scope.spans).map(|span| span.span_id).collect()
}

fn send(desk: &Desk, address: SocketAddr) -> Value {
    let said = desk.bedload(["report", "run", "--otlp", &format!("http://{address}")]);
    assert!(matches!(said.code, Some(0 | 99)), "{}", said.stderr);
    let traced = &summary(&desk.path("run"))["traced"];
    let mut export = traced["exports"][0].clone();
    export["written"] = traced["spans_written"].clone();
    export
}

#[test]
fn a_receiver_is_asked_again_believed_and_never_sent_the_same_twice() {
    let desk = traced();
    let (address, bodies) = receiver(&[(503, 0), (200, 0), (200, 3), (200, 0)]);
    let export = send(&desk, address);
    let received = spans(&bodies);
    let written = export["written"].as_u64().expect("a count");
    assert_eq!(received.len() as u64, written);
    assert_eq!(received.iter().collect::<BTreeSet<_>>().len(), received.len());
    assert_eq!((&export["accepted"], &export["rejected"]), (&(written - 3).into(), &3.into()), "{export}");
    assert_eq!((&export["kept_for_later"], &export["maybe_twice"]), (&0.into(), &0.into()), "{export}");

    let again = send(&desk, address);
    assert_eq!(again, export);
    assert_eq!(spans(&bodies).len(), 0);
}

#[test]
fn what_a_receiver_does_not_take_is_kept_and_sent_later() {
    let desk = traced();
    let (address, bodies) = receiver(&[(200, 0), (503, 0), (503, 0), (503, 0), (503, 0), (503, 0), (200, 0)]);
    let cut = send(&desk, address);
    let kept = cut["kept_for_later"].as_u64().expect("a count");
    assert!(kept > 0, "{cut}");
    assert!(cut["trouble"].as_str().expect("words").starts_with("503"), "{cut}");
    let first = spans(&bodies);
    let whole = send(&desk, address);
    assert_eq!((&whole["accepted"], &whole["kept_for_later"]), (&whole["written"], &0.into()));
    let second = spans(&bodies);
    assert_eq!(second.len() as u64, kept);
    assert_eq!(first.iter().chain(&second).collect::<BTreeSet<_>>().len(), first.len() + second.len());
}

#[test]
fn metrics_tell_of_every_call_whatever_is_sampled() {
    let desk = Desk::new();
    desk.write("s.yaml", SMALL);
    let (address, bodies) = receiver(&[(200, 0)]);
    let otlp = format!("--otlp=http://{address}");
    let said = desk.bedload(["run", "s.yaml", "--out=run", "--set=trace.sample=0%", &otlp]);
    assert!(said.stderr.contains("metrics → otlp"), "{}", said.stderr);
    let bodies: Vec<Taken> = bodies.try_iter().filter(|(path, _)| path == "/v1/metrics").collect();
    let [(_, body)] = &bodies[..] else { panic!("{} requests with metrics", bodies.len()) };
    let request = ExportMetricsServiceRequest::decode(&**body).expect("OTLP");
    let scopes = request.resource_metrics.into_iter().flat_map(|from| from.scope_metrics);
    let mut counts = BTreeMap::new();
    for metric in scopes.flat_map(|scope| scope.metrics) {
        let count = match metric.data.expect("data") {
            Data::Histogram(data) => data.data_points.iter().map(|point| point.count).sum::<u64>(),
            Data::ExponentialHistogram(data) => data
                .data_points
                .iter()
                .map(|point| {
                    let positive = point.positive.as_ref().expect("buckets");
                    assert_eq!(positive.bucket_counts.iter().sum::<u64>() + point.zero_count, point.count);
                    point.count
                })
                .sum(),
            other => panic!("{other:?}"),
        };
        counts.insert(metric.name, count);
    }
    // Ten a second for twenty seconds, a call each; those that are answered count tokens read and written.
    let failed = summary(&desk.path("run"))["total"]["failed"].as_u64().expect("a count");
    assert_eq!(counts["gen_ai.client.operation.duration"], 200);
    assert_eq!(counts["bedload.client.operation.duration"], 200);
    assert_eq!(counts["gen_ai.client.token.usage"], 2 * (200 - failed));
}

#[test]
fn the_daemon_gets_a_datagram_for_each_document() {
    let desk = traced();
    let daemon = UdpSocket::bind("127.0.0.1:0").expect("a port");
    daemon.set_read_timeout(Some(std::time::Duration::from_secs(10))).expect("set");
    let address = daemon.local_addr().expect("an address").to_string();
    let documents = segments(&desk.path("run")).len();
    let gathered = thread::spawn(move || {
        let mut datagrams = Vec::new();
        let mut buffer = vec![0; 65_536];
        while datagrams.len() < documents {
            let length = daemon.recv(&mut buffer).expect("a datagram");
            datagrams.push(String::from_utf8_lossy(&buffer[..length]).into_owned());
        }
        datagrams
    });
    desk.bedload(["report", "run", "--xray-daemon", &address]);
    for datagram in gathered.join().expect("datagrams") {
        let (header, document) = datagram.split_once('\n').expect("two lines");
        assert_eq!(header, r#"{"format": "json", "version": 1}"#);
        assert!(
            serde_json::from_str::<Value>(document).is_ok_and(|document| document["trace_id"].is_string())
        );
    }
    let exports = summary(&desk.path("run"))["traced"]["exports"].clone();
    assert_eq!(exports[0]["kept_for_later"], 0, "{exports}");
}
