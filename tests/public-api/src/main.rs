//! Prints the public API from a rustdoc JSON file, one item per line.
//!
//! It omits what follows from other lines or is the same for every type: auto traits, blanket and derived
//! implementations, the functions of trait implementations, and `Arbitrary`.

use std::{collections::HashSet, env, error::Error};

fn main() -> Result<(), Box<dyn Error>> {
    let json = env::args_os()
        .nth(1)
        .ok_or("usage: neptunedata-public-api FILE.json")?;
    let api = public_api::Builder::from_rustdoc_json(json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .build()?;
    let (mut trait_impls, mut arbitrary_impls) = (HashSet::new(), HashSet::new());
    for item in api.items() {
        let line = item.to_string();
        if line.starts_with("impl") && line.contains(" for ") {
            if line.contains("Arbitrary") {
                arbitrary_impls.insert(item.id());
            } else {
                trait_impls.insert(item.id());
            }
        }
    }
    for item in api.items() {
        let line = item.to_string();
        let is_in = |impls: &HashSet<_>| item.parent_id().is_some_and(|id| impls.contains(&id));
        let is_function = line.contains("pub fn ");
        let is_omitted = arbitrary_impls.contains(&item.id())
            || is_in(&arbitrary_impls)
            || (is_in(&trait_impls) && is_function);
        if !is_omitted {
            println!("{line}");
        }
    }
    Ok(())
}
