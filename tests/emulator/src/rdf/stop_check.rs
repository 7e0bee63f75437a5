//! The check whether a query was stopped, as a function that the query calls. The engine itself checks only when it reads
//! the store; but many rows can be made of few triples, and need not leave the engine.

use spargebra::algebra::{Expression, Function, GraphPattern};
use spargebra::term::{NamedNode, Variable};

/// The name of the function that is called for each row before rows are grouped, sorted, selected, filtered or removed.
/// It must not return once the query was stopped.
pub(super) const STOP_CHECK: &str = "urn:neptune-emulator:stop-check";

/// Calls the [function](STOP_CHECK) for each row of this pattern.
pub(super) fn call_for_each_row(mut pattern: &mut GraphPattern) {
    while let GraphPattern::OrderBy { inner, .. } = pattern {
        pattern = inner;
    }
    let nothing = GraphPattern::Bgp {
        patterns: Vec::new(),
    };
    let inner = std::mem::replace(pattern, nothing);
    *pattern = GraphPattern::Extend {
        inner: Box::new(inner),
        variable: Variable::new_unchecked("neptune_emulator_stop_check"),
        expression: stop_check(),
    };
}

/// Calls the [function](STOP_CHECK) whenever this condition of a filter is tested. The function fails, and a failure means
/// false here. Each part of a conjunction is changed by itself, because the engine tests each as early as it can.
pub(super) fn call_for_each_test(condition: &mut Expression) {
    if let Expression::And(left, right) = condition {
        call_for_each_test(left);
        call_for_each_test(right);
    } else {
        let inner = std::mem::replace(condition, stop_check());
        *condition = Expression::Or(Box::new(stop_check()), Box::new(inner));
    }
}

fn stop_check() -> Expression {
    let function = Function::Custom(NamedNode::new_unchecked(STOP_CHECK));
    Expression::FunctionCall(function, Vec::new())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use oxigraph::sparql::{QueryResults, SparqlEvaluator};
    use oxigraph::store::Store;
    use spargebra::SparqlParser;

    use super::*;
    use crate::rdf::rewrite;

    /// How often the function is called while a query is executed.
    fn calls(text: &str) -> usize {
        let mut query = SparqlParser::new().parse_query(text).expect(text);
        rewrite::query(&mut query, Duration::MAX).expect(text);
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        let check = move |_: &[oxigraph::model::Term]| {
            counted.fetch_add(1, Ordering::Relaxed);
            None
        };
        let evaluator = SparqlEvaluator::new()
            .with_custom_function(NamedNode::new_unchecked(STOP_CHECK), check)
            .for_query(query);
        let store = Store::new().expect("a store");
        match evaluator.on_store(&store).execute().expect(text) {
            QueryResults::Solutions(solutions) => drop(solutions.collect::<Vec<_>>()),
            QueryResults::Graph(triples) => drop(triples.collect::<Vec<_>>()),
            QueryResults::Boolean(_) => {}
        }
        count.load(Ordering::Relaxed)
    }

    #[test]
    fn rows_that_do_not_leave_the_engine_are_seen() {
        const PAIRS: &str = "VALUES ?a {0 1 2 3 4 5 6 7 8 9} VALUES ?b {0 1 2 3 4 5 6 7 8 9}";
        const NEVER: &str = "FILTER(?a + ?b < 0)";
        for text in [
            &format!("SELECT (COUNT(*) AS ?x) {{ {PAIRS} }}"),
            &format!("SELECT * {{ {PAIRS} {NEVER} }}"),
            &format!("SELECT * {{ {PAIRS} FILTER(true && ?a + ?b < 0 && ?a < ?b) }}"),
            &format!("SELECT ?a {{ {PAIRS} }} GROUP BY ?a HAVING (COUNT(*) < 0)"),
            &format!("SELECT * {{ {{ SELECT (SUM(?a) AS ?x) {{ {PAIRS} {NEVER} }} }} }}"),
            &format!("SELECT * {{ FILTER EXISTS {{ {PAIRS} {NEVER} }} }}"),
            &format!("SELECT * {{ {{ {PAIRS} }} MINUS {{ {PAIRS} }} }}"),
            &format!("SELECT * {{ BIND(1 AS ?x) OPTIONAL {{ {PAIRS} {NEVER} }} }}"),
            &format!("SELECT * {{ {{}} UNION {{ {PAIRS} {NEVER} }} }}"),
            &format!("ASK {{ {PAIRS} {NEVER} }}"),
            &format!("CONSTRUCT {{ <urn:s> <urn:p> ?x }} {{ {PAIRS} }}"),
            &format!("DESCRIBE ?a {{ {PAIRS} {NEVER} }}"),
        ] {
            assert!(calls(text) >= 100, "{text}");
        }
    }
}
