//! The record log: JSON lines in a chain of small zstd frames.
//!
//! A frame is closed when it holds enough or when a second of the run has passed, and only whole
//! frames are handed to the disk. So a killed run loses at most its last second, `zstdcat` reads what is
//! there, and in virtual time the same records give the same bytes, since nothing but the records
//! themselves decides where a frame ends.

use std::io::{self, BufRead, Read, Write};

use serde::{Deserialize, Serialize};
use zstd::bulk::Compressor;

use crate::generator::GeneratorSample;
use crate::header::{FORMAT_VERSION, Header};
use crate::job::{QueueSample, Stray};
use crate::record::{Name, Record};
use crate::stop::Stopped;
use crate::units::Nanos;
use crate::validity::Ending;

/// Bytes of JSON after which a frame is closed.
const FRAME_BYTES: usize = 128 * 1024;
/// Time of the run after which a frame is closed.
const FRAME_TIME: Nanos = Nanos::from_secs(1);
/// zstd's own default: beyond it records cost more than they save.
const LEVEL: i32 = 3;
/// Decompressed bytes that are read at a time.
const LINES_BYTES: usize = 256 * 1024;
/// The longest line that is read; a longer one is damage, not data.
const LINE_BYTES: u64 = 64 * 1024 * 1024;

/// A line of a record log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// First of all, once.
    Header(Box<Header>),
    /// A request that is over.
    Record(Box<Record>),
    /// An arrival that found no room.
    Dropped(Dropped),
    /// A delivery of a job that was settled already.
    Stray(Box<Stray>),
    /// A queue and its workers at one time.
    Queue(QueueSample),
    /// The generator itself at one time. Real time only.
    Generator(GeneratorSample),
    /// Last of all, once; its absence says that the run was killed.
    End(End),
}

/// An arrival that found the cap on requests in flight reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dropped {
    /// Whose arrival.
    pub flow: Name,
    /// The stage in which it was due.
    pub stage: Name,
    /// When it was due.
    pub due: Nanos,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct End {
    /// When.
    pub at: Nanos,
    /// What ended it.
    pub cause: Cause,
    /// Records that could not be written.
    pub lost: u64,
    /// The rule that ended it, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Box<Stopped>>,
}

/// What ended a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The last stage was over.
    Finished,
    /// A signal asked it to stop.
    Interrupted,
    /// The budget of requests or of money was spent.
    BudgetSpent,
    /// What `stop_if` says had come to be so.
    Stopped,
}

impl End {
    /// An end without a rule.
    pub fn new(at: Nanos, cause: Cause, lost: u64) -> Self {
        End { at, cause, lost, stopped: None }
    }
}

impl Line {
    /// Where on the run's time the line stands.
    fn at(&self) -> Nanos {
        match self {
            Line::Header(_) => Nanos::ZERO,
            Line::Record(record) => record.done,
            Line::Dropped(dropped) => dropped.due,
            Line::Stray(stray) => stray.delivery.over,
            Line::Queue(sample) => sample.at,
            Line::Generator(sample) => sample.at,
            Line::End(end) => end.at,
        }
    }
}

/// Writes a record log frame by frame.
pub struct Writer<W: Write>(Frames<W>);

impl<W: Write> Writer<W> {
    /// A log on `out`, beginning with its header, which reaches `out` at once.
    pub fn begin(out: W, header: &Header) -> Result<Self, WriteError> {
        let mut frames = Frames::new(out);
        frames.push(Nanos::ZERO, &Line::Header(Box::new(header.clone())))?;
        frames.close()?;
        Ok(Writer(frames))
    }

    /// Adds a line; it reaches `out` when its frame is closed.
    pub fn write(&mut self, line: &Line) -> Result<(), WriteError> {
        self.0.push(line.at(), line)
    }

    /// Writes the closing line and hands `out` back.
    pub fn end(mut self, end: End) -> Result<W, WriteError> {
        self.write(&Line::End(end))?;
        self.0.finish()
    }
}

