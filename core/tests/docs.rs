//! The documents say what the code does.

#[test]
fn the_retry_table_in_the_docs_is_the_one_in_the_code() {
    let page = include_str!("../docs/retry.md");
    let table = neptunedata::retry_table();
    assert!(
        page.contains(&table),
        "put this into docs/retry.md:\n\n{table}"
    );
}
