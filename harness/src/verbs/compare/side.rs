//! One side of a comparison: a run folder, or several.

use std::fs;
use std::path::{Path, PathBuf};

use bedload_reports::compare::{Difference, Question, Sample};
use bedload_reports::header::Header;
use bedload_reports::tally::Folded;

use crate::cli::Mismatch;
use crate::verbs::VerbError;
use crate::verbs::baseline::{alike, profile, sound};
use crate::verbs::run_folder::RunFolder;

/// The runs of one side; at least one.
#[derive(Debug)]
pub(super) struct Side {
    name: String,
    first: RunFolder,
    others: Vec<RunFolder>,
}

impl Side {
    /// The run in a folder, or the runs in its folders, by name. Runs of one side must be alike in all but their seeds.
    pub(super) fn open(path: &Path, mismatch: &Mismatch) -> Result<Self, VerbError> {
        let name = path.display().to_string();
        if let Ok(run) = RunFolder::open(path) {
            return Ok(Side { name, first: run, others: Vec::new() });
        }
        let mut runs = runs_in(path).into_iter();
        let Some(first) = runs.next() else {
            // It is neither; the folder's own refusal says what is missing.
            return RunFolder::open(path).map(|first| Side { name, first, others: Vec::new() });
        };
        let side = Side { name, first, others: runs.collect() };
        side.is_of_one_kind(mismatch)?;
        Ok(side)
    }

    fn is_of_one_kind(&self, mismatch: &Mismatch) -> Result<(), VerbError> {
        let sections = mismatch.allow_mismatch.iter().flatten().cloned();
        let but_seeds = Mismatch { allow_mismatch: Some(sections.chain(["seed".to_owned()]).collect()) };
        let first = self.first.header()?;
        for other in &self.others {
            let header = other.header()?;
            alike(
                other.root(),
                profile(other, &header).known(),
                profile(&self.first, &first).known(),
                &but_seeds,
            )?;
        }
        Ok(())
    }

    /// How many runs it has.
    pub(super) fn runs(&self) -> usize {
        1 + self.others.len()
    }

    /// The first of them, which speaks for all where one must.
    pub(super) fn first(&self) -> &RunFolder {
        &self.first
    }

    /// What its first run was.
    pub(super) fn header(&self) -> Result<Header, VerbError> {
        self.first.header()
    }

    /// Whether it is of one workload with another side.
    pub(super) fn is_like(&self, head: &Side, mismatch: &Mismatch) -> Result<(), VerbError> {
        self.held_against(head, mismatch).map(drop)
    }

    /// All in which it is not like another side.
    pub(super) fn differences(&self, head: &Side) -> Result<Vec<Difference>, VerbError> {
        self.held_against(head, &Mismatch { allow_mismatch: Some(vec![String::new()]) })
    }

    fn held_against(&self, head: &Side, mismatch: &Mismatch) -> Result<Vec<Difference>, VerbError> {
        let (one, other) = (self.header()?, head.header()?);
        let (base, head) = (profile(&self.first, &one), profile(&head.first, &other));
        alike(self.first.root(), base.known(), head.known(), mismatch)
    }

    /// Its runs, folded.
    pub(super) fn fold(&self, questions: &[Question]) -> Result<Vec<Folded>, VerbError> {
        let folders = std::iter::once(&self.first).chain(&self.others);
        let fold = |folder: &RunFolder| {
            let folded = folder.fold(questions)?;
            sound(folder.root(), &folded)?;
            Ok(folded)
        };
        folders.map(fold).collect()
    }

    /// Its folded runs, for the comparison.
    pub(super) fn sample<'a>(&'a self, runs: &'a [Folded]) -> Sample<'a> {
        Sample { name: &self.name, runs }
    }
}

/// The run folders in a folder, in the order of their names, the shorter first: `2` comes before `10`.
fn runs_in(path: &Path) -> Vec<RunFolder> {
    let entries = fs::read_dir(path).into_iter().flatten();
    let mut paths: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort_by_key(|path| (path.as_os_str().len(), path.clone()));
    paths.iter().filter_map(|path| RunFolder::open(path).ok()).collect()
}
