//! TLS with a certificate of our own making, for clients that send their keys over nothing else.
//!
//! botocore, for one, refuses to send an API key over plain HTTP. The certificate is made anew for every
//! start and signed by an authority made with it; clients are told to trust that authority, and neither
//! key is ever written down.

use std::io;
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use thiserror::Error;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::server::TlsStream;

/// What every certificate is good for: the names of this machine for itself.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// A certificate, its key, and the authority that vouches for it.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
    authority_pem: Arc<str>,
}

impl Tls {
    /// A new certificate for the loopback names and these: host names or IP addresses.
    ///
    /// # Errors
    /// A name that fits into no certificate, or a machine without randomness.
    pub fn self_made(names: impl IntoIterator<Item = String>) -> Result<Self, TlsError> {
        let authority = authority()?;
        let mut all: Vec<String> = LOOPBACK.map(str::to_owned).to_vec();
        all.extend(names);
        let mut leaf = CertificateParams::new(all)?;
        leaf.distinguished_name.push(DnType::CommonName, "bedload mock");
        leaf.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        leaf.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        let certificate = leaf.signed_by(&key, &authority)?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
            )?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Tls { acceptor: TlsAcceptor::from(Arc::new(config)), authority_pem: authority.pem().into() })
    }

    /// The authority's certificate in PEM, for clients to trust: `AWS_CA_BUNDLE`, `NODE_EXTRA_CA_CERTS`,
    /// `SSL_CERT_FILE`.
    pub fn authority_pem(&self) -> &str {
        &self.authority_pem
    }

    pub(super) async fn accept(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        self.acceptor.accept(stream).await
    }
}

fn authority() -> Result<CertifiedIssuer<'static, KeyPair>, TlsError> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name.push(DnType::CommonName, "bedload mock authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(CertifiedIssuer::self_signed(params, KeyPair::generate()?)?)
}

/// Why there is no certificate.
#[derive(Debug, Error)]
pub enum TlsError {
    /// The certificate could not be made.
    #[error("cannot make a certificate: {0}; give host names or IP addresses, without scheme and port")]
    Certificate(#[from] rcgen::Error),
    /// The certificate could not be used.
    #[error("cannot serve TLS: {0}")]
    Config(#[from] tokio_rustls::rustls::Error),
}
