//! What this project's own client makes of the same inputs, keys and answers.

use std::collections::BTreeSet;

use neptunedata::{
    Credentials, Endpoint, dynamic,
    error::Cause,
    http::{
        HeaderName, HeaderValue,
        header::{AUTHORIZATION, CONTENT_TYPE},
    },
    sign,
};
use serde_json::{Map, Value};

use crate::{
    cluster, deviations,
    transcript::{self, Answer, Ending, Line, Outcome, Request},
};

fn endpoint() -> Endpoint {
    Endpoint::parse(cluster::ENDPOINT).unwrap()
}

#[test]
fn the_same_inputs_make_the_same_requests() {
    let (mut compared, mut refused) = (0, BTreeSet::new());
    for line in transcript::lines() {
        let step = &line.step;
        let Ok(ours) = dynamic::request(&line.operation, &deviations::input(&line), &endpoint())
        else {
            refused.insert((step.clone(), line.request.is_some()));
            continue;
        };
        let Some(theirs) = &line.request else {
            panic!("{step}: boto3 alone refuses it");
        };
        assert_eq!(ours.method().as_str(), theirs.method, "{step}");
        let target = ours.uri().path_and_query().unwrap();
        assert_eq!(parts(target.as_str()), parts(&theirs.target), "{step}");
        let kind = ours.headers().get(CONTENT_TYPE);
        assert_eq!(
            kind.map(|it| it.to_str().unwrap()),
            theirs.header("content-type"),
            "{step}"
        );
        let json = |body: &[u8]| {
            (!body.is_empty()).then(|| serde_json::from_slice::<Value>(body).unwrap())
        };
        assert_eq!(json(ours.body()), json(&theirs.body.bytes()), "{step}");
        compared += 1;
    }
    assert!(compared > 300);
    // And whether boto3 sends it.
    let expected = [
        ("RDF, stream, limit too large", true),
        ("endpoint, list, maxItems too large", true),
        ("get, empty id", true),
        ("get, unknown member", false),
        ("list, maxItems too large", true),
        ("list, maxItems too small", false),
        ("load, list, limit too large", true),
        ("processing, list, maxItems too large", true),
        ("property graph, stream, limit too large", true),
        ("start, required member missing", false),
        ("transform, list, maxItems too large", true),
    ];
    assert_eq!(
        refused,
        expected.map(|(step, sent)| (step.to_owned(), sent)).into()
    );
}

/// Path and query, whose parameters are in an order of each client's own.
fn parts(target: &str) -> (&str, BTreeSet<&str>) {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    (path, query.split('&').collect())
}

#[test]
fn the_same_requests_get_the_same_signatures() {
    let mut compared = BTreeSet::new();
    for line in transcript::lines() {
        let (Some(theirs), Some(verdict)) = (&line.request, &line.emulator) else {
            continue;
        };
        if !verdict.is_verified() {
            continue;
        }
        let known = cluster::KEYS
            .into_iter()
            .find(|(access_key, ..)| *access_key == verdict.signature.1);
        let (access_key, secret_key, token) = known.unwrap();
        let mut credentials = Credentials::new(access_key, secret_key);
        if let Some(token) = token {
            credentials = credentials.with_session_token(token);
        }

        let Ok(mut ours) =
            dynamic::request(&line.operation, &deviations::input(&line), &endpoint())
        else {
            continue;
        };
        for own in deviations::headers(&line) {
            let value = ours.headers_mut().remove(&own.name);
            assert_eq!(value.unwrap(), own.value, "{}", line.step);
        }
        // boto3 writes its JSON with blanks, and signed most of the headers that ask for a fault.
        *ours.body_mut() = theirs.body.bytes();
        if signed_headers(theirs).contains(&"x-neptune-fault") {
            let fault = HeaderValue::from_str(theirs.header("x-neptune-fault").unwrap()).unwrap();
            ours.headers_mut()
                .insert(HeaderName::from_static("x-neptune-fault"), fault);
        }
        sign(&mut ours, &credentials, cluster::REGION, cluster::wall()).unwrap();
        let authorization = ours.headers()[AUTHORIZATION].to_str().unwrap();
        assert_eq!(
            Some(authorization),
            theirs.header("authorization"),
            "{}",
            line.step
        );
        compared.insert((access_key, line.operation, line.fault.is_some()));
    }
    let of = |access_key: &str, with_fault: bool| {
        let compared = compared.iter();
        let of_it = compared.filter(|it| it.0 == access_key && it.2 == with_fault);
        let names = of_it.map(|(_, operation, _)| operation.as_str());
        names.collect::<BTreeSet<_>>()
    };
    assert_eq!(of("AKIDEXAMPLE", false), transcript::operations().collect());
    assert_eq!(of("AKIDEXAMPLE", true).len(), 13);
    let with_token = [
        "GetEngineStatus",
        "GetMLModelTrainingJob",
        "StartMLModelTrainingJob",
    ];
    assert_eq!(of("ASIAEXAMPLE", false), with_token.into());
}

