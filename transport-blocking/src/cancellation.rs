//! Cancelling abandoned queries on the server.

use std::{
    iter,
    time::{Duration, Instant},
};

use neptunedata::{machine::Machine, transport::Purpose};

use crate::{Client, Run};

/// The time limit of all cancellations after a call.
const CANCEL_TIMEOUT: Duration = Duration::from_secs(5);

/// Cancels the queries that an ended machine has abandoned, within [`CANCEL_TIMEOUT`] or less. No attempt waits
/// for a cancellation.
pub(crate) fn cancel_abandoned(
    client: &Client,
    machine: &mut impl Machine,
    within: Option<Duration>,
) {
    let mut queries: Vec<_> = iter::from_fn(|| machine.abandoned()).collect();
    if queries.is_empty() {
        return;
    }
    let begun = Instant::now();
    let time = within.map_or(CANCEL_TIMEOUT, |within| within.min(CANCEL_TIMEOUT));
    while let Some(mut query) = queries.pop() {
        // Each has an equal share of the time, so that a slow one leaves time for the others.
        let left = time.saturating_sub(begun.elapsed());
        let others = u32::try_from(queries.len()).unwrap_or(u32::MAX);
        let share = left.checked_div(others.saturating_add(1));
        let Some(until) = Instant::now().checked_add(share.unwrap_or_default()) else {
            continue;
        };
        let wait = until.saturating_duration_since(Instant::now());
        let Some(_permit) = client.0.cancel_permits.acquire(wait) else {
            continue;
        };
        let time = until.saturating_duration_since(Instant::now());
        query.cancel.set_timeout(time);
        let mut run = Run::new(client, query.cancel, "(cancel)");
        run.driver.purpose = Purpose::Cancel(query.peer);
        // Its result is ignored.
        let _ = run.output();
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use neptunedata::{
        CallOptions, Endpoint,
        gremlin::ExecuteGremlinQuery,
        machine::{Exchange, Input, Io, Now, Step},
        transport::ClientOptions,
    };
    use neptunedata_emulator::{Emulator, Server, ServerOptions, Tls};

    use super::*;

    /// A machine that has sent a query there, and nothing came back.
    fn waiting(client: &Client, peer: Option<SocketAddr>) -> Exchange {
        let query = ExecuteGremlinQuery::new("g.V()");
        let options = CallOptions::new().cancel_on_abandon(true);
        let mut exchange = Exchange::collecting(client.session(), &query, &options, 42);
        let now = Now {
            wall: std::time::SystemTime::now(),
            mono: std::time::Duration::ZERO,
        };
        let step = exchange.resume(Input::Next, now);
        assert!(matches!(step, Step::Io(Io::Send(_))));
        let step = exchange.resume(Input::Sending(peer), now);
        assert!(matches!(step, Step::Io(Io::Continue)));
        exchange
    }

    /// It is asked by the name that the client knows, in `host` and in TLS, wherever that leads.
    #[test]
    fn the_address_that_took_a_query_is_asked_to_cancel_it() {
        let name = "my-db.cluster-abc.us-east-1.neptune.amazonaws.com";
        let start = || {
            let tls = Tls::new().names([name]);
            let server = ServerOptions::new().tls(tls);
            server.start(Emulator::default()).unwrap()
        };
        let (resolved, took) = (start(), start());
        let pem = took.ca_pem().unwrap().to_owned();
        let options = ClientOptions::new()
            .root_certificates(neptunedata::transport::RootCertificates::Pem(pem))
            .connect_to(resolved.address().to_string());
        let builder = Client::builder(Endpoint::parse(name).unwrap());
        let client = builder.unsigned().options(options).build().unwrap();
        let mut machine = waiting(&client, Some(took.address()));
        machine.abandon();
        cancel_abandoned(&client, &mut machine, None);
        let asked = |server: &Server| {
            server.with(|emulator| {
                let log = emulator.log();
                let one = log.first()?;
                assert_eq!(one.headers["host"], format!("{name}:8182"));
                one.operation
            })
        };
        assert_eq!(asked(&took), Some("CancelGremlinQuery"));
        assert_eq!(asked(&resolved), None);
        assert_eq!(took.handshakes()[0].server_name.as_deref(), Some(name));
    }

    #[test]
    fn what_was_never_sent_is_not_cancelled() {
        let server = Server::start(Emulator::default()).unwrap();
        let endpoint = Endpoint::parse(&server.endpoint()).unwrap();
        let client = Client::unsigned(endpoint).unwrap();
        let query = ExecuteGremlinQuery::new("g.V()");
        let options = CallOptions::new().cancel_on_abandon(true);
        let mut exchange = Exchange::collecting(client.session(), &query, &options, 42);
        let step = exchange.resume(Input::Next, Now::at(std::time::SystemTime::now()));
        assert!(matches!(step, Step::Io(Io::Send(_))));
        exchange.abandon();
        cancel_abandoned(&client, &mut exchange, None);
        assert_eq!(server.connections().accepted, 0);
    }
}
