//! The methods of the client against the emulator, signed.

use neptunedata_emulator::{Config, Emulator, Planned, Server, Signature};
use neptunedata_hyper::{
    BuildError, CallOptions, Client, Endpoint, ErrorKind, ExceptionKind,
    machine::{BodyEvent, Exchange},
    ml::{CancelMlModelTrainingJob, GetMlModelTrainingJob},
    session::SessionError,
    transport::RouteError,
};

use crate::support::*;

fn emulator() -> (Server, Client) {
    let config = Config::default().iam(ACCESS_KEY, SECRET_KEY, REGION);
    let server = Server::start(Emulator::new(config)).unwrap();
    let client = Client::builder(endpoint(server.address()))
        .credentials(credentials())
        .options(quick().application_name("tests/1.0"))
        .build()
        .unwrap();
    (server, client)
}

#[tokio::test]
async fn a_job_from_start_to_end() {
    let (server, client) = emulator();
    let id = client.send(&start("job-1")).await.unwrap().id.unwrap();
    assert_eq!(id, "job-1");
    let job = client.send(&GetMlModelTrainingJob::new(&id)).await.unwrap();
    assert_eq!(job.status.unwrap().as_str(), "InProgress");
    let cancel = CancelMlModelTrainingJob::new(&id).clean(true);
    client.send(&cancel).await.unwrap();

    let error = client
        .send(&GetMlModelTrainingJob::new("no such job"))
        .await
        .unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Service(_)), "{error}");
    server.with(|emulator| {
        let log = emulator.log();
        assert!(log.iter().all(|entry| {
            let agent = entry.headers["user-agent"].to_str().unwrap();
            matches!(entry.signature, Signature::Verified { .. })
                && agent.starts_with("neptunedata-hyper/")
                && agent.ends_with(" tests/1.0")
        }));
    });
}

#[tokio::test]
async fn options_of_a_call() {
    let (server, client) = emulator();
    let answered = client
        .call(&status())
        .extra_query("verbose", "yes")
        .header("x-test".parse().unwrap(), "1".parse().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(answered.meta.attempts, 1);
    assert!(answered.meta.request_id().is_some());
    assert!(!answered.body.is_empty());
    server.with(|emulator| {
        let entry = &emulator.log()[0];
        assert_eq!(entry.target, "/status?verbose=yes");
        assert_eq!(entry.headers["x-test"], "1");
        emulator.fail_next(Planned::error("ThrottlingException", "slow down"));
    });
    let error = client.call(&status()).max_attempts(1).send().await;
    assert_eq!(
        error.unwrap_err().kind(),
        ErrorKind::Service(ExceptionKind::ThrottlingException)
    );
    let error = client.call(&status()).max_body_bytes(5).send().await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Decode);
    // The connection that was left in the middle of a body is not used again.
    client.send(&status()).await.unwrap();
}

#[tokio::test]
async fn machines_and_their_items() {
    let (_server, client) = emulator();
    let exchange = || {
        Exchange::streaming(
            client.session(),
            &status(),
            &CallOptions::new(),
            client.seed(),
        )
    };
    let mut running = client.start(exchange());
    let mut length = 0;
    let mut heads = 0;
    while let Some(part) = running.next_item().await.unwrap() {
        match part {
            BodyEvent::Head(head) => heads += usize::from(head.status.is_success()),
            BodyEvent::Chunk(chunk) => length += chunk.len(),
        }
    }
    assert!(running.next_item().await.unwrap().is_none());
    assert_eq!(running.output().await.unwrap().meta.status, 200);
    assert!(heads == 1 && length > 0);
    assert_eq!(client.run(exchange()).await.unwrap().meta.attempts, 1);
}

#[tokio::test]
async fn calls_are_send_and_clients_are_shared() {
    let (server, client) = emulator();
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.send(&status()).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(
        server.with(|emulator| emulator.executed("GetEngineStatus")),
        16
    );
}

#[test]
fn clients_that_cannot_work() {
    let local = || Endpoint::parse("http://localhost:8182").unwrap();
    let failed = |builder: neptunedata_hyper::ClientBuilder| builder.build().unwrap_err();
    assert_eq!(
        failed(Client::builder(local())),
        BuildError::NoAuthentication
    );
    assert!(matches!(
        failed(Client::builder(local()).credentials(credentials())),
        BuildError::Session(SessionError::RegionMissing { .. })
    ));
    let unsigned = || Client::builder(local()).unsigned();
    assert_eq!(
        failed(unsigned().options(quick().max_connections(0))),
        BuildError::NoConnections
    );
    for address in [
        "localhost",
        "[::1]",
        "a b:1",
        "localhost:1/path",
        "localhost:99999",
    ] {
        let error = failed(unsigned().options(quick().connect_to(address)));
        let BuildError::Route(RouteError::ConnectTo(_)) = error else {
            panic!("{address}: {error}");
        };
    }
    let shown = format!("{:?}", Client::builder(local()).credentials(credentials()));
    assert!(!shown.contains(SECRET_KEY), "{shown}");
}
