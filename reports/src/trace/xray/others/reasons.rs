//! All that is meant to differ. Each reason asks for the values on both sides, not for the path alone.

use serde_json::Value;

use super::difference::Difference;
use super::reason::Reason;
use super::reason::There::{Differs, Lost, Same};
use super::translator::Translator;
use crate::trace::convention as key;
use crate::trace::span::Role;

pub(super) const REASONS: &[Reason] = &[
    Reason {
        what: "a root span",
        collector: Same,
        opentelemetry_aws: Differs(
            "none, unless it is a server's (`MissingParentId`); its log alone says so. A defect",
        ),
        bedload: "the segment",
        why: "nobody was served: the request is internal, and all else hangs on it",
        covers: |d| {
            d.role == Role::Request
                && d.path == "lost"
                && is(d.their("why"), "ConstraintError(MissingParentId)")
        },
    },
    Reason {
        what: "a delivery of a job",
        collector: Same,
        opentelemetry_aws: Differs("a subsegment"),
        bedload: "a segment, with the span that sent the job as its parent",
        why: "in X-Ray's map a worker is a service of its own, behind the queue",
        covers: |d| {
            d.role == Role::Delivery && d.path == "type" && d.is_theirs() && is(d.theirs, "subsegment")
        },
    },
    Reason {
        what: "links",
        collector: Same,
        opentelemetry_aws: Differs("dropped"),
        bedload: "`links`",
        why: "the messaging conventions ask a consumer for one; the Collector writes them, though the guide does not tell of them",
        covers: |d| d.role == Role::Delivery && d.path.starts_with("links/0/") && d.is_ours(),
    },
    Reason {
        what: "documents",
        collector: Differs("one for each span"),
        opentelemetry_aws: Differs("one for each span"),
        bedload: "one for each segment, with its subsegments within, as far as they fit",
        why: "X-Ray puts either together; a line or a datagram that holds a whole segment cannot arrive in part",
        covers: |d| d.path == "document" && d.theirs == d.our("id"),
    },
    Reason {
        what: "the call's namespace",
        collector: Differs("`remote`, as for every client span"),
        opentelemetry_aws: Differs("`remote`, as for every client span"),
        bedload: "none",
        why: "X-Ray infers a node of its map from each `aws` or `remote` subsegment; the attempts below have theirs, and a call would be counted twice",
        covers: |d| d.role == Role::Call && d.path == "namespace" && d.is_theirs() && is(d.theirs, "remote"),
    },
    Reason {
        what: "error, throttle and fault of a span without a status of HTTP",
        collector: Differs("fault"),
        opentelemetry_aws: Differs("fault"),
        bedload: "by the kind of failure: over a quota, the service's or the client's own, is error and throttle; refused for what it asked is error; all else, time-outs and open breakers too, is fault",
        why: "a request that was throttled to its end, or never sent, is no fault of the service",
        covers: blamed,
    },
    Reason {
        what: "flags that are false",
        collector: Differs("told"),
        opentelemetry_aws: Same,
        bedload: "absent",
        why: "the same to X-Ray, and a tenth fewer bytes",
        covers: |d| is_flag(d.path) && d.is_theirs() && d.theirs == Some(&Value::Bool(false)),
    },
    Reason {
        what: "the cause where no exception was recorded, but the span's status has a message",
        collector: Differs("an exception without a type, not told as remote"),
        opentelemetry_aws: Differs("none; the message is dropped. A defect"),
        bedload: "an exception with the error's code as its type, remote where a service gave it",
        why: "both are known",
        covers: unrecorded,
    },
    Reason {
        what: "the cause of a request that passes a call's error on",
        collector: Differs("an exception of its own"),
        opentelemetry_aws: Lost,
        bedload: "the id of the call's exception",
        why: "X-Ray shows it once, where it happened",
        covers: |d| {
            let within = d.path.starts_with("cause/exceptions/0/") && d.is_theirs();
            d.role == Role::Request
                && d.our("cause").is_some_and(is_id)
                && (within || d.path == "cause" && d.is_ours())
        },
    },
    Reason {
        what: "ids of exceptions",
        collector: Differs("drawn"),
        opentelemetry_aws: Differs("drawn"),
        bedload: "worked out from the span's id",
        why: "the same run gives the same documents",
        covers: |d| {
            d.path == "cause/exceptions/0/id" && d.ours.is_some_and(is_id) && d.theirs.is_some_and(is_id)
        },
    },
    Reason {
        what: "annotations",
        collector: Differs("metadata, unless its configuration names them"),
        opentelemetry_aws: Differs("metadata, unless told by name"),
        bedload: "twelve attributes, counted to 50 a trace; all else is metadata",
        why: "they are what people search by, and X-Ray indexes 50 of a trace",
        covers: annotated,
    },
    Reason {
        what: "metadata",
        collector: Same,
        opentelemetry_aws: Differs(
            "values beside each other, and none unless told so. A defect: AWS's schema asks for objects",
        ),
        bedload: "in the namespace `default`",
        why: "that is where X-Ray's own SDKs put what is given no namespace",
        covers: flat,
    },
    Reason {
        what: "attributes of the resource",
        collector: Differs("metadata of segments, as `otel.resource.…`"),
        opentelemetry_aws: Differs("metadata of every span"),
        bedload: "absent",
        why: "they are the same for a whole run: scenario and seed are annotations, all else stands in its summary",
        covers: of_the_resource,
    },
    Reason {
        what: "`aws.xray`",
        collector: Differs("SDK, language, version and `auto_instrumentation`, on every span"),
        opentelemetry_aws: Differs("SDK, language and version, on every span"),
        bedload: "the SDK's name, on segments",
        why: "the guide has it on segments, and an application was not instrumented",
        covers: |d| {
            let ours = is_segment(d.role) && d.path == "aws/xray/sdk" && is(d.ours, "bedload");
            d.path.starts_with("aws/xray/") && (d.is_theirs() || ours)
        },
    },
    Reason {
        what: "retries",
        collector: Differs("`http.request.resend_count` in metadata"),
        opentelemetry_aws: Differs("`http.request.resend_count` in metadata"),
        bedload: "`aws.retries`",
        why: "the field of X-Ray's own SDKs",
        covers: |d| match d.path {
            "aws/retries" => d.is_ours() && d.ours == d.their_metadata(key::HTTP_RESEND),
            _ => moved(d, key::HTTP_RESEND, "aws/retries"),
        },
    },
    Reason {
        what: "what an attempt, a call or a wait came after",
        collector: Differs("absent"),
        opentelemetry_aws: Differs("absent"),
        bedload: "`precursor_ids`",
        why: "the guide's own field for it",
        covers: |d| {
            matches!(d.role, Role::Attempt | Role::Call | Role::Wait)
                && d.path == "precursor_ids/0"
                && d.is_ours()
                && d.ours.is_some_and(is_id)
        },
    },
    Reason {
        what: "events that are no exceptions",
        collector: Differs("dropped"),
        opentelemetry_aws: Differs("dropped"),
        bedload: "`metadata.default.events`",
        why: "decisions of policies are events, and when a result was stored",
        covers: |d| d.path.starts_with("metadata/default/events/") && d.is_ours(),
    },
    Reason {
        what: "attributes of a request to AWS that have a field of their own",
        collector: Differs("`rpc.system`, `rpc.service` and `cloud.region` in metadata too"),
        opentelemetry_aws: Differs("`rpc.service` in metadata too"),
        bedload: "the field alone: namespace, name and `aws.region`",
        why: "once is enough",
        covers: |d| {
            let aws = d.their_attribute() == Some(key::RPC_SYSTEM)
                && d.is_theirs()
                && is(d.theirs, key::AWS_API)
                && is(d.our("namespace"), "aws");
            matches!(d.role, Role::Attempt | Role::Send)
                && (aws || moved(d, key::RPC_SERVICE, "name") || moved(d, key::CLOUD_REGION, "aws/region"))
        },
    },
    Reason {
        what: "the region of a call",
        collector: Same,
        opentelemetry_aws: Differs("`aws.region`"),
        bedload: "metadata",
        why: "`aws` is for subsegments that asked AWS, and those are the attempts",
        covers: |d| {
            let (ours, theirs) = ("metadata/default/cloud.region", "aws/region");
            let there = d.path == theirs && d.is_theirs() && d.theirs == d.our(ours);
            let here = d.path == ours && d.is_ours() && d.ours == d.their(theirs);
            d.role == Role::Call && (there || here)
        },
    },
    Reason {
        what: "`server.address`",
        collector: Differs("dropped"),
        opentelemetry_aws: Differs("`sql.url`, on calls and attempts. A defect: no database was asked"),
        bedload: "in the attempt's URL, and in metadata of the call, which has none",
        why: "it says where a request went",
        covers: addressed,
    },
    Reason {
        what: "`response.content_length`",
        collector: Differs("0 where unknown"),
        opentelemetry_aws: Same,
        bedload: "absent",
        why: "it is not known",
        covers: |d| {
            d.path == "http/response/content_length" && d.is_theirs() && d.theirs == Some(&Value::from(0))
        },
    },
    Reason {
        what: "times",
        collector: Differs(
            "nanoseconds, divided after they have lost their last digits: off by up to a quarter of a microsecond",
        ),
        opentelemetry_aws: Same,
        bedload: "whole microseconds",
        why: "what the guide recommends",
        covers: |d| {
            let number = |value: Option<&Value>| value.and_then(Value::as_f64).unwrap_or(f64::NAN);
            let apart = (number(d.ours) - number(d.theirs)).abs();
            matches!(d.path, "start_time" | "end_time") && apart < 5e-7
        },
    },
];

