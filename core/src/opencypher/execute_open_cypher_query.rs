use std::{cell::Cell, fmt, marker::PhantomData, time::Duration};

use serde::{
    Deserialize, Serialize,
    de::{DeserializeSeed, Deserializer, IgnoredAny, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{
    QUERY_EXCEPTIONS, hint,
    parameters::{self, InvalidParameters, parameter_setters},
};
use crate::{
    error::{DecodeError, DecodeErrorKind},
    operation::Operation,
    rows::{RowQuery, RowsFormat},
    types::RawJson,
    wire::{request::RequestWriter, response::RawResponse},
};

custom_request! {
    name: "ExecuteOpenCypherQuery",
    http: POST "/opencypher",
    effect: Write,
    exceptions: QUERY_EXCEPTIONS,
    iam_actions: ["ReadDataViaQuery", "WriteDataViaQuery", "DeleteDataViaQuery"],
    output: ExecuteOpenCypherQueryOutput,
    encode: ExecuteOpenCypherQuery::write,
    decode: ExecuteOpenCypherQueryOutput::read,

    /// Executes an openCypher query.
    ///
    /// A write, because the text of the query is not analyzed: it is not retried after a lost response. For
    /// queries that only read, set [`Effect::Read`](crate::operation::Effect::Read) with
    /// [`CallOptions::effect`](crate::machine::CallOptions::effect).
    ///
    /// Requires engine 1.2.1.0.R6 or later and, depending on the query, the IAM actions
    /// `neptune-db:ReadDataViaQuery`, `neptune-db:WriteDataViaQuery` and `neptune-db:DeleteDataViaQuery`.
    /// Neptune checks what the query could do before executing it: `MERGE` requires the first two.
    ///
    /// ```
    /// use neptunedata::{Endpoint, opencypher::{ExecuteOpenCypherQuery, Node}};
    /// use neptunedata::serde_json::json;
    /// use serde::Deserialize;
    ///
    /// let query = ExecuteOpenCypherQuery::new("MATCH (p:person {name: $name}) RETURN p, p.age AS age")
    ///     .parameters(json!({"name": "marko"}));
    /// let endpoint = Endpoint::parse("http://localhost:8182")?;
    /// let request = neptunedata::request(&query, &endpoint)?;
    /// assert_eq!(
    ///     request.body(),
    ///     r#"{"query":"MATCH (p:person {name: $name}) RETURN p, p.age AS age","parameters":"{\"name\":\"marko\"}"}"#,
    /// );
    ///
    /// #[derive(Deserialize)]
    /// struct Row {
    ///     p: Node,
    ///     age: Option<u8>,
    /// }
    /// let body = r#"{"results":[{"p":{"~id":"1","~entityType":"node","~labels":["person"],
    ///     "~properties":{"name":"marko","age":29}},"age":29}]}"#;
    /// let response = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<ExecuteOpenCypherQuery>(&response)?;
    /// let rows: Vec<Row> = output.rows()?;
    /// assert_eq!((rows[0].p.id.as_str(), rows[0].age), ("1", Some(29)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Time-outs
    ///
    /// The service ends a query after the cluster's `neptune_query_timeout`, 120 s by default, with a
    /// `TimeLimitExceededException` (500). [`timeout_hint`](field@Self::timeout_hint) lowers the limit for one
    /// query. A query keeps running after its caller stops waiting: cancel it with
    /// [`CancelOpenCypherQuery`](crate::opencypher::CancelOpenCypherQuery).
    ///
    /// A query over HTTP cannot have an id chosen by the caller. To find its id, search for its text with
    /// [`ListOpenCypherQueries`](crate::opencypher::ListOpenCypherQueries). The guide says that ids can be given,
    /// but shows no such request for openCypher ([M19](crate::wire_notes#m19)), and it is not known whether a
    /// member `queryId` is accepted ([U06](crate::wire_notes#u06)). To try it, add the member with
    /// [`CallOptions::extra`](crate::machine::CallOptions::extra).
    ///
    /// # Failures
    ///
    /// Responses are streamed, so a query can fail after the status 200 and some rows were sent. The error is then
    /// in the trailers, which the request accepts (engine 1.4.5.0), or at the end of the body, and the call
    /// returns it. On older engines the body ends after some rows, and the call returns a [`DecodeError`] of kind
    /// [`Truncated`](DecodeErrorKind::Truncated).
    ///
    /// Common errors: `MalformedQueryException` (400) and other errors about the text;
    /// `ConcurrentModificationException` (500) for conflicts, which engines before
    /// [1.4.6.0](https://docs.aws.amazon.com/neptune/latest/userguide/engine-releases-1.4.6.0.html) report as a
    /// `BadRequestException` (400) that cannot be distinguished from other errors, so that they are not retried;
    /// `MemoryLimitExceededException`, `TimeLimitExceededException` and `CancelledByUserException` (500);
    /// `ThrottlingException` (500) with 8192 queries in the queue ([M11](crate::wire_notes#m11));
    /// `ReadOnlyViolationException` (400) on a replica; `DuplicateDataException`, which is not in the service
    /// model, for a `~id` that exists already. If a token or a permission is missing, the status may be 400
    /// instead of 403 ([M12](crate::wire_notes#m12)).
    ///
    /// Responses are requested and read as JSON; it is not known whether the service still supports other
    /// formats ([U07](crate::wire_notes#u07)).
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-opencypher-queries.html>,
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-opencypher-exceptions.html>
    pub struct ExecuteOpenCypherQuery {
        /// The query. The member is called `query` on the wire.
        pub open_cypher_query: String,
        /// The values of the query's `$parameters`: the text of a JSON object. It is sent as a string; it is
        /// not known whether the service accepts an object ([U05](crate::wire_notes#u05)).
        #[serde(skip_serializing_if = "Option::is_none")]
        pub parameters: Option<String>,
        /// The time limit of the query, from 1 to 2,147,483,647 ms; fractions of a millisecond are dropped. A time
        /// limit that is longer than that of the cluster has no effect. The time starts when the query is queued.
        ///
        /// It is sent as `USING QUERY:TIMEOUTMILLISECONDS …` before the text. If the text itself begins with `USING`,
        /// possibly after white space and comments, the text is not changed and the limit is **not** sent, because
        /// combinations of hints are not documented. [`query_text`](Self::query_text) is the text that is sent.
        ///
        /// The hint is available since engine 1.3.2.0 according to one page of the documentation, and since
        /// 1.4.6.0 according to another ([M20](crate::wire_notes#m20)); older engines reject the text. It is not a
        /// member of the request on the wire. In the serde form it is `timeoutHint`, in milliseconds, and left out
        /// if it is not set.
        ///
        /// <https://docs.aws.amazon.com/neptune/latest/userguide/opencypher-query-hints-timeout-hint.html>
        #[serde(
            default,
            with = "hint::milliseconds",
            skip_serializing_if = "Option::is_none"
        )]
        pub timeout_hint: Option<Duration>,
        // Parameters that cannot be sent cannot be serialized either.
        #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
        invalid_parameters: Option<InvalidParameters>,
    }
}

