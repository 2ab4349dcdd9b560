//! The doors over TCP: to an endpoint, to a cloud of our own on a loopback socket, or to AWS.
//!
//! One HTTP stack serves all three, hyper, and to the SDK's clients by way of the SDK's own connector, so what is measured
//! over a socket is what an application would measure.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use bedload_mocks::Cloud;
use bedload_mocks::server::{self, ServerError};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::http::Http;

/// The way to plain endpoints.
pub fn plain_http() -> Http {
    Http::network(Builder::new().build_http())
}

/// A cloud on a loopback socket of its own, for as long as the run lasts.
#[derive(Debug)]
pub struct Served {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<Result<(), ServerError>>,
}

/// Serves a cloud on a free port of the loopback address.
pub async fn serve(cloud: Arc<Cloud>) -> io::Result<Served> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async {
        // A dropped sender means that nobody wants the server any more either.
        let _ = stopped.await;
    };
    let serving = tokio::spawn(server::serve(listener, cloud, shutdown));
    Ok(Served { address, stop, serving })
}

impl Served {
    /// The URL that clients use.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops serving and waits until the last exchange has been noted.
    pub async fn stop(self) {
        let _ = self.stop.send(());
        // The run is over: a server that ended badly has already shown in the records.
        let _ = self.serving.await;
    }
}

/// AWS's configuration as every AWS tool resolves it, for a profile or the environment's own.
pub async fn aws_config(profile: Option<&str>) -> SdkConfig {
    let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let loader = aws_config::defaults(BehaviorVersion::v2026_01_12()).http_client(http);
    match profile {
        Some(profile) => loader.profile_name(profile).load().await,
        None => loader.load().await,
    }
}
