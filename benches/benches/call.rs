//! The cost of one cancel call without network, compared with the signer of the AWS SDK alone.
//!
//! ```text
//! cargo bench -p neptunedata-benches --bench call
//! ```

use std::{
    hint::black_box,
    time::{Duration, SystemTime},
};

use aws_credential_types::Credentials as AwsCredentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use bytes::Bytes;
use criterion::{Criterion, criterion_group, criterion_main};
use http::HeaderMap;
use neptunedata::{
    Auth, Call, Credentials, Endpoint, Session,
    machine::{Input, Io, Machine, Now, Step},
    ml::CancelMlModelTrainingJob,
};

const ACCESS_KEY: &str = "AKIDEXAMPLE";
const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

fn now() -> Now {
    Now {
        wall: SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160),
        mono: Duration::from_secs(1),
    }
}

fn cancel() -> CancelMlModelTrainingJob {
    CancelMlModelTrainingJob::new("0f4b6929-7efb-aa03-e3d4-ad7f94e4fc51")
        .neptune_iam_role_arn("arn:aws:iam::123456789012:role/NeptuneML")
        .clean(true)
}

fn endpoint() -> Endpoint {
    Endpoint::parse("my-db.cluster-abc.eu-west-1.neptune.amazonaws.com").unwrap()
}

fn call(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("cancel");

    let session = Session::new(
        endpoint(),
        Auth::credentials(Credentials::new(ACCESS_KEY, SECRET_KEY)),
    )
    .unwrap();
    let operation = cancel();
    group.bench_function("neptunedata: encode, sign, decode", |bencher| {
        bencher.iter(|| {
            let mut call = Call::new(&session, black_box(&operation), 1);
            let Step::Io(Io::Send(transmit)) = call.resume(Input::Next, now()) else {
                panic!()
            };
            black_box(transmit);
            let response = http::Response::new(Bytes::from_static(br#"{"status":"200 OK"}"#));
            let Step::Done(Ok(output)) =
                call.resume(Input::Response(response, HeaderMap::new()), now())
            else {
                panic!()
            };
            black_box(output)
        });
    });

    let request = neptunedata::request(&operation, &endpoint()).unwrap();
    let identity = AwsCredentials::new(ACCESS_KEY, SECRET_KEY, None, None, "bench").into();
    group.bench_function("aws-sigv4: sign alone", |bencher| {
        bencher.iter(|| {
            let mut signed = request.clone();
            let params = v4::SigningParams::builder()
                .identity(&identity)
                .region("eu-west-1")
                .name("neptune-db")
                .time(now().wall)
                .settings(SigningSettings::default())
                .build()
                .unwrap()
                .into();
            let uri = signed.uri().to_string();
            let signable = SignableRequest::new(
                signed.method().as_str(),
                &uri,
                signed
                    .headers()
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.to_str().unwrap())),
                SignableBody::Bytes(signed.body()),
            )
            .unwrap();
            let (instructions, _) = sign(signable, &params).unwrap().into_parts();
            instructions.apply_to_request_http1x(&mut signed);
            black_box(signed)
        });
    });
    group.finish();
}

criterion_group!(benches, call);
criterion_main!(benches);
