//! The doors that a mock has open, and the cloud behind them.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use bedload_mocks::admin::{self, Access, AdminError};
use bedload_mocks::ledger::Ledger;
use bedload_mocks::server::{self, ServerError, Tls};
use bedload_mocks::{Cloud, CloudSpec, Epoch, LedgerSink};
use bedload_reports::header::ClockKind;
use tokio::net::TcpListener;

use super::Served;
use super::admission::Admission;
use super::faults::FaultReader;
use super::introduction::Introduction;
use crate::cli::MockArgs;
use crate::clock::Clock;
use crate::engine::halt::Halted;
use crate::verbs::VerbError;

/// The doors that a mock has open, and the cloud behind them.
pub(super) struct Stand {
    cloud: Arc<Cloud>,
    ledger: Arc<Ledger>,
    offer: Served,
    door: Door,
    control: Option<(Door, Access)>,
    tls: Option<Tls>,
}

/// Which door came to a bad end.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error(transparent)]
    Service(ServerError),
    #[error("on its control paths: {0}")]
    Control(AdminError),
}

impl Stand {
    /// Opens the doors. Exchanges are noted in `sink`; the control paths look back on `ledger`.
    pub(super) async fn open(
        args: &MockArgs,
        admission: &Admission,
        (offer, spec): (Served, CloudSpec),
        ledger: Arc<Ledger>,
        sink: impl LedgerSink,
    ) -> Result<Self, VerbError> {
        let tls = args.access.tls.as_deref().map(|pem| self_made(pem, args.address())).transpose()?;
        let door = Door::open(args.address()).await?;
        let control = match admission.control(door.address) {
            Some(address) => {
                let door = Door::open(address).await?;
                let access = admission.access(door.address)?;
                Some((door, access))
            }
            None => None,
        };
        let clock = Clock::start(ClockKind::Real);
        let epoch = Epoch { instant: clock.epoch(), wall: clock.wall_epoch() };
        Ok(Stand { cloud: Cloud::new(spec, epoch, sink), ledger, offer, door, control, tls })
    }

    /// What it says of itself.
    pub(super) fn introduction<'a>(&'a self, args: &'a MockArgs) -> Introduction<'a> {
        Introduction {
            scheme: if self.tls.is_some() { "https" } else { "http" },
            address: self.door.address,
            control: self.control.as_ref().map(|(control, _)| control.address),
            authority: args.access.tls.as_deref(),
            strict: args.access.strict_auth,
            offer: &self.offer,
        }
    }

    /// Serves until it is told to stop.
    pub(super) async fn serve(self, halted: Halted) -> Result<(), VerbError> {
        let service =
            server::serve_under(self.tls, self.door.listener, self.cloud.clone(), stop(halted.clone()));
        let ended = match self.control {
            None => service.await.map_err(Ended::Service),
            Some((control, access)) => {
                let read = FaultReader::new(self.offer);
                let read = move |text: &[u8]| read.read(text);
                let control =
                    admin::serve(control.listener, access, self.cloud, self.ledger, read, stop(halted));
                tokio::select! {
                    biased;
                    ended = service => ended.map_err(Ended::Service),
                    ended = control => ended.map_err(Ended::Control),
                }
            }
        };
        ended.map_err(|ended| VerbError::Target {
            what: format!("the mock stopped serving: {ended}"),
            remedy: "start it again; if it happens again, lower the number of open connections".to_owned(),
        })
    }
}

async fn stop(halted: Halted) {
    halted.stopped().await;
}

/// A socket that listens.
struct Door {
    listener: TcpListener,
    address: SocketAddr,
}

impl Door {
    async fn open(address: SocketAddr) -> Result<Self, VerbError> {
        let refuse = |source| VerbError::Port { address, source };
        let listener = TcpListener::bind(address).await.map_err(refuse)?;
        let address = listener.local_addr().map_err(refuse)?;
        Ok(Door { listener, address })
    }
}

/// A certificate for the address, whose authority is written to `pem` for clients to trust.
fn self_made(pem: &Path, listen: SocketAddr) -> Result<Tls, VerbError> {
    let names = (!listen.ip().is_unspecified()).then(|| listen.ip().to_string());
    let tls = Tls::self_made(names).map_err(|error| VerbError::Usage {
        what: error.to_string(),
        remedy: "listen on an address that a certificate can name".to_owned(),
    })?;
    fs::write(pem, tls.authority_pem()).map_err(|error| VerbError::Folder {
        what: "cannot write the certificate to",
        path: pem.to_owned(),
        why: error.to_string(),
        remedy: "name a file in a folder that can be written",
    })?;
    Ok(tls)
}