arbitrary!(ExecuteOpenCypherQuery =>
    open_cypher_query, parameters: Optional(JsonObject),
    timeout_hint: Milliseconds(1..=i32::MAX), invalid_parameters: Exactly(None));

impl ExecuteOpenCypherQuery {
    /// Executes this query.
    pub fn new(open_cypher_query: impl Into<String>) -> Self {
        ExecuteOpenCypherQuery {
            open_cypher_query: open_cypher_query.into(),
            parameters: None,
            timeout_hint: None,
            invalid_parameters: None,
        }
    }

    fn write(&self, request: &mut RequestWriter<'_>) {
        hint::check_timeout(request, self.timeout_hint);
        parameters::check(request, &self.parameters, &self.invalid_parameters);
        request.json(&Body {
            query: &self.query_text(),
            parameters: &self.parameters,
        });
    }
}

parameter_setters!(ExecuteOpenCypherQuery);

/// The request as it is sent.
#[derive(Serialize)]
struct Body<'a> {
    query: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameters: &'a Option<String>,
}

/// The response to [`ExecuteOpenCypherQuery`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ExecuteOpenCypherQueryOutput {
    /// The rows as received: a list of objects, one per row, whose members are the columns. A column without an
    /// alias is named by its expression, such as `count(a)`.
    pub results: RawJson,
}

arbitrary!(ExecuteOpenCypherQueryOutput, answer kept => results);

