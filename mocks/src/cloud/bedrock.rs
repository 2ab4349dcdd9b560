//! The way into Bedrock: faults, quota and capacity, and the model's answer.

use std::sync::Arc;

use super::Cloud;
use super::arrival::Arrival;
use super::instead::{Instead, Unanswered};
use crate::bedrock::async_invoke::Moment;
use crate::bedrock::operation::Operation;
use crate::bedrock::quota::Squeeze;
use crate::bedrock::serving::{Applicant, Tenancy, Unserved};
use crate::bedrock::tier::{LatencyMode, Served, ServiceTier};
use crate::bedrock::{content_type, errors};
use crate::clock;
use crate::digest::BodyDigest;
use crate::entry::Entry;
use crate::faults::{self, Occasion, Ruling};
use crate::reply::Reply;
use crate::service::Service;
use crate::words::Words;

impl Cloud {
    /// Asks a model, or runs an errand.
    pub(super) async fn ask_bedrock(
        &self,
        arrival: Arrival<'_>,
        region: &Arc<str>,
        ruling: &mut Ruling,
        entry: &mut Entry,
    ) -> Result<Reply, Instead> {
        let body = arrival.body.as_deref().unwrap_or_default();
        let question = self.bedrock.question(arrival.head, body)?;
        let exchange = &mut entry.exchange;
        exchange.operation = Some(question.operation.name());
        exchange.model = question.model_id.clone();
        exchange.client_token = question.client_token.clone();
        if question.operation == Operation::StartAsyncInvoke {
            exchange.body_digest = Some(BodyDigest::of_json(body));
        }
        self.admit(Service::Bedrock, &arrival)?;
        let words = Words::new(&arrival.head.headers, body);
        let occasion = Occasion {
            at: arrival.at,
            flow: exchange.flow.as_deref(),
            service: Service::Bedrock,
            operation: question.operation.name(),
            model: question.model.map(|model| model.name()),
            region,
            attempt: exchange.attempt,
            words: &words,
        };
        self.faults.judge(ruling, &occasion, arrival.chance);
        entry.strikes = ruling.strikes().cloned();
        faults::apply(ruling).await.map_err(|end| {
            // What is turned away unread still said how much it wanted, and a judge will ask.
            exchange.max_tokens = question.read(body).ok().and_then(|ask| question.allowance(&ask));
            Instead::of(end, errors::refused)
        })?;
        let body = arrival.body.clone()?;
        content_type::check(question.operation, &arrival.head.headers)?;
        if let Some(errand) = &question.errand {
            self.faults.capacity(&occasion, arrival.chance).map_err(|(refusal, fault)| {
                entry.blame(&fault);
                errors::refused(refusal)
            })?;
            let moment = Moment { region, now: clock::now(), epoch: self.given, chance: arrival.chance };
            return Ok(self.bedrock.run(errand, question.model, &body, &moment)?);
        }
        let ask = question.read(&body)?.at_length(&arrival.head.headers);
        exchange.max_tokens = question.allowance(&ask);
        let mut served = match (question.model, &question.model_id) {
            (Some(model), Some(model_id)) if question.operation.runs_a_model() => {
                let applicant = Applicant {
                    now_ns: self.given.unix_ns_at(clock::now()),
                    headers: &arrival.head.headers,
                    source: region,
                    model,
                    model_id,
                    ask: &ask,
                    squeeze: Squeeze::NONE,
                    chance: arrival.chance,
                };
                let (served, tenancy) = self.serve(applicant, &occasion).map_err(|unanswered| {
                    if let Some(fault) = &unanswered.fault {
                        entry.blame(fault);
                    }
                    unanswered.error
                })?;
                entry.hold(tenancy);
                entry.wait_in_line().await;
                served
            }
            _ => {
                self.faults.capacity(&occasion, arrival.chance).map_err(|(refusal, fault)| {
                    entry.blame(&fault);
                    errors::refused(refusal)
                })?;
                Served::as_asked(&ask, region.clone())
            }
        };
        ruling.edits().downgrade(|downgrade| served.downgrade(downgrade));
        entry.exchange.inference_region = Some(served.region.clone());
        entry.exchange.service_tier = served.service_tier.map(ServiceTier::name);
        entry.exchange.latency_mode = served.latency.map(LatencyMode::name);
        Ok(question.answer(&ask, &served, arrival.at, arrival.chance)?)
    }

    /// Takes quota and capacity for a request; or says what to answer, and the fault whose doing it is.
    fn serve(
        &self,
        applicant: Applicant<'_>,
        occasion: &Occasion<'_>,
    ) -> Result<(Served, Tenancy), Unanswered> {
        let squeeze = self.faults.squeeze(occasion);
        let applicant = Applicant { squeeze: Squeeze::to(squeeze.factor), ..applicant };
        let closed = |region: &Arc<str>| {
            self.faults.capacity(&Occasion { region, ..*occasion }, applicant.chance).err()
        };
        self.serving.serve(applicant, closed).map_err(|unserved| match unserved {
            Unserved::Mistaken(error) | Unserved::Full(error) => Unanswered { error, fault: None },
            Unserved::Closed(refusal, fault) => {
                Unanswered { error: errors::refused(refusal), fault: Some(fault) }
            }
            Unserved::Throttled(error, squeezed) => {
                let fault = squeeze.fault.filter(|_| squeezed);
                fault.iter().for_each(|fault| self.faults.squeezed_out(fault));
                Unanswered { error, fault }
            }
        })
    }
}
