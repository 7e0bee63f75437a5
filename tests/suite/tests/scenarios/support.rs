//! The server of the scenarios, and its clients.

use std::{collections::BTreeMap, time::Duration};

use http::{HeaderName, HeaderValue};
use neptunedata::{
    CallOptions,
    ml::{DataProcessingJobId, GetMlModelTrainingJob, StartMlModelTrainingJob},
    serde_json::Value,
    transport::{ClientOptions, RootCertificates},
    types::S3Uri,
};
use neptunedata_emulator::{Config, Emulator, MlKind, Server, ServerOptions, Tls};
use neptunedata_tests::client::{Client, Driver};

pub(crate) const WRITE: &str = "StartMLModelTrainingJob";
pub(crate) const READ: &str = "GetMLModelTrainingJob";
/// How long a test waits for an event that should happen soon.
pub(crate) const WAIT_LIMIT: Duration = Duration::from_secs(10);

/// Both clients, with and without TLS.
pub(crate) fn each_way() -> impl Iterator<Item = (Driver, bool)> {
    let ways = |driver| [(driver, false), (driver, true)];
    Driver::ALL.into_iter().flat_map(ways)
}

/// Obeys faults that are asked for and takes unsigned requests.
pub(crate) fn server(secure: bool) -> Server {
    let config = Config::default()
        .fault_header(true)
        .ml_duration(MlKind::ModelTraining, Duration::from_secs(3600));
    let mut options = ServerOptions::new();
    if secure {
        options = options.tls(Tls::default());
    }
    options.start(Emulator::new(config)).unwrap()
}

pub(crate) fn client(driver: Driver, server: &Server, mut options: ClientOptions) -> Client {
    if let Some(root) = server.ca_pem() {
        options = options.root_certificates(RootCertificates::Pem(root.to_owned()));
    }
    driver.client(&server.endpoint(), options)
}

/// A write, told apart from others by this name. It has no id, so that a second execution is another job.
pub(crate) fn write(name: &str) -> StartMlModelTrainingJob {
    StartMlModelTrainingJob::new(
        DataProcessingJobId::new("processed"),
        S3Uri::new(format!("s3://bucket/{name}")),
    )
}

pub(crate) fn read(id: &str) -> GetMlModelTrainingJob {
    GetMlModelTrainingJob::new(id)
}

/// Starts a job and gives back its id.
pub(crate) fn job(client: &Client) -> String {
    let started = client.call(&write("first"), CallOptions::new()).unwrap();
    started.output.id.unwrap()
}

pub(crate) fn fault(text: &'static str) -> CallOptions {
    let name = HeaderName::from_static("x-neptune-fault");
    CallOptions::new().header(name, HeaderValue::from_static(text))
}

/// How often each write was received and executed, by its name.
pub(crate) fn writes(server: &Server) -> BTreeMap<String, (usize, usize)> {
    let mut writes = BTreeMap::<_, (usize, usize)>::new();
    server.with(|emulator| {
        for entry in emulator.log() {
            if entry.operation != Some(WRITE) {
                continue;
            }
            let body: Value = neptunedata::serde_json::from_slice(&entry.body).unwrap();
            let location = body["trainModelS3Location"].as_str().unwrap();
            let name = location.rsplit('/').next().unwrap().to_owned();
            let counts = writes.entry(name).or_default();
            counts.0 += 1;
            counts.1 += usize::from(entry.executed);
        }
    });
    writes
}