fn signed_headers(request: &Request) -> Vec<&str> {
    let authorization = request.header("authorization").unwrap_or_default();
    let (_, rest) = authorization
        .split_once("SignedHeaders=")
        .unwrap_or_default();
    rest.split(',')
        .next()
        .unwrap_or_default()
        .split(';')
        .collect()
}

/// Answers with which boto3 is content and this client is not.
const DAMAGED: [&str; 7] = [
    "truncated-body",
    "truncated-body; framing=close",
    "trailers; kind=failing; unasked",
    "trailers; kind=oversized; bytes=500; unasked",
    "html",
    "empty-200",
    "error-in-200",
];

#[test]
fn the_same_answers_are_understood_alike_unless_they_are_damaged() {
    let (mut outputs, mut errors) = (0, 0);
    let (mut damaged, mut compressed) = (BTreeSet::new(), BTreeSet::new());
    for line in transcript::lines() {
        let (Some(answer), Some(outcome)) = (&line.response, &line.outcome) else {
            continue;
        };
        let ours = dynamic::response(&line.operation, &answer.to_http());
        match (outcome, ours) {
            (Outcome::Output { output }, Ok(ours)) => {
                let theirs = deviations::output(without_metadata(output));
                let ours = deviations::without_additions(&line.operation, ours);
                assert_eq!(ours, theirs, "{}", line.step);
                outputs += 1;
            }
            (Outcome::Output { .. }, Err(_)) => {
                let fault = line.fault.as_deref().unwrap_or_default();
                damaged.insert(fault.split("; times=").next().unwrap().to_owned());
            }
            (Outcome::Error { .. }, Ok(ours)) if answer.has("content-encoding", "gzip") => {
                let last = &ours["records"][0]["isLastOp"];
                compressed.insert((line.operation, last.clone().as_bool()));
            }
            (Outcome::Error { .. }, Ok(ours)) => panic!("{}: {ours}", line.step),
            (Outcome::Error { response, .. }, Err(ours)) => {
                errors += 1;
                check_error(&line, answer, response, &ours);
            }
        }
    }
    assert_eq!(damaged, DAMAGED.map(str::to_owned).into());
    // boto3 lets the caller ask for compression, and then cannot read the answer.
    let streams = ["GetPropertygraphStream", "GetSparqlStream"];
    let streams = streams.map(|operation| (operation.to_owned(), Some(true)));
    assert_eq!(compressed, streams.into());
    assert!(outputs > 150 && errors > 90, "{outputs} {errors}");
}

fn without_metadata(output: &Map<String, Value>) -> Map<String, Value> {
    let mut output = output.clone();
    output.remove("ResponseMetadata");
    output
}

fn check_error(line: &Line, answer: &Answer, theirs: &Value, ours: &Cause) {
    let step = &line.step;
    assert_eq!(line.ending, Some(Ending::Open), "{step}");
    let Cause::Service(ours) = ours else {
        // Bytes that are no UTF-8: boto3 has no response, and we have no answer.
        assert!(
            theirs.is_null() && answer.status == Some(200),
            "{step}: {ours}"
        );
        return;
    };
    assert_eq!(Some(ours.status.as_u16()), answer.status, "{step}");
    // Where boto3 names no exception its code is the status.
    if let Some(code) = &ours.code
        && !theirs.is_null()
    {
        assert_eq!(theirs["Error"]["Code"], code.as_str(), "{step}");
        assert_eq!(theirs["detailedMessage"], ours.message, "{step}");
    }
    if let Some(id) = theirs["ResponseMetadata"]["RequestId"].as_str() {
        assert_eq!(ours.request_id.as_deref(), Some(id), "{step}");
    }
}
