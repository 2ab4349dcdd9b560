//! From a plan's faults to those that a cloud, or a door in front of one, carries out.

use std::num::NonZeroU64;
use std::time::Duration;

use bedload_mocks::faults::{
    self, Aim, BadCrc, Downgrade, Drip, DuplicateEvent, EarlyEnd, ErrorFrame, ExceptionFrame, FirstByte,
    InternalError, Kind, Latency, MalformedJson, Outage, PromptMatch, QuotaSqueeze, Refuse, Share,
    SlowTokens, Stall, StallTime, SwapEvents, Throttle, Truncate, Unavailable, Window,
};

use super::AssemblyError;
use super::cloud::time_spread;
use crate::scenario::{
    self, CrcPart, DowngradeOf, Inject, Pattern, Reset, Service, ThrottleMessage, UnavailableMessage,
    WrongDate,
};

/// The faults, in their order.
pub fn faults(asked: &[scenario::Fault]) -> Result<Vec<faults::Fault>, AssemblyError> {
    // Those of workers strike nobody in the cloud.
    asked.iter().filter(|fault| !fault.inject().is_of_workers()).map(fault).collect()
}

fn fault(asked: &scenario::Fault) -> Result<faults::Fault, AssemblyError> {
    let trigger = asked.trigger();
    let window = match asked.when().window() {
        Some((from, to)) => Window::between(from.into(), to.into())?,
        None => Window::ALWAYS,
    };
    let mut fault = faults::Fault::new(asked.name().clone(), kind(asked.inject())?)
        .during(window)
        .aimed_at(aim(asked)?)
        .share(Share::new(trigger.share)?);
    if let Some(first) = trigger.first.and_then(NonZeroU64::new) {
        fault = fault.first(first);
    }
    if let Some(every) = trigger.every.and_then(NonZeroU64::new) {
        fault = fault.every(every);
    }
    Ok(fault)
}

fn aim(fault: &scenario::Fault) -> Result<Aim, AssemblyError> {
    let asked = fault.aim();
    Ok(Aim {
        services: services(fault),
        flows: asked.flows.clone(),
        operations: asked.operations.iter().map(|operation| operation.aws_name().into()).collect(),
        models: asked.models.clone(),
        regions: asked.regions.clone(),
        tiers: asked.tiers.iter().map(|tier| tier.name().into()).collect(),
        prompt: asked.prompt.as_ref().map(prompt).transpose()?,
        attempts: asked.attempts.clone(),
    })
}

/// The services. Faults of queues strike SQS, whether or not they say so.
fn services(asked: &scenario::Fault) -> Vec<bedload_mocks::Service> {
    let named = asked.aim().services.iter().map(|service| match service {
        Service::Bedrock => bedload_mocks::Service::Bedrock,
        Service::Sqs => bedload_mocks::Service::Sqs,
        Service::DynamoDb => bedload_mocks::Service::DynamoDb,
    });
    let named: Vec<_> = named.collect();
    match asked.inject().is_of_queues() && named.is_empty() {
        true => vec![bedload_mocks::Service::Sqs],
        false => named,
    }
}

/// What a prompt must say.
pub(super) fn prompt(pattern: &Pattern) -> Result<PromptMatch, AssemblyError> {
    Ok(match pattern {
        Pattern::Text(text) => PromptMatch::substring(&**text),
        Pattern::Regex(regex) => PromptMatch::regex(regex)?,
    })
}

