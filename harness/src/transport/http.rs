//! One way out with two doors: the one that the SDK's clients take, and the one beside it for wire clients.

use std::sync::Arc;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use bedload_mocks::Cloud;
use bedload_mocks::faults::Front;

use super::injected::InjectedDoor;
use super::memory::MemoryDoor;
use super::wire::WireDoor;

/// The HTTP that a target is reached by.
#[derive(Clone, Debug)]
pub struct Http {
    sdk: SharedHttpClient,
    wire: Option<WireDoor>,
    uploads: Uploads,
}

/// How a request's body gets to the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uploads {
    /// At once and whole: it can neither be slow nor stop half-way.
    AtOnce,
    /// As fast as the other side takes it.
    InTime,
}

impl Http {
    /// To the cloud in this process.
    pub fn memory(cloud: Arc<Cloud>) -> Self {
        Http {
            sdk: SharedHttpClient::new(MemoryDoor::new(cloud.clone())),
            wire: Some(WireDoor::memory(cloud)),
            uploads: Uploads::AtOnce,
        }
    }

    /// Over the network, through this client of the SDK's.
    pub(super) fn network(sdk: SharedHttpClient) -> Self {
        Http { sdk, wire: Some(WireDoor::network()), uploads: Uploads::InTime }
    }

    /// The same behind these faults, which both doors share.
    pub fn behind(self, front: &Arc<Front>) -> Self {
        Http {
            sdk: SharedHttpClient::new(InjectedDoor::new(front.clone(), self.sdk)),
            wire: self.wire.map(|door| door.behind(front.clone())),
            // Faults read a request whole before they judge it.
            uploads: Uploads::AtOnce,
        }
    }

    /// The door of the SDK's clients.
    pub fn sdk(&self) -> &SharedHttpClient {
        &self.sdk
    }

    /// How the bodies of requests get there.
    pub fn uploads(&self) -> Uploads {
        self.uploads
    }

    /// The door of wire clients, if there is one.
    pub fn wire(&self) -> Option<&WireDoor> {
        self.wire.as_ref()
    }
}

/// A door of the SDK's alone.
impl From<SharedHttpClient> for Http {
    fn from(sdk: SharedHttpClient) -> Self {
        Http { sdk, wire: None, uploads: Uploads::InTime }
    }
}
