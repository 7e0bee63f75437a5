//! Calls that the scenario table does not make: with a query, without a server, with sources of credentials.

use std::{fmt, time::Duration};

use neptunedata::{
    Credentials, Endpoint, Error, credentials::CredentialsError, retry::RetryPolicy,
    transport::ClientOptions,
};
use neptunedata_emulator::{Config, Emulator, Identity, Mishap, Planned, Server};

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
    "nobody failed",
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

fn options() -> ClientOptions {
    let mut policy = RetryPolicy::default();
    policy.initial_backoff = Duration::from_millis(1);
    policy.throttled_backoff = Duration::from_millis(1);
    ClientOptions::new().retry_policy(policy)
}

fn endpoint(server: &Server) -> Endpoint {
    Endpoint::parse(&server.endpoint())
        .unwrap()
        .with_region(REGION)
        .unwrap()
}

/// What goes wrong in each row, if anything does.
fn mishaps() -> Vec<(&'static str, Option<Planned>)> {
    vec![
        ("well", None),
        ("closed", Some(Planned::close().times(9))),
        ("lost", Some(Planned::executed_but_closed().times(9))),
        ("cut", Some(Planned::executed_but_cut(10).times(9))),
        (
            "throttled",
            Some(Planned::error("ThrottlingException", "Rate exceeded").times(9)),
        ),
        (
            "internal",
            Some(Planned::error("InternalFailureException", "no").times(9)),
        ),
        (
            "garbage",
            Some(Planned::new(Mishap::Html(http::StatusCode::OK)).times(9)),
        ),
        ("late", Some(Planned::late(Duration::from_millis(400)))),
    ]
}

macro_rules! rows {
    ($driver:ident, $wait:ident, $source:ident) => {{
        use $driver::{Client, engine::GetEngineStatus, ml::CancelMlModelTrainingJob};
        for (name, planned) in mishaps() {
            let server = server();
            if let Some(planned) = planned {
                server.with(|emulator| emulator.fail_next(planned));
            }
            let builder = Client::builder(endpoint(&server))
                .credentials(credentials())
                .options(options());
            show(&builder);
            let client = builder.build().unwrap();
            show(&client);
            show(client.session());
            let request = CancelMlModelTrainingJob::new("job-1");
            let call = client
                .call(&request)
                .extra_query("query", "c4n4ry-query")
                .timeout(Duration::from_millis(250));
            show(&call);
            shown(name, $wait!(call.send()));
            show(&client.start(neptunedata::Call::new(
                client.session(),
                &request,
                client.seed(),
            )));
        }
        // Refused, once as a value and once from a source that has others.
        let server = server();
        let value = Client::new(endpoint(&server), credentials()).unwrap();
        let source =
            Client::builder(endpoint(&server)).credentials_from($source!(|refresh: bool| {
                if refresh {
                    Err(CredentialsError::new("the source is away"))
                } else {
                    Ok(credentials())
                }
            }));
        show(&source);
        let source = source.build().unwrap();
        shown("source", $wait!(source.send(&GetEngineStatus::new())));
        server.with(|emulator| emulator.expire_token(TOKEN));
        shown("value-refused", $wait!(value.send(&GetEngineStatus::new())));
        shown(
            "source-refused",
            $wait!(source.send(&GetEngineStatus::new())),
        );
        show(&value);
        show(&source);
        // Nobody there; a secret that no header could carry; nobody who is let in.
        let address = server.endpoint();
        drop(server);
        let nobody = Endpoint::parse(&address)
            .unwrap()
            .with_region(REGION)
            .unwrap();
        let client = Client::builder(nobody.clone())
            .credentials(credentials())
            .options(options())
            .build()
            .unwrap();
        shown("nobody", $wait!(client.send(&GetEngineStatus::new())));
        let odd = Credentials::new("AKIDEXAMPLE", SECRET).with_session_token("c4n4ry\n");
        let client = Client::new(nobody, odd).unwrap();
        shown("odd", $wait!(client.send(&GetEngineStatus::new())));
    }};
}

macro_rules! awaited {
    ($future:expr) => {
        $future.await
    };
}

macro_rules! plain {
    ($value:expr) => {
        $value
    };
}

macro_rules! asynchronous {
    ($function:expr) => {
        |refresh| {
            let answer = ($function)(refresh);
            async move { answer }
        }
    };
}

/// Makes the calls, and prints all there is to see.
pub(crate) fn make() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async { rows!(neptunedata_hyper, awaited, asynchronous) });
    rows!(neptunedata_blocking, plain, plain);
}
