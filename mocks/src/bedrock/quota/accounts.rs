//! The accounts that ask: told apart by the access key that a request is signed with.

use std::sync::Arc;

use http::HeaderMap;
use http::header::AUTHORIZATION;
use thiserror::Error;

use crate::scope;
use crate::spec::SpecError;

/// The account of a cloud that names none: the one that AWS's documentation uses in its examples.
const EXAMPLE: &str = "123456789012";

/// An AWS account, and the access keys that are its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    id: Arc<str>,
    access_keys: Vec<Arc<str>>,
}

impl Account {
    /// The account with this id.
    ///
    /// # Errors
    /// Anything but twelve digits.
    pub fn new(id: impl Into<Arc<str>>) -> Result<Self, AccountError> {
        let id = id.into();
        if id.len() != 12 || !id.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(AccountError(id.to_string()));
        }
        Ok(Account { id, access_keys: Vec::new() })
    }

    /// Adds an access key id: requests signed with it are this account's.
    #[must_use]
    pub fn access_key(mut self, key_id: impl Into<Arc<str>>) -> Self {
        self.access_keys.push(key_id.into());
        self
    }

    /// Its twelve digits.
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// Why a text is no account id.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is no AWS account id; give twelve digits in quotes, such as \"123456789012\"")]
pub struct AccountError(String);

/// The accounts of a cloud, of which there is at least one. The first is home: a request that no listed
/// key has signed is its.
#[derive(Clone, Debug, Default)]
pub(crate) struct Accounts(Vec<Account>);

impl Accounts {
    /// The same accounts and one more.
    pub(crate) fn and(mut self, account: Account) -> Result<Self, SpecError> {
        if self.0.iter().any(|other| other.id == account.id) {
            return Err(SpecError::AccountTwice(account.id.to_string()));
        }
        let known = |key: &&Arc<str>| self.0.iter().any(|other| other.access_keys.contains(key));
        if let Some(key) = account.access_keys.iter().find(known) {
            return Err(SpecError::AccessKeyTwice(key.to_string()));
        }
        self.0.push(account);
        Ok(self)
    }

    /// How many there are. A cloud that names none has one all the same, without a name.
    pub(crate) fn count(&self) -> usize {
        self.0.len().max(1)
    }

    /// The place of the account that has signed with these headers, from 0: home.
    pub(crate) fn signed(&self, headers: &HeaderMap) -> usize {
        match self.0.len() {
            0 | 1 => 0,
            _ => {
                let authorization = headers.get(AUTHORIZATION).and_then(|header| header.to_str().ok());
                self.index_of(authorization.and_then(scope::access_key))
            }
        }
    }

    /// The id of the account whose access key this is: home's, or that of AWS's examples where the cloud names
    /// no account.
    pub(crate) fn id_of(&self, access_key: Option<&str>) -> Arc<str> {
        self.0.get(self.index_of(access_key)).map_or_else(|| EXAMPLE.into(), |account| account.id.clone())
    }

    /// The place of the account whose access key this is, from 0: home.
    pub(crate) fn index_of(&self, access_key: Option<&str>) -> usize {
        let owns = |account: &Account| {
            access_key.is_some_and(|key| account.access_keys.iter().any(|own| **own == *key))
        };
        self.0.iter().position(owns).unwrap_or(0)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_twelve_digits() {
        for (id, good) in
            [("123456789012", true), ("12345678901", false), ("12345678901x", false), ("", false)]
        {
            assert_eq!(Account::new(id).is_ok(), good, "{id}");
        }
    }

    #[test]
    fn a_listed_key_has_its_account_and_any_other_is_at_home() {
        let home = Account::new("111111111111").unwrap();
        let other = Account::new("222222222222").unwrap().access_key("AKIDTWO");
        let accounts = Accounts::default().and(home).unwrap().and(other).unwrap();
        assert_eq!(&*accounts.id_of(Some("AKIDTWO")), "222222222222");
        assert_eq!(&*Accounts::default().id_of(None), EXAMPLE);
        for (key, index) in [(None, 0), (Some("AKIDONE"), 0), (Some("AKIDTWO"), 1)] {
            assert_eq!(accounts.index_of(key), index, "{key:?}");
        }
    }
}
