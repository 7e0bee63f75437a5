//! Changes the syntax tree where Neptune differs from the engine.
//!
//! - Query hints such as `hint:Query hint:noReordering true .` look like triples but are not data
//!   ([AWS](https://docs.aws.amazon.com/neptune/latest/userguide/sparql-query-hints.html)). They are removed.
//! - Literals are stored and compared in Neptune's [form](super::literals).
//! - `SERVICE` is refused, because the emulator does no I/O.

use spargebra::algebra::{AggregateExpression, Expression, GraphPattern, OrderExpression};
use spargebra::term::{
    GroundTerm, GroundTermPattern, NamedNode, NamedNodePattern, Term, TermPattern, TriplePattern,
};
use spargebra::{GraphUpdateOperation, Query};

use super::literals;
use crate::failure::Failure;
use crate::operations::sparql::HINTS;

/// Rewrites a query.
pub(super) fn query(query: &mut Query) -> Result<(), Failure> {
    let mut rewriter = Rewriter::default();
    match query {
        Query::Construct {
            template, pattern, ..
        } => {
            // If the pattern is also the template, both contain the hints.
            rewriter.triples(template);
            rewriter.pattern(pattern);
        }
        Query::Select { pattern, .. }
        | Query::Describe { pattern, .. }
        | Query::Ask { pattern, .. } => rewriter.pattern(pattern),
    }
    rewriter.finish()
}

/// Rewrites the operations of an update.
pub(super) fn update(operations: &mut [GraphUpdateOperation]) -> Result<(), Failure> {
    let mut rewriter = Rewriter::default();
    for operation in operations {
        rewriter.operation(operation);
    }
    rewriter.finish()
}

#[derive(Default)]
struct Rewriter {
    /// The first reason to refuse the query.
    failure: Option<Failure>,
}

impl Rewriter {
    fn finish(self) -> Result<(), Failure> {
        self.failure.map_or(Ok(()), Err)
    }

    fn refuse(&mut self, failure: Failure) {
        self.failure.get_or_insert(failure);
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
                    if let GroundTermPattern::Literal(literal) = &mut quad.object {
                        self.literal(literal);
                    }
                    !matches!(&quad.subject, GroundTermPattern::NamedNode(scope) if is_hint(scope, &quad.predicate))
                });
                insert.retain_mut(|quad| {
                    if let TermPattern::Literal(literal) = &mut quad.object {
                        self.literal(literal);
                    }
                    !matches!(&quad.subject, TermPattern::NamedNode(scope) if is_hint(scope, &quad.predicate))
                });
                self.pattern(pattern);
            }
            GraphUpdateOperation::Load { .. } => self.refuse(unsupported("LOAD")),
            GraphUpdateOperation::Clear { .. }
            | GraphUpdateOperation::Create { .. }
            | GraphUpdateOperation::Drop { .. } => {}
        }
    }

    fn triples(&mut self, triples: &mut Vec<TriplePattern>) {
        triples.retain_mut(|triple| {
            self.object(&mut triple.object);
            !matches!(&triple.subject, TermPattern::NamedNode(scope) if is_hint(scope, &triple.predicate))
        });
    }

    fn object(&mut self, object: &mut TermPattern) {
        if let TermPattern::Literal(literal) = object {
            self.literal(literal);
        }
    }

    fn literal(&mut self, literal: &mut oxigraph::model::Literal) {
        if let Err(failure) = literals::normalize(literal) {
            self.refuse(failure);
        }
    }

    fn pattern(&mut self, pattern: &mut GraphPattern) {
        match pattern {
            GraphPattern::Bgp { patterns } => self.triples(patterns),
            GraphPattern::Path { object, .. } => self.object(object),
            GraphPattern::Values { bindings, .. } => {
                for term in bindings.iter_mut().flatten().flatten() {
                    if let GroundTerm::Literal(literal) = term {
                        self.literal(literal);
                    }
                }
            }
            GraphPattern::Join { left, right }
            | GraphPattern::Lateral { left, right }
            | GraphPattern::Union { left, right }
            | GraphPattern::Minus { left, right } => {
                self.pattern(left);
                self.pattern(right);
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
                }
            }
            GraphPattern::Filter { expr, inner } => {
                self.expression(expr);
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
            }
            GraphPattern::Graph { inner, .. }
            | GraphPattern::Project { inner, .. }
            | GraphPattern::Distinct { inner }
            | GraphPattern::Reduced { inner }
            | GraphPattern::Slice { inner, .. } => self.pattern(inner),
            GraphPattern::Service { .. } => self.refuse(unsupported("SERVICE")),
        }
    }

    fn expression(&mut self, expression: &mut Expression) {
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

/// Whether a triple with this subject and predicate is a hint.
fn is_hint(scope: &NamedNode, name: &NamedNodePattern) -> bool {
    matches!(name, NamedNodePattern::NamedNode(name)
        if scope.as_str().starts_with(HINTS) && name.as_str().starts_with(HINTS))
}

fn unsupported(what: &str) -> Failure {
    Failure::new(
        "UnsupportedOperationException",
        format!("The emulator does not support {what}."),
    )
}