fn is(value: Option<&Value>, text: &str) -> bool {
    value.and_then(Value::as_str) == Some(text)
}

fn is_id(value: &Value) -> bool {
    value.as_str().is_some_and(|id| id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn is_segment(role: Role) -> bool {
    matches!(role, Role::Request | Role::Delivery)
}

fn is_flag(path: &str) -> bool {
    matches!(path, "error" | "throttle" | "fault")
}

fn is_true(value: Option<&Value>) -> bool {
    value == Some(&Value::Bool(true))
}

/// Whether theirs keeps in metadata what ours has in a field.
fn moved(d: &Difference<'_>, attribute: &str, field: &str) -> bool {
    d.their_attribute() == Some(attribute) && d.is_theirs() && d.theirs == d.our(field)
}

/// A failure that we do not lay on the service, and theirs does.
fn blamed(d: &Difference<'_>) -> bool {
    let unlike = match d.path {
        "error" | "throttle" => is_true(d.ours) && !is_true(d.theirs),
        "fault" => d.is_theirs() && is_true(d.theirs),
        _ => false,
    };
    unlike
        && d.our("http/response/status").is_none()
        && (is_true(d.our("error")), is_true(d.our("fault"))) == (true, false)
        && (is_true(d.their("error")), is_true(d.their("fault"))) == (false, true)
}

fn unrecorded(d: &Difference<'_>) -> bool {
    let Some(field) = d.path.strip_prefix("cause/exceptions/0/") else { return false };
    let has_flag = is_true(d.their("error")) || is_true(d.their("fault"));
    match (d.by, field) {
        (Translator::Collector, "type") => d.ours.is_some() && is(d.theirs, ""),
        (Translator::Collector, "remote") => {
            d.is_ours()
                && is_true(d.ours) == matches!(d.role, Role::Attempt | Role::Send)
                && is(d.their("cause/exceptions/0/type"), "")
        }
        (Translator::Collector, _) => false,
        (Translator::OpentelemetryAws, _) => {
            d.is_ours() && has_flag && d.their("cause/exceptions/0/id").is_none()
        }
    }
}

fn annotated(d: &Difference<'_>) -> bool {
    let known = |is_it: &dyn Fn(&str, &str) -> bool| {
        key::ANNOTATED.iter().find(|(attribute, name)| is_it(attribute, name))
    };
    if let Some(ours) = d.path.strip_prefix("annotations/") {
        return d.is_ours()
            && known(&|_, name| name == ours)
                .is_some_and(|(attribute, _)| d.their_metadata(attribute) == d.ours);
    }
    let known = known(&|attribute, _| d.their_attribute() == Some(attribute));
    d.is_theirs() && known.is_some_and(|(_, name)| d.our(&format!("annotations/{name}")) == d.theirs)
}

fn flat(d: &Difference<'_>) -> bool {
    let Some(key) = d.path.strip_prefix("metadata/") else { return false };
    match key.strip_prefix("default/") {
        Some(key) => d.is_ours() && d.their(&format!("metadata/{key}")) == d.ours,
        None => d.is_theirs() && d.our(&format!("metadata/default/{key}")) == d.theirs,
    }
}

fn of_the_resource(d: &Difference<'_>) -> bool {
    const SENT: [&str; 3] = ["bedload.digest", key::SCENARIO, "service.name"];
    const SDK: &str = "telemetry.sdk.";
    let Some(key) = d.their_attribute().filter(|_| d.is_theirs()) else { return false };
    match d.by {
        Translator::Collector => {
            let key = key.strip_prefix("otel.resource.");
            is_segment(d.role) && key.is_some_and(|key| SENT.contains(&key) || key.starts_with(SDK))
        }
        // A late delivery has the scenario of its own.
        Translator::OpentelemetryAws => SENT.contains(&key) && !annotated(d),
    }
}

fn addressed(d: &Difference<'_>) -> bool {
    const OURS: &str = "metadata/default/server.address";
    let within = |url: &Value, host: &Value| match (url.as_str(), host.as_str()) {
        (Some(url), Some(host)) => url.starts_with(&format!("https://{host}/")),
        _ => false,
    };
    let url = || d.our("http/request/url").zip(d.theirs).is_some_and(|(url, host)| within(url, host));
    match (d.by, d.role, d.path) {
        (Translator::Collector, Role::Call, OURS) => d.is_ours(),
        (Translator::OpentelemetryAws, Role::Call, OURS) => d.is_ours() && d.ours == d.their("sql/url"),
        (Translator::OpentelemetryAws, Role::Call, "sql/url") => d.is_theirs() && d.theirs == d.our(OURS),
        (Translator::OpentelemetryAws, Role::Attempt, "sql/url") => d.is_theirs() && url(),
        _ => false,
    }
}
