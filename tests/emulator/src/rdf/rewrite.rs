//! Changes the syntax tree where Neptune differs from the engine.
//!
//! - Query hints such as `hint:Query hint:noReordering true .` look like triples but are not data
//!   ([AWS](https://docs.aws.amazon.com/neptune/latest/userguide/sparql-query-hints.html)). They are removed. Only
//!   [`queryTimeout`](https://docs.aws.amazon.com/neptune/latest/userguide/sparql-query-hints-queryTimeout.html) has an
//!   effect.
//! - Literals are stored and compared in Neptune's [form](super::literals).
//! - Where rows do not leave the engine, it [checks](super::stop_check) whether the query was stopped.
//! - Long chains of patterns or operators are refused, because the engine is recursive.
//! - `SERVICE` is refused, because the emulator does no I/O.

use std::time::Duration;

use oxigraph::model::Literal;
use spargebra::algebra::{
    AggregateExpression, Expression, GraphPattern, OrderExpression, PropertyPathExpression,
};
use spargebra::term::{
    GroundTerm, GroundTermPattern, NamedNode, NamedNodePattern, Term, TermPattern, TriplePattern,
};
use spargebra::{GraphUpdateOperation, Query};

use super::literals;
use super::stop_check::{call_for_each_row, call_for_each_test};
use crate::failure::Failure;
use crate::operations::sparql::HINTS;

/// The maximum depth of the syntax tree. In a chain such as `?a + ?b + ?c`, each operator is one level deeper.
pub(super) const MAX_DEPTH: usize = 250;

/// Rewrites a query. Returns the time limit in its hints, which must be less than `max_time`.
pub(super) fn query(query: &mut Query, max_time: Duration) -> Result<Option<Duration>, Failure> {
    let mut rewriter = Rewriter::default();
    match query {
        Query::Construct {
            template, pattern, ..
        } => {
            // If the pattern is also the template, both contain the hints.
            rewriter.triples(template);
            rewriter.limits.clear();
            rewriter.pattern(pattern);
        }
        Query::Select { pattern, .. }
        | Query::Describe { pattern, .. }
        | Query::Ask { pattern, .. } => rewriter.pattern(pattern),
    }
    rewriter.finish(max_time)
}

/// Rewrites the operations of an update, like a query.
pub(super) fn update(
    operations: &mut [GraphUpdateOperation],
    max_time: Duration,
) -> Result<Option<Duration>, Failure> {
    let mut rewriter = Rewriter::default();
    for operation in operations {
        rewriter.operation(operation);
    }
    rewriter.finish(max_time)
}

#[derive(Default)]
struct Rewriter {
    /// The first reason to refuse the query.
    failure: Option<Failure>,
    /// The time limits in hints; `None` if one is not a number.
    limits: Vec<Option<Duration>>,
    /// How deep in the syntax tree it is.
    depth: usize,
}

