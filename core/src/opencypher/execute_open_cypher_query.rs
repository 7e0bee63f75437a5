use std::{cell::Cell, fmt, marker::PhantomData, time::Duration};

use serde::{
    Deserialize, Serialize,
    de::{DeserializeSeed, Deserializer, IgnoredAny, SeqAccess, Visitor},
};

use super::{
    QUERY_EXCEPTIONS, hint,
    parameters::{self, Refused, parameter_setters},
};
use crate::{
    error::{DecodeError, DecodeErrorKind},
    operation::{Operation, OperationInfo},
    rows::{RowQuery, RowsFormat},
    types::RawJson,
    wire::{json_text, request::RequestWriter, response::RawResponse},
};

custom_request! {
    name: "ExecuteOpenCypherQuery",
    http: POST "/opencypher",
    effect: Write,
    exceptions: QUERY_EXCEPTIONS,
    iam_actions: ["ReadDataViaQuery", "WriteDataViaQuery", "DeleteDataViaQuery"],

    /// Executes an openCypher query.
    ///
    /// A write, whatever the text says: nothing is guessed from it. After a lost answer a write is not
    /// sent again. If the query changes nothing, say so call by call, with
    /// [`CallOptions::effect`](crate::machine::CallOptions::effect) and [`Effect::Read`](crate::operation::Effect::Read).
    ///
    /// Needs engine 1.2.1.0.R6 or later and, as the query demands, the IAM actions
    /// `neptune-db:ReadDataViaQuery`, `neptune-db:WriteDataViaQuery` and `neptune-db:DeleteDataViaQuery`.
    /// Neptune looks at what the query could do, before it runs: `MERGE` needs the first two.
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
    /// let answer = neptunedata::http::Response::new(body.into());
    /// let output = neptunedata::response::<ExecuteOpenCypherQuery>(&answer)?;
    /// let rows: Vec<Row> = output.rows()?;
    /// assert_eq!((rows[0].p.id.as_str(), rows[0].age), ("1", Some(29)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Time-outs
    ///
    /// The service ends a query after `neptune_query_timeout`, 120 s unless the cluster says otherwise, with
    /// a `TimeLimitExceededException` (500). [`timeout_hint`](field@Self::timeout_hint) makes that
    /// sooner for one query. A client that gives up leaves its query running:
    /// [`CancelOpenCypherQuery`](crate::opencypher::CancelOpenCypherQuery) ends it.
    ///
    /// There is no way to name a query over HTTP, so its id must be looked up by its text, with
    /// [`ListOpenCypherQueries`](crate::opencypher::ListOpenCypherQueries). The guide says that ids can be given, but
    /// shows no such request for openCypher ([M19](crate::wire_notes#m19)); whether a member `queryId` would be taken is not known
    /// ([U06](crate::wire_notes#u06)). To try it, add it with [`CallOptions::extra`](crate::machine::CallOptions::extra).
    ///
    /// # Failures
    ///
    /// Answers are streamed, so a query can fail when its 200 and some rows are out already. Such an
    /// answer is the error that it ends in and never a success, whether trailers report it, which the request
    /// asks for (engine 1.4.5.0), or the end of the body; on older engines the rows just stop, which is a
    /// [`DecodeError`] of kind [`Truncated`](DecodeErrorKind::Truncated).
    ///
    /// In practice: `MalformedQueryException` (400) and other refusals of the text;
    /// `ConcurrentModificationException` (500) for conflicts, which engines before
    /// [1.4.6.0](https://docs.aws.amazon.com/neptune/latest/userguide/engine-releases-1.4.6.0.html)
    /// report as a `BadRequestException` (400) that nothing tells from any other, so that it is not sent again
    /// by itself; `MemoryLimitExceededException`, `TimeLimitExceededException` and `CancelledByUserException`
    /// (500); `ThrottlingException` (500) with 8192 queries in the queue ([M11](crate::wire_notes#m11)); `ReadOnlyViolationException`
    /// (400) on a replica; `DuplicateDataException`, which is in no model, for a `~id` that is taken. A
    /// missing token or right may be 400 instead of 403 ([M12](crate::wire_notes#m12)).
    ///
    /// Answers are asked for and read as JSON; whether the service still has other forms is not known ([U07](crate::wire_notes#u07)).
    ///
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-opencypher-queries.html>,
    /// <https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-opencypher-exceptions.html>
    pub struct ExecuteOpenCypherQuery {
        /// The query. `query` in the request that is sent.
        pub open_cypher_query: String,
        /// The values of its `$parameters`: the text of a JSON object. Text it is in the request too;
        /// whether an object would do is not known ([U05](crate::wire_notes#u05)).
        #[serde(skip_serializing_if = "Option::is_none")]
        pub parameters: Option<String>,
        /// How long the service may take, from 1 to 2,147,483,647 ms; fractions of a millisecond are cut
        /// off. A longer time than the cluster's own has no effect, and the clock starts when the query
        /// enters the queue.
        ///
        /// It is sent as `USING QUERY:TIMEOUTMILLISECONDS …` before the text. A text that begins with `USING`
        /// itself, also after blanks and comments, is left as it is and the time is **not** sent: how
        /// several hints combine is not documented. [`query_text`](Self::query_text) is what is
        /// sent in the end.
        ///
        /// Since engine 1.3.2.0 by one page of the documentation, 1.4.6.0 by another ([M20](crate::wire_notes#m20)); older ones
        /// refuse the text. Not a member of the request that is sent; `timeoutHint` in the serde form, in
        /// milliseconds, where it is set.
        ///
        /// <https://docs.aws.amazon.com/neptune/latest/userguide/opencypher-query-hints-timeout-hint.html>
        #[serde(
            default,
            with = "hint::milliseconds",
            skip_serializing_if = "Option::is_none"
        )]
        pub timeout_hint: Option<Duration>,
        // Parameters that cannot be sent have no serde form either.
        #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
        refused: Option<Refused>,
    }
}

