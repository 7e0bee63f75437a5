//! Types and declarations of the Graph Store Protocol.

use serde::{Deserialize, Serialize, de::Error};

use crate::{
    error::{DecodeError, FieldErrorKind},
    sparql::SparqlMediaType,
    types::RawBody,
    wire::{request::RequestWriter, response::RawResponse},
};

/// The graph of a request. It has no default value, so that a forgotten target cannot change or delete the
/// default graph.
///
/// The serde form is one of the members `graph`, with the IRI, and `default`, with true.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GraphTarget {
    /// The default graph.
    Default,
    /// The graph of this IRI.
    Named(String),
}

impl GraphTarget {
    /// Writes the query parameter. The service rejects a request with several graphs.
    pub(super) fn write(&self, request: &mut RequestWriter<'_>) {
        request.exclusive_query(&["default", "graph"]);
        match self {
            GraphTarget::Default => request.query_flag("default"),
            GraphTarget::Named(iri) if iri.is_empty() => {
                let reason = "must not be empty";
                request.reject("graph", FieldErrorKind::Other(reason.into()));
            }
            GraphTarget::Named(iri) => {
                request.subject(iri);
                request.query("graph", iri);
            }
        }
    }

    /// Writes the target, and the data to be stored there.
    pub(super) fn write_with_data(
        &self,
        request: &mut RequestWriter<'_>,
        content_type: &SparqlMediaType,
        data: &RawBody,
    ) {
        self.write(request);
        request.body("contentType", content_type.as_str(), data.bytes().to_vec());
    }

    pub(super) fn from_members<E: Error>(
        graph: Option<String>,
        default: Option<bool>,
    ) -> Result<Self, E> {
        match (graph, default) {
            (Some(iri), None) => Ok(GraphTarget::Named(iri)),
            (None, Some(true)) => Ok(GraphTarget::Default),
            (None, None) => Err(E::missing_field("graph")),
            (Some(_), Some(_)) => Err(E::custom("graph and default are mutually exclusive")),
            (None, Some(false)) => Err(E::custom("default must be true if graph is not set")),
        }
    }

    pub(super) fn into_members(self) -> (Option<String>, Option<bool>) {
        match self {
            GraphTarget::Default => (None, Some(true)),
            GraphTarget::Named(iri) => (Some(iri), None),
        }
    }
}

/// Declares a request: the struct, its serde form, and `impl Operation`.
macro_rules! graph_request {
    (
        name: $wire_name:literal,
        http: $method:ident,
        effect: $effect:ident,
        // The guide lists the actions for queries; that the protocol needs the same is not confirmed (U11).
        iam_actions: $iam_actions:tt,
        output: $output:ident,
        $(effect_of: $effect_of:expr,)?
        encode: $encode:expr,
        decode: $decode:expr,

        $(#[$meta:meta])*
        pub struct $name:ident {
            $($(#[doc = $doc:literal])* $(#[serde($($serde:tt)*)])? pub $field:ident: $type:ty,)*
        }
    ) => {
        $(#[$meta])*
        ///
        /// <https://docs.aws.amazon.com/neptune/latest/userguide/sparql-graph-store-protocol.html>
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct $name {
            /// The graph. The serde form has the member `graph` with an IRI or `default` with true, and
            /// requires one of them.
            pub graph: super::GraphTarget,
            $($(#[doc = $doc])* pub $field: $type,)*
        }

        operation_impl! {
            name: $wire_name,
            // The guide writes the last slash; whether it can be left out is not known (U10).
            http: $method "/sparql/gsp/",
            effect: $effect,
            exceptions: super::QUERY_EXCEPTIONS,
            iam_actions: $iam_actions,
            documentation:
                "https://docs.aws.amazon.com/neptune/latest/userguide/sparql-graph-store-protocol.html",
            output: $output,
            $(effect_of: $effect_of,)?
            encode: $encode,
            decode: $decode,
            may_answer_empty: true,

            for $name
        }

        #[derive(serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        struct Members {
            #[serde(skip_serializing_if = "Option::is_none")]
            graph: Option<String>,
            #[serde(skip_serializing_if = "Option::is_none")]
            default: Option<bool>,
            $($(#[serde($($serde)*)])? $field: $type,)*
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                let $name { graph, $($field,)* } = self.clone();
                let (graph, default) = graph.into_members();
                serde::Serialize::serialize(&Members { graph, default, $($field,)* }, to)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let members: Members = serde::Deserialize::deserialize(from)?;
                let Members { graph, default, $($field,)* } = members;
                let graph = super::graph_store::GraphTarget::from_members(graph, default)?;
                Ok($name { graph, $($field,)* })
            }
        }
    };
}

/// Generates any graph.
#[cfg(any(feature = "proptest", feature = "arbitrary"))]
pub(super) struct AnyGraph;

#[cfg(any(feature = "proptest", feature = "arbitrary"))]
impl crate::testing::kinds::Kind<GraphTarget> for AnyGraph {
    #[cfg(feature = "proptest")]
    fn strategy(&self) -> proptest::strategy::BoxedStrategy<GraphTarget> {
        use crate::testing::kinds::{Label, Optional};
        use proptest::strategy::Strategy as _;

        let iri: proptest::strategy::BoxedStrategy<Option<String>> = Optional(Label).strategy();
        iri.prop_map(GraphTarget::from_iri).boxed()
    }

    #[cfg(feature = "arbitrary")]
    fn draw(&self, u: &mut arbitrary::Unstructured<'_>) -> arbitrary::Result<GraphTarget> {
        use crate::testing::kinds::{Label, Optional};

        Optional(Label).draw(u).map(GraphTarget::from_iri)
    }
}

#[cfg(any(feature = "proptest", feature = "arbitrary"))]
impl GraphTarget {
    fn from_iri(iri: Option<String>) -> Self {
        iri.map_or(GraphTarget::Default, GraphTarget::Named)
    }
}

/// The response to [`PutGraph`](crate::sparql::PutGraph), [`PostGraph`](crate::sparql::PostGraph) and
/// [`DeleteGraph`](crate::sparql::DeleteGraph).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct GraphStoreOutput {
    /// The HTTP status. In the protocol 201 means that the graph is new, and 200 or 204 that it existed; it is
    /// not known which of them the service returns ([U10](crate::wire_notes#u10)).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_code: Option<i32>,
}

arbitrary!(GraphStoreOutput, answer = |_: &GraphStoreOutput| {
    crate::testing::body_answer(None, bytes::Bytes::new())
} => status_code: Exactly(Some(200)));

impl GraphStoreOutput {
    // The body has no known members.
    pub(crate) const MEMBERS: &'static [&'static str] = &[];

    pub(super) fn read(response: &RawResponse<'_>) -> Result<Self, DecodeError> {
        response.acknowledgement()?;
        Ok(GraphStoreOutput {
            status_code: response.status_code(),
        })
    }
}