fn kind(inject: &Inject) -> Result<Kind, AssemblyError> {
    Ok(match inject {
        Inject::Throttle { message, retry_after } => Kind::Throttle(throttle(message, *retry_after)),
        Inject::Unavailable { message } => Kind::Unavailable(unavailable(message)),
        Inject::InternalError => Kind::InternalError(InternalError),
        Inject::Error(error) => Kind::Error(self::error(error)?),
        Inject::Latency { add } => Kind::Latency(Latency { added: time_spread(*add)? }),
        Inject::FirstByte { add } => Kind::FirstByte(FirstByte { added: time_spread(*add)? }),
        Inject::SlowTokens { factor } => Kind::SlowTokens(SlowTokens::new(*factor)?),
        Inject::Drip { bytes_per_s } => {
            Kind::Drip(Drip { bytes_per_s: NonZeroU64::new(*bytes_per_s).unwrap_or(NonZeroU64::MIN) })
        }
        Inject::Stall { after, lasts } => {
            Kind::Stall(Stall { after: *after, lasts: lasts.map_or(StallTime::Forever, StallTime::For) })
        }
        Inject::ExceptionFrame { exception, message, after } => {
            Kind::ExceptionFrame(ExceptionFrame::new(exception.name(), message.as_deref(), *after)?)
        }
        Inject::ErrorFrame { code, message, after } => {
            Kind::ErrorFrame(ErrorFrame::new(code, message, *after)?)
        }
        Inject::Truncate { after } => Kind::Truncate(Truncate { after: *after }),
        Inject::BadCrc { part, after } => Kind::BadCrc(BadCrc {
            after: *after,
            part: match part {
                CrcPart::Message => faults::CrcPart::Message,
                CrcPart::Prelude => faults::CrcPart::Prelude,
            },
        }),
        Inject::EarlyEnd { after } => Kind::EarlyEnd(EarlyEnd { after: *after }),
        Inject::Reset(reset) => Kind::Reset(match reset {
            Reset::BeforeHead => faults::Reset::BeforeHead,
            Reset::WithinHead => faults::Reset::WithinHead,
            Reset::WithinBody(after) => faults::Reset::WithinBody { after: *after },
        }),
        Inject::Refuse => Kind::Refuse(Refuse),
        Inject::WrongDate(WrongDate::Ahead(by)) => Kind::WrongDate(faults::WrongDate::Ahead(*by)),
        Inject::WrongDate(WrongDate::Behind(by)) => Kind::WrongDate(faults::WrongDate::Behind(*by)),
        Inject::MalformedJson => Kind::MalformedJson(MalformedJson),
        Inject::DuplicateEvent { after } => Kind::DuplicateEvent(DuplicateEvent { after: *after }),
        Inject::SwapEvents { after } => Kind::SwapEvents(SwapEvents { after: *after }),
        Inject::Downgrade(DowngradeOf::Tier) => Kind::Downgrade(Downgrade::Tier),
        Inject::Downgrade(DowngradeOf::Latency) => Kind::Downgrade(Downgrade::Latency),
        Inject::DuplicateDelivery => Kind::DuplicateDelivery(faults::DuplicateDelivery),
        Inject::OutOfOrder => Kind::OutOfOrder(faults::OutOfOrder),
        Inject::EmptyReceive => Kind::EmptyReceive(faults::EmptyReceive),
        Inject::Misfortune(_) => {
            let name = inject.name().to_owned();
            return Err(AssemblyError::Unknown { kind: "fault of the cloud", name });
        }
        Inject::Outage => Kind::Outage(Outage),
        Inject::QuotaSqueeze { to } => Kind::QuotaSqueeze(QuotaSqueeze { to: Share::new(*to)? }),
    })
}

fn throttle(message: &ThrottleMessage, retry_after: Option<Duration>) -> Throttle {
    Throttle {
        message: match message {
            ThrottleMessage::Requests => faults::ThrottleMessage::Requests,
            ThrottleMessage::Tokens => faults::ThrottleMessage::Tokens,
            ThrottleMessage::TokensPerDay => faults::ThrottleMessage::TokensPerDay,
            ThrottleMessage::Other(text) => faults::ThrottleMessage::Custom(text.to_string()),
        },
        retry_after_ms: retry_after.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)),
    }
}

fn unavailable(message: &UnavailableMessage) -> Unavailable {
    Unavailable {
        message: match message {
            UnavailableMessage::Temporarily => faults::UnavailableMessage::Temporarily,
            UnavailableMessage::Connections => faults::UnavailableMessage::Connections,
            UnavailableMessage::Unable => faults::UnavailableMessage::Unable,
            UnavailableMessage::Other(text) => faults::UnavailableMessage::Custom(text.to_string()),
        },
    }
}

fn error(asked: &scenario::ErrorAnswer) -> Result<faults::ErrorAnswer, AssemblyError> {
    let headers: Vec<(String, String)> =
        asked.headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    Ok(faults::ErrorAnswer::new(
        asked.kind.as_deref(),
        Some(asked.status),
        asked.message.as_deref(),
        &headers,
    )?)
}
