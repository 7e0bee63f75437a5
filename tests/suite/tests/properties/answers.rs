//! Arbitrary answers are decoded correctly.

use std::{cell::RefCell, collections::BTreeSet, time::SystemTime};

use bytes::Bytes;
use http::{HeaderMap, Response};
use neptunedata::{
    Auth, CallOptions, Error, ExceptionKind, Session, dynamic,
    error::Cause,
    machine::{BodyChunks, Input, Io, Machine, Now, ResponseMeta, Step},
    ml::{CancelMlModelTrainingJob, GetMlModelTrainingJob},
    testing::{
        Answer, AnyResponse, BodyForm, Damage, ErrorResponse, MalformedResponse, SuccessResponse,
    },
};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

use crate::support::*;

struct SuccessIsSuccess;

impl Property for SuccessIsSuccess {
    fn check<O: Every>() {
        let name = O::INFO.name;
        holds::<SuccessResponse<O>>(name, |success| {
            let decoded = neptunedata::response::<O>(&success.response);
            let decoded = decoded.map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(&decoded, &success.output);
            if dynamic::info(name).is_none() {
                return Ok(());
            }
            let named = dynamic::response(name, &success.response);
            let named = named.map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(named, serde_json::to_value(&success.output).unwrap());
            Ok(())
        });
    }
}

#[test]
fn successes_are_successes() {
    check_every::<SuccessIsSuccess>();
}

struct DamagedIsNoSuccess;

impl Property for DamagedIsNoSuccess {
    fn check<O: Every>() {
        holds::<MalformedResponse<O>>(O::INFO.name, |damaged| {
            let result = neptunedata::response::<O>(&damaged.response);
            prop_assert!(result.is_err(), "{:?}", result);
            let is_service = matches!(result, Err(Cause::Service(_)));
            let named = [
                Damage::ErrorInside,
                Damage::FailedInTheMiddle,
                Damage::Status,
            ];
            prop_assert_eq!(is_service, named.contains(&damaged.damage));
            prop_assert!(dynamic::response(O::INFO.name, &damaged.response).is_err());
            Ok(())
        });
    }
}

#[test]
fn malformed_answers_are_not_successes() {
    check_every::<DamagedIsNoSuccess>();
}

/// The body of the response as [`BodyChunks`] hands it out, when it arrives in pieces of this size, and the end.
fn chunks<O: Every>(
    response: &Response<Bytes>,
    size: usize,
) -> (Vec<u8>, Result<ResponseMeta, Error>) {
    let session = Session::new(endpoint(), Auth::unsigned()).unwrap();
    let options = CallOptions::new().max_attempts(1);
    let request = any::<O>().new_tree(&mut TestRunner::deterministic());
    let request = request.unwrap().current();
    let mut machine = BodyChunks::with_options(&session, &request, &options, 1);
    let (head, body) = response.clone().into_parts();
    let mut pieces = body.chunks(size);
    let mut head = Some(head);
    let (mut read, mut input) = (Vec::new(), Input::Next);
    loop {
        input = match machine.resume(input, Now::at(SystemTime::UNIX_EPOCH)) {
            Step::Io(Io::Send(_)) => Input::Head(head.take().unwrap()),
            Step::Io(Io::Receive) => match pieces.next() {
                Some(piece) => Input::Chunk(Bytes::copy_from_slice(piece)),
                None => Input::End(HeaderMap::new()),
            },
            Step::Item(chunk) => {
                read.extend_from_slice(&chunk);
                Input::Next
            }
            Step::Done(result) => return (read, result),
            step => panic!("{step:?}"),
        };
    }
}

struct ChunksAreTheBody;

impl Property for ChunksAreTheBody {
    fn check<O: Every>() {
        // These outputs may be graphs or text, which are not parsed: JSON in them may be incomplete, which `BodyChunks`
        // notices.
        let may_be_text = O::INFO.output_members.is_empty() || O::INFO.name == "ExecuteSparqlQuery";
        holds::<SuccessResponse<O>>(O::INFO.name, |success| {
            let first = success.response.body().trim_ascii_start().first();
            if may_be_text && matches!(first, Some(b'{' | b'[')) {
                return Ok(());
            }
            for size in [1, 13, usize::MAX] {
                let (read, end) = chunks::<O>(&success.response, size);
                prop_assert!(end.is_ok(), "{:?}", end);
                prop_assert_eq!(&read, success.response.body());
            }
            Ok(())
        });
        holds::<MalformedResponse<O>>(O::INFO.name, |damaged| {
            for size in [1, 13, usize::MAX] {
                let (read, end) = chunks::<O>(&damaged.response, size);
                match damaged.damage {
                    Damage::ErrorInside | Damage::Status | Damage::Encoding | Damage::Empty => {
                        prop_assert!(end.is_err());
                        prop_assert_eq!(read.len(), 0);
                    }
                    Damage::Cut | Damage::FailedInTheMiddle => prop_assert!(end.is_err()),
                    // Bodies are not decoded.
                    _ => prop_assert_eq!(&read, damaged.response.body()),
                }
            }
            Ok(())
        });
    }
}

