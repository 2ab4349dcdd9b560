//! The storm's requests: how each is answered, refused, hedged and moved.

use crate::record::{
    Attempt, BreakerState, Call, CallEnd, Decision, Deed, Failure, FailureClass, Name, Operation, Outcome,
    Reason, Record, Tokens,
};
use crate::units::Nanos;

use super::{Dice, after, header};

/// When the breaker of sonnet in the first region moves, in seconds, and what it moves to.
const MOVES: [(f64, BreakerState); 8] = [
    (157.2, BreakerState::Open),
    (167.2, BreakerState::HalfOpen),
    (169.0, BreakerState::Open),
    (179.0, BreakerState::HalfOpen),
    (180.5, BreakerState::Open),
    (190.5, BreakerState::HalfOpen),
    (193.0, BreakerState::Open),
    (226.0, BreakerState::HalfOpen),
];
/// When it is closed again.
const CLOSED_AT: f64 = 231.4;

/// About 6,500 requests of two flows.
pub(super) fn records() -> Vec<Record> {
    let mut dice = Dice(7);
    let mut records: Vec<Record> = Vec::new();
    let mut moves = moves();
    let mut due = 0.0;
    while due < 330.0 {
        due += -dice.roll().max(1e-9).ln() / if due < 30.0 { 8.0 } else { 21.0 };
        let id = records.len() as u64;
        let chat = dice.roll() < 0.6;
        let story =
            Story { dice: &mut dice, id, due: after(Nanos::ZERO, due.min(329.9)), chat, deeds: Vec::new() };
        let mut record = story.tell();
        // The first chat that is due after a move is the one that caused it.
        while chat && moves.first().is_some_and(|step| step.at <= record.due) {
            record.decisions.push(moves.remove(0));
        }
        records.push(record);
    }
    records
}

fn moves() -> Vec<Decision> {
    let mut state = BreakerState::Closed;
    let all = MOVES.into_iter().chain([(CLOSED_AT, BreakerState::Closed)]);
    let step = |(at, to): (f64, BreakerState)| {
        let (model, region) = ("sonnet".into(), "us-east-1".into());
        let from = std::mem::replace(&mut state, to);
        Decision { at: after(Nanos::ZERO, at), deed: Deed::BreakerMoved { model, region, from, to } }
    };
    let mut moves: Vec<Decision> = all.map(step).collect();
    let back =
        |at| Decision { at: after(Nanos::ZERO, at), deed: Deed::ReturnTried { region: "us-east-1".into() } };
    moves.extend([220.0, 226.0].map(back));
    moves.sort_by_key(|decision| decision.at);
    moves
}

fn is_open(at: f64) -> bool {
    let last = MOVES.iter().rev().find(|(from, _)| *from <= at);
    at < CLOSED_AT && last.is_some_and(|(_, state)| *state == BreakerState::Open)
}

/// One request in the making.
struct Story<'a> {
    dice: &'a mut Dice,
    id: u64,
    due: Nanos,
    chat: bool,
    deeds: Vec<Decision>,
}

