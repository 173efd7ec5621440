//! Every status, with and without `Retry-After`, and the answers that are none.

use super::rig::{draft, head, network, row};
use crate::fault::FetchError;
use crate::http::{Method, Mode, ResponseHead, ResponseType};
use crate::ids::Entropy;
use crate::queue::*;
use crate::time::{Span, Timestamp};
use std::rc::Rc;

const NOW: Timestamp = Timestamp(1_700_000_000_000);
/// The first backoff's ceiling, which `Entropy(u128::MAX)` all but reaches.
const LATER: Timestamp = Timestamp(1_700_000_000_999);

fn sent(change: impl FnOnce(&mut Row)) -> Row {
    let mut row = row("todos/1", State::Pending);
    change(&mut row);
    row
}

fn drafted(row: &mut Row) -> &mut Draft {
    Rc::make_mut(&mut row.draft)
}

fn verdict(row: &Row, answer: Result<&ResponseHead, &FetchError>) -> Verdict {
    judge(row, answer, Entropy(u128::MAX), NOW)
}

#[test]
fn every_status_has_its_verdict() {
    let plain = |status: u16, method: &Method| match status {
        200..=299 => Verdict::Settle,
        401 => Verdict::Pause(LATER),
        404 | 410 if *method == Method::Delete => Verdict::Settle,
        409 | 412 => Verdict::Conflict,
        511 => Verdict::RetryAt(LATER, Cause::Portal),
        408 | 425 | 429 => Verdict::RetryAt(LATER, Cause::Server(status)),
        500..=599 => Verdict::RetryAt(LATER, Cause::Server(status)),
        _ => Verdict::Dead,
    };
    for status in 200..=599 {
        for method in [Method::Post, Method::Delete] {
            let row = sent(|row| drafted(row).method = method.clone());
            let expected = plain(status, &method);
            assert_eq!(verdict(&row, Ok(&head(status, &[]))), expected, "{status}");
            let expected = match expected {
                Verdict::RetryAt(_, cause @ Cause::Server(_)) => Verdict::RetryAt(NOW + Span::seconds(7), cause),
                other => other,
            };
            assert_eq!(verdict(&row, Ok(&head(status, &[("Retry-After", "7")]))), expected, "{status}");
        }
    }
}

#[test]
fn retry_after_is_obeyed_within_reason() {
    let check = |value: &str, expected: Timestamp| {
        let found = verdict(&sent(|_| {}), Ok(&head(503, &[("Retry-After", value)])));
        assert_eq!(found, Verdict::RetryAt(expected, Cause::Server(503)), "{value:?}");
    };
    check("0", NOW + Span(500));
    check("120", NOW + Span::seconds(120));
    check(" 5 ", NOW + Span::seconds(5));
    // The 24 hours of the row.
    check("99999999", NOW + Span::hours(24));
    check("99999999999999999999999999", NOW + Span::hours(24));
    // 1,700,000,000 s is 22:13:20.
    check("Tue, 14 Nov 2023 22:13:50 GMT", NOW + Span::seconds(30));
    check("Tue, 14 Nov 2023 22:00:00 GMT", NOW + Span(500));
    check("Fri, 01 Jan 2100 00:00:00 GMT", NOW + Span::hours(24));
    for nonsense in ["", "-5", "soon", "1.5"] {
        check(nonsense, LATER);
    }
}

#[test]
fn an_answer_that_is_none_is_asked_for_again() {
    let row = sent(|_| {});
    assert_eq!(verdict(&row, Err(&network())), Verdict::RetryAt(LATER, Cause::Network));
    assert_eq!(verdict(&row, Err(&FetchError::Timeout)), Verdict::Unknown(LATER));
    assert_eq!(verdict(&row, Err(&FetchError::Unsendable(String::new()))), Verdict::Dead);
    let of_kind = |kind| ResponseHead { kind, ..ResponseHead::new(0) };
    assert_eq!(verdict(&row, Ok(&of_kind(ResponseType::Error))), Verdict::RetryAt(LATER, Cause::Network));
    // Not ours to read, and no better the second time.
    assert_eq!(verdict(&row, Ok(&of_kind(ResponseType::Opaque))), Verdict::Settle);
    assert_eq!(verdict(&row, Ok(&of_kind(ResponseType::OpaqueRedirect))), Verdict::Settle);
    assert_eq!(verdict(&row, Ok(&of_kind(ResponseType::Basic))), Verdict::Dead);
}

#[test]
fn a_login_page_is_no_answer() {
    let portal = Verdict::RetryAt(LATER, Cause::Portal);
    let check = |change: fn(&mut Row), status: u16, content_type: Option<&str>, expected: Verdict| {
        let fields: Vec<_> = content_type.map(|value| ("Content-Type", value)).into_iter().collect();
        let found = verdict(&sent(change), Ok(&head(status, &fields)));
        assert_eq!(found, expected, "{status} {content_type:?}");
    };
    let expects: fn(&mut Row) = |row| drafted(row).expects = vec!["application/json".to_owned()];
    check(expects, 200, Some("text/html"), portal);
    check(expects, 200, Some("text/plain"), portal);
    check(expects, 200, Some("application/json; charset=utf-8"), Verdict::Settle);
    check(expects, 201, Some("application/problem+json"), Verdict::Settle);
    check(expects, 200, None, Verdict::Settle);
    check(expects, 204, Some("text/html"), Verdict::Settle);
    // Error pages are HTML on many an orderly API: the status says it all.
    check(expects, 422, Some("text/html"), Verdict::Dead);
    check(expects, 404, Some("text/html"), Verdict::Dead);
    // With nothing expected, a page is no answer to those who speak JSON.
    let asks: fn(&mut Row) = |row| row.headers.set("Accept", "application/json, */*");
    check(asks, 200, Some("text/html; charset=utf-8"), portal);
    check(asks, 200, Some("text/csv"), Verdict::Settle);
    let says: fn(&mut Row) = |row| {
        row.body = Some(BodyFacts { size: 2, content_type: Some("application/json".to_owned()) });
    };
    check(says, 200, Some("text/html"), portal);
    let either: fn(&mut Row) = |row| row.headers.set("Accept", "text/html, application/json");
    check(either, 200, Some("text/html"), Verdict::Settle);
    check(|_| {}, 200, Some("text/html"), Verdict::Settle);
    let form: fn(&mut Row) = |row| drafted(row).mode = Mode::Navigate;
    check(form, 200, Some("text/html"), Verdict::Settle);
}

#[test]
fn a_draft_reaches_its_collection_and_tags() {
    let reach = Reach::of(&draft("api/todos/1?from=board"));
    assert_eq!(reach.urls, ["https://app.example/api/todos/1", "https://app.example/api/todos"]);
    assert_eq!(reach.tags, ["api"]);
}
