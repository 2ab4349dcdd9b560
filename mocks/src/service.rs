//! The services of the cloud, told apart by their signing names.

use std::fmt;

/// A service that the cloud has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// Amazon Bedrock Runtime.
    #[default]
    Bedrock,
    /// Amazon SQS.
    Sqs,
    /// Amazon DynamoDB.
    DynamoDb,
}

impl Service {
    /// Every service.
    pub const ALL: [Service; 3] = [Service::Bedrock, Service::Sqs, Service::DynamoDb];

    /// Its signing name, which the ledger and the scenarios call it by.
    pub fn name(self) -> &'static str {
        match self {
            Service::Bedrock => "bedrock",
            Service::Sqs => "sqs",
            Service::DynamoDb => "dynamodb",
        }
    }

    /// The service with this signing name or endpoint prefix.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        match name {
            "bedrock-runtime" => Some(Service::Bedrock),
            _ => Service::ALL.into_iter().find(|service| service.name() == name),
        }
    }

    /// The service whose operations an `x-amz-target` of this prefix names.
    pub(crate) fn from_target(prefix: &str) -> Option<Self> {
        match prefix {
            "AmazonSQS" => Some(Service::Sqs),
            "DynamoDB_20120810" | "DynamoDBStreams_20120810" => Some(Service::DynamoDb),
            _ => None,
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
