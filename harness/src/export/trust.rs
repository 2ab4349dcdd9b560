//! Whom an OTLP receiver over TLS is trusted to be, and who it is told that we are.

use std::path::PathBuf;
use std::sync::Arc;

use hyper_rustls::ConfigBuilderExt;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

/// What `OTEL_EXPORTER_OTLP_CERTIFICATE`, `…_CLIENT_CERTIFICATE` and `…_CLIENT_KEY` say: files in PEM.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trust {
    /// Authorities to trust in the place of the system's.
    pub authorities: Option<PathBuf>,
    /// Our own certificate, with those that lead to it, and its key.
    pub own: Option<(PathBuf, PathBuf)>,
}

impl Trust {
    /// The settings of TLS, read from the files.
    ///
    /// # Errors
    /// A file that cannot be read, or that does not hold what it should; named in the text.
    pub(super) fn config(&self) -> Result<ClientConfig, String> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = builder.map_err(|error| error.to_string())?;
        let builder = match &self.authorities {
            None => {
                builder.with_native_roots().map_err(|error| format!("the system's authorities: {error}"))?
            }
            Some(path) => builder.with_root_certificates(authorities(path)?),
        };
        match &self.own {
            None => Ok(builder.with_no_client_auth()),
            Some((certificate, key)) => {
                let of_key = |why: String| format!("OTEL_EXPORTER_OTLP_CLIENT_KEY: {}: {why}", key.display());
                let secret = PrivateKeyDer::from_pem_file(key).map_err(|error| of_key(error.to_string()))?;
                let chain = certificates(certificate, "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE")?;
                builder.with_client_auth_cert(chain, secret).map_err(|error| of_key(error.to_string()))
            }
        }
    }
}

fn authorities(path: &PathBuf) -> Result<RootCertStore, String> {
    const VARIABLE: &str = "OTEL_EXPORTER_OTLP_CERTIFICATE";
    let mut store = RootCertStore::empty();
    for certificate in certificates(path, VARIABLE)? {
        store.add(certificate).map_err(|error| format!("{VARIABLE}: {}: {error}", path.display()))?;
    }
    Ok(store)
}

/// The certificates of a file; one at least.
fn certificates(path: &PathBuf, variable: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let place = |why: String| format!("{variable}: {}: {why}", path.display());
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let read = read.map_err(|error| place(error.to_string()))?;
    if read.is_empty() { Err(place("no certificate in PEM".to_owned())) } else { Ok(read) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn a_file_that_is_no_certificate_is_named_with_its_variable() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        let trust = Trust { authorities: Some(path.clone()), own: None };
        let missing = trust.config().unwrap_err();
        assert!(missing.starts_with("OTEL_EXPORTER_OTLP_CERTIFICATE: "), "{missing}");
        std::fs::write(&path, "not PEM").unwrap();
        assert!(trust.config().unwrap_err().ends_with("no certificate in PEM"));
    }

    #[test]
    fn without_files_the_system_is_trusted() {
        assert!(Trust::default().config().is_ok());
    }
}