impl Rewriter {
    fn finish(self, max_time: Duration) -> Result<Option<Duration>, Failure> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        let problem = match self.limits.as_slice() {
            [] => return Ok(None),
            [Some(limit)] if *limit < max_time => return Ok(Some(*limit)),
            [Some(_)] => "be less than neptune_query_timeout DB Parameter Group",
            // The text is assumed.
            [None] => "be a number of milliseconds",
            _ => "be set only once",
        };
        Err(Failure::new(
            "MalformedQueryException",
            format!("Malformed query: Query hint 'queryTimeout' must {problem}"),
        ))
    }

    fn refuse(&mut self, failure: Failure) {
        self.failure.get_or_insert(failure);
    }

    /// Rewrites something that is this many levels deeper.
    fn deeper(&mut self, levels: usize, rewrite: impl FnOnce(&mut Self)) {
        self.depth += levels;
        if self.depth > MAX_DEPTH {
            self.refuse(Failure::new(
                "MalformedQueryException",
                format!(
                    "Malformed query: more than {MAX_DEPTH} patterns or operators follow each other. \
                     Split the query."
                ),
            ));
        } else {
            rewrite(self);
        }
        self.depth -= levels;
    }

    fn operation(&mut self, operation: &mut GraphUpdateOperation) {
        match operation {
            GraphUpdateOperation::InsertData { data } => {
                for quad in data {
                    if let Term::Literal(literal) = &mut quad.object {
                        self.literal(literal);
                    }
                }
            }
            GraphUpdateOperation::DeleteData { data } => {
                for quad in data {
                    if let GroundTerm::Literal(literal) = &mut quad.object {
                        self.literal(literal);
                    }
                }
            }
            GraphUpdateOperation::DeleteInsert {
                delete,
                insert,
                pattern,
                ..
            } => {
                delete.retain_mut(|quad| {
                    let object = match &mut quad.object {
                        GroundTermPattern::Literal(literal) => {
                            self.literal(literal);
                            Some(&*literal)
                        }
                        _ => None,
                    };
                    !matches!(&quad.subject, GroundTermPattern::NamedNode(scope) if self.is_hint(scope, &quad.predicate, object))
                });
                insert.retain_mut(|quad| {
                    let object = self.object(&mut quad.object);
                    !matches!(&quad.subject, TermPattern::NamedNode(scope) if self.is_hint(scope, &quad.predicate, object))
                });
                let in_templates = std::mem::take(&mut self.limits);
                self.pattern(pattern);
                call_for_each_row(pattern);
                // `DELETE WHERE` has the same triples as template and as pattern.
                if self.limits.is_empty() {
                    self.limits = in_templates;
                }
            }
            GraphUpdateOperation::Load { .. } => self.refuse(unsupported("LOAD")),
            GraphUpdateOperation::Clear { .. }
            | GraphUpdateOperation::Create { .. }
            | GraphUpdateOperation::Drop { .. } => {}
        }
    }

    fn triples(&mut self, triples: &mut Vec<TriplePattern>) {
        triples.retain_mut(|triple| {
            let object = self.object(&mut triple.object);
            !matches!(&triple.subject, TermPattern::NamedNode(scope) if self.is_hint(scope, &triple.predicate, object))
        });
    }

    fn object<'a>(&mut self, object: &'a mut TermPattern) -> Option<&'a Literal> {
        let TermPattern::Literal(literal) = object else {
            return None;
        };
        self.literal(literal);
        Some(literal)
    }

    /// Whether a triple with this subject and predicate is a hint. The limits are kept.
    fn is_hint(
        &mut self,
        scope: &NamedNode,
        name: &NamedNodePattern,
        object: Option<&Literal>,
    ) -> bool {
        let NamedNodePattern::NamedNode(name) = name else {
            return false;
        };
        let name = name.as_str().strip_prefix(HINTS);
        let is_hint = scope.as_str().starts_with(HINTS) && name.is_some();
        if is_hint && name == Some("queryTimeout") {
            let millis = object.and_then(|literal| literal.value().parse().ok());
            self.limits.push(millis.map(Duration::from_millis));
        }
        is_hint
    }

    fn literal(&mut self, literal: &mut Literal) {
        if let Err(failure) = literals::normalize(literal) {
            self.refuse(failure);
        }
    }

    fn pattern(&mut self, pattern: &mut GraphPattern) {
        self.deeper(1, |rewriter| rewriter.one_pattern(pattern));
    }

    fn one_pattern(&mut self, pattern: &mut GraphPattern) {
        match pattern {
            GraphPattern::Bgp { patterns } => {
                // The engine joins them one after the other.
                self.deeper(patterns.len(), |rewriter| rewriter.triples(patterns));
            }
            GraphPattern::Path { object, path, .. } => {
                self.path(path);
                self.object(object);
            }
            GraphPattern::Values { bindings, .. } => {
                for term in bindings.iter_mut().flatten().flatten() {
                    if let GroundTerm::Literal(literal) = term {
                        self.literal(literal);
                    }
                }
            }
            GraphPattern::Join { left, right }
            | GraphPattern::Lateral { left, right }
            | GraphPattern::Union { left, right } => {
                self.pattern(left);
                self.pattern(right);
            }
            GraphPattern::Minus { left, right } => {
                for side in [left, right] {
                    self.pattern(side);
                    call_for_each_row(side);
                }
            }
            GraphPattern::LeftJoin {
                left,
                right,
                expression,
            } => {
                self.pattern(left);
                self.pattern(right);
                if let Some(condition) = expression {
                    self.expression(condition);
                    call_for_each_test(condition);
                }
            }
            GraphPattern::Filter { expr, inner } => {
                self.expression(expr);
                call_for_each_test(expr);
                self.pattern(inner);
            }
            GraphPattern::Extend {
                inner, expression, ..
            } => {
                self.expression(expression);
                self.pattern(inner);
            }
            GraphPattern::OrderBy { inner, expression } => {
                for OrderExpression::Asc(by) | OrderExpression::Desc(by) in expression {
                    self.expression(by);
                }
                self.pattern(inner);
            }
            GraphPattern::Group {
                inner, aggregates, ..
            } => {
                for (_, aggregate) in aggregates {
                    if let AggregateExpression::FunctionCall { expr, .. } = aggregate {
                        self.expression(expr);
                    }
                }
                self.pattern(inner);
                call_for_each_row(inner);
            }
            GraphPattern::Project { inner, .. } => {
                self.pattern(inner);
                call_for_each_row(inner);
            }
            GraphPattern::Graph { inner, .. }
            | GraphPattern::Distinct { inner }
            | GraphPattern::Reduced { inner }
            | GraphPattern::Slice { inner, .. } => self.pattern(inner),
            GraphPattern::Service { .. } => self.refuse(unsupported("SERVICE")),
        }
    }

    fn path(&mut self, path: &PropertyPathExpression) {
        use PropertyPathExpression::{
            Alternative, NamedNode, NegatedPropertySet, OneOrMore, Reverse, Sequence, ZeroOrMore,
            ZeroOrOne,
        };

        self.deeper(1, |rewriter| match path {
            NamedNode(_) | NegatedPropertySet(_) => {}
            Reverse(inner) | ZeroOrMore(inner) | OneOrMore(inner) | ZeroOrOne(inner) => {
                rewriter.path(inner);
            }
            Sequence(left, right) | Alternative(left, right) => {
                rewriter.path(left);
                rewriter.path(right);
            }
        });
    }

    fn expression(&mut self, expression: &mut Expression) {
        self.deeper(1, |rewriter| rewriter.one_expression(expression));
    }

    fn one_expression(&mut self, expression: &mut Expression) {
        match expression {
            Expression::Exists(pattern) => self.pattern(pattern),
            Expression::Literal(literal) => self.literal(literal),
            Expression::NamedNode(_) | Expression::Variable(_) | Expression::Bound(_) => {}
            Expression::Or(left, right)
            | Expression::And(left, right)
            | Expression::Equal(left, right)
            | Expression::SameTerm(left, right)
            | Expression::Greater(left, right)
            | Expression::GreaterOrEqual(left, right)
            | Expression::Less(left, right)
            | Expression::LessOrEqual(left, right)
            | Expression::Add(left, right)
            | Expression::Subtract(left, right)
            | Expression::Multiply(left, right)
            | Expression::Divide(left, right) => {
                self.expression(left);
                self.expression(right);
            }
            Expression::In(one, many) => {
                self.expression(one);
                for one in many {
                    self.expression(one);
                }
            }
            Expression::UnaryPlus(inner)
            | Expression::UnaryMinus(inner)
            | Expression::Not(inner) => {
                self.expression(inner);
            }
            Expression::If(condition, then, otherwise) => {
                self.expression(condition);
                self.expression(then);
                self.expression(otherwise);
            }
            Expression::Coalesce(many) | Expression::FunctionCall(_, many) => {
                for one in many {
                    self.expression(one);
                }
            }
        }
    }
}

fn unsupported(what: &str) -> Failure {
    Failure::new(
        "UnsupportedOperationException",
        format!("The emulator does not support {what}."),
    )
}
