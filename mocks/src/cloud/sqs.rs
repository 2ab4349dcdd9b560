//! The way into SQS.

use super::Cloud;
use super::arrival::Arrival;
use super::gate::Errand;
use super::instead::Instead;
use crate::aws_json::Target;
use crate::entry::Entry;
use crate::faults::Ruling;
use crate::reply::Reply;
use crate::route::Route;
use crate::sqs::{Operation, SQS};
use crate::words::Words;

impl Cloud {
    /// Sends, receives, or does whatever else is asked of a queue.
    pub(super) async fn ask_sqs(
        &self,
        arrival: Arrival<'_>,
        route: &Route,
        ruling: &mut Ruling,
        entry: &mut Entry,
    ) -> Result<Reply, Instead> {
        let target = Target::of(arrival.head).and_then(|target| Operation::find(target.operation));
        let (name, _operation) = target.ok_or_else(|| SQS.unknown_operation())?;
        let errand = Errand { route, operation: name, dialect: &SQS };
        let flow = entry.exchange.flow.clone();
        let body = arrival.body.clone().unwrap_or_default();
        let words = Words::new(&arrival.head.headers, &body);
        let occasion = errand.occasion(&arrival, flow.as_deref(), entry.exchange.attempt, &words);
        let _body = self.pass(errand, &occasion, &arrival, ruling, entry).await?;
        Err(SQS.unknown_operation().into())
    }
}