impl Story<'_> {
    fn tell(mut self) -> Record {
        let calls = self.calls();
        let done = calls.iter().map(|call| call.done).max().unwrap_or(self.due);
        let answer = calls.iter().find(|call| matches!(call.end, CallEnd::Answered { .. }));
        let outcome = match answer {
            None => Outcome::Failed,
            Some(answer) if matches!(answer.reason, Reason::Failover | Reason::Fallback) => Outcome::FellBack,
            Some(answer) if answer.attempts.len() > 1 || answer.reason == Reason::Restart => Outcome::Retried,
            Some(_) => Outcome::FirstTry,
        };
        Record {
            id: self.id,
            flow: if self.chat { "chat".into() } else { "lookup".into() },
            stage: stage_at(self.due),
            due: self.due,
            sent: self.due,
            done,
            outcome,
            calls,
            routed: None,
            decisions: self.deeds,
            job: None,
        }
    }

    /// The calls, in order: first here, then there, then to the smaller model.
    fn calls(&mut self) -> Vec<Call> {
        let at = self.due.as_secs_f64();
        let mut calls = Vec::new();
        if self.chat && is_open(at) {
            let (model, region) = ("sonnet".into(), "us-east-1".into());
            self.deeds.push(Decision { at: self.due, deed: Deed::BreakerRefused { model, region } });
        } else {
            calls.push(self.call(Reason::First, "us-east-1", self.model(), self.due, 0.7 * trouble(at)));
            self.hedge(&mut calls);
            self.restart(&mut calls);
        }
        let crowded = if (214.0..226.0).contains(&at) { 0.8 } else { 0.05 * trouble(at) };
        let ways =
            [(Reason::Failover, self.model(), crowded), (Reason::Fallback, "haiku", 0.1 * trouble(at))];
        for (reason, model, throttled) in ways {
            if !is_failed(&calls) || (!self.chat && reason == Reason::Fallback) {
                break;
            }
            let sent = calls.last().map_or(self.due, |call| call.done);
            if reason == Reason::Fallback && self.dice.roll() < 0.25 {
                self.deeds.push(Decision { at: sent, deed: Deed::BudgetSpent });
                break;
            }
            calls.push(self.call(reason, "us-west-2", model, sent, throttled));
        }
        calls
    }

    /// A second call beside a lookup that is slow, if chance will have it.
    fn hedge(&mut self, calls: &mut Vec<Call>) {
        let Some(first) = calls.first_mut().filter(|first| !self.chat && first.attempts.len() == 1) else {
            return;
        };
        let sent = after(self.due, 0.9);
        if first.done <= sent || is_broken(first) {
            return;
        }
        self.deeds.push(Decision { at: sent, deed: Deed::Hedged });
        let mut second = self.call(Reason::Hedge, "us-west-2", "haiku", sent, 0.0);
        let loser = if second.done < calls[0].done { &mut calls[0] } else { &mut second };
        let over = loser.done;
        (loser.end, loser.tokens_estimated) = (CallEnd::Cancelled, true);
        loser.tokens = Tokens { input: 320, output: 0 };
        loser.attempts.iter_mut().for_each(|attempt| attempt.status = None);
        let done = calls[0].done.min(second.done).min(over);
        if calls[0].end == CallEnd::Cancelled {
            (calls[0].done, calls[0].attempts[0].done) = (done, done);
        } else {
            (second.done, second.attempts[0].done) = (done, done);
        }
        calls.push(second);
    }

    /// A broken stream is asked for again, once.
    fn restart(&mut self, calls: &mut Vec<Call>) {
        if let Some(sent) = calls.last().filter(|call| is_broken(call)).map(|call| call.done) {
            calls.push(self.call(Reason::Restart, "us-east-1", "sonnet", sent, 0.0));
        }
    }

    fn model(&self) -> &'static str {
        if self.chat { "sonnet" } else { "haiku" }
    }

    fn call(&mut self, reason: Reason, region: &str, model: &str, sent: Nanos, throttled: f64) -> Call {
        let mut attempts = Vec::new();
        let mut now = sent;
        while attempts.len() < 5 {
            let number = attempts.len() as u32 + 1;
            let wait =
                if number == 1 { 0.0 } else { self.dice.roll() * f64::from(1 << (number - 2)).min(20.0) };
            now = after(now, wait);
            let refused = self.dice.roll() < throttled;
            let took = if refused { self.dice.time(0.03, 0.3) } else { self.dice.time(0.35, 0.5) };
            attempts.push(attempt(number, now, wait, took, refused));
            now = after(now, took);
            if !refused {
                return Call { reason, ..self.answer(region, model, sent, now, attempts) };
            }
        }
        let said = "Too many requests, please wait before trying again.";
        let failed = self.failed(region, model, (sent, now), attempts, FailureClass::Throttled, said);
        Call { reason, ..failed }
    }

    fn answer(
        &mut self,
        region: &str,
        model: &str,
        sent: Nanos,
        headers: Nanos,
        attempts: Vec<Attempt>,
    ) -> Call {
        if !self.chat {
            return call(region, model, (sent, headers), None, attempts, answered());
        }
        let tokens = self.dice.time(140.0, 0.5) as u64 + 2;
        let first = after(headers, 0.02);
        let last = after(first, tokens as f64 * 0.012);
        if self.dice.roll() < 0.004 {
            let said = "The model stream was cut.";
            let mut call =
                self.failed(region, model, (sent, last), attempts, FailureClass::StreamBroken, said);
            (call.first_content, call.last_content) = (Some(first), Some(last));
            (call.tokens, call.tokens_estimated) = (Tokens { input: 320, output: tokens }, true);
            return call;
        }
        let mut call = call(region, model, (sent, last), Some((first, last)), attempts, answered());
        call.tokens.output = tokens;
        call
    }

    fn failed(
        &mut self,
        region: &str,
        model: &str,
        span: (Nanos, Nanos),
        attempts: Vec<Attempt>,
        class: FailureClass,
        said: &str,
    ) -> Call {
        let failure = Failure {
            class,
            code: Some("ThrottlingException".into()),
            message: said.into(),
            retry_refused: false,
        };
        call(region, model, span, None, attempts, CallEnd::Failed(failure))
    }
}

