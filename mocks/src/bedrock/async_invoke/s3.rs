//! Where an invocation's output goes: a place on S3, and the local folder that stands for it.

use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, CONTROLS, percent_encode, utf8_percent_encode};

/// What a file's name may not hold: on some system each of them is no plain character.
const UNSAFE: &AsciiSet = &CONTROLS
    .add(b'/')
    .add(b'\\')
    .add(b':')
    .add(b'*')
    .add(b'?')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'|')
    .add(b'%');
const SCHEME: &str = "s3://";

/// A place on S3: `s3://bucket/prefix`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct S3Uri {
    bucket: String,
    /// Without slashes at its ends; empty for the bucket itself.
    prefix: String,
}

impl S3Uri {
    /// The place that a text names, if it is of the form that the service model allows:
    /// `s3://[a-z0-9][\.\-a-z0-9]{1,61}[a-z0-9](/.*)?`, of at most 1,024 characters.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let place = text.strip_prefix(SCHEME).filter(|_| text.len() <= 1024)?;
        let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let ends = bucket.bytes().next().is_some_and(plain) && bucket.bytes().next_back().is_some_and(plain);
        let inside = bucket.bytes().all(|byte| plain(byte) || byte == b'.' || byte == b'-');
        (ends && inside && (3..=63).contains(&bucket.len()))
            .then(|| S3Uri { bucket: bucket.to_owned(), prefix: prefix.trim_matches('/').to_owned() })
    }

    /// Where the files of one invocation are.
    pub(super) fn of_invocation(&self, id: &str) -> String {
        match &*self.prefix {
            "" => format!("{SCHEME}{}/{id}", self.bucket),
            prefix => format!("{SCHEME}{}/{prefix}/{id}", self.bucket),
        }
    }

    /// The local folder for the files of one invocation. It lies under `root`, whatever the prefix: each of
    /// its parts becomes one plain name, in which what is not plain is percent-encoded.
    pub(super) fn folder(&self, root: &Path, id: &str) -> PathBuf {
        let parts = self.prefix.split('/').filter(|part| !part.is_empty());
        [&*self.bucket].into_iter().chain(parts).chain([id]).map(file_name).fold(root.into(), with)
    }
}

fn with(mut path: PathBuf, name: String) -> PathBuf {
    path.push(name);
    path
}

/// A name for a part of a key. One of dots alone would lead out of its folder, so its dots are encoded too.
fn file_name(part: &str) -> String {
    if part.bytes().all(|byte| byte == b'.') {
        percent_encode(part.as_bytes(), percent_encoding::NON_ALPHANUMERIC).to_string()
    } else {
        utf8_percent_encode(part, UNSAFE).to_string()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use std::path::Component;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn places_and_their_folders() {
        let cases = [
            ("s3://bucket", "s3://bucket/id", "/shelf/bucket/id"),
            ("s3://bucket/", "s3://bucket/id", "/shelf/bucket/id"),
            ("s3://bucket/out/", "s3://bucket/out/id", "/shelf/bucket/out/id"),
            ("s3://my.bucket/a//b", "s3://my.bucket/a//b/id", "/shelf/my.bucket/a/b/id"),
            ("s3://bucket/../..", "s3://bucket/../../id", "/shelf/bucket/%2E%2E/%2E%2E/id"),
            ("s3://bucket/a\\b:c", "s3://bucket/a\\b:c/id", "/shelf/bucket/a%5Cb%3Ac/id"),
        ];
        for (text, location, folder) in cases {
            let uri = S3Uri::parse(text).unwrap();
            assert_eq!(uri.of_invocation("id"), location, "{text}");
            assert_eq!(uri.folder(Path::new("/shelf"), "id"), Path::new(folder), "{text}");
        }
    }

    #[test]
    fn what_is_no_place_is_refused() {
        let long = format!("s3://bucket/{}", "a".repeat(1024));
        for wrong in
            ["", "bucket/out", "s3://", "s3://ab", "s3://-bucket", "s3://Bucket", "s3://../etc", &long]
        {
            assert_eq!(S3Uri::parse(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_prefix_leads_out_of_the_root(prefix in "([./\\\\a]|\\PC){0,20}") {
            if let Some(uri) = S3Uri::parse(&format!("s3://bucket/{prefix}")) {
                let folder = uri.folder(Path::new("root"), "id");
                prop_assert!(folder.starts_with("root/bucket"));
                prop_assert!(folder.components().all(|part| matches!(part, Component::Normal(_))));
            }
        }
    }
}
