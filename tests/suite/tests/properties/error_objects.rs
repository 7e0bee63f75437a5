//! When a whole body with status 200 is an error object: `docs/retry.md` has the rule.

use neptunedata::{
    Auth, Call, CallOptions, Error, ErrorKind, ExceptionKind, Session,
    bytes::Bytes,
    error::Cause,
    http::Response,
    machine::Exchange,
    testing::{Answer, Network, NetworkOutcome},
};
use proptest::{prelude::*, sample::select};
use serde_json::{Map, Value};

use crate::support::*;

/// The members of error objects in several orders and spellings. The code is always that of a time limit.
const ERRORS: &[&str] = &[
    r#""requestId":"r","code":"TimeLimitExceededException","detailedMessage":"m""#,
    r#""detailedMessage":"m","requestId":"r","code":"TimeLimitExceededException","message":"m""#,
    r#""code":"TimeLimitExceededException","message":"m","requestId":"r""#,
    r#""code":"TimeLimitExceededException","detailedMessage":"""#,
    r#""__type":"x","message":"m","code":"TimeLimitExceededException","requestId":"r""#,
    r#""__type":"a.b#TimeLimitExceededException","detailedMessage":"m""#,
    r#""Code":"TimeLimitExceededException","Message":"m","requestId":"r""#,
    r#""since":{"a":[{"b":1}]},"code":"TimeLimitExceededException","detailedMessage":"{\"a\":1""#,
    r#""payload":null,"code":"TimeLimitExceededException","detailedMessage":"m""#,
];

/// Members that do not make an object an error object.
const OTHERS: &[&str] = &[
    r#""code":"TimeLimitExceededException","message":"m","__type":"x""#,
    r#""code":200,"detailedMessage":"m","requestId":"r""#,
    r#""code":"","detailedMessage":"m""#,
    r#""message":"m","requestId":"r""#,
    r#""code":"TimeLimitExceededException","detailedMessage":null,"message":7,"requestId":"r""#,
];

/// Reads the body as a whole and as it arrives, with and without decoding: what each way ends in.
fn read<O: Every>(operation: &O, body: &str) -> [(&'static str, Result<(), ErrorKind>); 4] {
    let response = Response::new(Bytes::from(body.to_owned()));
    let bare = neptunedata::response::<O>(&response).map(drop);
    let bare = bare.map_err(|cause| match cause {
        Cause::Service(error) => ErrorKind::Service(error.kind),
        Cause::Decode(_) => ErrorKind::Decode,
        cause => panic!("{cause}"),
    });
    let session = Session::new(endpoint(), Auth::unsigned()).unwrap();
    let options = CallOptions::new().max_attempts(1);
    let network = || {
        let arrives = NetworkOutcome::Arrives { piece: 7 };
        Network::new([arrives], |_, _| response.clone())
    };
    let kind = |error: Error| error.kind();
    let call = Call::with_options(&session, operation, &options, 1);
    let collecting = Exchange::collecting(&session, operation, &options, 1);
    let streaming = Exchange::streaming(&session, operation, &options, 1);
    [
        ("response", bare),
        ("call", network().run(call).map(drop).map_err(kind)),
        ("whole", network().run(collecting).map(drop).map_err(kind)),
        ("streamed", network().run(streaming).map(drop).map_err(kind)),
    ]
}

struct ErrorObjectsReplaceTheOutput;

impl Property for ErrorObjectsReplaceTheOutput {
    fn check<O: Every>() {
        let name = O::INFO.name;
        let cases = (any::<O>(), select(ERRORS), any::<bool>());
        holds_for(name, cases, |(operation, members, blanks)| {
            let (before, after) = if blanks { (" \n", "\n") } else { ("", "") };
            for (way, end) in read(&operation, &format!("{before}{{{before}{members}}}{after}")) {
                let limit = ExceptionKind::TimeLimitExceededException;
                prop_assert_eq!(end, Err(ErrorKind::Service(limit)), "{}", way);
            }
            Ok(())
        });
    }
}

#[test]
fn an_error_object_in_place_of_the_output_is_an_error() {
    check_every::<ErrorObjectsReplaceTheOutput>();
}

struct UnknownMembersChangeNothing;

impl Property for UnknownMembersChangeNothing {
    fn check<O: Every>() {
        let name = O::INFO.name;
        let members = prop_oneof![select(ERRORS), select(OTHERS)];
        let cases = (any::<O>(), any::<O::Output>(), members, any::<bool>());
        holds_for(name, cases, |(operation, output, members, first)| {
            let Some(body) = with_members(name, &output, members, first) else {
                return Ok(());
            };
            for (way, end) in read(&operation, &body) {
                prop_assert_eq!(end, Ok(()), "{} of {}", way, &body);
            }
            Ok(())
        });
    }
}

/// The output with these members as well. `None` if the output is not a JSON object or has no members that an error
/// object cannot have.
fn with_members(name: &str, output: &impl Answer, members: &str, first: bool) -> Option<String> {
    let body = String::from_utf8(output.to_response().body().to_vec()).ok()?;
    let mut own: Map<String, Value> = serde_json::from_str(&body).ok()?;
    let is_twice = own
        .keys()
        .any(|name| members.contains(&format!("\"{name}\":")));
    own.remove("requestId");
    let has_output = own.values().any(|value| !value.is_null());
    // A Gremlin response without results, but with a detailed message, is an error without a code.
    let has_results = name != "ExecuteGremlinQuery" || own.contains_key("result");
    let is_detailed = members.contains(r#""detailedMessage":""#);
    if !has_output || is_twice || (!has_results && is_detailed) {
        return None;
    }
    let inner = body.strip_prefix('{')?.strip_suffix('}')?;
    Some(if first {
        format!("{{{members},{inner}}}")
    } else {
        format!("{{{inner},{members}}}")
    })
}

#[test]
fn unknown_members_do_not_make_an_output_an_error() {
    check_every::<UnknownMembersChangeNothing>();
}

struct OthersAreNoErrors;

impl Property for OthersAreNoErrors {
    fn check<O: Every>() {
        let name = O::INFO.name;
        holds_for(
            name,
            (any::<O>(), select(OTHERS)),
            |(operation, members)| {
                for (way, end) in read(&operation, &format!("{{{members}}}")) {
                    let is_service = matches!(end, Err(ErrorKind::Service(_)));
                    prop_assert!(!is_service, "{}: {:?}", way, end);
                }
                Ok(())
            },
        );
    }
}

#[test]
fn objects_without_a_code_and_a_message_are_not_errors() {
    check_every::<OthersAreNoErrors>();
}
