//! `mock`: a cloud on a socket, for a client in any language.
//!
//! Two doors are opened: the cloud's own, where everything looks like AWS, and one for those who run it. What
//! is served and to whom is settled before either accepts a connection, so that a mistake costs nothing.

mod admission;
mod faults;
mod introduction;
mod keeping;
mod offer;

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use bedload_mocks::admin::{self, AdminError};
use bedload_mocks::server::{self, ServerError, Tls};
use bedload_mocks::{Cloud, CloudSpec, Epoch};
use bedload_reports::header::ClockKind;
use tokio::net::TcpListener;

use super::{VerbError, signals};
use crate::cli::MockArgs;
use crate::clock::{self, Clock};
use crate::engine::halt::{self, Halted};
use crate::exit::{Exit, Status};
use crate::terminal::Terminal;
use admission::Admission;
use faults::FaultReader;
use introduction::Introduction;
use keeping::Keeping;
use offer::Offer;

pub(super) fn mock(args: &MockArgs, terminal: &Terminal) -> Result<Exit, VerbError> {
    let admission = Admission::of(args)?;
    let (offer, spec) = Offer::of(args, &admission)?;
    let keeping = Keeping::begin(args)?;
    let tls = args.access.tls.as_deref().map(|pem| self_made(pem, args.listen)).transpose()?;
    let runtime = clock::runtime(ClockKind::Real).map_err(VerbError::Runtime)?;
    let served = runtime.block_on(serve(args, &admission, (offer, spec), &keeping, tls, terminal));
    // Whatever ended the service, what it kept is written first.
    keeping.finish(terminal)?;
    served
}

async fn serve(
    args: &MockArgs,
    admission: &Admission,
    (offer, spec): (Served, CloudSpec),
    keeping: &Keeping,
    tls: Option<Tls>,
    terminal: &Terminal,
) -> Result<Exit, VerbError> {
    let door = listen(args.listen).await?;
    let beside = admission.control(door.address);
    let control = match beside {
        Some(address) => Some(listen(address).await?),
        None => None,
    };
    let clock = Clock::start(ClockKind::Real);
    let epoch = Epoch { instant: clock.epoch(), wall: clock.wall_epoch() };
    let cloud = Cloud::new(spec, epoch, keeping.ledger());
    let (halt, halted) = halt::halt();
    let received = signals::listen(halt);
    let introduction = Introduction {
        scheme: if tls.is_some() { "https" } else { "http" },
        address: door.address,
        control: control.as_ref().map(|control| control.address),
        authority: args.access.tls.as_deref(),
        strict: args.access.strict_auth,
        offer: &offer,
    };
    terminal.print(&introduction.data())?;
    introduction.say(terminal);
    let service = server::serve_under(tls, door.listener, cloud.clone(), stop(halted.clone()));
    let ended = match control {
        None => service.await.map_err(Ended::Service),
        Some(control) => {
            let access = admission.access(control.address)?;
            let read = FaultReader::new(offer);
            let read = move |text: &[u8]| read.read(text);
            let ledger = keeping.ledger();
            let control = admin::serve(control.listener, access, cloud, ledger, read, stop(halted));
            tokio::select! {
                biased;
                ended = service => ended.map_err(Ended::Service),
                ended = control => ended.map_err(Ended::Control),
            }
        }
    };
    match ended {
        Ok(()) => Ok(Exit::new(received.status().unwrap_or(Status::Pass), "the mock stopped serving")),
        Err(ended) => Err(VerbError::Target {
            what: format!("the mock stopped serving: {ended}"),
            remedy: "start it again; if it happens again, lower the number of open connections".to_owned(),
        }),
    }
}

async fn stop(halted: Halted) {
    halted.stopped().await;
}

/// Which door came to a bad end.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error(transparent)]
    Service(ServerError),
    #[error("on its control paths: {0}")]
    Control(AdminError),
}

/// A socket that listens.
struct Door {
    listener: TcpListener,
    address: SocketAddr,
}

async fn listen(address: SocketAddr) -> Result<Door, VerbError> {
    let refuse = |source| VerbError::Port { address, source };
    let listener = TcpListener::bind(address).await.map_err(refuse)?;
    let address = listener.local_addr().map_err(refuse)?;
    Ok(Door { listener, address })
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

/// What both doors share of what is served.
type Served = Arc<Offer>;
