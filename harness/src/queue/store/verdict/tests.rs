use std::time::Duration;

use super::*;

const NOW: Millis = Millis::new(100_000);

fn token() -> Token {
    Token::new("j1", "w1", Ticket::new("w1", NOW, 3))
}

fn others() -> Token {
    Token::new("j1", "w2", Ticket::new("w2", NOW, 3))
}

/// The same worker's claim of another delivery, in the same millisecond.
fn earlier() -> Token {
    Token::new("j1", "w1", Ticket::new("w1", NOW, 1))
}

fn put_down() -> Ticket {
    Ticket::new("producer", NOW, 0)
}

fn pending() -> Record {
    Record::pending("j1", &put_down(), 200)
}

fn held_by(token: &Token, until_ms: u64) -> Record {
    Record::claimed(token, Millis::new(until_ms), 200)
}

fn over(status: Status, token: &Token) -> Record {
    Record { status, in_progress_expiry: None, result: Some("said".into()), ..held_by(token, 0) }
}

fn until(ms: u64) -> Option<SystemTime> {
    Some(SystemTime::UNIX_EPOCH + Duration::from_millis(ms))
}

#[test]
fn a_refused_claim_is_told_by_what_was_there() {
    let table = [
        ("no record", None, Claim::Lost),
        ("done", Some(over(Status::Complete, &others())), Claim::AlreadyDone("said".into())),
        ("failed", Some(over(Status::Failed, &others())), Claim::AlreadyFailed("said".into())),
        (
            "another's",
            Some(held_by(&others(), 130_000)),
            Claim::InProgressElsewhere { until: until(130_000) },
        ),
        (
            "an earlier claim of the same worker's",
            Some(held_by(&earlier(), 130_000)),
            Claim::InProgressElsewhere { until: until(130_000) },
        ),
        (
            "ends this very millisecond",
            Some(held_by(&others(), 100_000)),
            Claim::InProgressElsewhere { until: until(100_000) },
        ),
        ("ours, by an attempt whose answer was lost", Some(held_by(&token(), 130_000)), Claim::Won(token())),
        ("claimable by now", Some(held_by(&others(), 99_999)), Claim::Lost),
        ("given back meanwhile", Some(pending()), Claim::Lost),
        (
            "expired meanwhile",
            Some(Record { expiry_s: 99, ..over(Status::Complete, &others()) }),
            Claim::Lost,
        ),
        (
            "without an end",
            Some(Record { in_progress_expiry: None, ..held_by(&others(), 0) }),
            Claim::InProgressElsewhere { until: None },
        ),
    ];
    for (name, old, expected) in table {
        assert_eq!(of_claim(old.as_ref(), token(), NOW), expected, "{name}");
    }
}

#[test]
fn a_refused_end_is_told_by_what_was_there() {
    let table = [
        ("no record", None, Finish::LeaseLost),
        ("ours, by an attempt whose answer was lost", Some(over(Status::Complete, &token())), Finish::Stored),
        ("another's result", Some(over(Status::Complete, &others())), Finish::AlreadyComplete),
        (
            "an earlier result of the same worker's",
            Some(over(Status::Complete, &earlier())),
            Finish::AlreadyComplete,
        ),
        ("found impossible", Some(over(Status::Failed, &others())), Finish::AlreadyFailed),
        ("found impossible by ourselves", Some(over(Status::Failed, &token())), Finish::AlreadyFailed),
        ("another is at it", Some(held_by(&others(), 130_000)), Finish::LeaseLost),
        ("given back", Some(pending()), Finish::LeaseLost),
    ];
    for (name, old, expected) in table {
        assert_eq!(of_finish(old.as_ref(), &token(), Status::Complete), expected, "{name}");
    }
    let done = over(Status::Complete, &token());
    assert_eq!(of_finish(Some(&done), &token(), Status::Failed), Finish::AlreadyComplete);
}

#[test]
fn a_refused_release_is_ours_if_the_record_says_so() {
    let table = [
        (None, Release::LeaseLost),
        (Some(pending()), Release::LeaseLost),
        (Some(over(Status::Pending, &token())), Release::Released),
        (Some(held_by(&others(), 130_000)), Release::LeaseLost),
        (Some(over(Status::Complete, &token())), Release::LeaseLost),
    ];
    for (old, expected) in table {
        assert_eq!(of_release(old.as_ref(), &token()), expected, "{old:?}");
    }
}

#[test]
fn a_job_that_is_known_is_told_how_far_it_is() {
    for status in Status::ALL {
        assert_eq!(of_enqueue(Some(&over(status, &others())), &put_down()), Enqueued::Known(status));
    }
    let again = Ticket::new("producer", NOW, 4);
    assert_eq!(of_enqueue(None, &again), Enqueued::Known(Status::Pending));
    assert_eq!(of_enqueue(Some(&pending()), &again), Enqueued::Known(Status::Pending));
    assert_eq!(
        of_enqueue(Some(&pending()), &put_down()),
        Enqueued::New,
        "by an attempt whose answer was lost"
    );
}