/// JSON lines in zstd frames: what the record log and the ledger have in common.
pub struct Frames<W: Write> {
    out: W,
    /// Kept from frame to frame: to set one up costs as much as to compress a second of records. None before the first.
    compressor: Option<Compressor<'static>>,
    pending: Vec<u8>,
    opened_at: Nanos,
}

impl<W: Write> Frames<W> {
    /// An empty chain on `out`.
    pub fn new(out: W) -> Self {
        Frames { out, compressor: None, pending: Vec::with_capacity(FRAME_BYTES), opened_at: Nanos::ZERO }
    }

    /// Adds a line that stands at `at` on the run's time, in a new frame if the open one is old or full.
    pub fn push(&mut self, at: Nanos, line: &impl Serialize) -> Result<(), WriteError> {
        if at.since(self.opened_at) >= FRAME_TIME || self.pending.len() >= FRAME_BYTES {
            self.close()?;
            self.opened_at = self.opened_at.max(at);
        }
        serde_json::to_writer(&mut self.pending, line)?;
        self.pending.push(b'\n');
        Ok(())
    }

    /// Compresses what is pending and hands it to `out`.
    pub fn close(&mut self) -> Result<(), WriteError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let compressor = match &mut self.compressor {
            Some(compressor) => compressor,
            none => none.insert(Compressor::new(LEVEL)?),
        };
        let frame = compressor.compress(&self.pending)?;
        self.out.write_all(&frame)?;
        self.out.flush()?;
        self.pending.clear();
        Ok(())
    }

    /// Closes the last frame and hands `out` back.
    pub fn finish(mut self) -> Result<W, WriteError> {
        self.close()?;
        Ok(self.out)
    }
}

/// Reads a record log line by line, up to where it was torn.
pub struct Reader<'a> {
    lines: Box<dyn BufRead + 'a>,
    header: Header,
    buffer: Vec<u8>,
    ending: Option<Ending>,
}

/// What is in a log after its header.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// A request that is over.
    Record(Record),
    /// An arrival that found no room.
    Dropped(Dropped),
    /// A delivery of a job that was settled already.
    Stray(Box<Stray>),
    /// A queue and its workers at one time.
    Queue(QueueSample),
    /// The generator itself at one time.
    Generator(GeneratorSample),
    /// The closing line.
    End(End),
}

impl<'a> Reader<'a> {
    /// Opens a compressed log and reads its header.
    pub fn open(log: impl Read + 'a) -> Result<Self, ReadError> {
        let mut lines = io::BufReader::with_capacity(LINES_BYTES, zstd::Decoder::new(log)?);
        let mut buffer = Vec::new();
        let header = match next_line(&mut lines, &mut buffer) {
            Some(Line::Header(header)) => *header,
            _ => return Err(ReadError::NoHeader),
        };
        if header.format != FORMAT_VERSION {
            return Err(ReadError::Format { found: header.format });
        }
        Ok(Reader { lines: Box::new(lines), header, buffer, ending: None })
    }

    /// What the run was.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The next entry; none at the end, whole or torn.
    pub fn next_entry(&mut self) -> Option<Entry> {
        if self.ending.is_some() {
            return None;
        }
        match next_line(&mut self.lines, &mut self.buffer) {
            Some(Line::Record(record)) => Some(Entry::Record(*record)),
            Some(Line::Dropped(dropped)) => Some(Entry::Dropped(dropped)),
            Some(Line::Stray(stray)) => Some(Entry::Stray(stray)),
            Some(Line::Queue(sample)) => Some(Entry::Queue(sample)),
            Some(Line::Generator(sample)) => Some(Entry::Generator(sample)),
            Some(Line::End(end)) => {
                self.ending = Some(match end.cause {
                    Cause::Finished => Ending::Complete,
                    Cause::Interrupted => Ending::Interrupted,
                    Cause::BudgetSpent => Ending::BudgetSpent,
                    Cause::Stopped => Ending::Stopped,
                });
                Some(Entry::End(end))
            }
            Some(Line::Header(_)) | None => {
                self.ending = Some(Ending::Torn);
                None
            }
        }
    }

