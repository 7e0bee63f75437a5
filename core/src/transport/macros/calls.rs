//! Calls with options, waits, rows and changes.

/// `Client::rows`. `$RowItems` is the client's stream or iterator of rows, of the type `$Items`.
#[doc(hidden)]
#[macro_export]
macro_rules! client_rows {
    ($Items:ident, $RowItems:ident) => {
        impl Client {
            /// Sends a query and returns the rows of its response as they arrive, each decoded into a `T`.
            ///
            /// Nothing is sent before the first row is requested. Apart from a bounded read-ahead (see
            /// [`tcp_receive_buffer`](neptunedata::transport::ClientOptions::tcp_receive_buffer)), rows that you
            /// do not request are not fetched.
            #[doc = concat!("[`", stringify!($RowItems), "`] has an example.")]
            pub fn rows<T: serde::de::DeserializeOwned>(
                &self,
                query: impl $crate::rows::RowQuery,
            ) -> $RowItems<T> {
                self.call(query).rows()
            }
        }

        impl<T: serde::de::DeserializeOwned> $Items<$crate::rows::Rows<T>> {
            /// The members of the response other than the rows, as far as they have arrived: for SPARQL usually with
            /// [`vars`](neptunedata::rows::Envelope::vars) before the first row.
            pub fn envelope(&self) -> &$crate::rows::Envelope {
                match self.summary() {
                    Some(end) => &end.envelope,
                    None => self.run.machine.envelope(),
                }
            }
        }
    };
}

/// `bytes` of `Client` and `CallBuilder`. `$Body` is the client's stream or reader of a body.
#[doc(hidden)]
#[macro_export]
macro_rules! client_bytes {
    ($Body:ident) => {
        impl Client {
            /// Sends a request and returns the body of its response as it arrives, without decoding it. For bodies of
            /// any size: graphs ([`GetGraph`](neptunedata::sparql::GetGraph), `CONSTRUCT`, `DESCRIBE`), reports of
            /// explain, raw results.
            ///
            /// Nothing is sent before the first chunk is requested. Apart from a bounded read-ahead (see
            /// [`tcp_receive_buffer`](neptunedata::transport::ClientOptions::tcp_receive_buffer)), chunks that you do
            /// not request are not fetched.
            #[doc = concat!("[`", stringify!($Body), "`] has an example.")]
            pub fn bytes(&self, operation: impl $crate::Operation) -> $Body {
                self.call(operation).bytes()
            }
        }

        impl<O: $crate::Operation> CallBuilder<O> {
            /// Returns the body of the response as it arrives, instead of the output that [`send`](CallBuilder::send)
            /// decodes: see [`Client::bytes`]. [`max_body_bytes`](CallBuilder::max_body_bytes) does not apply.
            pub fn bytes(self) -> $Body {
                let (session, seed) = (self.client.session(), self.client.seed());
                let chunks = $crate::machine::BodyChunks::with_options(
                    session,
                    &self.operation,
                    &self.options,
                    seed,
                );
                $Body::new(Run::new(&self.client, chunks, O::INFO.name))
            }
        }
    };
}

/// `meta` of `$Body`, the client's stream or reader of a body.
#[doc(hidden)]
#[macro_export]
macro_rules! body_meta {
    ($Body:ty) => {
        impl $Body {
            /// Status, headers and attempts of the response. `None` before the first chunk has arrived or, if the body
            /// is empty, before its end.
            pub fn meta(&self) -> Option<&$crate::machine::ResponseMeta> {
                self.run.machine.meta()
            }
        }
    };
}

