//! The location of a member in a request.

use super::Kind::{Any, Text};
use super::Place::{Body, Header, Label, Parameter, Query, Selector, Whole};
use super::{Kind, Member};

impl Member {
    pub(crate) const fn label(name: &'static str) -> Self {
        Member {
            name,
            place: Label,
            kind: Text,
        }
    }

    pub(crate) const fn query(name: &'static str, kind: Kind) -> Self {
        Member {
            name,
            place: Query(name),
            kind,
        }
    }

    pub(crate) const fn parameter(
        name: &'static str,
        wire_name: &'static str,
        kind: Kind,
    ) -> Member {
        Member {
            name,
            place: Parameter(wire_name),
            kind,
        }
    }

    pub(crate) const fn selector(name: &'static str) -> Self {
        Member {
            name,
            place: Selector(name),
            kind: Any,
        }
    }

    pub(crate) const fn header(name: &'static str, header: &'static str) -> Self {
        Member {
            name,
            place: Header(header),
            kind: Text,
        }
    }

    pub(crate) const fn body(name: &'static str, kind: Kind) -> Self {
        Self::body_as(name, name, kind)
    }

    pub(crate) const fn body_as(name: &'static str, wire_name: &'static str, kind: Kind) -> Self {
        Member {
            name,
            place: Body(wire_name),
            kind,
        }
    }

    /// The whole body.
    pub(crate) const fn whole(name: &'static str) -> Self {
        Member {
            name,
            place: Whole,
            kind: Text,
        }
    }
}