    /// How the log ended, once it was read to its end; torn until then.
    pub fn ending(&self) -> Ending {
        self.ending.unwrap_or(Ending::Torn)
    }
}

/// A whole line, or none where the log ends, is torn or is damaged: what follows damage is not trusted.
fn next_line(lines: &mut impl BufRead, buffer: &mut Vec<u8>) -> Option<Line> {
    buffer.clear();
    lines.take(LINE_BYTES).read_until(b'\n', buffer).ok()?;
    let line = buffer.strip_suffix(b"\n")?;
    serde_json::from_slice(line).ok()
}

/// Why a record could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The disk or the pipe refused.
    #[error("cannot write the record log: {0}")]
    Io(#[from] io::Error),
    /// A value that JSON cannot hold.
    #[error("cannot write a record as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// Why a log could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file could not be read.
    #[error("cannot read the record log: {0}")]
    Io(#[from] io::Error),
    /// No header line: not a record log, or killed before the run began.
    #[error(
        "the record log has no header: the run was killed before it began, or this is another kind of file"
    )]
    NoHeader,
    /// Written by another version.
    #[error(
        "the record log has format {found}, but this version reads format {FORMAT_VERSION}: use the version that wrote it"
    )]
    Format {
        /// The version found.
        found: u32,
    },
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;
    use crate::testing;

    fn log_of(records: &[Record]) -> Vec<u8> {
        let mut writer = Writer::begin(Vec::new(), &testing::header()).unwrap();
        for record in records {
            writer.write(&Line::Record(Box::new(record.clone()))).unwrap();
        }
        writer.end(End::new(Nanos::from_secs(9), Cause::Finished, 0)).unwrap()
    }

    fn read(bytes: &[u8]) -> (Vec<Record>, Ending) {
        let mut reader = Reader::open(bytes).unwrap();
        let mut records = Vec::new();
        while let Some(entry) = reader.next_entry() {
            if let Entry::Record(record) = entry {
                records.push(record);
            }
        }
        (records, reader.ending())
    }

    fn hundred() -> Vec<Record> {
        (0..100).map(|id| testing::answered(id, Nanos::new(id * 100_000_000))).collect()
    }

    #[test]
    fn what_is_written_is_read_back() {
        let records = hundred();
        assert_eq!(read(&log_of(&records)), (records, Ending::Complete));
    }

    #[test]
    fn a_log_cut_anywhere_is_read_up_to_the_cut() {
        let records = hundred();
        let whole = log_of(&records);
        for cut in (0..whole.len()).step_by(97) {
            let Ok(mut reader) = Reader::open(&whole[..cut]) else {
                continue;
            };
            let mut next = 0;
            while let Some(Entry::Record(record)) = reader.next_entry() {
                assert_eq!(record, records[next]);
                next += 1;
            }
            assert_eq!(reader.ending(), Ending::Torn, "cut at {cut}");
        }
        let (kept, _) = read(&whole[..whole.len() - 20]);
        assert!(kept.len() > 80, "only the last frame may be lost, {} kept", kept.len());
    }

    #[test]
    fn a_file_of_another_kind_is_refused() {
        assert!(matches!(Reader::open(&b"hello"[..]), Err(ReadError::NoHeader)));
        assert!(matches!(Reader::open(&b""[..]), Err(ReadError::NoHeader)));
    }

    #[test]
    fn another_format_is_refused_by_name() {
        let header = Header { format: 99, ..testing::header() };
        let log = Writer::begin(Vec::new(), &header).unwrap().end(End::new(Nanos::ZERO, Cause::Finished, 0));
        assert!(matches!(Reader::open(&log.unwrap()[..]), Err(ReadError::Format { found: 99 })));
    }
}
