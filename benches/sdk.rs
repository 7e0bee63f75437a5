//! The peer aws-sdk-neptunedata: with static credentials and its default settings, in memory or over HTTP without TLS.

use aws_sdk_neptunedata::{
    Client,
    config::{BehaviorVersion, Builder, Config, Credentials, Region},
};
use aws_smithy_runtime_api::{
    client::{
        http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn},
        orchestrator::{HttpRequest, HttpResponse},
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;

use crate::requests::{ACCESS_KEY, ARN, JOB, SECRET_KEY};

/// Responds at once, without a connection.
#[derive(Clone, Debug)]
struct Memory(Bytes);

impl HttpConnector for Memory {
    fn call(&self, _request: HttpRequest) -> HttpConnectorFuture {
        let body = SdkBody::from(self.0.clone());
        let mut response = HttpResponse::new(StatusCode::try_from(200).unwrap(), body);
        response
            .headers_mut()
            .insert("content-type", "application/json");
        HttpConnectorFuture::ready(Ok(response))
    }
}

/// A client whose requests all get the same response, in memory.
pub(crate) fn in_memory(body: Bytes) -> Client {
    let connector = SharedHttpConnector::new(Memory(body));
    let http = http_client_fn(move |_, _| connector.clone());
    let endpoint = format!("https://{}:8182", crate::requests::HOST);
    client(config().endpoint_url(endpoint).http_client(http))
}

pub(crate) fn over_http(endpoint: &str) -> Client {
    let http = aws_smithy_http_client::Builder::new().build_http();
    client(config().endpoint_url(endpoint).http_client(http))
}

fn config() -> Builder {
    Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .credentials_provider(Credentials::new(
            ACCESS_KEY, SECRET_KEY, None, None, "benches",
        ))
}

fn client(config: Builder) -> Client {
    Client::from_conf(config.build())
}

pub(crate) async fn cancel(client: &Client) {
    let output = client
        .cancel_ml_model_training_job()
        .id(JOB)
        .neptune_iam_role_arn(ARN)
        .clean(true)
        .send()
        .await
        .expect("the SDK's cancel");
    assert!(output.status().is_some());
}
