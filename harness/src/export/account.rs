//! What was sent where, as the run folder keeps it between one export and the next.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bedload_reports::trace::account::Export;
use bedload_reports::units::Nanos;
use serde::{Deserialize, Serialize};

use super::{EXPORTS, ExportError};

/// The account of one receiver.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Account {
    /// How much later than in the log its spans are sent; the same in every export, so that a span sent again is the same.
    #[serde(rename = "shift_ns")]
    pub shift: Nanos,
    /// Documents or traces from the first on whose fate is known.
    pub settled: u64,
    /// Documents or traces behind them that were under way when this was written.
    pub under_way: u64,
    /// Spans that the receiver took.
    pub accepted: u64,
    /// Spans that it refused for good.
    pub rejected: u64,
    /// Spans that were sent again without an answer to the first time.
    pub maybe_twice: u64,
    /// What the receiver said last, where it did not take all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

/// The accounts of a folder, open at one receiver's.
#[derive(Debug)]
pub(super) struct Book {
    path: PathBuf,
    accounts: BTreeMap<String, Account>,
    name: String,
    account: Account,
}

impl Account {
    /// As the run's summary has it, with what is left of `written` spans to be sent later.
    pub(super) fn export(&self, to: &str, written: u64) -> Export {
        Export {
            to: to.to_owned(),
            accepted: self.accepted,
            rejected: self.rejected,
            kept_for_later: written.saturating_sub(self.accepted + self.rejected),
            maybe_twice: self.maybe_twice,
            trouble: self.trouble.clone(),
        }
    }
}

/// The accounts of a folder, by receiver.
pub(super) fn read(folder: &Path) -> Result<BTreeMap<String, Account>, ExportError> {
    let path = folder.join(EXPORTS);
    let read = match fs::read(&path) {
        Ok(text) => serde_json::from_slice(&text).map_err(io::Error::from),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(error) => Err(error),
    };
    read.map_err(|source| ExportError::File { path, source })
}

impl Book {
    /// The book at a receiver's account; a new one begins with a shift.
    pub(super) fn open(
        folder: &Path,
        name: String,
        shift: impl FnOnce() -> Nanos,
    ) -> Result<Self, ExportError> {
        let mut accounts = read(folder)?;
        let account =
            accounts.remove(&name).unwrap_or_else(|| Account { shift: shift(), ..Account::default() });
        Ok(Book { path: folder.join(EXPORTS), accounts, name, account })
    }

    /// The receiver's account.
    pub(super) fn account(&self) -> &Account {
        &self.account
    }

    /// The receiver's name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Changes the account and writes it down, beside its place first, so that no half of it is ever read.
    pub(super) fn enter(&mut self, change: impl FnOnce(&mut Account)) -> Result<(), ExportError> {
        change(&mut self.account);
        self.accounts.insert(self.name.clone(), self.account.clone());
        let half = self.path.with_added_extension("part");
        let write = || {
            fs::write(&half, serde_json::to_vec_pretty(&self.accounts)?)?;
            fs::rename(&half, &self.path)
        };
        write().map_err(|source| ExportError::File { path: self.path.clone(), source })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[test]
    fn an_account_goes_on_where_it_was_and_leaves_others_alone() {
        let folder = tempfile::tempdir().unwrap();
        let open = |name: &str, shift| {
            Book::open(folder.path(), name.to_owned(), || Nanos::from_secs(shift)).unwrap()
        };
        open("a", 3).enter(|account| account.accepted = 7).unwrap();
        open("b", 4).enter(|account| account.rejected = 1).unwrap();
        let again = open("a", 9);
        assert_eq!((again.account().accepted, again.account().shift), (7, Nanos::from_secs(3)));
        let export = read(folder.path()).unwrap()["a"].export("a", 10);
        assert_eq!((export.accepted, export.kept_for_later), (7, 3));
    }
}
