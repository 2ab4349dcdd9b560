//! Which service and region a request is for.
//!
//! The SigV4 scope decides; a request without one is placed by its host. One to an address such as
//! `127.0.0.1` that says nothing goes to the home region, and to Bedrock unless its `x-amz-target` is
//! another service's, so that `curl` works too.

use std::sync::Arc;

use http::header::{AUTHORIZATION, HOST};
use http::request::Parts;
use http::{HeaderName, StatusCode};

use crate::aws_json::Target;
use crate::error::ServiceError;
use crate::regions::Regions;
use crate::scope::Scope;
use crate::service::Service;

/// Where a request is to be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    /// The service asked.
    pub service: Service,
    /// The region asked, one of the cloud's.
    pub region: Arc<str>,
}

impl Route {
    /// The route of a request.
    ///
    /// A service that the cloud does not have answers as a front end without such an operation does. A
    /// region that it does not have answers as AWS does where an account has not enabled the region: the
    /// credentials are unknown there.
    pub(crate) fn of(head: &Parts, regions: &Regions) -> Result<Self, ServiceError> {
        let Some(scope) = signed(head).or_else(|| addressed(head)) else {
            return Ok(Route { service: targeted(head).unwrap_or_default(), region: regions.home().clone() });
        };
        let service = Service::from_name(scope.service).ok_or_else(|| unknown_service(scope.service))?;
        let region = regions.find(scope.region).ok_or_else(|| unknown_region(scope.region, regions))?;
        Ok(Route { service, region: region.clone() })
    }
}

/// The service that a request in front of any cloud is for, as far as it says; Bedrock if it does not.
pub(crate) fn service(head: &Parts) -> Option<Service> {
    match signed(head).or_else(|| addressed(head)) {
        Some(scope) => Service::from_name(scope.service),
        None => Some(targeted(head).unwrap_or_default()),
    }
}

/// The service whose target a request names.
fn targeted(head: &Parts) -> Option<Service> {
    Service::from_target(Target::of(head)?.prefix)
}

fn signed(head: &Parts) -> Option<Scope<'_>> {
    text(head, &AUTHORIZATION).and_then(Scope::from_authorization)
}

fn addressed(head: &Parts) -> Option<Scope<'_>> {
    head.uri.host().or_else(|| text(head, &HOST)).and_then(Scope::from_host)
}

fn text<'a>(head: &'a Parts, name: &HeaderName) -> Option<&'a str> {
    str::from_utf8(head.headers.get(name)?.as_bytes()).ok()
}

/// A service that the cloud does not have.
fn unknown_service(name: &str) -> ServiceError {
    let message = format!("This cloud has no service `{name}`.");
    ServiceError::new(StatusCode::NOT_FOUND, "UnknownOperationException", message)
}

fn unknown_region(name: &str, regions: &Regions) -> ServiceError {
    let served: Vec<&str> = regions.iter().map(|region| &**region).collect();
    let message = format!(
        "The security token included in the request is invalid: it is signed for {name}, and this cloud serves {}.",
        served.join(", ")
    );
    ServiceError::new(StatusCode::FORBIDDEN, "UnrecognizedClientException", message)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use http::Request;

    use super::*;

    type Headers<'a> = &'a [(HeaderName, &'a str)];

    fn route(uri: &str, headers: Headers<'_>) -> Result<String, String> {
        let regions = Regions::new(vec!["us-east-1".into(), "us-west-2".into()]).unwrap();
        let request =
            headers.iter().fold(Request::post(uri), |request, (name, value)| request.header(name, *value));
        let (head, ()) = request.body(()).unwrap().into_parts();
        Route::of(&head, &regions)
            .map(|route| format!("{} {}", route.service.name(), route.region))
            .map_err(|error| error.code().to_owned())
    }

    fn signature(service: &str, region: &str) -> String {
        format!("AWS4-HMAC-SHA256 Credential=AKID/20260101/{region}/{service}/aws4_request, Signature=0")
    }

    #[test]
    fn the_scope_beats_the_host_which_beats_home() {
        let west = signature("bedrock", "us-west-2");
        let aws_east = "bedrock-runtime.us-east-1.amazonaws.com";
        let aws_west = "bedrock-runtime.us-west-2.amazonaws.com";
        let queue = signature("sqs", "us-west-2");
        let target = HeaderName::from_static("x-amz-target");
        let cases: [(&str, Headers<'_>, &str); 10] = [
            ("/", &[(AUTHORIZATION, &queue)], "sqs us-west-2"),
            ("/", &[(HOST, "dynamodb.us-west-2.amazonaws.com")], "dynamodb us-west-2"),
            ("/", &[(target.clone(), "AmazonSQS.SendMessage")], "sqs us-east-1"),
            ("/", &[(target, "DynamoDB_20120810.PutItem")], "dynamodb us-east-1"),
            ("/", &[(AUTHORIZATION, &west)], "bedrock us-west-2"),
            ("/", &[(AUTHORIZATION, &west), (HOST, aws_east)], "bedrock us-west-2"),
            ("/", &[(AUTHORIZATION, "Bearer key"), (HOST, aws_west)], "bedrock us-west-2"),
            ("https://bedrock-runtime.us-west-2.amazonaws.com/", &[], "bedrock us-west-2"),
            ("http://127.0.0.1:4580/", &[], "bedrock us-east-1"),
            ("/", &[(HOST, "localhost:4580")], "bedrock us-east-1"),
        ];
        for (uri, headers, expected) in cases {
            assert_eq!(route(uri, headers), Ok(expected.to_owned()), "{uri} {headers:?}");
        }
    }

    #[test]
    fn what_the_cloud_does_not_have_is_refused() {
        let cases = [
            (signature("bedrock", "eu-west-1"), "UnrecognizedClientException"),
            (signature("s3", "us-east-1"), "UnknownOperationException"),
        ];
        for (authorization, code) in cases {
            assert_eq!(route("/", &[(AUTHORIZATION, &authorization)]), Err(code.to_owned()));
        }
    }
}
