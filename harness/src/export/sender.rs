//! Batches, one at a time: sent, sent again, written down.
//!
//! Once a receiver has not taken a batch however often it was asked, nothing more is sent; the rest is only counted,
//! so that the account still says how many spans are kept for later.

use bedload_reports::trace::account::Export;

use super::ExportError;
use super::account::Book;
use super::receiver::{Item, Packing, Receiver, Reply};
use super::retry;
use crate::clock::Clock;

/// Sends items in batches.
#[derive(Debug)]
pub(super) struct Sender<'b> {
    receiver: Receiver,
    book: &'b mut Book,
    clock: Clock,
    /// Items seen, settled ones and skipped ones included.
    seen: u64,
    batch: Vec<Item>,
    batch_spans: u64,
    /// Items that were under way when an earlier export was cut off: they may be there already.
    doubtful: u64,
    given_up: bool,
    kept: u64,
}

impl<'b> Sender<'b> {
    pub(super) fn new(receiver: Receiver, book: &'b mut Book, clock: Clock) -> Self {
        let doubtful = book.account().under_way;
        Sender {
            receiver,
            book,
            clock,
            seen: 0,
            batch: Vec::new(),
            batch_spans: 0,
            doubtful,
            given_up: false,
            kept: 0,
        }
    }

    pub(super) fn packing(&self) -> Packing {
        self.receiver.packing()
    }

    /// Takes an item, and sends what has gathered before it if there is no room beside that.
    pub(super) async fn push(&mut self, item: Item) -> Result<(), ExportError> {
        self.seen += 1;
        // What is in the batch is not settled yet, so this holds for whatever was settled before this export alone.
        if self.seen <= self.book.account().settled {
            return Ok(());
        }
        let (room, spans) = (self.receiver.room(), item.spans());
        if self.batch.len() >= room.items || (!self.batch.is_empty() && self.batch_spans + spans > room.spans)
        {
            self.flush().await?;
        }
        if self.given_up {
            self.kept += spans;
            return Ok(());
        }
        self.batch_spans += spans;
        self.batch.push(item);
        Ok(())
    }

    /// Sends what is left and closes the account.
    pub(super) async fn finish(mut self) -> Result<Export, ExportError> {
        self.flush().await?;
        let written = self.book.account().accepted + self.book.account().rejected + self.kept;
        Ok(self.book.account().export(self.book.name(), written))
    }

    async fn flush(&mut self) -> Result<(), ExportError> {
        let (batch, spans) = (std::mem::take(&mut self.batch), std::mem::take(&mut self.batch_spans));
        if batch.is_empty() {
            return Ok(());
        }
        let items = batch.len() as u64;
        let doubtful: u64 = batch.iter().take(self.doubtful as usize).map(Item::spans).sum();
        self.doubtful = self.doubtful.saturating_sub(items);
        self.book.enter(|account| {
            account.under_way = items;
            account.maybe_twice += doubtful;
        })?;
        let (mut sent, mut counted) = (0, false);
        loop {
            sent += 1;
            let reply = self.receiver.send(&batch).await;
            tracing::debug!(spans = spans.cast_signed(), time = sent, ?reply, "batch sent");
            let (why, after, maybe_there) = match reply {
                Reply::Taken { rejected, trouble } => {
                    return self.settle(items, spans.saturating_sub(rejected), rejected.min(spans), trouble);
                }
                Reply::Refused(why) => return self.settle(items, 0, spans, Some(why)),
                Reply::NotNow { why, after, maybe_there } => (why, after, maybe_there),
            };
            let again = retry::wait(sent, after);
            self.book.enter(|account| {
                account.trouble = Some(why);
                // Not sent again, it cannot be there twice, unless a later export sends it.
                account.under_way = if maybe_there { items } else { 0 };
                account.maybe_twice += if maybe_there && again.is_some() && !counted { spans } else { 0 };
            })?;
            counted |= maybe_there;
            match again {
                Some(wait) => self.clock.sleep(wait).await,
                None => {
                    (self.given_up, self.kept) = (true, self.kept + spans);
                    return Ok(());
                }
            }
        }
    }

    fn settle(
        &mut self,
        items: u64,
        accepted: u64,
        rejected: u64,
        trouble: Option<String>,
    ) -> Result<(), ExportError> {
        self.book.enter(|account| {
            account.settled += items;
            account.under_way = 0;
            account.accepted += accepted;
            account.rejected += rejected;
            if trouble.is_some() || rejected == 0 {
                account.trouble = trouble;
            }
        })
    }
}
