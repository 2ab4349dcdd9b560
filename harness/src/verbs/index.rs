//! The page over several runs: which of them passed, with a link to each report.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use bedload_reports::render::{self, Entry};
use bedload_reports::summary::Summary;

use super::VerbError;
use super::run_folder::{PAGE, SUMMARY, write};

/// The file, in the folder that holds the run folders.
const INDEX: &str = "index.html";

/// Writes the index of these run folders below `root`, and tells where it is. A run that came to no summary, because it was
/// killed or could not be begun, has no report to lead to.
pub(super) fn index(root: &Path, folders: &[PathBuf]) -> Result<PathBuf, VerbError> {
    let runs: Vec<(String, Summary)> = folders
        .iter()
        .filter_map(|folder| Some((href(root, folder), read(&folder.join(SUMMARY))?)))
        .collect();
    let entries: Vec<Entry<'_>> = runs.iter().map(|(href, summary)| Entry { href, summary }).collect();
    let path = root.join(INDEX);
    write(&path, |out| render::index(&entries, out))?;
    Ok(path)
}

fn href(root: &Path, folder: &Path) -> String {
    let below = folder.strip_prefix(root).unwrap_or(folder).join(PAGE);
    let parts = below.iter().map(|part| part.to_string_lossy());
    let encoded = parts.map(|part| {
        percent_encoding::utf8_percent_encode(&part, percent_encoding::NON_ALPHANUMERIC).to_string()
    });
    encoded.collect::<Vec<_>>().join("/")
}

fn read(path: &Path) -> Option<Summary> {
    serde_json::from_reader(BufReader::new(File::open(path).ok()?)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_relative_and_harmless() {
        let address = href(Path::new("out"), Path::new("out/a b/#1"));
        assert_eq!(address, "a%20b/%231/report%2Ehtml");
    }
}
