//! Servers in threads of their own.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime};

use bedload_mocks::faults::Script;
use bedload_mocks::ledger::{Ledger, Ring};
use bedload_mocks::{Behaviour, Cloud, CloudSpec, Epoch, ModelSpec, Spread, server};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

/// A server, and what it has cost so far.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    pub(crate) ledger: Arc<Ledger>,
    /// The epoch of the ledger's times.
    pub(crate) epoch: tokio::time::Instant,
    thread_id: String,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Served {
    /// The processor time of the server's own thread.
    pub(crate) fn processor_time(&self) -> Option<Duration> {
        thread_time(Path::new(&format!("/proc/self/task/{}", self.thread_id)))
    }

    pub(crate) fn stop(self) {
        let _ = self.stop.send(());
        self.thread.join().expect("the server's thread");
    }
}

/// The processor time of the thread with this folder, where the kernel counts it.
pub(crate) fn thread_time(folder: &Path) -> Option<Duration> {
    let text = std::fs::read_to_string(folder.join("schedstat")).ok()?;
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

fn one_core() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// As many workers as cores.
fn all_cores() -> Runtime {
    Builder::new_multi_thread().enable_all().build().expect("a runtime")
}

/// A mock whose answers have 60 tokens at this pace.
pub(crate) fn mock(ttft: Duration, per_token: Duration, tokens: u32, on_one_core: bool) -> Served {
    let behaviour = Behaviour {
        ttft: Spread::constant(ttft),
        per_token: Spread::constant(per_token),
        output_tokens: Spread::constant(tokens),
        tokens_per_event: NonZeroU32::MIN,
    };
    let ledger = Ledger::new(Ring::DEFAULT_MOST, None);
    let noted = ledger.clone();
    let runtime = if on_one_core { one_core() } else { all_cores() };
    serve(runtime, ledger, move |listener, epoch, stop| async move {
        let model =
            ModelSpec::new("haiku", "anthropic.claude-3-haiku-20240307-v1:0", behaviour).expect("a model");
        let spec = CloudSpec::new(7, vec!["us-east-1".to_owned()], vec![model], Script::default());
        let epoch = Epoch { instant: epoch, wall: SystemTime::now() };
        let cloud = Cloud::new(spec.expect("a spec"), epoch, noted);
        let stopped = async { _ = stop.await };
        server::serve(listener, cloud, stopped).await.expect("the mock serves");
    })
}

/// A server of hyper's that takes a request in and returns this.
pub(crate) fn bare(headers: Vec<(String, String)>, body: Bytes) -> Served {
    let ledger = Ledger::new(Ring::DEFAULT_MOST, None);
    serve(one_core(), ledger, |listener, _, mut stop| async move {
        let answer = Arc::new((headers, body));
        loop {
            let accepted = tokio::select! {
                biased;
                _ = &mut stop => return,
                accepted = listener.accept() => accepted.expect("a connection").0,
            };
            accepted.set_nodelay(true).expect("no delay");
            let answer = answer.clone();
            let service = service_fn(move |request: Request<hyper::body::Incoming>| {
                let answer = answer.clone();
                async move {
                    request.into_body().collect().await?;
                    let mut response = Response::builder();
                    for (name, value) in &answer.0 {
                        response = response.header(name, value);
                    }
                    Ok::<_, hyper::Error>(response.body(Full::new(answer.1.clone())).expect("a response"))
                }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(accepted), service));
        }
    })
}

fn serve<F: Future<Output = ()>>(
    runtime: Runtime,
    ledger: Arc<Ledger>,
    serving: impl FnOnce(TcpListener, tokio::time::Instant, oneshot::Receiver<()>) -> F + Send + 'static,
) -> Served {
    let (tell, told) = channel();
    let (stop, stopped) = oneshot::channel();
    let thread = thread::spawn(move || {
        let thread_id = std::fs::read_link("/proc/thread-self").ok();
        let thread_id = thread_id.as_deref().and_then(|path| path.file_name());
        let thread_id = thread_id.map_or(String::new(), |name| name.to_string_lossy().into_owned());
        runtime.block_on(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let epoch = tokio::time::Instant::now();
            tell.send((listener.local_addr().expect("an address"), epoch, thread_id)).expect("to be awaited");
            serving(listener, epoch, stopped).await;
        });
    });
    let (address, epoch, thread_id) = told.recv().expect("a server");
    Served { address, ledger, epoch, thread_id, stop, thread }
}