/// `Client::changes` and the like. `$Transactions` and `$Records` are the client's streams or iterators, of the type
/// `$Items`.
#[doc(hidden)]
#[macro_export]
macro_rules! client_changes {
    ($Items:ident, $Transactions:ident, $Records:ident) => {
        impl Client {
            /// Follows a change stream, transaction by transaction:
            /// [`GetPropertygraphStream`](neptunedata::streams::GetPropertygraphStream) or
            /// [`GetSparqlStream`](neptunedata::streams::GetSparqlStream). Each transaction is kept in
            /// memory; a transaction of more than 1,000,000 records is an error, unless
            /// [`transaction_limit`](neptunedata::changes::ChangesOptions::transaction_limit) is higher. For
            /// transactions of any size, see [`change_records`](Client::change_records).
            #[doc = concat!("[`", stringify!($Transactions), "`] has an example.")]
            pub fn changes<O: $crate::changes::ChangeSource>(
                &self,
                start: $crate::changes::StartPosition,
            ) -> $Transactions<O> {
                self.changes_with(start, $crate::changes::ChangesOptions::new())
            }

            /// Like [`changes`](Client::changes), with options.
            pub fn changes_with<O: $crate::changes::ChangeSource>(
                &self,
                start: $crate::changes::StartPosition,
                options: $crate::changes::ChangesOptions,
            ) -> $Transactions<O> {
                let (session, seed) = (self.session(), self.seed());
                let machine =
                    $crate::changes::Transactions::with_options(session, start, options, seed);
                $Items::new(Run::new(self, machine, O::INFO.name))
            }

            /// Follows a change stream like [`changes`](Client::changes), but record by record, so that transactions
            /// can be of any size.
            #[doc = concat!("[`", stringify!($Records), "`] has an example.")]
            pub fn change_records<O: $crate::changes::ChangeSource>(
                &self,
                start: $crate::changes::StartPosition,
            ) -> $Records<O> {
                self.change_records_with(start, $crate::changes::ChangesOptions::new())
            }

            /// Like [`change_records`](Client::change_records), with options.
            pub fn change_records_with<O: $crate::changes::ChangeSource>(
                &self,
                start: $crate::changes::StartPosition,
                options: $crate::changes::ChangesOptions,
            ) -> $Records<O> {
                let (session, seed) = (self.session(), self.seed());
                let machine = $crate::changes::Changes::with_options(session, start, options, seed);
                $Items::new(Run::new(self, machine, O::INFO.name))
            }
        }

        impl<O: $crate::changes::ChangeSource> $Items<$crate::changes::Transactions<O>> {
            /// The checkpoint after the last transaction that was returned. Before the first transaction: the
            /// checkpoint of [`StartPosition::After`](neptunedata::changes::StartPosition::After), or `None`. With
            /// [`StartPosition::Latest`](neptunedata::changes::StartPosition::Latest), the checkpoint is known
            /// once the service has reported the end of the stream.
            pub fn checkpoint(&self) -> Option<$crate::changes::Checkpoint> {
                self.run.machine.checkpoint()
            }
        }

        impl<O: $crate::changes::ChangeSource> $Items<$crate::changes::Changes<O>> {
            /// The checkpoint after the last transaction of which all records were returned. If you start at this
            /// checkpoint, the records that were returned after it are delivered again. Before the first transaction:
            /// the checkpoint of [`StartPosition::After`](neptunedata::changes::StartPosition::After), or `None`. With
            /// [`StartPosition::Latest`](neptunedata::changes::StartPosition::Latest), the checkpoint is known once the
            /// service has reported the end of the stream.
            pub fn checkpoint(&self) -> Option<$crate::changes::Checkpoint> {
                self.run.machine.checkpoint()
            }
        }
    };
}

/// The type `CallBuilder`, without the methods that send.
#[doc(hidden)]
#[macro_export]
macro_rules! call_builder {
    () => {
        /// A call that has not started: see [`Client::call`].
        #[must_use = "nothing is sent before `send`"]
        pub struct CallBuilder<O> {
            client: Client,
            operation: O,
            options: $crate::CallOptions,
        }

        /// Shows only the operation: request and options may contain private data.
        impl<O: $crate::Operation> std::fmt::Debug for CallBuilder<O> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct("CallBuilder")
                    .field("operation", &O::INFO.name)
                    .finish_non_exhaustive()
            }
        }

        impl<O: $crate::Operation> CallBuilder<O> {
            pub(crate) fn new(client: &Client, operation: O) -> Self {
                CallBuilder {
                    client: client.clone(),
                    operation,
                    options: $crate::CallOptions::new(),
                }
            }

            /// Sets all options. Replaces options set before.
            pub fn options(mut self, options: $crate::CallOptions) -> Self {
                self.options = options;
                self
            }

            /// The time limit of the whole call, with all attempts and pauses. Default: that of the client.
            pub fn timeout(self, timeout: std::time::Duration) -> Self {
                self.with(|options| options.timeout(timeout))
            }

            /// The time limit of each attempt. Default: that of the client.
            pub fn attempt_timeout(self, timeout: std::time::Duration) -> Self {
                self.with(|options| options.attempt_timeout(timeout))
            }

            /// The effect of executing the request twice, in place of
            /// [`Operation::effect`](neptunedata::Operation::effect): see
            /// [`CallOptions::effect`](neptunedata::CallOptions::effect).
            pub fn effect(self, effect: $crate::Effect) -> Self {
                self.with(|options| options.effect(effect))
            }

            /// The maximum number of attempts, at least 1: see
            /// [`CallOptions::max_attempts`](neptunedata::CallOptions::max_attempts).
            pub fn max_attempts(self, attempts: u32) -> Self {
                self.with(|options| options.max_attempts(attempts))
            }

            /// The maximum size of a collected response body in bytes. Default: that of the client.
            pub fn max_body_bytes(self, bytes: usize) -> Self {
                self.with(|options| options.max_body_bytes(bytes))
            }

            /// The maximum size in bytes of one row of [`rows`](CallBuilder::rows): see
            /// [`CallOptions::max_row_bytes`](neptunedata::CallOptions::max_row_bytes). Default: 64 MiB.
            pub fn max_row_bytes(self, bytes: usize) -> Self {
                self.with(|options| options.max_row_bytes(bytes))
            }

            /// Whether to [cancel the query](crate#cancelling-abandoned-queries) on the server when the call times out or
            /// is dropped. Default: that of the client.
            pub fn cancel_on_abandon(self, cancel: bool) -> Self {
                self.with(|options| options.cancel_on_abandon(cancel))
            }

            /// Adds a member that the service accepts but the request struct has no field for: see
            /// [`CallOptions::extra`](neptunedata::CallOptions::extra).
            pub fn extra(
                self,
                name: impl Into<String>,
                value: impl Into<$crate::serde_json::Value>,
            ) -> Self {
                self.with(|options| options.extra(name, value))
            }

            /// Adds a parameter to the query string: see
            /// [`CallOptions::extra_query`](neptunedata::CallOptions::extra_query).
            pub fn extra_query(self, name: impl Into<String>, value: impl Into<String>) -> Self {
                self.with(|options| options.extra_query(name, value))
            }

            /// Adds a header, which is signed if possible: see
            /// [`CallOptions::header`](neptunedata::CallOptions::header).
            pub fn header(
                self,
                name: $crate::http::HeaderName,
                value: $crate::http::HeaderValue,
            ) -> Self {
                self.with(|options| options.header(name, value))
            }

            fn with(
                mut self,
                change: impl FnOnce($crate::CallOptions) -> $crate::CallOptions,
            ) -> Self {
                self.options = change(self.options);
                self
            }
        }
    };
}

