//! The way into DynamoDB.

use super::Cloud;
use super::arrival::Arrival;
use super::gate::Errand;
use super::instead::Instead;
use crate::aws_json::Target;
use crate::clock;
use crate::dynamodb::{self, DYNAMODB, Moment, Operation};
use crate::entry::Entry;
use crate::faults::Ruling;
use crate::reply::Reply;
use crate::route::Route;
use crate::words::Words;

impl Cloud {
    /// Reads or writes items, or does whatever else is asked of tables. Every reply bears its checksum.
    pub(super) async fn ask_dynamodb(
        &self,
        arrival: Arrival<'_>,
        route: &Route,
        ruling: &mut Ruling,
        entry: &mut Entry,
    ) -> Result<Reply, Instead> {
        let reply = match self.ask_tables(arrival, route, ruling, entry).await {
            Ok(reply) => reply,
            Err(Instead::Answer(error)) => Reply::from(error),
            Err(Instead::Sever(sever)) => return Err(Instead::Sever(sever)),
        };
        Ok(dynamodb::seal(reply))
    }

    async fn ask_tables(
        &self,
        arrival: Arrival<'_>,
        route: &Route,
        ruling: &mut Ruling,
        entry: &mut Entry,
    ) -> Result<Reply, Instead> {
        let target = Target::of(arrival.head).and_then(|target| Operation::find(target.operation));
        let (name, operation) = target.ok_or_else(|| DYNAMODB.unknown_operation())?;
        let errand = Errand { route, operation: name, dialect: &DYNAMODB };
        let flow = entry.exchange.flow.clone();
        let body = arrival.body.clone().unwrap_or_default();
        let subject = self.dynamodb.subject(operation, &route.region, &body);
        entry.exchange.table = subject.table;
        entry.exchange.item_key = subject.key;
        let words = Words::new(&arrival.head.headers, &body);
        let occasion = errand.occasion(&arrival, flow.as_deref(), entry.exchange.attempt, &words);
        let body = self.pass(errand, &occasion, &arrival, ruling, entry).await?;
        let moment = Moment { unix_ns: self.given.unix_ns_at(clock::now()), chance: arrival.chance };
        Ok(self.dynamodb.run(operation, &route.region, &body, moment)?)
    }
}
