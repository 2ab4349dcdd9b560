//! Retry quotas that clients share.

use bedload_reports::record::Name;

use crate::scenario::code::Code;
use crate::scenario::decode::Row;
use crate::scenario::file;
use crate::scenario::notes::{Note, Notes};
use crate::scenario::place::At;
use crate::scenario::suggest;

/// A quota that only one client names is shared with nobody: the name is a slip, or the key does nothing.
pub(super) fn shared_quotas(rows: &[Row<file::Client>], notes: &mut Notes) {
    let names: Vec<At<Name>> = rows.iter().filter_map(shared_quota).collect();
    for name in &names {
        if names.iter().filter(|other| other.value == name.value).count() > 1 {
            continue;
        }
        let others = names.iter().map(|other| &other.value).filter(|other| **other != name.value);
        let note = Note::new(
            Code::Contradiction,
            name.place,
            format!("retry quota `{}` is shared with nobody", name.value),
        )
        .label(suggest::remark(&name.value, others).unwrap_or_else(|| "the only mention".to_owned()))
        .help(format!("give another client `quota: {{ shared: {} }}`, or write `quota: own`", name.value));
        notes.add(note);
    }
}

fn shared_quota(row: &Row<file::Client>) -> Option<At<Name>> {
    let retry = row.value.as_ref().ok()?.value.retry.value().ok()??;
    let quota = retry.quota.get().ok()??;
    match &quota.value {
        file::RetryQuota::Own => None,
        file::RetryQuota::Shared(name) => Some(quota.with(name.get().clone())),
    }
}
