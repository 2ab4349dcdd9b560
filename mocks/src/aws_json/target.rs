//! Which operation a request names: `x-amz-target: AmazonSQS.SendMessage`.

use http::HeaderName;
use http::request::Parts;

const TARGET: HeaderName = HeaderName::from_static("x-amz-target");

/// A service's prefix and the name of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Target<'a> {
    /// What stands before the last full stop.
    pub prefix: &'a str,
    /// What stands behind it.
    pub operation: &'a str,
}

impl<'a> Target<'a> {
    /// The target of a request that has one.
    pub(crate) fn of(head: &'a Parts) -> Option<Self> {
        let (prefix, operation) = head.headers.get(TARGET)?.to_str().ok()?.rsplit_once('.')?;
        Some(Target { prefix, operation })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use http::Request;

    use super::*;

    #[test]
    fn the_last_full_stop_divides_it() {
        let cases = [
            (Some("AmazonSQS.SendMessage"), Some(("AmazonSQS", "SendMessage"))),
            (Some("a.b.C"), Some(("a.b", "C"))),
            (Some("SendMessage"), None),
            (None, None),
        ];
        for (header, expected) in cases {
            let request = header.iter().fold(Request::post("/"), |request, it| request.header(TARGET, *it));
            let (head, ()) = request.body(()).unwrap().into_parts();
            let read = Target::of(&head).map(|target| (target.prefix, target.operation));
            assert_eq!(read, expected, "{header:?}");
        }
    }
}