/// The type `WaitBuilder` without the methods that wait, and `Client::wait`.
#[doc(hidden)]
#[macro_export]
macro_rules! wait_builder {
    () => {
        /// A wait that has not started: see [`Client::wait`].
        #[must_use = "nothing happens before `run`"]
        pub struct WaitBuilder<W> {
            client: Client,
            waiter: W,
            options: $crate::wait::WaitOptions,
        }

        impl<W: $crate::wait::Waiter> std::fmt::Debug for WaitBuilder<W> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let operation = <W::Request as $crate::Operation>::INFO.name;
                f.debug_struct("WaitBuilder")
                    .field("operation", &operation)
                    .finish_non_exhaustive()
            }
        }

        impl Client {
            /// Waits for a long-running operation, such as a bulk load. Nothing happens before
            /// [`run`](WaitBuilder::run), [`run_with`](WaitBuilder::run_with) or [`start`](WaitBuilder::start).
            ///
            /// The waiters are in the module [`waiters`](neptunedata::wait::waiters); any other
            /// [`Waiter`](neptunedata::wait::Waiter) works too.
            pub fn wait<W: $crate::wait::Waiter>(&self, waiter: W) -> WaitBuilder<W> {
                WaitBuilder {
                    client: self.clone(),
                    waiter,
                    options: $crate::wait::WaitOptions::new(),
                }
            }
        }

        impl<W: $crate::wait::Waiter> WaitBuilder<W> {
            fn into_run(self) -> Run<$crate::wait::Wait<W>> {
                let (session, seed) = (self.client.session(), self.client.seed());
                let wait =
                    $crate::wait::Wait::with_options(session, self.waiter, self.options, seed);
                Run::new(
                    &self.client,
                    wait,
                    <W::Request as $crate::Operation>::INFO.name,
                )
            }

            /// Sets all options. Replaces options set before.
            pub fn options(mut self, options: $crate::wait::WaitOptions) -> Self {
                self.options = options;
                self
            }

            /// The maximum time to wait in all: see
            /// [`WaitOptions::timeout`](neptunedata::wait::WaitOptions::timeout). Default: that of the waiter. The client's
            /// [`timeout`](neptunedata::transport::ClientOptions::timeout) does not apply.
            pub fn timeout(mut self, timeout: std::time::Duration) -> Self {
                self.options = self.options.timeout(timeout);
                self
            }

            /// The interval between the first and the second poll: see
            /// [`WaitOptions::interval`](neptunedata::wait::WaitOptions::interval). Default: that of the waiter.
            pub fn interval(mut self, interval: std::time::Duration) -> Self {
                self.options = self.options.interval(interval);
                self
            }

            /// The maximum interval between two polls: see
            /// [`WaitOptions::max_interval`](neptunedata::wait::WaitOptions::max_interval). Default: that of the waiter.
            pub fn max_interval(mut self, interval: std::time::Duration) -> Self {
                self.options = self.options.max_interval(interval);
                self
            }
        }
    };
}
