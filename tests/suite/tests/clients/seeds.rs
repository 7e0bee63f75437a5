//! The seeds of machines that callers make with a client's session.

use neptunedata::Endpoint;

#[test]
fn sessions_of_clients_have_random_seeds() {
    let endpoint = || Endpoint::parse("http://localhost:8182").unwrap();
    let hyper = || neptunedata_hyper::Client::unsigned(endpoint()).unwrap();
    let blocking = || neptunedata_blocking::Client::unsigned(endpoint()).unwrap();
    // Two processes are like two clients. With seeds of 64 bits, equal ones mean that they are not random.
    let mut seeds = vec![
        hyper().session().next_seed(),
        hyper().session().next_seed(),
        hyper().seed(),
        blocking().session().next_seed(),
        blocking().session().next_seed(),
        blocking().seed(),
    ];
    seeds.sort_unstable();
    seeds.dedup();
    assert_eq!(seeds.len(), 6);
}