fn answered() -> CallEnd {
    CallEnd::Answered { stop_reason: "end_turn".into() }
}

fn call(
    region: &str,
    model: &str,
    (sent, done): (Nanos, Nanos),
    content: Option<(Nanos, Nanos)>,
    attempts: Vec<Attempt>,
    end: CallEnd,
) -> Call {
    let answered = matches!(end, CallEnd::Answered { .. });
    Call {
        reason: Reason::First,
        operation: if content.is_some() { Operation::ConverseStream } else { Operation::Invoke },
        model: model.into(),
        region: region.into(),
        sent,
        first_byte: attempts.last().filter(|_| answered).map(|attempt| attempt.done),
        first_content: content.map(|(first, _)| first),
        last_content: content.map(|(_, last)| last),
        done,
        end,
        tokens: if answered { Tokens { input: 320, output: 60 } } else { Tokens::default() },
        tokens_estimated: false,
        gaps_us: Vec::new(),
        attempts,
        polls: 0,
    }
}

fn attempt(number: u32, sent: Nanos, wait: f64, took: f64, refused: bool) -> Attempt {
    Attempt {
        number,
        backoff: after(Nanos::ZERO, wait),
        sent,
        done: after(sent, took),
        status: Some(if refused { 429 } else { 200 }),
        error: refused.then(|| "ThrottlingException".into()),
        request_id: Some(format!("5d1f7c2e-0000-4000-8000-{:012}", sent.get() / 1000 % 1_000_000_000).into()),
        fault: refused.then(|| "throttle-east".into()),
    }
}

/// All of it during the fault, then a tail of a quarter of a minute.
fn trouble(at: f64) -> f64 {
    match at {
        t if (150.0..210.0).contains(&t) => 1.0,
        t if (213.0..231.4).contains(&t) => 0.45,
        _ => 0.0,
    }
}

fn is_failed(calls: &[Call]) -> bool {
    !calls.iter().any(|call| matches!(call.end, CallEnd::Answered { .. }))
}

fn is_broken(call: &Call) -> bool {
    matches!(&call.end, CallEnd::Failed(failure) if failure.class == FailureClass::StreamBroken)
}

fn stage_at(due: Nanos) -> Name {
    let header = header();
    header
        .stages
        .iter()
        .rfind(|stage| stage.from <= due)
        .map_or_else(|| "warmup".into(), |stage| stage.name.clone())
}
