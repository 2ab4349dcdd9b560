//! The traces of a log, one after another: those that sampling keeps, with the account of all.
//!
//! The log is read a second time, since which requests were the slowest is known only when all have been seen.

use std::io::{self, Read, Write};

use super::Tracer;
use super::account::Traced;
use super::sample::{Fate, Sampler};
use super::span::Tree;
use super::xray;
use crate::log::{Entry, ReadError, Reader};

/// Why the traces of a log could not be told.
#[derive(Debug, thiserror::Error)]
pub enum SegmentsError {
    /// The log cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A document could not be written.
    #[error("cannot write X-Ray documents: {0}")]
    Write(#[from] io::Error),
}

/// Hands on the tree of every trace that is kept, and counts them all. `take` returns the spans that it took.
///
/// # Errors
/// A log that cannot be read, and whatever `take` fails with.
pub fn each<E: From<ReadError>>(
    log: impl Read,
    mut sampler: Sampler,
    mut take: impl FnMut(&Tree<'_>) -> Result<u64, E>,
) -> Result<Traced, E> {
    let mut reader = Reader::open(log)?;
    let run = reader.header().clone();
    let tracer = Tracer::new(&run);
    let mut traced = Traced::default();
    while let Some(entry) = reader.next_entry() {
        let Entry::Record(record) = entry else { continue };
        let fate = sampler.decide(&record, tracer.ids(&record));
        traced.count(fate, tracer.count(&record));
        if matches!(fate, Fate::Kept(_)) {
            traced.spans_written += take(&tracer.tree(&record))?;
        }
    }
    Ok(traced)
}

/// Writes the X-Ray documents of every trace that is kept, a line each.
///
/// # Errors
/// A log that cannot be read, or documents that cannot be written.
pub fn write(log: impl Read, sampler: Sampler, out: &mut dyn Write) -> Result<Traced, SegmentsError> {
    let mut documents = 0;
    let traced = each(log, sampler, |tree| {
        let made = xray::documents(tree);
        for document in &made.json {
            out.write_all(document.as_bytes())?;
            out.write_all(b"\n")?;
        }
        documents += made.json.len() as u64;
        Ok::<_, SegmentsError>(made.spans.iter().sum())
    })?;
    Ok(Traced { documents, ..traced })
}
