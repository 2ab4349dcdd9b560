//! What an invocation leaves on S3: files like those of its model's family, without the pictures.
//!
//! Nova Reel writes `manifest.json`, `output.mp4` and `generation-status.json` (AWS's guide of Nova, on
//! video generation); other families one `output.json`, beside which a manifest lies here as well. The
//! contents of the manifests are ours.

use std::fs;
use std::io;
use std::path::Path;

use serde_json::{Value, json};

use crate::bedrock::embedding;

/// What a family of models makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Product {
    /// A film: Amazon Nova Reel and Luma AI.
    Film,
    /// A vector with so many dimensions: TwelveLabs Marengo.
    Vector(usize),
    /// A document, of whatever kind: any other model.
    Document,
}

impl Product {
    /// What a model makes, by its id without an ARN or a profile's prefix. Marengo has 1,024 dimensions, and
    /// 512 from version 3.0 on (AWS's guide of Bedrock, on its parameters).
    pub(super) fn of(bare_id: &str) -> Self {
        if bare_id.starts_with("amazon.nova-reel") || bare_id.starts_with("luma.") {
            Product::Film
        } else if bare_id.starts_with("twelvelabs.marengo-embed-2") {
            Product::Vector(1024)
        } else if bare_id.starts_with("twelvelabs.marengo-embed") {
            Product::Vector(512)
        } else {
            Product::Document
        }
    }

    /// Writes its files into a folder, which is made if it is not there. `digest` is of what was asked.
    pub(super) fn write(self, folder: &Path, arn: &str, digest: u64) -> io::Result<()> {
        fs::create_dir_all(folder)?;
        for (name, bytes) in self.files(arn, digest) {
            fs::write(folder.join(name), bytes)?;
        }
        Ok(())
    }

    fn files(self, arn: &str, digest: u64) -> Vec<(&'static str, Vec<u8>)> {
        let main = match self {
            Product::Film => ("output.mp4", film()),
            Product::Vector(dimensions) => ("output.json", text(&vector(digest, dimensions))),
            Product::Document => ("output.json", text(&json!({ "invocationArn": arn }))),
        };
        let manifest = ("manifest.json", text(&json!({ "invocationArn": arn, "files": [main.0] })));
        let mut files = vec![main, manifest];
        if self == Product::Film {
            let status = json!({ "invocationArn": arn, "status": "SUCCESS" });
            files.push(("generation-status.json", text(&status)));
        }
        files
    }
}

fn text(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

fn vector(digest: u64, dimensions: usize) -> Value {
    let embedding = embedding::of(&digest.to_string(), dimensions);
    json!({ "data": [{
        "embedding": embedding,
        "embeddingOption": "visual-text",
        "startSec": 0.0,
        "endSec": 6.0,
    }] })
}

/// The beginning of every MP4 file, a box that names its brands, and an empty one after it: a file that is
/// known for what it is, and shows nothing.
fn film() -> Vec<u8> {
    let mut film = Vec::new();
    film.extend(24_u32.to_be_bytes());
    film.extend(b"ftypisom");
    film.extend(512_u32.to_be_bytes());
    film.extend(b"isommp42");
    film.extend(8_u32.to_be_bytes());
    film.extend(b"free");
    film
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_and_their_products() {
        let cases = [
            ("amazon.nova-reel-v1:0", Product::Film),
            ("luma.ray-v2:0", Product::Film),
            ("twelvelabs.marengo-embed-2-7-v1:0", Product::Vector(1024)),
            ("twelvelabs.marengo-embed-3-0-v1:0", Product::Vector(512)),
            ("twelvelabs.pegasus-1-2-v1:0", Product::Document),
            ("anthropic.claude-3-haiku-20240307-v1:0", Product::Document),
        ];
        for (id, product) in cases {
            assert_eq!(Product::of(id), product, "{id}");
        }
    }

    #[test]
    fn a_film_is_two_boxes() {
        let film = film();
        assert_eq!(film.len(), 24 + 8);
        assert_eq!(&film[4..8], b"ftyp");
    }
}
