//! What a connection knows of itself, shared by its socket, its exchanges and its keeper.
//!
//! The socket tells what it hears, the exchanges say when they begin, end or are to be cut off, and the
//! keeper asks how long the connection may go on. Everything is a plain value under a lock that is held
//! for a few instructions and wanted by one connection's tasks alone.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;

use super::limits::Limits;
use crate::caller::Client;
use crate::clock;

/// The beginning of HTTP/2's preface. No method of HTTP/1.1 is called so.
const PREFACE: &[u8] = b"PRI";

/// The state of a connection.
pub(super) struct Line {
    state: Mutex<State>,
    news: Notify,
    client: Arc<Client>,
}

struct State {
    speech: Speech,
    /// Exchanges under way.
    in_flight: usize,
    /// Those of them whose request has not arrived whole.
    arriving: usize,
    /// When the last exchange ended, or the connection began.
    quiet_since: Instant,
    /// When the head now being read began.
    head_since: Option<Instant>,
    /// When the client shut its side.
    deaf_since: Option<Instant>,
    /// Whether that was kept to ourselves once while a request was still being taken in.
    put_off: bool,
    /// Since when the client has not taken what is to be written.
    blocked_since: Option<Instant>,
    cut: Cut,
}

/// What is being spoken, as far as it can be told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Speech {
    /// This many bytes of the preface came, and nothing else.
    Unknown(usize),
    Http1,
    Http2,
}

/// What becomes of the news that a client has shut its side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Silence {
    /// hyper hears of it, and closes the connection.
    Told,
    /// hyper does not: it would give up the answer to a request that came whole, which the client may still be
    /// waiting for.
    Kept,
    /// hyper is to ask again. It reads on as soon as it has the last of a body, before whoever takes that in
    /// has had a look at it; so a request that has come whole may count as half of one until then.
    PutOff,
}

/// Whether and when the connection is to be reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// It is not.
    None,
    /// After this many more bytes.
    After(usize),
    /// Once everything that was handed out is written.
    Flushed,
    /// Now.
    Now,
}

impl Line {
    /// A connection with this client that has just begun.
    pub(super) fn new(client: Arc<Client>) -> Arc<Self> {
        let state = State {
            speech: Speech::Unknown(0),
            in_flight: 0,
            arriving: 0,
            quiet_since: clock::now(),
            head_since: None,
            deaf_since: None,
            put_off: false,
            blocked_since: None,
            cut: Cut::None,
        };
        Arc::new(Line { state: Mutex::new(state), news: Notify::new(), client })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of what the client sent.
    pub(super) fn hear(&self, bytes: &[u8]) {
        let mut state = self.state();
        if state.in_flight == 0 {
            state.speech = state.speech.heard(bytes);
            state.head_since = match state.speech {
                Speech::Http2 => None,
                Speech::Unknown(_) | Speech::Http1 => state.head_since.or_else(|| Some(clock::now())),
            };
        }
    }

    /// Takes note that the client has shut its side, and says what hyper is to know of it.
    pub(super) fn fall_silent(&self) -> Silence {
        let mut state = self.state();
        if state.deaf_since.is_none() {
            let now = clock::now();
            state.deaf_since = Some(now);
            self.client.leave(now);
            self.news.notify_one();
        }
        if state.speech != Speech::Http1 || state.in_flight == 0 {
            Silence::Told
        } else if state.arriving == 0 {
            Silence::Kept
        } else if !mem::replace(&mut state.put_off, true) {
            Silence::PutOff
        } else {
            Silence::Told
        }
    }

    /// Takes note of whether the client takes what is written to it.
    pub(super) fn write(&self, taken: bool) {
        let mut state = self.state();
        match taken {
            true => state.blocked_since = None,
            false => {
                state.blocked_since.get_or_insert_with(clock::now);
            }
        }
    }

    /// Begins an exchange, which is under way until what is returned is dropped.
    pub(super) fn begin(self: &Arc<Self>) -> UnderWay {
        let mut state = self.state();
        state.in_flight += 1;
        state.arriving += 1;
        state.head_since = None;
        UnderWay { line: self.clone(), arriving: true }
    }

    /// Whether no more than one exchange is under way.
    pub(super) fn is_alone(&self) -> bool {
        self.state().in_flight <= 1
    }

    /// Has the connection reset.
    pub(super) fn cut(&self, cut: Cut) {
        self.state().cut = cut;
        if cut == Cut::Now {
            self.news.notify_one();
        }
    }

    /// Whether it is to be reset, and when.
    pub(super) fn cutting(&self) -> Cut {
        self.state().cut
    }

    /// Waits for something that the keeper should look at: a cut, or a client that shut its side.
    pub(super) async fn news(&self) {
        self.news.notified().await;
    }

    /// When to look again; none if the connection has had its time.
    pub(super) fn look_again(&self, limits: &Limits) -> Option<Instant> {
        let (now, state) = (clock::now(), self.state());
        let at_latest = clock::later(now, limits.head);
        let deadline = state.deadline(limits).unwrap_or(at_latest);
        (now < deadline).then(|| deadline.min(at_latest))
    }
}

impl State {
    /// When the connection has had its time, if that is known.
    fn deadline(&self, limits: &Limits) -> Option<Instant> {
        let unread = self.blocked_since.map(|since| clock::later(since, limits.idle));
        if self.in_flight == 0 {
            let silent = clock::later(self.quiet_since, limits.idle);
            return Some(self.head_since.map_or(silent, |since| clock::later(since, limits.head)));
        }
        let abandoned = self.deaf_since.map(|since| clock::later(since, limits.half_closed));
        abandoned.into_iter().chain(unread).min()
    }
}

impl Speech {
    fn heard(self, bytes: &[u8]) -> Self {
        let Speech::Unknown(matched) = self else {
            return self;
        };
        let expected = &PREFACE[matched..];
        match bytes.len() < expected.len() {
            _ if !expected.iter().zip(bytes).all(|(expected, byte)| expected == byte) => Speech::Http1,
            true => Speech::Unknown(matched + bytes.len()),
            false => Speech::Http2,
        }
    }
}

/// An exchange that is under way.
pub(super) struct UnderWay {
    line: Arc<Line>,
    arriving: bool,
}

impl UnderWay {
    /// The connection that it is on.
    pub(super) fn line(&self) -> &Line {
        &self.line
    }

