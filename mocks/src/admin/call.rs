//! What an admin request asks for, by its method and path.

use http::{Method, Uri};
use percent_encoding::percent_decode_str;

/// Exchanges in one answer where nothing else is said.
const DEFAULT_LIMIT: usize = 1_000;

/// The paths, what each is for, and its methods.
pub(super) const PATHS: [(&str, &str, &str); 6] = [
    ("/", "GET", "this list"),
    ("/health", "GET", "whether the cloud serves, and what became of its exchanges so far"),
    ("/faults", "GET, POST, DELETE", "the faults; more of them, in a scenario's words as JSON or YAML; none"),
    ("/faults/{name}", "DELETE", "one fault less"),
    (
        "/ledger",
        "GET",
        "finished exchanges as JSON lines, from the place `since` on, at most `limit`; the header \
         x-bedload-next says where to go on, x-bedload-missed how many are no longer kept",
    ),
    ("/reset", "POST", "everything as at the start"),
];

/// A request to those who run the cloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Call {
    /// What can be asked.
    Paths,
    /// Whether all is well.
    Health,
    /// The faults.
    Faults,
    /// More faults.
    AddFaults,
    /// No fault.
    ClearFaults,
    /// One fault less.
    RemoveFault(String),
    /// A part of the ledger.
    Ledger {
        /// From this place on.
        since: u64,
        /// At most so many exchanges.
        limit: usize,
    },
    /// Everything as at the start.
    Reset,
}

/// Why a request is no call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NoCall {
    /// There is nothing at that path.
    Path,
    /// There is, for these methods.
    Method(&'static str),
    /// A parameter is no whole number.
    Parameter(String),
}

impl Call {
    /// What this method and this address ask for.
    pub(super) fn of(method: &Method, uri: &Uri) -> Result<Self, NoCall> {
        let name = uri.path().strip_prefix("/faults/").filter(|name| !name.is_empty());
        match (uri.path(), method.as_str()) {
            ("/", "GET") => Ok(Call::Paths),
            ("/health", "GET") => Ok(Call::Health),
            ("/faults", "GET") => Ok(Call::Faults),
            ("/faults", "POST") => Ok(Call::AddFaults),
            ("/faults", "DELETE") => Ok(Call::ClearFaults),
            ("/ledger", "GET") => ledger(uri.query().unwrap_or_default()),
            ("/reset", "POST") => Ok(Call::Reset),
            (path, method) => match (name, PATHS.iter().find(|(known, ..)| *known == path)) {
                (Some(name), _) if method == "DELETE" => {
                    Ok(Call::RemoveFault(percent_decode_str(name).decode_utf8_lossy().into_owned()))
                }
                (Some(_), _) => Err(NoCall::Method("DELETE")),
                (None, Some((_, methods, _))) => Err(NoCall::Method(methods)),
                (None, None) => Err(NoCall::Path),
            },
        }
    }
}

fn ledger(query: &str) -> Result<Call, NoCall> {
    let (mut since, mut limit) = (0, DEFAULT_LIMIT);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let wrong = || NoCall::Parameter(pair.to_owned());
        match pair.split_once('=').ok_or_else(wrong)? {
            ("since", value) => since = value.parse().map_err(|_| wrong())?,
            ("limit", value) => limit = value.parse().map_err(|_| wrong())?,
            _ => return Err(wrong()),
        }
    }
    Ok(Call::Ledger { since, limit })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn call(method: Method, uri: &str) -> Result<Call, NoCall> {
        Call::of(&method, &uri.parse().unwrap_or_default())
    }

    #[test]
    fn methods_and_paths() {
        let cases = [
            (Method::GET, "/", Ok(Call::Paths)),
            (Method::GET, "/health", Ok(Call::Health)),
            (Method::GET, "/faults", Ok(Call::Faults)),
            (Method::POST, "/faults", Ok(Call::AddFaults)),
            (Method::DELETE, "/faults", Ok(Call::ClearFaults)),
            (Method::DELETE, "/faults/a%20storm", Ok(Call::RemoveFault("a storm".into()))),
            (Method::GET, "/faults/storm", Err(NoCall::Method("DELETE"))),
            (Method::POST, "/reset", Ok(Call::Reset)),
            (Method::GET, "/reset", Err(NoCall::Method("POST"))),
            (Method::PUT, "/faults", Err(NoCall::Method("GET, POST, DELETE"))),
            (Method::GET, "/faults/", Err(NoCall::Path)),
            (Method::GET, "/metrics", Err(NoCall::Path)),
            (Method::GET, "/ledger", Ok(Call::Ledger { since: 0, limit: DEFAULT_LIMIT })),
            (Method::GET, "/ledger?since=7&limit=2", Ok(Call::Ledger { since: 7, limit: 2 })),
            (Method::GET, "/ledger?since=-1", Err(NoCall::Parameter("since=-1".into()))),
            (Method::GET, "/ledger?from=1", Err(NoCall::Parameter("from=1".into()))),
            (Method::GET, "/ledger?since", Err(NoCall::Parameter("since".into()))),
        ];
        for (method, uri, expected) in cases {
            assert_eq!(call(method.clone(), uri), expected, "{method} {uri}");
        }
    }

    proptest! {
        #[test]
        fn any_address_is_understood_or_not(path in "[!-~]*", query in "[!-~]*") {
            for method in [Method::GET, Method::DELETE] {
                let _ = call(method.clone(), &format!("/faults/{path}?{query}"));
                let _ = call(method, &format!("/ledger?since={query}"));
            }
        }
    }
}
