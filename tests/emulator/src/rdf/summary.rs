//! Computes the statistics and the summary of the triples.

use std::collections::{BTreeSet, HashMap};

use oxigraph::model::vocab::rdf;
use oxigraph::model::{GraphName, Term};
use oxigraph::store::Store;
use serde_json::{Value, json};

use crate::engine::internal;
use crate::failure::Failure;
use crate::operations::statistics::content::{Content, Counts};
use crate::operations::statistics::tally::Tally;

/// The counts and the summary of all named graphs.
pub(super) fn content(store: &Store) -> Result<Content, Failure> {
    let mut quads = store
        .iter()
        .collect::<Result<Vec<_>, _>>()
        .map_err(internal)?;
    // The default graph only repeats the others.
    quads.retain(|quad| quad.graph_name != GraphName::DefaultGraph);
    let mut predicates = Tally::default();
    let mut classes = BTreeSet::new();
    let mut subjects = HashMap::<_, BTreeSet<_>>::new();
    for quad in &quads {
        let predicate = quad.predicate.as_str();
        predicates.add(predicate);
        subjects.entry(&quad.subject).or_default().insert(predicate);
        if quad.predicate == rdf::TYPE {
            classes.insert(match &quad.object {
                Term::NamedNode(class) => class.as_str().to_owned(),
                class => class.to_string(),
            });
        }
    }
    let mut structures = Tally::default();
    for predicates in subjects.into_values() {
        structures.add(predicates);
    }
    let structure = |(predicates, count)| json!({ "count": count, "predicates": predicates });
    let described: Vec<Value> = structures.by_count().into_iter().map(structure).collect();
    Ok(Content {
        counts: Counts {
            signatures: structures.distinct(),
            instances: structures.total(),
            predicates: predicates.distinct(),
        },
        summary: json!({
            "numDistinctSubjects": structures.total(),
            "numDistinctPredicates": predicates.distinct(),
            "numQuads": predicates.total(),
            "numClasses": classes.len(),
            "classes": classes,
            "predicates": predicates.maps(),
            "subjectStructures": described,
        }),
    })
}
