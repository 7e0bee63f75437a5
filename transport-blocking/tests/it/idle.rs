//! The memory of idle clients.

use neptunedata_blocking::{Client, Endpoint};

/// Clients with the same root certificates share them.
#[test]
fn a_further_idle_client_takes_at_most_8_kb() {
    let build = || {
        let endpoint = Endpoint::parse("https://db.example.com:8182").unwrap();
        Client::builder(endpoint).unsigned().build().unwrap()
    };
    let first = build();
    let mut further = None;
    let counted = allocation_counter::measure(|| further = Some(build()));
    drop((first, further));

    println!(
        "{} bytes in {} allocations",
        counted.bytes_current, counted.count_current
    );
    assert!(counted.bytes_current > 0, "nothing was counted");
    assert!(
        counted.bytes_current <= 8 * 1024,
        "{} bytes",
        counted.bytes_current
    );
}
