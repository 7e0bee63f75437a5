//! Calls that the scenario table does not make: with a query, without a server, with sources of credentials.

use std::{fmt, time::Duration};

use neptunedata::{
    Call, CallOptions, Credentials, Endpoint, Error, credentials::CredentialsError,
    engine::GetEngineStatus, ml::CancelMlModelTrainingJob,
};
use neptunedata_emulator::{Config, Emulator, Identity, PlannedFault, Replacement, Server};
use neptunedata_tests::client::{Driver, quick};

use crate::{
    REGION, SECRET, TOKEN,
    spies::{show, show_error},
};

/// What is seen, in the order of the calls.
pub(crate) const ROWS: [&str; 13] = [
    "well failed",
    "closed failed",
    "lost failed",
    "cut failed",
    "throttled failed",
    "internal failed",
    "garbage failed",
    "late failed",
    "source ok",
    "value-refused failed",
    "source-refused failed",
    "no-server failed",
    "odd failed",
];

fn shown<T: fmt::Debug>(row: impl fmt::Display, result: Result<T, Error>) {
    println!("ROW {row} {}", if result.is_ok() { "ok" } else { "failed" });
    match result {
        Ok(value) => show(&value),
        Err(error) => show_error(&error),
    }
}

fn credentials() -> Credentials {
    Credentials::new("AKIDEXAMPLE", SECRET).with_session_token(TOKEN)
}

fn server() -> Server {
    let identity = Identity::new("AKIDEXAMPLE", SECRET).session_token(TOKEN);
    Server::start(Emulator::new(
        Config::default().identity(identity).region(REGION),
    ))
    .unwrap()
}

fn endpoint(server: &Server) -> Endpoint {
    Endpoint::parse(&server.endpoint())
        .unwrap()
        .with_region(REGION)
        .unwrap()
}

/// What goes wrong in each row, if anything does.
fn faults() -> Vec<(&'static str, Option<PlannedFault>)> {
    vec![
        ("well", None),
        ("closed", Some(PlannedFault::close().times(9))),
        ("lost", Some(PlannedFault::executed_but_closed().times(9))),
        ("cut", Some(PlannedFault::executed_but_cut(10).times(9))),
        (
            "throttled",
            Some(PlannedFault::error("ThrottlingException", "Rate exceeded").times(9)),
        ),
        (
            "internal",
            Some(PlannedFault::error("InternalFailureException", "no").times(9)),
        ),
        (
            "garbage",
            Some(PlannedFault::new(Replacement::Html(http::StatusCode::OK)).times(9)),
        ),
        ("late", Some(PlannedFault::late(Duration::from_millis(400)))),
    ]
}

/// Makes the calls, and prints all there is to see.
pub(crate) fn make() {
    for driver in Driver::ALL {
        for (name, planned) in faults() {
            let server = server();
            if let Some(planned) = planned {
                server.with(|emulator| emulator.fail_next(planned));
            }
            let builder = driver.builder(endpoint(&server));
            let builder = builder.credentials(credentials()).options(quick());
            show(&builder);
            let client = builder.build().unwrap();
            show(&client);
            show(client.session());
            let request = CancelMlModelTrainingJob::new("job-1");
            let mut options = CallOptions::new().timeout(Duration::from_millis(250));
            // ureq logs URLs.
            if driver == Driver::Hyper {
                options = options.extra_query("query", "c4n4ry-query");
            }
            shown(
                name,
                client.call_watched(&request, options, |call| show(&call)),
            );
            let call = Call::new(client.session(), &request, client.seed());
            show(&client.start(call));
        }
        let builder = |endpoint| driver.builder(endpoint).options(quick());
        // Refused, once as a value and once from a provider that has others.
        let server = server();
        let value = builder(endpoint(&server)).credentials(credentials());
        let value = value.build().unwrap();
        let source = builder(endpoint(&server)).credentials_from(|refresh| {
            if refresh {
                Err(CredentialsError::new("the provider is not available"))
            } else {
                Ok(credentials())
            }
        });
        show(&source);
        let source = source.build().unwrap();
        let status = GetEngineStatus::new();
        shown("source", source.send(&status));
        server.with(|emulator| emulator.expire_token(TOKEN));
        shown("value-refused", value.send(&status));
        shown("source-refused", source.send(&status));
        show(&value);
        show(&source);
        // No server, and a secret that no header can carry.
        let unused = endpoint(&server);
        drop(server);
        let client = builder(unused.clone()).credentials(credentials());
        shown("no-server", client.build().unwrap().send(&status));
        let odd = credentials().with_session_token("c4n4ry\n");
        let client = builder(unused).credentials(odd);
        shown("odd", client.build().unwrap().send(&status));
    }
}
