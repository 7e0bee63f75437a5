//! Every request gets an answer in Neptune's format.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Uri};
use neptunedata_emulator::{Config, Emulator, Identity, JobStatus, MlKind, Now, SignatureCheck};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::support::{self, Ask, clocks, delete, job, operation_or_exception, post, reach, words};

/// Mostly `good`, so that what comes after its check is reached as well.
fn mostly<T: Clone + std::fmt::Debug>(
    good: T,
    other: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = T> {
    prop_oneof![6 => Just(good), 1 => other]
}

fn methods() -> impl Strategy<Value = Method> {
    prop_oneof![
        8 => select(vec![Method::GET, Method::POST, Method::DELETE]),
        1 => "[A-Z]{1,8}".prop_map(|name| Method::from_bytes(name.as_bytes()).expect("a method")),
    ]
}

fn targets() -> impl Strategy<Value = Uri> {
    let path = prop_oneof![
        2 => Just("/status".to_owned()),
        4 => Just("/ml/modeltraining".to_owned()),
        4 => Just("/ml/modeltraining/job-1".to_owned()),
        1 => "/ml/modeltraining/[ -~]{0,50}",
        1 => "/[!-~]{0,20}",
        1 => "(http://[a-z:0-9]{0,9})?/[!-~\u{e9}]{0,20}",
        1 => Just("*".to_owned()),
    ];
    let query = prop_oneof![
        3 => Just(String::new()),
        1 => "\\?[!-~]{0,30}",
        1 => "\\?(maxItems|clean|neptuneIamRoleArn)=[!-~]{0,8}(&[a-z%=+]{0,9}){0,3}",
    ];
    (path, query).prop_filter_map("no URI", |(path, query)| {
        format!("{path}{query}").parse().ok()
    })
}

/// Authorizations that are nearly right, or not at all.
fn authorizations() -> impl Strategy<Value = Vec<u8>> {
    let text = |good: &str, other: &'static str| mostly(good.to_owned(), other);
    let credential = (
        text("AKID", "[!-~]{0,8}"),
        text("/20240101", "/[0-9]{0,9}"),
        text("/us-east-1", "/[a-z]{0,4}"),
        text("/neptune-db", "/[a-z]{0,4}"),
        text("/aws4_request", "/?[a-z]{0,4}"),
    );
    let rest = (
        text(
            "SignedHeaders=host;x-amz-date",
            "(SignedHeaders=)?(host|x-amz-date|[a-z;A-Z-]{0,20})",
        ),
        text("", ";x-amz-security-token"),
        "[0-9a-f]{0,64}",
    );
    let whole = (credential, rest).prop_map(
        |((key, date, region, service, end), (signed, token, signature))| {
            let credential = format!("{key}{date}{region}{service}{end}");
            format!(
                "AWS4-HMAC-SHA256 Credential={credential}, {signed}{token}, Signature={signature}"
            )
            .into_bytes()
        },
    );
    prop_oneof![8 => whole, 1 => vec(any::<u8>(), 0..40)]
}

fn headers() -> impl Strategy<Value = Vec<(&'static str, Vec<u8>)>> {
    let bytes = || vec(any::<u8>(), 0..20);
    (
        option::weighted(0.9, authorizations()),
        option::weighted(0.9, mostly(b"20240101T000000Z".to_vec(), bytes())),
        option::weighted(0.9, bytes()),
        option::weighted(0.1, bytes()),
        option::weighted(0.9, mostly(b"application/json".to_vec(), bytes())),
    )
        .prop_map(|(authorization, date, host, token, content_type)| {
            let all = [
                ("authorization", authorization),
                ("x-amz-date", date),
                ("host", host),
                ("x-amz-security-token", token),
                ("content-type", content_type),
            ];
            all.into_iter()
                .filter_map(|(name, value)| Some((name, value?)))
                .collect()
        })
}

fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let odd = select(words(
        r#"{} [] null {"id":-1e999} {"id":"\\ud800"} {"dataProcessingJobId":"d","trainModelS3Location":"s3://b/p","subnets":1}"#,
    ));
    prop_oneof![
        2 => Just(job("job-1").to_string().into_bytes()),
        1 => vec(any::<u8>(), 0..60),
        2 => odd.prop_map(|body| body.as_bytes().to_vec()),
    ]
}

fn times() -> impl Strategy<Value = Now> {
    (
        mostly(1_704_067_200, any::<u64>()),
        prop_oneof![4 => 0..15_u64, 1 => any::<u64>()],
    )
        .prop_map(|(wall, mono)| clocks(wall, mono))
}

