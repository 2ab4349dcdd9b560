//! Where spans are to be sent, as the command line and the environment say.

use std::time::Duration;

use bedload_reports::header::Header;
use tokio::net::UdpSocket;

use super::api::Api;
use super::daemon::Daemon;
use super::http::Http;
use super::otlp::settings::{Protocol, Settings};
use super::otlp::{self, Otlp};
use super::receiver::Receiver;
use super::sign::Signer;
use super::trust::Trust;
use crate::clock::Clock;
use crate::transport::network;

/// Where the daemon listens unless told otherwise.
const DAEMON: &str = "127.0.0.1:2000";
/// How long X-Ray's API may take.
const API_TIMEOUT: Duration = Duration::from_secs(10);

/// What the command line asks for; an empty text asks for the default.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// An OTLP endpoint.
    pub otlp: Option<String>,
    /// The address of X-Ray's daemon.
    pub daemon: Option<String>,
    /// The region of X-Ray's API.
    pub xray: Option<String>,
    /// The region of X-Ray's OTLP endpoint.
    pub xray_otlp: Option<String>,
}

/// A place to send spans to.
#[derive(Clone, Debug)]
pub struct Station(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Otlp(Settings),
    XrayOtlp { region: String, settings: Settings },
    Api { region: String, url: String },
    Daemon(String),
}

/// Why a station cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StationError {
    /// A setting makes no sense.
    #[error("{0}")]
    Setting(String),
    /// There is nothing to sign with.
    #[error("cannot sign for X-Ray: {0}")]
    Credentials(String),
    /// The socket or the trust anchors of the system.
    #[error("cannot open a way out: {0}")]
    Io(#[from] std::io::Error),
}

/// The stations wanted, with what the environment adds (`lookup` reads a variable).
///
/// # Errors
/// Settings that make no sense.
pub fn stations(
    wanted: &Wanted,
    lookup: impl Fn(&str) -> Option<String>,
) -> Result<Vec<Station>, StationError> {
    let mut stations = Vec::new();
    if let Some(url) = &wanted.otlp {
        let settings = Settings::read(url, &lookup).map_err(StationError::Setting)?;
        // Read here for its mistakes alone, which must come before the load.
        settings.trust.config().map_err(StationError::Setting)?;
        stations.push(Kind::Otlp(settings));
    }
    if let Some(address) = &wanted.daemon {
        let set = || lookup("AWS_XRAY_DAEMON_ADDRESS").unwrap_or_else(|| DAEMON.to_owned());
        stations.push(Kind::Daemon(if address.is_empty() { set() } else { address.clone() }));
    }
    if let Some(region) = &wanted.xray {
        let region = region_of(region, &lookup);
        let own = || format!("https://xray.{region}.amazonaws.com");
        let base = lookup("AWS_ENDPOINT_URL_XRAY").or_else(|| lookup("AWS_ENDPOINT_URL")).unwrap_or_else(own);
        let url = format!("{}/TraceSegments", base.trim_end_matches('/'));
        stations.push(Kind::Api { region, url });
    }
    if let Some(region) = &wanted.xray_otlp {
        let region = region_of(region, &lookup);
        let settings = Settings::read(&format!("https://xray.{region}.amazonaws.com"), &lookup);
        let settings = settings.map_err(StationError::Setting)?;
        // The endpoint speaks HTTP alone.
        let settings = Settings { protocol: Protocol::Http, ..settings };
        stations.push(Kind::XrayOtlp { region, settings });
    }
    Ok(stations.into_iter().map(Station).collect())
}

fn region_of(given: &str, lookup: impl Fn(&str) -> Option<String>) -> String {
    let set = || lookup("AWS_REGION").or_else(|| lookup("AWS_DEFAULT_REGION"));
    if given.is_empty() { set().unwrap_or_else(|| "us-east-1".to_owned()) } else { given.to_owned() }
}

impl Station {
    /// What accounts and reports call it.
    pub fn name(&self) -> String {
        match &self.0 {
            Kind::Otlp(settings) => format!("otlp {}", settings.url),
            Kind::XrayOtlp { settings, .. } => format!("xray-otlp {}", settings.url),
            Kind::Api { url, .. } => format!("xray {url}"),
            Kind::Daemon(address) => format!("xray-daemon {address}"),
        }
    }

    /// Whether metrics go there too.
    pub(super) fn takes_metrics(&self) -> bool {
        matches!(&self.0, Kind::Otlp(settings) if settings.metrics_url.is_some())
    }

    /// Opens the way to it. `run` is what its spans tell of their origin.
    pub(super) async fn open(&self, run: &Header) -> Result<Receiver, StationError> {
        let clock = Clock::start(bedload_reports::header::ClockKind::Real);
        Ok(match &self.0 {
            Kind::Otlp(settings) => {
                let tls = settings.trust.config().map_err(StationError::Setting)?;
                let http = Http::new(clock, settings.timeout, tls, settings.protocol == Protocol::Grpc);
                let resource = otlp::resource(settings, run);
                Receiver::Otlp(Box::new(Otlp { http, signer: None, resource, settings: settings.clone() }))
            }
            Kind::XrayOtlp { region, settings } => {
                let tls = settings.trust.config().map_err(StationError::Setting)?;
                let http = Http::new(clock, settings.timeout, tls, false);
                let signer = Signer::new(&network::aws_config(None).await, region.clone())?;
                let resource = otlp::resource(settings, run);
                Receiver::Otlp(Box::new(Otlp {
                    http,
                    signer: Some(signer),
                    resource,
                    settings: settings.clone(),
                }))
            }
            Kind::Api { region, url } => {
                let tls = Trust::default().config().map_err(StationError::Setting)?;
                let signer = Signer::new(&network::aws_config(None).await, region.clone())?;
                Receiver::Api(Box::new(Api {
                    http: Http::new(clock, API_TIMEOUT, tls, false),
                    signer,
                    url: url.clone(),
                }))
            }
            Kind::Daemon(address) => {
                let socket = UdpSocket::bind("0.0.0.0:0").await?;
                socket.connect(address).await?;
                Receiver::Daemon(Daemon { socket, clock })
            }
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    fn names(wanted: &Wanted, environment: &[(&str, &str)]) -> Vec<String> {
        let lookup = |name: &str| {
            environment.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        stations(wanted, lookup).unwrap().iter().map(Station::name).collect()
    }

    #[test]
    fn defaults_come_from_the_environment_and_then_from_the_services() {
        let all = Wanted {
            otlp: Some(String::new()),
            daemon: Some(String::new()),
            xray: Some(String::new()),
            xray_otlp: Some(String::new()),
        };
        let plain = [
            "otlp http://localhost:4318/v1/traces",
            "xray-daemon 127.0.0.1:2000",
            "xray https://xray.us-east-1.amazonaws.com/TraceSegments",
            "xray-otlp https://xray.us-east-1.amazonaws.com/v1/traces",
        ];
        assert_eq!(names(&all, &[]), plain);
        let environment = [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318"),
            ("AWS_XRAY_DAEMON_ADDRESS", "10.0.0.1:2000"),
            ("AWS_REGION", "eu-west-1"),
            ("AWS_ENDPOINT_URL_XRAY", "http://127.0.0.1:5000/"),
        ];
        let set = [
            "otlp http://collector:4318/v1/traces",
            "xray-daemon 10.0.0.1:2000",
            "xray http://127.0.0.1:5000/TraceSegments",
            "xray-otlp https://xray.eu-west-1.amazonaws.com/v1/traces",
        ];
        assert_eq!(names(&all, &environment), set);
    }
}