arbitrary!(ExecuteOpenCypherQuery =>
    open_cypher_query, parameters: Optional(JsonObject),
    timeout_hint: Milliseconds(1..=i32::MAX), refused: Exactly(None));

impl ExecuteOpenCypherQuery {
    /// Executes this query.
    pub fn new(open_cypher_query: impl Into<String>) -> Self {
        ExecuteOpenCypherQuery {
            open_cypher_query: open_cypher_query.into(),
            parameters: None,
            timeout_hint: None,
            refused: None,
        }
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

/// The answer to [`ExecuteOpenCypherQuery`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ExecuteOpenCypherQueryOutput {
    /// The rows, as the bytes that came: a list with an object for each, whose members are the columns.
    /// A column without an alias has the text of its expression as its name, such as `count(a)`.
    pub results: RawJson,
}

arbitrary!(ExecuteOpenCypherQueryOutput, answer kept => results);

impl ExecuteOpenCypherQueryOutput {
    /// Reads the rows, each as a `T` of yours, which may borrow from this output. Queries that return
    /// nothing have none, and neither have those that were [cancelled in
    /// silence](Self::is_cancelled_silently).
    ///
    /// A `T` can have [`Node`](crate::opencypher::Node), [`Relationship`](crate::opencypher::Relationship) and
    /// [`Path`](crate::opencypher::Path) for its columns. A column that may be anything is a
    /// [`cypher::Value`](crate::opencypher::Value) or a [`serde_json::Value`]; [`RawJson::decode`] on
    /// [`results`](Self::results) reads all at once.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use neptunedata::opencypher::ExecuteOpenCypherQuery;
    ///
    /// let answer = neptunedata::http::Response::new(r#"{"results":[{"count(a)":121}]}"#.into());
    /// let output = neptunedata::response::<ExecuteOpenCypherQuery>(&answer)?;
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
    /// When a row is no `T`, which the error names, or the results are no list. Its body is
    /// [`results`](Self::results).
    pub fn rows<'a, T: Deserialize<'a>>(&'a self) -> Result<Vec<T>, DecodeError> {
        if self.is_cancelled_silently() {
            return Ok(Vec::new());
        }
        let at = Cell::new(None);
        let mut parser = serde_json::Deserializer::from_str(self.results.as_str());
        let rows = Rows {
            at: &at,
            row: PhantomData,
        };
        let read = rows.deserialize(&mut parser);
        let read = read.and_then(|rows| parser.end().map(|()| rows));
        read.map_err(|error| {
            let path = match at.get() {
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

    /// Whether the answer has the form of an empty SPARQL result, `{"bindings":[]}`, as some engines
    /// answer a query that was cancelled with `silent` ([M21](crate::wire_notes#m21)).
    ///
    /// False proves nothing: others answer an empty list, as for a query that found nothing.
    pub fn is_cancelled_silently(&self) -> bool {
        #[derive(Deserialize)]
        struct Silent {
            bindings: Vec<IgnoredAny>,
        }
        let is_object = self.results.as_str().starts_with('{');
        let silent = is_object.then(|| self.results.decode::<Silent>());
        silent.is_some_and(|silent| silent.is_ok_and(|silent| silent.bindings.is_empty()))
    }
}

/// What an answer must have; the rows themselves stay where they are.
#[derive(Deserialize)]
struct Outline {
    results: Option<IgnoredAny>,
}

/// Reads a list, and keeps the place.
struct Rows<'c, T> {
    at: &'c Cell<Option<usize>>,
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
        self.at.set(Some(0));
        while let Some(row) = list.next_element()? {
            rows.push(row);
            self.at.set(Some(rows.len()));
        }
        Ok(rows)
    }
}

impl Operation for ExecuteOpenCypherQuery {
    type Output = ExecuteOpenCypherQueryOutput;

    const INFO: &'static OperationInfo = Self::FACTS;

    fn encode(&self, request: &mut RequestWriter<'_>) {
        hint::check_timeout(request, self.timeout_hint);
        parameters::check(request, &self.parameters, &self.refused);
        request.accept_trailers();
        request.json(&Body {
            query: &self.query_text(),
            parameters: &self.parameters,
        });
    }

    fn decode(response: &RawResponse<'_>) -> Result<Self::Output, DecodeError> {
        // Once through the whole, so that nothing that breaks off is taken for an answer.
        let outline: Outline = response.json()?;
        let body = response.body();
        let text = std::str::from_utf8(body).unwrap_or_default();
        match json_text::member(text, "results") {
            Some(results) if outline.results.is_some() => Ok(ExecuteOpenCypherQueryOutput {
                results: RawJson::part_of(body, results),
            }),
            _ => Err(response.error(DecodeErrorKind::Shape, "results", "there are none")),
        }
    }
}

/// A row is an object whose members are the columns. A query that was [cancelled in
/// silence](ExecuteOpenCypherQueryOutput::is_cancelled_silently) has none.
impl RowQuery for ExecuteOpenCypherQuery {
    const FRAMING: RowsFormat = RowsFormat::OpenCypher;
}
