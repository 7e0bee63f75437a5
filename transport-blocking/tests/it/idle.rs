//! The memory of idle clients.

use std::{net::TcpListener, thread};

use neptunedata_blocking::{Client, Endpoint, ml::CancelMlModelTrainingJob};

/// Clients with the same root certificates share them.
#[test]
fn a_further_idle_client_takes_at_most_8_kb() {
    let endpoint = Endpoint::parse("https://db.example.com:8182").unwrap();
    let bytes = bytes_of_second(|| {
        Client::builder(endpoint.clone())
            .unsigned()
            .build()
            .unwrap()
    });
    assert!(bytes <= 8 * 1024, "{bytes} bytes");
}

/// They also share the configuration of TLS, which ureq makes for the first handshake.
#[test]
fn a_further_client_after_a_handshake_takes_at_most_8_kb() {
    let endpoint = closing_server();
    let bytes = bytes_of_second(|| {
        let client = Client::builder(endpoint.clone())
            .unsigned()
            .build()
            .unwrap();
        let call = client.call(CancelMlModelTrainingJob::new("job"));
        call.max_attempts(1).send().expect_err("no handshake");
        client
    });
    assert!(bytes <= 8 * 1024, "{bytes} bytes");
}

/// Closes each connection at once, so that no handshake succeeds.
fn closing_server() -> Endpoint {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    thread::spawn(move || listener.incoming().for_each(drop));
    Endpoint::parse(&url).unwrap()
}

/// The bytes that a second client keeps on the heap.
fn bytes_of_second(build: impl Fn() -> Client) -> u64 {
    let first = build();
    let mut further = None;
    let counted = allocation_counter::measure(|| further = Some(build()));
    drop((first, further));
    let (bytes, count) = (counted.bytes_current, counted.count_current);
    println!("{bytes} bytes in {count} allocations");
    u64::try_from(bytes).unwrap()
}
