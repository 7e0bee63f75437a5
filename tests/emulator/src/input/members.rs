//! The location of a member in a request.

use super::Kind::{Any, Text};
use super::Place::{Body, Header, Label, Parameter, Query, Selector, Whole};
use super::{Kind, Member, Place};

impl Member {
    const fn at(name: &'static str, place: Place, kind: Kind) -> Self {
        Member { name, place, kind }
    }

    pub(crate) const fn label(name: &'static str) -> Self {
        Self::at(name, Label, Text)
    }

    pub(crate) const fn query(name: &'static str, kind: Kind) -> Self {
        Self::at(name, Query(name), kind)
    }

    pub(crate) const fn parameter(name: &'static str, wire_name: &'static str, kind: Kind) -> Self {
        Self::at(name, Parameter(wire_name), kind)
    }

    pub(crate) const fn selector(name: &'static str) -> Self {
        Self::at(name, Selector(name), Any)
    }

    pub(crate) const fn header(name: &'static str, header: &'static str) -> Self {
        Self::at(name, Header(header), Text)
    }

    pub(crate) const fn body(name: &'static str, kind: Kind) -> Self {
        Self::body_as(name, name, kind)
    }

    pub(crate) const fn body_as(name: &'static str, wire_name: &'static str, kind: Kind) -> Self {
        Self::at(name, Body(wire_name), kind)
    }

    /// The whole body.
    pub(crate) const fn whole(name: &'static str) -> Self {
        Self::at(name, Whole, Text)
    }
}
