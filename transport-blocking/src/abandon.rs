//! Queries that go on when nobody waits for them any more, and how they are stopped.

use std::net::SocketAddr;

use neptunedata::{Exchange, Machine};

use crate::{Client, Running};

/// Where the requests of a machine go, and where they went.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Path {
    /// The only address that will do.
    pub(crate) to: Option<SocketAddr>,
    /// What took the last request; inside there is nothing where an address does not tell, as behind a
    /// proxy.
    pub(crate) took: Option<Option<SocketAddr>>,
}

/// Cancels the query that the machine leaves running, if it does and is to.
pub(crate) fn cancel_left(client: &Client, machine: &impl Machine, path: Path) {
    if let Some(took) = path.took
        && let Some(cancel) = machine.abandoned()
    {
        // Whether it was of use, nobody can wait for.
        let _ = Running::<Exchange>::to(client, cancel, took).finish();
    }
}

#[cfg(test)]
mod tests {
    use neptunedata::{
        CallOptions, ClientOptions, Endpoint, ExecuteGremlinQuery, Input, Now, Step,
    };
    use neptunedata_emulator::{Emulator, Server, ServerOptions, Tls};

    use super::*;

    /// Machines that have sent a query, and nothing came back.
    fn waiting(client: &Client) -> Exchange {
        let query = ExecuteGremlinQuery::new("g.V()");
        let options = CallOptions::new().cancel_abandoned(true);
        let mut exchange = Exchange::collecting(client.session(), &query, &options, 42);
        let now = Now {
            wall: std::time::SystemTime::now(),
            mono: std::time::Duration::ZERO,
        };
        assert!(matches!(exchange.resume(Input::Next, now), Step::Send(_)));
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
            .roots(neptunedata::Roots::Pem(pem))
            .resolve_to(resolved.address().to_string());
        let builder = Client::builder(Endpoint::parse(name).unwrap());
        let client = builder.unsigned().options(options).build().unwrap();
        let path = Path {
            to: None,
            took: Some(Some(took.address())),
        };
        cancel_left(&client, &waiting(&client), path);
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
        cancel_left(&client, &waiting(&client), Path::default());
        assert_eq!(server.connections().accepted, 0);
    }
}
