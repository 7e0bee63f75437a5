//! Starts, watches and cancels a model-training job with the blocking client.
//!
//! ```text
//! cargo run --example cancel_training_job_blocking
//! ```
//!
//! By default it starts the emulator and uses it. With `NEPTUNE_ENDPOINT` set, it uses that cluster, with the
//! credentials and the region of the usual AWS variables.

use std::{env, error::Error, process::ExitCode, thread, time::Duration};

use neptunedata_blocking::{
    Client, Credentials, Endpoint,
    ml::{
        CancelMlModelTrainingJob, DataProcessingJobId, GetMlModelTrainingJob, MlJobStatus,
        StartMlModelTrainingJob,
    },
    types::S3Uri,
};
use neptunedata_emulator::{Config, Emulator, Server};

const ACCESS_KEY: &str = "AKIDEXAMPLE";
const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const REGION: &str = "us-east-1";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            let mut source = error.source();
            while let Some(error) = source {
                eprintln!("  caused by: {error}");
                source = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let (client, _emulator) = match env::var("NEPTUNE_ENDPOINT") {
        Ok(endpoint) => (client_from_environment(&endpoint)?, None),
        Err(_) => {
            let config = Config::default().iam(ACCESS_KEY, SECRET_KEY, REGION);
            let server = Server::start(Emulator::new(config))?;
            println!(
                "The emulator listens on {} and verifies signatures.",
                server.endpoint()
            );
            let endpoint = Endpoint::parse(&server.endpoint())?.with_region(REGION)?;
            (
                Client::new(endpoint, Credentials::new(ACCESS_KEY, SECRET_KEY))?,
                Some(server),
            )
        }
    };

    let start = StartMlModelTrainingJob::new(
        DataProcessingJobId::new("processed-movies"),
        S3Uri::new("s3://my-bucket/models/"),
    )
    .max_hpo_number_of_training_jobs(2);
    // Parameters that the service accepts but the request type lacks are sent with `extra`.
    let call = client.call(&start).extra("modelName", "rgcn");
    let started = call.timeout(Duration::from_secs(30)).send()?;
    let id = started.output.id.ok_or("the response has no id")?;
    println!("started    {id}, after {} attempt", started.meta.attempts);

    for _ in 0..2 {
        let status = client.send(&GetMlModelTrainingJob::new(&id))?.status;
        println!("status     {}", text(&status));
        if status.is_some_and(|status| status.is_terminal()) {
            break;
        }
        thread::sleep(Duration::from_millis(50));
    }

    let cancelled = client.send(&CancelMlModelTrainingJob::new(&id).clean(true))?;
    println!(
        "cancelled  {}",
        cancelled.status.as_deref().unwrap_or("(empty response)")
    );

    let status = client.send(&GetMlModelTrainingJob::new(&id))?.status;
    println!("status     {}", text(&status));

    match client.send(&GetMlModelTrainingJob::new("no-such-job")) {
        Ok(_) => println!("error      the job should not exist"),
        Err(error) => println!("refused    {error}"),
    }
    Ok(())
}

fn text(status: &Option<MlJobStatus>) -> &str {
    status.as_ref().map_or("(no status)", MlJobStatus::as_str)
}

/// Uses keys from the environment or, if a profile is set there, from the shared files. The region in the cluster's
/// host name takes precedence over the environment's.
fn client_from_environment(endpoint: &str) -> Result<Client, Box<dyn Error>> {
    let builder = Client::builder(Endpoint::parse(endpoint)?).region_from_environment();
    let is_set = |name: &str| env::var_os(name).is_some();
    let builder = if is_set("AWS_ACCESS_KEY_ID") {
        builder.credentials_from_environment()
    } else if is_set("AWS_PROFILE") {
        builder.credentials_from_profile(None)
    } else {
        builder.unsigned()
    };
    Ok(builder.build()?)
}
