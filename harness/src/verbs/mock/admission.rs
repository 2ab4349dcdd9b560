//! Who is let in: by address, by key, and on the control paths by token.

use std::env;
use std::net::SocketAddr;

use bedload_mocks::admin::Access;
use bedload_mocks::auth::{AccessKey, Keys};

use crate::cli::MockArgs;
use crate::verbs::VerbError;

const KEY_ID: &str = "AWS_ACCESS_KEY_ID";
const SECRET: &str = "AWS_SECRET_ACCESS_KEY";
const SESSION: &str = "AWS_SESSION_TOKEN";
const API_KEY: &str = "AWS_BEARER_TOKEN_BEDROCK";

/// Who is let in.
pub(super) struct Admission {
    keys: Option<Keys>,
    control: Control,
    token: Option<String>,
}

/// Where the control paths are.
#[derive(Clone, Copy)]
enum Control {
    Nowhere,
    At(SocketAddr),
    /// At the port after the cloud's; at a free one, where the cloud's was left to chance.
    Beside {
        free: bool,
    },
}

impl Admission {
    /// What the command line and the environment say.
    pub(super) fn of(args: &MockArgs) -> Result<Self, VerbError> {
        let control = match (args.admin.no_admin, args.admin.listen) {
            (true, _) => Control::Nowhere,
            (false, Some(address)) => Control::At(address),
            (false, None) => Control::Beside { free: args.address().port() == 0 },
        };
        let admission = Admission {
            keys: if args.access.strict_auth { Some(keys()?) } else { None },
            control,
            token: args.admin.admin_token.clone(),
        };
        let control = admission.control(args.address());
        for address in std::iter::once(args.address()).chain(control) {
            if !address.ip().is_loopback() && !args.access.allow_remote {
                return Err(VerbError::Usage {
                    what: format!("{address} can be reached from other machines"),
                    remedy: "listen on 127.0.0.1, or say --allow-remote if that is meant".to_owned(),
                });
            }
        }
        // Asked before anything is opened; the address may still get its port.
        control.map_or(Ok(()), |control| admission.access(control).map(drop))?;
        Ok(admission)
    }

    /// The keys that requests must be signed with, if they must.
    pub(super) fn keys(&self) -> Option<Keys> {
        self.keys.clone()
    }

    /// Where the control paths listen if the cloud is at `cloud`.
    pub(super) fn control(&self, cloud: SocketAddr) -> Option<SocketAddr> {
        match self.control {
            Control::Nowhere => None,
            Control::At(address) => Some(address),
            Control::Beside { free: true } => Some(SocketAddr::new(cloud.ip(), 0)),
            Control::Beside { free: false } => {
                Some(SocketAddr::new(cloud.ip(), cloud.port().checked_add(1).unwrap_or(0)))
            }
        }
    }

    /// The right to the control paths at this address.
    pub(super) fn access(&self, address: SocketAddr) -> Result<Access, VerbError> {
        Access::new(address, self.token.clone()).map_err(|error| VerbError::Usage {
            what: error.to_string(),
            remedy: "put a token into BEDLOAD_ADMIN_TOKEN, choose another --admin, or say --no-admin"
                .to_owned(),
        })
    }
}

/// The keys in the environment, where the client under test finds them too.
fn keys() -> Result<Keys, VerbError> {
    let variable = |name| env::var(name).ok().filter(|value| !value.is_empty());
    let pair = variable(KEY_ID).zip(variable(SECRET));
    let access_keys = pair.map(|(id, secret)| AccessKey::new(id, secret, variable(SESSION))).into_iter();
    access_keys
        .collect::<Result<Vec<_>, _>>()
        .and_then(|access_keys| Keys::new(access_keys, variable(API_KEY).into_iter().collect()))
        .map_err(|error| VerbError::Usage {
            what: error.to_string(),
            remedy: format!("for --strict-auth set {KEY_ID} and {SECRET}, or {API_KEY}"),
        })
}
