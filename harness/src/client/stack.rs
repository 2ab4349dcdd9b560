//! What stands between a call and HTTP.

use std::sync::Arc;

use aws_sdk_bedrockruntime::Client;

use super::wire::Wire;

/// What a call is made with: the AWS SDK, which is what is under test, or a wire client where the load alone matters.
#[derive(Clone, Debug)]
pub enum Stack {
    /// The SDK's client for the region.
    Sdk(Client),
    /// A client of our own.
    Wire(Arc<Wire>),
}

impl From<Client> for Stack {
    fn from(client: Client) -> Self {
        Stack::Sdk(client)
    }
}

impl From<Wire> for Stack {
    fn from(client: Wire) -> Self {
        Stack::Wire(Arc::new(client))
    }
}