fn requests() -> impl Strategy<Value = (Request<Bytes>, Now)> {
    (methods(), targets(), headers(), bodies(), times()).prop_map(
        |(method, target, headers, body, now)| {
            let mut request = Request::new(Bytes::from(body));
            *request.method_mut() = method;
            *request.uri_mut() = target;
            for (name, value) in headers {
                if let Ok(value) = HeaderValue::from_bytes(&value) {
                    request
                        .headers_mut()
                        .append(HeaderName::from_static(name), value);
                }
            }
            (request, now)
        },
    )
}

#[test]
fn any_request_is_answered() {
    // A cancel that is carried out takes luck, some nine in a thousand cases: enough of them that none never happens.
    let cases = 1500;
    let strategy = (any::<bool>(), vec(requests(), 1..10));
    let reached = reach(cases, strategy, |(iam, requests), reached| {
        let mut neptune = Emulator::default();
        if iam {
            neptune.reconfigure(|config| config.identity(Identity::new("AKID", "secret")));
        }
        for (request, now) in requests {
            let answer = neptune.at(now).answer(request);
            reached.insert(operation_or_exception(&neptune, &answer)?);
            let entry = neptune.last();
            if let SignatureCheck::Refused(text) = &entry.signature {
                reached.insert(text.clone());
            }
        }
        Ok(())
    });
    let codes = words(
        "GetEngineStatus StartMLModelTrainingJob ListMLModelTrainingJobs GetMLModelTrainingJob \
        CancelMLModelTrainingJob BadRequestException InvalidParameterException \
        MissingParameterException MethodNotAllowedException",
    );
    let texts = [
        "Missing Authentication Token",
        "Authorization header requires",
        "Credential must have exactly",
        "scoped to a valid Region",
        "scoped to correct service",
        "scoped with a valid terminator",
        "Date must be in",
        "Date in Credential scope",
        "Signature expired",
        "Signature not yet current",
        "is named as a SignedHeader",
        "must be a 'SignedHeader'",
        "security token included in the request is invalid",
        "The request signature we calculated",
    ];
    for part in codes.into_iter().chain(texts) {
        let was_reached = reached.iter().any(|text| text.contains(part));
        assert!(was_reached, "never reached: {part}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Compares the states of jobs with a second, simpler implementation.
    #[test]
    fn jobs_keep_to_their_states(steps in vec((0..4_u8, 0..4_u64, any::<bool>()), 0..40)) {
        #[derive(Clone, Copy)]
        struct Model { started: u64, cancelled: bool }
        let mut neptune = Emulator::new(Config::default().ml_duration(MlKind::ModelTraining, Duration::from_secs(5)));
        let mut models: [Option<Model>; 4] = [None; 4];
        let mut order = Vec::new();
        let mut time = 0;
        for (step, number, flag) in steps {
            let at = support::at(time);
            let id = format!("job-{number}");
            let path = format!("/ml/modeltraining/{id}");
            let model = &mut models[number as usize];
            let running = model.is_some_and(|model| !model.cancelled && time < model.started + 5);
            match step {
                0 => {
                    let answer = neptune.at(at).answer(post("/ml/modeltraining", &job(&id)));
                    prop_assert_eq!(answer.status().is_success(), model.is_none());
                    if model.is_none() {
                        *model = Some(Model { started: time, cancelled: false });
                        order.insert(0, id);
                    }
                }
                1 => {
                    let answer = neptune.at(at).answer(delete(&format!("{path}?clean={flag}")));
                    prop_assert_eq!(answer.status().is_success(), running);
                    if let (true, Some(model)) = (running, model) {
                        model.cancelled = true;
                        prop_assert_eq!(neptune.ml_job(MlKind::ModelTraining, &id).expect("a job").artifacts_removed(), flag);
                    }
                }
                2 => time += number,
                _ => {
                    let list = neptune.at(at).get("/ml/modeltraining");
                    prop_assert_eq!(&list["ids"], &serde_json::json!(order));
                }
            }
            for (number, model) in models.iter().enumerate() {
                let status = neptune.ml_job(MlKind::ModelTraining, &format!("job-{number}")).map(|job| job.status(support::at(time)));
                let expected = model.map(|model| match model {
                    Model { cancelled: true, .. } => JobStatus::Stopped,
                    Model { started, .. } if time < started + 5 => JobStatus::InProgress,
                    Model { .. } => JobStatus::Completed,
                });
                prop_assert_eq!(status, expected);
            }
        }
    }
}
