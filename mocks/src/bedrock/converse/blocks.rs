//! The content blocks of a Converse request, held against the service model.

use std::fmt::Arguments;

use serde_json::Value;

use crate::bedrock::constraint::Complaints;
use crate::bedrock::prompt_cache::Ttl;

const ID_CHARS: usize = 64;
const DOCUMENT_NAME_CHARS: usize = 200;
const IMAGE_FORMATS: [&str; 4] = ["png", "jpeg", "gif", "webp"];
const DOCUMENT_FORMATS: [&str; 9] = ["pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md"];
const VIDEO_FORMATS: [&str; 9] = ["mkv", "mov", "mp4", "webm", "flv", "mpeg", "mpg", "wmv", "three_gp"];

/// The characters of a tool's name.
pub(super) fn is_of_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "_-".contains(letter)
}

fn is_of_id(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "_.:-".contains(letter)
}

/// Checks a name of a tool.
pub(super) fn check_name(name: &Value, path: &str, complaints: &mut Complaints) {
    text(name, path, complaints, |name, complaints| {
        complaints.length(name, name.chars().count(), path, 1, ID_CHARS);
        complaints.pattern(name, path, is_of_name, "[a-zA-Z0-9_-]+");
    });
}

/// Checks a list of blocks.
pub(super) fn check_all(blocks: &[Value], path: Arguments<'_>, complaints: &mut Complaints) {
    for (at, block) in blocks.iter().enumerate() {
        for (kind, body) in block.as_object().into_iter().flatten().filter(|(kind, _)| *kind != "text") {
            check(kind, body, &format!("{path}.{}.member.{kind}", at + 1), complaints);
        }
    }
}

fn check(kind: &str, body: &Value, path: &str, complaints: &mut Complaints) {
    match kind {
        "image" => check_medium(body, path, &IMAGE_FORMATS, complaints),
        "video" => check_medium(body, path, &VIDEO_FORMATS, complaints),
        "document" => check_document(body, path, complaints),
        "toolUse" => {
            check_id(&body["toolUseId"], &format!("{path}.toolUseId"), complaints);
            check_name(&body["name"], &format!("{path}.name"), complaints);
            present(&body["input"], &format!("{path}.input"), complaints);
        }
        "toolResult" => {
            check_id(&body["toolUseId"], &format!("{path}.toolUseId"), complaints);
            present(&body["content"], &format!("{path}.content"), complaints);
            check_all(
                body["content"].as_array().map_or(&[], Vec::as_slice),
                format_args!("{path}.content"),
                complaints,
            );
            if let Some(status) = body["status"].as_str() {
                complaints.one_of(status, format!("{path}.status"), &["success", "error"]);
            }
        }
        "cachePoint" => {
            text(&body["type"], &format!("{path}.type"), complaints, |word, complaints| {
                complaints.one_of(word, format!("{path}.type"), &["default"]);
            });
            if let Some(ttl) = body["ttl"].as_str() {
                complaints.one_of(ttl, format!("{path}.ttl"), &Ttl::NAMES);
            }
        }
        _ => {}
    }
}

fn check_id(id: &Value, path: &str, complaints: &mut Complaints) {
    text(id, path, complaints, |id, complaints| {
        complaints.length(id, id.chars().count(), path, 1, ID_CHARS);
        complaints.pattern(id, path, is_of_id, "[a-zA-Z0-9_.:-]+");
    });
}

fn check_medium(medium: &Value, path: &str, formats: &[&str], complaints: &mut Complaints) {
    let format = format!("{path}.format");
    text(&medium["format"], &format, complaints, |word, complaints| {
        complaints.one_of(word, &format, formats)
    });
    check_source(&medium["source"], &format!("{path}.source"), complaints);
}

fn check_document(document: &Value, path: &str, complaints: &mut Complaints) {
    if let Some(format) = document["format"].as_str() {
        complaints.one_of(format, format!("{path}.format"), &DOCUMENT_FORMATS);
    }
    let name = format!("{path}.name");
    text(&document["name"], &name, complaints, |word, complaints| {
        complaints.length(word, word.chars().count(), &name, 1, DOCUMENT_NAME_CHARS);
    });
    check_source(&document["source"], &format!("{path}.source"), complaints);
}

fn check_source(source: &Value, path: &str, complaints: &mut Complaints) {
    present(source, path, complaints);
    if source["bytes"].as_str().is_some_and(str::is_empty) {
        complaints
            .add_unquoted(format!("{path}.bytes"), "Member must have length greater than or equal to 1");
    }
    if let Some(location) = source.get("s3Location") {
        present(&location["uri"], &format!("{path}.s3Location.uri"), complaints);
    }
}

fn present(value: &Value, path: &str, complaints: &mut Complaints) {
    if value.is_null() {
        complaints.missing(path);
    }
}

fn text(value: &Value, path: &str, complaints: &mut Complaints, check: impl Fn(&str, &mut Complaints)) {
    match value.as_str() {
        Some(word) => check(word, complaints),
        None => complaints.missing(path),
    }
}