    /// Its request has arrived whole, or is not waited for.
    pub(super) fn arrived(&mut self) {
        if mem::take(&mut self.arriving) {
            self.line.state().arriving -= 1;
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.arrived();
        let mut state = self.line.state();
        state.in_flight -= 1;
        state.quiet_since = clock::now();
        if state.deaf_since.is_some() {
            self.line.news.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// How long a connection may go on, looked at again and again as its keeper does.
    async fn lasts(line: &Line, limits: &Limits) -> Duration {
        let began = clock::now();
        while let Some(look_again) = line.look_again(limits) {
            clock::reach(look_again).await;
            if clock::now() - began > Duration::from_secs(3600) {
                break;
            }
        }
        clock::now() - began
    }

    #[tokio::test(start_paused = true)]
    async fn each_state_has_its_own_patience() {
        let limits = &Limits::CLOUD;
        let line = Line::new(Arc::default());
        assert_eq!(lasts(&line, limits).await, limits.idle, "silent");
        let line = Line::new(Arc::default());
        line.hear(b"POST / HTT");
        assert_eq!(lasts(&line, limits).await, limits.head, "half a head");
        let line = Line::new(Arc::default());
        line.hear(b"PR");
        line.hear(b"I * HTTP/2.0");
        assert!(lasts(&line, limits).await > limits.head, "an idle connection of HTTP/2");
        let line = Line::new(Arc::default());
        line.hear(b"GET");
        let mut under_way = line.begin();
        assert!(lasts(&line, limits).await > Duration::from_secs(3000), "an answer may take its time");
        assert_eq!(line.fall_silent(), Silence::PutOff, "perhaps the last of it is on its way");
        assert_eq!(line.fall_silent(), Silence::Told, "half a request is none");
        under_way.arrived();
        assert_eq!(line.fall_silent(), Silence::Kept, "a whole one may still be answered");
        let line = Line::new(Arc::default());
        let _under_way = line.begin();
        line.fall_silent();
        assert_eq!(lasts(&line, limits).await, limits.half_closed, "a client that shut its side");
        let line = Line::new(Arc::default());
        let _under_way = line.begin();
        line.write(false);
        assert_eq!(lasts(&line, limits).await, limits.idle, "a client that reads nothing");
        line.write(true);
        assert!(lasts(&line, limits).await > limits.idle, "a client that reads again");
    }

    #[tokio::test(start_paused = true)]
    async fn an_exchange_that_ends_leaves_time_for_the_next() {
        let line = Line::new(Arc::default());
        let under_way = line.begin();
        clock::pass(Duration::from_secs(1000)).await;
        drop(under_way);
        assert_eq!(lasts(&line, &Limits::CLOUD).await, Limits::CLOUD.idle);
    }

    #[test]
    fn the_preface_is_told_from_methods_however_it_is_cut() {
        let cases: [(&[&[u8]], bool); 5] = [
            (&[b"PRI * HTTP/2.0"], true),
            (&[b"P", b"R", b"I"], true),
            (&[b"POST"], false),
            (&[b"P", b"UT"], false),
            (&[b"GET"], false),
        ];
        for (parts, http_2) in cases {
            let speech = parts.iter().fold(Speech::Unknown(0), |speech, part| speech.heard(part));
            assert_eq!(speech == Speech::Http2, http_2, "{parts:?}");
        }
    }
}
