//! `OTEL_*`: what OpenTelemetry's specification of exporters lets the environment say.

use std::path::PathBuf;
use std::time::Duration;

use percent_encoding::percent_decode_str;

use crate::export::trust::Trust;

/// Where OTLP is sent, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The whole address, path included; of gRPC the server's alone.
    pub url: String,
    /// Where metrics go; none where `OTEL_METRICS_EXPORTER=none` says that nobody wants them.
    pub metrics_url: Option<String>,
    /// Which protocol.
    pub protocol: Protocol,
    /// Headers to add to each request.
    pub headers: Vec<(String, String)>,
    /// How long an answer may take.
    pub timeout: Duration,
    /// Whether bodies are compressed.
    pub gzip: bool,
    /// Whom to trust over TLS.
    pub trust: Trust,
    /// The most spans in a request, unless a single trace has more.
    pub most_spans: u64,
    /// `service.name` of the resource.
    pub service: String,
    /// Further attributes of the resource.
    pub resource: Vec<(String, String)>,
}

/// How OTLP is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Protobuf over HTTP.
    Http,
    /// gRPC.
    Grpc,
}

/// By the specification: of the SDK's environment variables (OpenTelemetry 1.50, "OTLP exporter" and "batch span
/// processor").
const TIMEOUT_MS: u64 = 10_000;
const MOST_SPANS: u64 = 512;

impl Settings {
    /// What an endpoint given by name and the variables say together; an empty endpoint leaves it to the variables.
    pub fn read(endpoint: &str, lookup: impl Fn(&str) -> Option<String>) -> Result<Self, String> {
        let set = |name: &str| lookup(name).filter(|value| !value.trim().is_empty());
        // The variable of the signal goes before the one of all signals.
        let of_traces = |name: &str| {
            set(&format!("OTEL_EXPORTER_OTLP_TRACES_{name}"))
                .or_else(|| set(&format!("OTEL_EXPORTER_OTLP_{name}")))
        };
        let protocol = protocol(endpoint, of_traces("PROTOCOL"))?;
        let number = |name: &str, value: Option<String>, default: u64| match value {
            None => Ok(default),
            Some(value) => value.trim().parse().map_err(|_| format!("{name}: `{value}` is no whole number")),
        };
        let gzip = match of_traces("COMPRESSION").as_deref() {
            None | Some("none") => false,
            Some("gzip") => true,
            Some(other) => {
                return Err(format!(
                    "OTEL_EXPORTER_OTLP_COMPRESSION: `{other}` is neither `gzip` nor `none`"
                ));
            }
        };
        let resource = pairs(&set("OTEL_RESOURCE_ATTRIBUTES").unwrap_or_default());
        let named = resource.iter().find(|(key, _)| key == "service.name").map(|(_, value)| value.clone());
        Ok(Settings {
            url: url(endpoint, protocol, "TRACES", &set),
            metrics_url: (set("OTEL_METRICS_EXPORTER").as_deref() != Some("none"))
                .then(|| url(endpoint, protocol, "METRICS", &set)),
            protocol,
            headers: pairs(&of_traces("HEADERS").unwrap_or_default()),
            timeout: Duration::from_millis(number(
                "OTEL_EXPORTER_OTLP_TIMEOUT",
                of_traces("TIMEOUT"),
                TIMEOUT_MS,
            )?),
            gzip,
            trust: trust(of_traces)?,
            most_spans: number(
                "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
                set("OTEL_BSP_MAX_EXPORT_BATCH_SIZE"),
                MOST_SPANS,
            )?,
            service: set("OTEL_SERVICE_NAME").or(named).unwrap_or_else(|| "bedload".to_owned()),
            resource: resource.into_iter().filter(|(key, _)| key != "service.name").collect(),
        })
    }
}

/// A certificate of our own is of no use without its key, nor the key without it.
fn trust(set: impl Fn(&str) -> Option<String>) -> Result<Trust, String> {
    let path = |name: &str| set(name).map(PathBuf::from);
    let own = match (path("CLIENT_CERTIFICATE"), path("CLIENT_KEY")) {
        (None, None) => None,
        (Some(certificate), Some(key)) => Some((certificate, key)),
        (Some(_), None) => {
            return Err("OTEL_EXPORTER_OTLP_CLIENT_KEY: missing beside the certificate".to_owned());
        }
        (None, Some(_)) => {
            return Err("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: missing beside the key".to_owned());
        }
    };
    Ok(Trust { authorities: path("CERTIFICATE"), own })
}

