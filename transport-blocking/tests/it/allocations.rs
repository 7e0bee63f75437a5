//! The allocations of a call over an idle connection, on the thread of the call: counted, not timed, so the figures are
//! the same on every machine.

use allocation_counter::AllocationInfo;
use neptunedata_blocking::{Client, Credentials};

use crate::support::{HEALTHY, Peer, cancel, ok, options};

/// Prints and returns what the third call allocates. The first call opens the connection and derives the signing key.
fn allocations(name: &str, client: &Client) -> AllocationInfo {
    let operation = cancel();
    let call = || {
        client.send(&operation).unwrap();
    };
    call();
    call();
    let counted = allocation_counter::measure(call);
    println!(
        "{name}: {} allocations, {} bytes",
        counted.count_total, counted.bytes_total
    );
    assert!(counted.count_total > 0, "nothing was counted");
    assert_eq!(counted.count_current, 0, "{name}: something was not freed");
    counted
}

#[test]
fn a_call_allocates_little() {
    let peer = Peer::answering(ok(HEALTHY));
    let counted = allocations("unsigned", &peer.client());
    assert!(counted.count_total <= 40, "{}", counted.count_total);
    assert!(counted.bytes_total <= 5632, "{}", counted.bytes_total);

    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    let endpoint = peer.endpoint().with_region("us-east-1").unwrap();
    let builder = Client::builder(endpoint).credentials(credentials);
    let counted = allocations("signed", &builder.options(options()).build().unwrap());
    assert!(counted.count_total <= 48, "{}", counted.count_total);
    assert!(counted.bytes_total <= 7 * 1024, "{}", counted.bytes_total);
    assert_eq!(peer.accepted(), 2);
}

#[test]
fn a_chunked_response_needs_no_large_buffer() {
    let head =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    let length = HEALTHY.len();
    let peer = Peer::answering(format!("{head}{length:x}\r\n{HEALTHY}\r\n0\r\n\r\n"));
    let counted = allocations("chunked", &peer.client());
    assert!(counted.count_total <= 41, "{}", counted.count_total);
    assert!(counted.bytes_total <= 10 * 1024, "{}", counted.bytes_total);
}
