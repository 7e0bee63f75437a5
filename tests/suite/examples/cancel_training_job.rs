//! Starts, watches and cancels a model-training job with the async client.
//!
//! ```text
//! cargo run --example cancel_training_job
//! ```
//!
//! By default it starts the emulator and uses it. With `NEPTUNE_ENDPOINT` set, it uses that cluster, with the
//! credentials and the region of the usual AWS variables.

use std::{env, error::Error, fs, process::ExitCode, time::Duration};

use neptunedata_hyper::{
    Client, Endpoint,
    ml::{
        CancelMlModelTrainingJob, DataProcessingJobId, GetMlModelTrainingJob,
        StartMlModelTrainingJob,
    },
    transport::{ClientOptions, RootCertificates},
    types::S3Uri,
};
use neptunedata_tests::examples::{exit_code, signing_client, signing_emulator, status_text};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    exit_code(run().await)
}

async fn run() -> Result<(), Box<dyn Error>> {
    let emulator = signing_emulator()?;
    let client = match &emulator {
        Some(server) => {
            let (endpoint, credentials) = signing_client(server)?;
            Client::new(endpoint, credentials)?
        }
        None => client_from_environment(&env::var("NEPTUNE_ENDPOINT")?)?,
    };

    let start = StartMlModelTrainingJob::new(
        DataProcessingJobId::new("processed-movies"),
        S3Uri::new("s3://my-bucket/models/"),
    )
    .max_hpo_number_of_training_jobs(2);
    // Parameters that the service accepts but the request type lacks are sent with `extra`.
    let call = client.call(&start).extra("modelName", "rgcn");
    let started = call.timeout(Duration::from_secs(30)).send().await?;
    let id = started.output.id.ok_or("the response has no id")?;
    println!("started    {id}, after {} attempt", started.meta.attempts);

    for _ in 0..2 {
        let status = client.send(&GetMlModelTrainingJob::new(&id)).await?.status;
        println!("status     {}", status_text(&status));
        if status.is_some_and(|status| status.is_terminal()) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    let cancelled = client
        .send(&CancelMlModelTrainingJob::new(&id).clean(true))
        .await?;
    println!(
        "cancelled  {}",
        cancelled.status.as_deref().unwrap_or("(empty response)")
    );

    let status = client.send(&GetMlModelTrainingJob::new(&id)).await?.status;
    println!("status     {}", status_text(&status));

    match client
        .send(&GetMlModelTrainingJob::new("no-such-job"))
        .await
    {
        Ok(_) => println!("error      the job should not exist"),
        Err(error) => println!("refused    {error}"),
    }
    Ok(())
}

/// Uses keys from the environment or, if a profile is set there, from the shared files. The region in the cluster's
/// host name takes precedence over the environment's. `AWS_CA_BUNDLE` is a file with the root certificates to trust,
/// for example that of an emulator.
fn client_from_environment(endpoint: &str) -> Result<Client, Box<dyn Error>> {
    let mut options = ClientOptions::new();
    if let Some(file) = env::var_os("AWS_CA_BUNDLE") {
        options = options.root_certificates(RootCertificates::Pem(fs::read_to_string(file)?));
    }
    let builder = Client::builder(Endpoint::parse(endpoint)?).options(options);
    let builder = builder.region_from_environment();
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