fn protocol(endpoint: &str, set: Option<String>) -> Result<Protocol, String> {
    match set.as_deref() {
        _ if endpoint.starts_with("grpc://") => Ok(Protocol::Grpc),
        None | Some("http/protobuf") => Ok(Protocol::Http),
        Some("grpc") => Ok(Protocol::Grpc),
        Some(other) => {
            Err(format!("OTEL_EXPORTER_OTLP_PROTOCOL: `{other}` is neither `http/protobuf` nor `grpc`"))
        }
    }
}

/// The address of a signal: its own variable is taken as it is, every other one is a base.
fn url(endpoint: &str, protocol: Protocol, signal: &str, set: &dyn Fn(&str) -> Option<String>) -> String {
    let own = set(&format!("OTEL_EXPORTER_OTLP_{signal}_ENDPOINT")).filter(|_| endpoint.is_empty());
    let default = match protocol {
        Protocol::Http => "http://localhost:4318",
        Protocol::Grpc => "http://localhost:4317",
    };
    let given = (!endpoint.is_empty()).then(|| endpoint.replacen("grpc://", "http://", 1));
    let base = given.or_else(|| set("OTEL_EXPORTER_OTLP_ENDPOINT")).unwrap_or_else(|| default.to_owned());
    let base = base.trim_end_matches('/').trim_end_matches("/v1/traces");
    match (own, protocol) {
        (Some(own), Protocol::Http) => own,
        (Some(own), Protocol::Grpc) => own.trim_end_matches('/').to_owned(),
        (None, Protocol::Grpc) => base.to_owned(),
        (None, Protocol::Http) => format!("{base}/v1/{}", signal.to_ascii_lowercase()),
    }
}

/// `key=value,key2=value%202`
fn pairs(text: &str) -> Vec<(String, String)> {
    let decoded = |text: &str| percent_decode_str(text.trim()).decode_utf8_lossy().into_owned();
    text.split(',')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (decoded(key), decoded(value)))
        .collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    fn read(endpoint: &str, variables: &[(&str, &str)]) -> Result<Settings, String> {
        Settings::read(endpoint, |name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn addresses_follow_the_specification() {
        let all = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318/base/");
        let own = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://t:9/mine");
        let grpc = ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
        for (endpoint, variables, expected) in [
            ("", &[][..], "http://localhost:4318/v1/traces"),
            ("", &[all], "http://c:4318/base/v1/traces"),
            ("", &[all, own], "http://t:9/mine"),
            ("http://flag:1", &[all, own], "http://flag:1/v1/traces"),
            ("http://flag:1/v1/traces", &[], "http://flag:1/v1/traces"),
            ("", &[grpc], "http://localhost:4317"),
            ("grpc://flag:4317/", &[], "http://flag:4317"),
        ] {
            assert_eq!(read(endpoint, variables).unwrap().url, expected, "{endpoint} {variables:?}");
        }
    }

    #[test]
    fn metrics_go_beside_the_traces_unless_nobody_wants_them() {
        let own = ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://m:9/mine");
        for (endpoint, variables, expected) in [
            ("http://c:4318", &[][..], Some("http://c:4318/v1/metrics")),
            ("http://c:4318/v1/traces", &[], Some("http://c:4318/v1/metrics")),
            ("", &[own], Some("http://m:9/mine")),
            ("", &[("OTEL_METRICS_EXPORTER", "none")], None),
        ] {
            assert_eq!(read(endpoint, variables).unwrap().metrics_url.as_deref(), expected);
        }
    }

    #[test]
    fn the_other_variables_are_heard() {
        let settings = read(
            "",
            &[
                ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20x, a = b"),
                ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "2500"),
                ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
                ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "64"),
                ("OTEL_RESOURCE_ATTRIBUTES", "service.name=inner,team=load"),
            ],
        );
        let settings = settings.unwrap();
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(settings.headers, [pair("authorization", "Bearer x"), pair("a", "b")]);
        assert_eq!(
            (settings.timeout, settings.gzip, settings.most_spans),
            (Duration::from_millis(2500), true, 64)
        );
        assert_eq!((&*settings.service, settings.resource), ("inner", vec![pair("team", "load")]));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for variable in [
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "zip"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "soon"),
        ] {
            assert!(read("", &[variable]).unwrap_err().starts_with(variable.0), "{variable:?}");
        }
        let half = read("", &[("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "own.pem")]);
        assert!(half.unwrap_err().starts_with("OTEL_EXPORTER_OTLP_CLIENT_KEY"));
    }
}