#[test]
fn chunks_of_complete_answers_are_their_bodies() {
    check_every::<ChunksAreTheBody>();
}

struct AnyAnswerEndsWellOrNot;

impl Property for AnyAnswerEndsWellOrNot {
    fn check<O: Every>() {
        holds::<AnyResponse<O>>(O::INFO.name, |answer| {
            match neptunedata::response::<O>(&answer.response) {
                Ok(_) => prop_assert!(answer.response.status().is_success()),
                Err(error) => prop_assert!(error.to_string().len() < 8192),
            }
            Ok(())
        });
    }
}

#[test]
fn any_answer_is_a_value_or_an_error() {
    check_every::<AnyAnswerEndsWellOrNot>();
}

struct NamesWhatCame;

impl Property for NamesWhatCame {
    fn check<O: Every>() {
        let bodies = [
            (
                "application/xml",
                &b"<?xml version=\"1.0\"?><Error/>"[..],
                "XML (application/xml)",
            ),
            (
                "text/html",
                b"<!doctype html><p>Bad gateway",
                "HTML (text/html), probably from a proxy",
            ),
            ("text/plain", b"no healthy upstream", "text (text/plain)"),
            (
                "application/json",
                b"\x1f\x8b\x08\0",
                "gzip data (application/json)",
            ),
            (
                "application/json",
                b"\x84\0\xfd\0",
                "binary data (application/json)",
            ),
        ];
        for (media_type, body, found) in bodies {
            let response = Response::builder().header("content-type", media_type);
            let response = response.body(Bytes::from_static(body)).unwrap();
            match neptunedata::response::<O>(&response) {
                // Another format than JSON.
                Ok(output) => assert_ne!(output.form(), BodyForm::Json, "{}", O::INFO.name),
                Err(error) => {
                    let text = error.to_string();
                    let begins = format!("{}: response body is not ", O::INFO.name);
                    assert!(text.starts_with(&begins), "{text}");
                    assert!(
                        text.contains(&format!(": found {found}; body begins \"")),
                        "{text}"
                    );
                }
            }
        }
    }
}

#[test]
fn formats_found_in_place_of_json_are_named() {
    check_every::<NamesWhatCame>();
}

#[test]
fn error_answers_are_their_exceptions() {
    let seen = RefCell::new(BTreeSet::new());
    // Enough for each of the exceptions.
    for _ in 0..16 {
        holds::<ErrorResponse>("refusals", |refusal| {
            match neptunedata::response::<CancelMlModelTrainingJob>(&refusal.response) {
                Err(Cause::Service(error)) => {
                    prop_assert_eq!(error.kind, refusal.kind);
                    prop_assert_eq!(error.code.as_deref(), Some(refusal.kind.name()));
                    prop_assert_eq!(error.message, refusal.message);
                }
                other => prop_assert!(false, "{:?}", other),
            }
            seen.borrow_mut().insert(refusal.kind);
            Ok(())
        });
    }
    let seen = seen.into_inner();
    assert_eq!(seen.len(), ExceptionKind::ALL.len(), "{seen:?}");
    assert_eq!(seen.len(), 37);
}

#[test]
fn every_kind_of_malformed_answer_is_produced() {
    let seen = RefCell::new(BTreeSet::new());
    for _ in 0..4 {
        holds::<MalformedResponse<GetMlModelTrainingJob>>("damage", |damaged| {
            seen.borrow_mut().insert(format!("{:?}", damaged.damage));
            Ok(())
        });
    }
    let all: BTreeSet<_> = Damage::ALL
        .iter()
        .map(|damage| format!("{damage:?}"))
        .collect();
    assert_eq!(seen.into_inner(), all);
    assert_eq!(all.len(), 10);
}
