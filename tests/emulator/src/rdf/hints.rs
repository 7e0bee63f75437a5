//! Removes Neptune's query hints, which look like triples but are not data.
//!
//! `hint:Query hint:queryTimeout 100 .` controls how the engine executes a query
//! ([AWS](https://docs.aws.amazon.com/neptune/latest/userguide/sparql-query-hints.html)). Here they are removed from
//! the syntax tree and have no effect.

use spargebra::Query;
use spargebra::algebra::{AggregateExpression, Expression, GraphPattern, OrderExpression};
use spargebra::term::{NamedNodePattern, TermPattern, TriplePattern};

use crate::operations::sparql::HINTS;

/// Whether this triple is a hint: its subject and predicate are in the namespace.
fn is_hint(triple: &TriplePattern) -> bool {
    matches!(
        (&triple.subject, &triple.predicate),
        (TermPattern::NamedNode(scope), NamedNodePattern::NamedNode(name))
            if scope.as_str().starts_with(HINTS) && name.as_str().starts_with(HINTS)
    )
}

/// Removes the hints from a query. If the pattern is also the template, both contain them.
pub(super) fn take_out(query: &mut Query) {
    match query {
        Query::Construct {
            template, pattern, ..
        } => {
            template.retain(|triple| !is_hint(triple));
            take_out_of(pattern);
        }
        Query::Select { pattern, .. }
        | Query::Describe { pattern, .. }
        | Query::Ask { pattern, .. } => take_out_of(pattern),
    }
}

/// Removes the hints from a pattern.
pub(super) fn take_out_of(pattern: &mut GraphPattern) {
    match pattern {
        GraphPattern::Bgp { patterns } => patterns.retain(|triple| !is_hint(triple)),
        GraphPattern::Path { .. } | GraphPattern::Values { .. } => {}
        GraphPattern::Join { left, right }
        | GraphPattern::Lateral { left, right }
        | GraphPattern::Union { left, right }
        | GraphPattern::Minus { left, right } => {
            take_out_of(left);
            take_out_of(right);
        }
        GraphPattern::LeftJoin {
            left,
            right,
            expression,
        } => {
            take_out_of(left);
            take_out_of(right);
            expression.iter_mut().for_each(of_expression);
        }
        GraphPattern::Filter { expr, inner } => {
            of_expression(expr);
            take_out_of(inner);
        }
        GraphPattern::Extend {
            inner, expression, ..
        } => {
            of_expression(expression);
            take_out_of(inner);
        }
        GraphPattern::OrderBy { inner, expression } => {
            for OrderExpression::Asc(by) | OrderExpression::Desc(by) in expression {
                of_expression(by);
            }
            take_out_of(inner);
        }
        GraphPattern::Group {
            inner, aggregates, ..
        } => {
            for (_, aggregate) in aggregates {
                if let AggregateExpression::FunctionCall { expr, .. } = aggregate {
                    of_expression(expr);
                }
            }
            take_out_of(inner);
        }
        GraphPattern::Graph { inner, .. }
        | GraphPattern::Project { inner, .. }
        | GraphPattern::Distinct { inner }
        | GraphPattern::Reduced { inner }
        | GraphPattern::Slice { inner, .. }
        | GraphPattern::Service { inner, .. } => take_out_of(inner),
    }
}

/// Removes the hints from the patterns in `EXISTS`.
fn of_expression(expression: &mut Expression) {
    match expression {
        Expression::Exists(pattern) => take_out_of(pattern),
        Expression::NamedNode(_)
        | Expression::Literal(_)
        | Expression::Variable(_)
        | Expression::Bound(_) => {}
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
            of_expression(left);
            of_expression(right);
        }
        Expression::In(one, many) => {
            of_expression(one);
            many.iter_mut().for_each(of_expression);
        }
        Expression::UnaryPlus(inner) | Expression::UnaryMinus(inner) | Expression::Not(inner) => {
            of_expression(inner);
        }
        Expression::If(condition, then, otherwise) => {
            of_expression(condition);
            of_expression(then);
            of_expression(otherwise);
        }
        Expression::Coalesce(many) | Expression::FunctionCall(_, many) => {
            many.iter_mut().for_each(of_expression);
        }
    }
}
