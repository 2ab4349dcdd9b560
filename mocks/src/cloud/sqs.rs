//! The way into SQS: a request, and the luck of its receive.

use std::time::Duration;

use http::header::AUTHORIZATION;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::Cloud;
use super::arrival::Arrival;
use super::gate::Errand;
use super::instead::Instead;
use crate::aws_json::{self, Target};
use crate::chance::{Chance, Label};
use crate::entry::Entry;
use crate::faults::{Handing, Occasion, Ruling, Strikes};
use crate::reply::Reply;
use crate::route::Route;
use crate::scope;
use crate::sqs::{self, Luck, Operation, SQS, Visit};
use crate::words::Words;

/// The chance of the place in a line that a message is taken from.
const PLACE: Label = Label::new("sqs-place");

impl Cloud {
    /// Sends, receives, or does whatever else is asked of a queue.
    pub(super) async fn ask_sqs(
        &self,
        arrival: Arrival<'_>,
        route: &Route,
        ruling: &mut Ruling,
        entry: &mut Entry,
    ) -> Result<Reply, Instead> {
        let head = arrival.head;
        let target = Target::of(head).and_then(|target| Operation::find(target.operation));
        let (name, operation) = target.ok_or_else(|| SQS.unknown_operation())?;
        let errand = Errand { route, operation: name, dialect: &SQS };
        let flow = entry.exchange.flow.clone();
        let unread = arrival.body.clone().unwrap_or_default();
        let words = Words::new(&head.headers, &unread);
        let occasion = errand.occasion(&arrival, flow.as_deref(), entry.exchange.attempt, &words);
        let body = self.pass(errand, &occasion, &arrival, ruling, entry).await?;
        let signed = head.headers.get(AUTHORIZATION).and_then(|header| header.to_str().ok());
        let visit = Visit {
            account: self.accounts.id_of(signed.and_then(scope::access_key)),
            region: &route.region,
            host: sqs::host(head),
            epoch: self.given,
            chance: arrival.chance,
        };
        let mut luck = Lot {
            cloud: self,
            occasion: &occasion,
            chance: arrival.chance,
            places: arrival.chance.stream(PLACE),
            asked: [0; 3],
            finds_nothing: None,
            strikes: &mut entry.strikes,
        };
        let told = self.sqs.run(operation, &body, &visit, &mut luck, &mut entry.exchange.queue).await?;
        Ok(aws_json::answer(&told, Duration::ZERO))
    }
}

/// The luck of one receive, as faults have it.
struct Lot<'a> {
    cloud: &'a Cloud,
    occasion: &'a Occasion<'a>,
    chance: Chance,
    places: ChaCha8Rng,
    /// How often each question was asked.
    asked: [u64; 3],
    finds_nothing: Option<bool>,
    strikes: &'a mut Option<Strikes>,
}

impl Lot<'_> {
    /// Whether a fault strikes the next message. It is that moment's faults that do, and not those of the
    /// request's arrival, from which a receive may have waited long.
    fn draw(&mut self, handing: Handing) -> bool {
        let nth = self.asked[handing as usize];
        self.asked[handing as usize] += 1;
        let occasion = Occasion { at: self.cloud.now(), ..*self.occasion };
        let fault = self.cloud.faults.hands(handing, &occasion, self.chance, nth);
        fault.iter().for_each(|fault| self.strikes.get_or_insert_default().note(fault));
        fault.is_some()
    }
}

impl Luck for Lot<'_> {
    fn finds_nothing(&mut self) -> bool {
        if let Some(drawn) = self.finds_nothing {
            return drawn;
        }
        let drawn = self.draw(Handing::Nothing);
        self.finds_nothing = Some(drawn);
        drawn
    }

    fn place(&mut self) -> Option<f64> {
        let place = self.places.random();
        self.draw(Handing::Elsewhere).then_some(place)
    }

    fn twice(&mut self) -> bool {
        self.draw(Handing::Twice)
    }
}
