//! Whatever comes in, something in Neptune's form goes out.

use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Uri};
use neptunedata_emulator::{Config, Emulator, Identity, JobStatus, Now};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::support::{ask, delete, get, job, now, post};

fn methods() -> impl Strategy<Value = Method> {
    prop_oneof![
        select(vec![
            Method::GET,
            Method::POST,
            Method::DELETE,
            Method::HEAD,
            Method::OPTIONS
        ]),
        "[A-Z]{1,8}".prop_map(|name| Method::from_bytes(name.as_bytes()).expect("a method")),
    ]
}

fn targets() -> impl Strategy<Value = Uri> {
    let path = prop_oneof![
        Just("/status".to_owned()),
        Just("/ml/modeltraining".to_owned()),
        "/ml/modeltraining/[ -~]{0,50}",
        "/[!-~]{0,20}",
        "(http://[a-z:0-9]{0,9})?/[!-~é]{0,20}",
        Just("*".to_owned()),
    ];
    let query = prop_oneof![
        Just(String::new()),
        "\\?[!-~]{0,30}",
        "\\?(maxItems|clean|neptuneIamRoleArn)=[!-~]{0,8}(&[a-z%=+]{0,9}){0,3}",
    ];
    (path, query).prop_filter_map("no URI", |(path, query)| {
        format!("{path}{query}").parse().ok()
    })
}

/// Authorizations that are nearly right, or not at all.
fn authorizations() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>(), 0..40),
        (
            "(AKID|[!-~]{0,8})/(20240101|[0-9]{0,9})/(us-east-1|[a-z]{0,4})/(neptune-db|rds)(/aws4_request|/)?",
            "(host;x-amz-date|[a-z;A-Z-]{0,20})(;x-amz-security-token)?",
            "[0-9a-f]{0,64}",
        )
            .prop_map(|(credential, signed, signature)| {
                format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={signed}, Signature={signature}").into()
            }),
    ]
}

fn headers() -> impl Strategy<Value = Vec<(&'static str, Vec<u8>)>> {
    let some = prop_oneof![
        authorizations().prop_map(|value| ("authorization", value)),
        prop_oneof![Just(b"20240101T000000Z".to_vec()), vec(any::<u8>(), 0..17)]
            .prop_map(|value| ("x-amz-date", value)),
        vec(any::<u8>(), 0..20).prop_map(|value| ("host", value)),
        vec(any::<u8>(), 0..20).prop_map(|value| ("x-amz-security-token", value)),
        prop_oneof![Just(b"application/json".to_vec()), vec(any::<u8>(), 0..20)]
            .prop_map(|value| ("content-type", value)),
    ];
    vec(some, 0..8)
}

fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let members = prop_oneof![
        Just("id"),
        Just("dataProcessingJobId"),
        Just("trainModelS3Location"),
        Just("subnets"),
        Just("maxHPONumberOfTrainingJobs"),
        Just("customModelTrainingParameters"),
    ];
    let values = select(vec![
        "\"job-1\"",
        "\"s3://b/p\"",
        "1",
        "-1e999",
        "[]",
        "[\"x\"]",
        "{}",
        "null",
        "\"\\ud800\"",
    ]);
    prop_oneof![
        vec(any::<u8>(), 0..60),
        vec((members, values), 0..6).prop_map(|members| {
            let members: Vec<String> = members
                .iter()
                .map(|(name, value)| format!("\"{name}\":{value}"))
                .collect();
            format!("{{{}}}", members.join(",")).into()
        }),
    ]
}

fn times() -> impl Strategy<Value = Now> {
    (any::<u64>(), any::<u64>(), any::<bool>()).prop_map(|(wall, mono, usual)| {
        let wall = if usual {
            1_704_067_200 + wall % 1000
        } else {
            wall
        };
        let wall = UNIX_EPOCH
            .checked_add(Duration::from_secs(wall))
            .unwrap_or(UNIX_EPOCH);
        Now::new(wall, Duration::from_secs(mono))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_request_is_answered(
        iam in any::<bool>(),
        requests in vec((methods(), targets(), headers(), bodies(), times()), 1..6),
    ) {
        let config = Config::default();
        let config = if iam { config.identity(Identity::new("AKID", "secret")) } else { config };
        let mut neptune = Emulator::new(config);
        for (place, (method, target, headers, body, now)) in requests.into_iter().enumerate() {
            let mut request = Request::new(Bytes::from(body));
            *request.method_mut() = method;
            *request.uri_mut() = target;
            for (name, value) in headers {
                if let Ok(value) = HeaderValue::from_bytes(&value) {
                    request.headers_mut().append(HeaderName::from_static(name), value);
                }
            }
            let answer = neptune.handle(request, now).into_response().expect("an answer");
            let body = answer.to_json().expect("JSON");
            let entry = &neptune.log()[place];
            prop_assert_eq!(&answer.head.headers["x-amzn-requestid"], entry.request_id.as_str());
            prop_assert!(answer.head.headers.contains_key("date"));
            prop_assert_eq!(entry.executed, answer.status().is_success());
            if !entry.executed {
                prop_assert!(body["code"].as_str().is_some_and(|code| code.ends_with("Exception")), "{}", body);
                prop_assert!(body["detailedMessage"].is_string());
                prop_assert_eq!(body["requestId"].as_str(), Some(entry.request_id.as_str()));
            }
        }
    }

    /// A second, simpler telling of what jobs do, walked in step with the emulator.
    #[test]
    fn jobs_keep_to_their_states(steps in vec((0..4_u8, 0..4_u64, any::<bool>()), 0..40)) {
        #[derive(Clone, Copy)]
        struct Model { started: u64, cancelled: bool }
        let mut neptune = Emulator::new(Config::default().training_duration(Duration::from_secs(5)));
        let mut models: [Option<Model>; 4] = [None; 4];
        let mut order = Vec::new();
        let mut time = 0;
        for (step, number, flag) in steps {
            let at = now().later(Duration::from_secs(time));
            let id = format!("job-{number}");
            let path = format!("/ml/modeltraining/{id}");
            let model = &mut models[number as usize];
            let running = model.is_some_and(|model| !model.cancelled && time < model.started + 5);
            match step {
                0 => {
                    let answer = neptune.handle(post("/ml/modeltraining", &job(&id)), at).into_response().expect("an answer");
                    prop_assert_eq!(answer.status().is_success(), model.is_none());
                    if model.is_none() {
                        *model = Some(Model { started: time, cancelled: false });
                        order.insert(0, id);
                    }
                }
                1 => {
                    let answer = neptune.handle(delete(&format!("{path}?clean={flag}")), at).into_response().expect("an answer");
                    prop_assert_eq!(answer.status().is_success(), running);
                    if let (true, Some(model)) = (running, model) {
                        model.cancelled = true;
                        prop_assert_eq!(neptune.training_job(&id).expect("a job").artefacts_removed(), flag);
                    }
                }
                2 => time += number,
                _ => {
                    let list = ask(&mut neptune, get("/ml/modeltraining"), at);
                    prop_assert_eq!(&list["ids"], &serde_json::json!(order));
                }
            }
            for (number, model) in models.iter().enumerate() {
                let at = now().later(Duration::from_secs(time));
                let status = neptune.training_job(&format!("job-{number}")).map(|job| job.status(at));
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