impl ExecuteOpenCypherQueryOutput {
    pub(crate) const MEMBERS: &'static [&'static str] = &["results"];

    fn read(response: &RawResponse<'_>) -> Result<Self, DecodeError> {
        // Parse the whole body, so that a truncated response is not taken for a success.
        let outline: Outline<'_> = response.json()?;
        match outline.results {
            Some(results) => Ok(ExecuteOpenCypherQueryOutput {
                results: RawJson::part_of(response.body(), results.get()),
            }),
            None => Err(response.error(DecodeErrorKind::Shape, "results", "missing member")),
        }
    }

    /// Reads each row into your type `T`, which may borrow from this output. The rows of a
    /// [silently cancelled](Self::is_cancelled_silently) query are empty.
    ///
    /// `T` can use [`Node`](crate::opencypher::Node), [`Relationship`](crate::opencypher::Relationship) and
    /// [`Path`](crate::opencypher::Path) for columns, and [`opencypher::Value`](crate::opencypher::Value) or
    /// [`serde_json::Value`] for columns of any kind. [`RawJson::decode`] on [`results`](Self::results) reads
    /// the whole list.
    ///
    /// The response was checked to its end before, so this is a second pass over its text. [`Rows`](crate::rows::Rows)
    /// and [`RowReader`](crate::rows::RowReader) check and read the rows of a response in one pass.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use neptunedata::opencypher::ExecuteOpenCypherQuery;
    ///
    /// let response = neptunedata::http::Response::new(r#"{"results":[{"count(a)":121}]}"#.into());
    /// let output = neptunedata::response::<ExecuteOpenCypherQuery>(&response)?;
    /// let rows: Vec<BTreeMap<&str, u64>> = output.rows()?;
    /// assert_eq!(rows[0]["count(a)"], 121);
    ///
    /// let error = output.rows::<BTreeMap<&str, bool>>().unwrap_err();
    /// assert_eq!(error.path(), "results[0]");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When a row does not match `T`, or the results are not a list. The error has the path of the row and, as
    /// its body, [`results`](Self::results).
    pub fn rows<'a, T: Deserialize<'a>>(&'a self) -> Result<Vec<T>, DecodeError> {
        if self.is_cancelled_silently() {
            return Ok(Vec::new());
        }
        let current = Cell::new(None);
        let mut parser = serde_json::Deserializer::from_str(self.results.as_str());
        let rows = Rows {
            current: &current,
            row: PhantomData,
        };
        let read = rows.deserialize(&mut parser);
        let read = read.and_then(|rows| parser.end().map(|()| rows));
        read.map_err(|error| {
            let path = match current.get() {
                Some(row) => format!("results[{row}]"),
                None => "results".to_owned(),
            };
            DecodeError::new(
                ExecuteOpenCypherQuery::INFO.name,
                DecodeErrorKind::Shape,
                path,
                error.to_string(),
                self.results.bytes().clone(),
            )
        })
    }

    /// Whether the response has the form of an empty SPARQL result, `{"bindings":[]}`, which some engines
    /// return for a query that was cancelled with `silent` ([M21](crate::wire_notes#m21)).
    ///
    /// False does not mean that the query was not cancelled: other engines return an empty list, as for a query
    /// without results.
    pub fn is_cancelled_silently(&self) -> bool {
        #[derive(Deserialize)]
        struct Silent {
            bindings: Vec<IgnoredAny>,
        }
        let is_object = self.results.bytes().starts_with(b"{");
        let silent = is_object.then(|| self.results.decode::<Silent>());
        silent.is_some_and(|silent| silent.is_ok_and(|silent| silent.bindings.is_empty()))
    }
}

/// The member that a response must have; the rows stay in the body.
#[derive(Deserialize)]
struct Outline<'a> {
    #[serde(borrow)]
    results: Option<&'a RawValue>,
}

/// Reads a list, and keeps the index of the current row.
struct Rows<'c, T> {
    current: &'c Cell<Option<usize>>,
    row: PhantomData<T>,
}

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Rows<'_, T> {
    type Value = Vec<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<T>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Rows<'_, T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
        let mut rows = Vec::new();
        self.current.set(Some(0));
        while let Some(row) = list.next_element()? {
            rows.push(row);
            self.current.set(Some(rows.len()));
        }
        Ok(rows)
    }
}

/// A row is an object whose members are the columns. A
/// [silently cancelled](ExecuteOpenCypherQueryOutput::is_cancelled_silently) query has no rows.
impl RowQuery for ExecuteOpenCypherQuery {
    const FORMAT: RowsFormat = RowsFormat::OpenCypher;
}
