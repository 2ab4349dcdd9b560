//! The traces of a log, one after another: those that sampling keeps, with the account of all.
//!
//! The log is read a second time, since which requests were the slowest is known only when all have been seen.

use std::io::{self, Read, Write};

use super::Tracer;
use super::account::Traced;
use super::sample::{Fate, Sampler};
use super::span::Tree;
use super::xray;
use crate::header::Header;
use crate::job::Stray;
use crate::log::{Entry, ReadError, Reader};
use crate::record::Record;

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

/// What a tree of spans is made from.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// A request.
    Request(Box<Record>),
    /// A delivery that came when its job was settled.
    Stray(Box<Stray>),
}

impl Told {
    /// Its spans.
    pub fn tree<'a>(&'a self, tracer: &Tracer<'a>) -> Tree<'a> {
        match self {
            Told::Request(record) => tracer.tree(record),
            Told::Stray(stray) => tracer.stray_tree(stray),
        }
    }
}

/// What of a log is kept as traces, one tree after another; all of it is counted on the way.
pub struct Traces<'a> {
    reader: Reader<'a>,
    run: Header,
    sampler: Sampler,
    traced: Traced,
}

impl<'a> Traces<'a> {
    /// Those of this log.
    ///
    /// # Errors
    /// A log that cannot be read.
    pub fn open(log: impl Read + 'a, sampler: Sampler) -> Result<Self, ReadError> {
        let reader = Reader::open(log)?;
        Ok(Traces { run: reader.header().clone(), reader, sampler, traced: Traced::default() })
    }

    /// Makes their spans.
    pub fn tracer(&self) -> Tracer<'_> {
        Tracer::new(&self.run)
    }

    /// The account of all that were read; what was written is for the reader to fill in.
    pub fn finish(self) -> Traced {
        self.traced
    }
}

impl Iterator for Traces<'_> {
    type Item = Told;

    fn next(&mut self) -> Option<Told> {
        while let Some(entry) = self.reader.next_entry() {
            let tracer = Tracer::new(&self.run);
            match entry {
                Entry::Record(record) => {
                    let fate = self.sampler.decide(&record, tracer.ids(&record));
                    self.traced.count(fate, tracer.count(&record));
                    if matches!(fate, Fate::Kept(_)) {
                        return Some(Told::Request(Box::new(record)));
                    }
                }
                Entry::Stray(stray) => {
                    let kept = self.sampler.keeps_stray(&stray);
                    self.traced.count_spans(kept, tracer.count_stray(&stray));
                    if kept {
                        return Some(Told::Stray(stray));
                    }
                }
                Entry::Dropped(_) | Entry::Queue(_) | Entry::Generator(_) | Entry::End(_) => {}
            }
        }
        None
    }
}

/// Writes the X-Ray documents of every trace that is kept, a line each.
///
/// # Errors
/// A log that cannot be read, or documents that cannot be written.
pub fn write(log: impl Read, sampler: Sampler, out: &mut dyn Write) -> Result<Traced, SegmentsError> {
    let mut traces = Traces::open(log, sampler)?;
    let (mut documents, mut spans) = (0, 0);
    while let Some(told) = traces.next() {
        let made = xray::documents(&told.tree(&traces.tracer()));
        for document in &made {
            out.write_all(document.json.as_bytes())?;
            out.write_all(b"\n")?;
            spans += document.spans;
        }
        documents += made.len() as u64;
    }
    Ok(Traced { documents, spans_written: spans, ..traces.finish() })
}
