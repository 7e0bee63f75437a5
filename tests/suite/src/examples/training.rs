//! For the examples that cancel a training job.

use std::{env, error::Error, process::ExitCode};

use neptunedata::{Credentials, Endpoint, ml::MlJobStatus};
use neptunedata_emulator::{Config, Emulator, Server};

const ACCESS_KEY: &str = "AKIDEXAMPLE";
const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const REGION: &str = "us-east-1";

/// Starts an emulator that verifies signatures, unless `NEPTUNE_ENDPOINT` is set.
///
/// # Errors
///
/// If it cannot listen.
pub fn signing_emulator() -> Result<Option<Server>, Box<dyn Error>> {
    if env::var_os("NEPTUNE_ENDPOINT").is_some() {
        return Ok(None);
    }
    let config = Config::default().iam(ACCESS_KEY, SECRET_KEY, REGION);
    let server = Server::start(Emulator::new(config))?;
    println!(
        "The emulator listens on {} and verifies signatures.",
        server.endpoint()
    );
    Ok(Some(server))
}

/// The endpoint of that emulator, and the credentials that it accepts.
///
/// # Errors
///
/// Never: its URL is valid.
pub fn signing_client(server: &Server) -> Result<(Endpoint, Credentials), Box<dyn Error>> {
    let endpoint = Endpoint::parse(&server.endpoint())?.with_region(REGION)?;
    Ok((endpoint, Credentials::new(ACCESS_KEY, SECRET_KEY)))
}

/// Prints an error with its causes.
pub fn exit_code(result: Result<(), Box<dyn Error>>) -> ExitCode {
    let Err(error) = result else {
        return ExitCode::SUCCESS;
    };
    eprintln!("{error}");
    let mut source = error.source();
    while let Some(error) = source {
        eprintln!("  caused by: {error}");
        source = error.source();
    }
    ExitCode::FAILURE
}

/// The status of a job as text.
pub fn status_text(status: &Option<MlJobStatus>) -> &str {
    status.as_ref().map_or("(no status)", MlJobStatus::as_str)
}
