//! The operations that ask no model for an answer on the spot: asynchronous invocations and guardrails.
//!
//! They have paths of their own, without a model id in them.

use http::{Method, Uri};
use percent_encoding::percent_decode_str;

use super::async_invoke::AsyncSettings;
use super::guardrail::BlockedWords;
use super::operation::Operation;

/// How errands go in a cloud.
#[derive(Clone, Debug, Default)]
pub(crate) struct ErrandSettings {
    /// How asynchronous invocations go.
    pub async_invokes: AsyncSettings,
    /// What guardrails block.
    pub blocked_words: BlockedWords,
}

/// What is asked, by the request's method, path and query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Errand {
    /// `POST /async-invoke`: begin an invocation, whose model the body names.
    StartAsyncInvoke,
    /// `GET /async-invoke/{invocationArn}`: how an invocation is doing.
    GetAsyncInvoke {
        /// The invocation's ARN, decoded.
        arn: String,
    },
    /// `GET /async-invoke`: which invocations there are.
    ListAsyncInvokes {
        /// The filters and the page, as they stand in the query.
        query: String,
    },
    /// `POST /guardrail/{guardrailIdentifier}/version/{guardrailVersion}/apply`: what a guardrail makes of a text.
    ApplyGuardrail {
        /// The guardrail's id or ARN, decoded.
        id: String,
        /// Its version: `DRAFT`, a number or nothing.
        version: String,
    },
}

impl Errand {
    /// The errand of a request, or nothing if it is none.
    pub(crate) fn of(method: &Method, uri: &Uri) -> Option<Self> {
        match (method, uri.path()) {
            (&Method::POST, "/async-invoke") => Some(Errand::StartAsyncInvoke),
            (&Method::GET, "/async-invoke") => {
                Some(Errand::ListAsyncInvokes { query: uri.query().unwrap_or_default().to_owned() })
            }
            (&Method::GET, path) => {
                let arn = path.strip_prefix("/async-invoke/").filter(|arn| !arn.is_empty())?;
                Some(Errand::GetAsyncInvoke { arn: decoded(arn) })
            }
            (&Method::POST, path) => {
                let applied = path.strip_prefix("/guardrail/")?.strip_suffix("/apply")?;
                let (id, version) = applied.rsplit_once("/version/")?;
                Some(Errand::ApplyGuardrail { id: decoded(id), version: decoded(version) })
            }
            _ => None,
        }
    }

    /// The operation that it is.
    pub(crate) fn operation(&self) -> Operation {
        match self {
            Errand::StartAsyncInvoke => Operation::StartAsyncInvoke,
            Errand::GetAsyncInvoke { .. } => Operation::GetAsyncInvoke,
            Errand::ListAsyncInvokes { .. } => Operation::ListAsyncInvokes,
            Errand::ApplyGuardrail { .. } => Operation::ApplyGuardrail,
        }
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn errand(method: &Method, uri: &str) -> Option<Errand> {
        Errand::of(method, &uri.parse().unwrap())
    }

    #[test]
    fn paths() {
        let get = |arn: &str| Some(Errand::GetAsyncInvoke { arn: arn.to_owned() });
        let list = |query: &str| Some(Errand::ListAsyncInvokes { query: query.to_owned() });
        let apply = |id: &str, version: &str| {
            Some(Errand::ApplyGuardrail { id: id.to_owned(), version: version.to_owned() })
        };
        let cases = [
            (Method::POST, "/async-invoke", Some(Errand::StartAsyncInvoke)),
            (Method::GET, "/async-invoke", list("")),
            (Method::GET, "/async-invoke?maxResults=2", list("maxResults=2")),
            (
                Method::GET,
                "/async-invoke/arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Aasync-invoke%2Fa",
                get("arn:aws:bedrock:us-east-1:1:async-invoke/a"),
            ),
            (Method::GET, "/async-invoke/arn:aws:async-invoke/a", get("arn:aws:async-invoke/a")),
            (Method::GET, "/async-invoke/", None),
            (Method::PUT, "/async-invoke", None),
            (Method::POST, "/guardrail/gr1/version/DRAFT/apply", apply("gr1", "DRAFT")),
            (Method::POST, "/guardrail/arn%3Aaws%2Fgr1/version/3/apply", apply("arn:aws/gr1", "3")),
            (Method::POST, "/guardrail/gr1/apply", None),
            (Method::GET, "/guardrail/gr1/version/1/apply", None),
            (Method::POST, "/", None),
        ];
        for (method, uri, expected) in cases {
            assert_eq!(errand(&method, uri), expected, "{method} {uri}");
        }
    }

    proptest! {
        #[test]
        fn any_path_is_an_errand_or_none(path in "/(async-invoke|guardrail)?[!-~]{0,40}") {
            if let Ok(uri) = path.parse() {
                let _ = Errand::of(&Method::GET, &uri);
                let _ = Errand::of(&Method::POST, &uri);
            }
        }
    }
}
