//! Servers that close connections between calls, in time and not in time.

use neptunedata::CallOptions;
use neptunedata_emulator::Close;
use neptunedata_tests::client::quick;

use crate::support::{WAIT_LIMIT, client, each_way, job, read, server, write, writes};

/// The server's FIN has arrived before the call: the call succeeds, without an attempt that fails.
#[test]
fn writes_after_the_end() {
    const ROUNDS: u64 = 100;
    for (driver, secure) in each_way() {
        let server = server(secure);
        let client = client(driver, &server, quick());
        for round in 0..ROUNDS {
            // The second call shows that the connection of the first was kept.
            for nth in ["first", "second"] {
                let name = format!("{round}-{nth}");
                let answered = client.call(&write(&name), CallOptions::new());
                let answered = answered.unwrap_or_else(|error| panic!("{name}: {error}"));
                assert_eq!(answered.meta.attempts, 1, "{name}");
            }
            server.close_idle();
            assert!(server.wait_until(WAIT_LIMIT, || server.connections().open == 0));
        }
        let connections = server.connections();
        assert_eq!(connections.accepted, ROUNDS);
        assert!(connections.requests.iter().all(|requests| *requests == 2));
        let writes = writes(&server);
        assert_eq!(writes.len() as u64, ROUNDS * 2);
        for (name, counts) in writes {
            assert_eq!(counts, (1, 1), "{name}");
        }
    }
}

/// The server closes after each answer and does not say so: whether that is seen in time is a race. What is lost must
/// be called lost.
#[test]
fn calls_against_a_server_that_closes_silently() {
    for (driver, secure) in each_way() {
        let calls = if secure { 300 } else { 3000 };
        let server = server(secure);
        let client = client(driver, &server, quick());
        let id = job(&client);
        server.set_close_after_response(Close::WithoutHeader);

        let mut told = Vec::new();
        for nth in 0..calls {
            if nth % 2 == 0 {
                let answered = client.call(&read(&id), CallOptions::new());
                let answered = answered.unwrap_or_else(|error| panic!("read {nth}: {error}"));
                assert_eq!(answered.output.id.as_deref(), Some(&*id));
            } else {
                let name = format!("w{nth}");
                let result = client.call(&write(&name), CallOptions::new());
                told.push((name, result.map(drop)));
            }
        }
        let writes = writes(&server);
        let mut lost = 0;
        for (name, result) in &told {
            let (received, executed) = writes.get(name).copied().unwrap_or_default();
            assert!(received <= 1 && executed <= 1, "{name} was sent again");
            match result {
                Ok(()) => assert_eq!(executed, 1, "{name}"),
                Err(error) if error.may_have_executed() => lost += 1,
                Err(error) => assert_eq!(received, 0, "{name} was received: {error}"),
            }
        }
        assert_eq!(told.len(), calls / 2);
        println!("{driver}, TLS {secure}: {lost} of {} were lost", told.len());
        // A client that lost them all would be honest, too. After a few it should know better.
        assert!(lost <= 15, "{lost} of {} were lost", told.len());
    }
}
