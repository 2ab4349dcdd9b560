//! `clock-skew`: how far the client's clock is off, by the date that it signs with.

use super::answer::{Question, counted};
use super::calls::Client;
use super::context::Context;
use super::finding::{Answer, Code, Severity};
use crate::header::FaultKind;
use crate::number;

/// The fewest signed requests.
const FEWEST: usize = 3;
/// A skew that is worth knowing, in milliseconds: dates are whole seconds, and requests take time to arrive.
const NOTICED: i64 = 5_000;
/// One that makes traces and short-lived signatures unreliable.
const WRONG: i64 = 30_000;
/// One that an SDK corrects by itself if it can (aws-runtime 1.10, `service_clock_skew.rs`); a minute more, and
/// the service refuses the signature.
const REFUSED: i64 = 240_000;

/// Whether the client's clock is off.
pub(super) fn ask(client: &Client<'_>, context: &Context) -> Vec<Answer> {
    let question = Question::to(client, Code::ClockSkew);
    let exchanges = || client.calls.iter().flat_map(|call| call.attempts()).map(|attempt| attempt.exchange);
    // A wrong date in our answers makes some SDKs sign with it: the server's fault, not the client's.
    let misled = context.faults.iter().any(|fault| {
        fault.kind == FaultKind::WrongDate && exchanges().any(|one| one.fault.as_ref() == Some(&fault.name))
    });
    let mut skews: Vec<_> = exchanges().filter_map(|one| Some((one.skew_ms?, one.number))).collect();
    skews.sort_unstable();
    if skews.is_empty() || misled {
        return Vec::new();
    }
    if skews.len() < FEWEST {
        return vec![question.insufficient(skews.len(), FEWEST, "signed requests")];
    }
    let median = skews[skews.len() / 2].0;
    let told = format!(
        "By the dates of {} the clock is {} {}.",
        counted(skews.len(), "signed request", "signed requests"),
        number::seconds(median.unsigned_abs() as f64 / 1e3),
        if median < 0 { "behind" } else { "ahead" },
    );
    let severity = match median.saturating_abs() {
        ..NOTICED => return vec![question.clear("The clock is within 5 s of the cloud's.")],
        NOTICED..WRONG => Severity::Note,
        WRONG..REFUSED => Severity::Warning,
        _ => Severity::Error,
    };
    let expected = "A clock in step is less than 2 s off: dates are whole seconds.".to_owned();
    vec![question.found(severity, told, expected).shown_by(skews.iter().map(|(_, number)| *number))]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::play::{calls_with, context, grouped, told};

    fn asked(skew_ms: i64, misled: bool) -> String {
        let mut exchanges = calls_with(&[&[200], &[200], &[200]]);
        for exchange in &mut exchanges {
            exchange.skew_ms = Some(skew_ms);
            exchange.fault = misled.then(|| "date".into());
        }
        let mut context = context(60, &[("date", 0.0, 60.0)]);
        context.faults[0].kind = FaultKind::WrongDate;
        told(&ask(&grouped(&exchanges).clients[0], &context))
    }

    #[test]
    fn the_further_off_the_graver() {
        for (skew, expected) in [
            (-900, "clock-skew: clear"),
            (-7_000, "clock-skew: Note\n  By the dates of 3 signed requests the clock is 7.00 s behind."),
            (61_000, "clock-skew: Warning\n  By the dates of 3 signed requests the clock is 61.0 s ahead."),
            (-400_000, "clock-skew: Error"),
        ] {
            let told = asked(skew, false);
            assert!(told.starts_with(expected), "{told}");
        }
    }

    #[test]
    fn a_client_that_our_own_wrong_date_misled_is_not_to_blame() {
        assert_eq!(asked(-400_000, true), "");
    }
}
