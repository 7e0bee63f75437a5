//! The list of all operations.

use crate::operation::{Operation, OperationInfo};

/// Calls a macro with every operation type of the service model. The [`dynamic`](crate::dynamic) API and
/// the tests use this list too.
///
/// ```
/// macro_rules! print_names {
///     ($($operation:ty,)*) => {
///         $(println!("{}", <$operation as neptunedata::Operation>::INFO.name);)*
///     };
/// }
/// neptunedata::for_each_operation!(print_names);
/// ```
#[macro_export]
macro_rules! for_each_operation {
    ($with:ident) => {
        $with! {
            // If a type is not found here, its `mod` or `pub use` is missing in the family's file.
            $crate::engine::GetEngineStatus,
            $crate::ml::StartMlDataProcessingJob,
            $crate::ml::ListMlDataProcessingJobs,
            $crate::ml::GetMlDataProcessingJob,
            $crate::ml::CancelMlDataProcessingJob,
            $crate::engine::ExecuteFastReset,
            $crate::gremlin::ExecuteGremlinQuery,
            $crate::gremlin::ExecuteGremlinExplainQuery,
            $crate::gremlin::ExecuteGremlinProfileQuery,
            $crate::gremlin::ListGremlinQueries,
            $crate::gremlin::GetGremlinQueryStatus,
            $crate::gremlin::CancelGremlinQuery,
            $crate::opencypher::ExecuteOpenCypherQuery,
            $crate::opencypher::ExecuteOpenCypherExplainQuery,
            $crate::opencypher::ListOpenCypherQueries,
            $crate::opencypher::GetOpenCypherQueryStatus,
            $crate::opencypher::CancelOpenCypherQuery,
            $crate::loader::StartLoaderJob,
            $crate::loader::ListLoaderJobs,
            $crate::loader::GetLoaderJobStatus,
            $crate::loader::CancelLoaderJob,
            $crate::ml::StartMlModelTrainingJob,
            $crate::ml::ListMlModelTrainingJobs,
            $crate::ml::GetMlModelTrainingJob,
            $crate::ml::CancelMlModelTrainingJob,
            $crate::ml::StartMlModelTransformJob,
            $crate::ml::ListMlModelTransformJobs,
            $crate::ml::GetMlModelTransformJob,
            $crate::ml::CancelMlModelTransformJob,
            $crate::ml::CreateMlEndpoint,
            $crate::ml::ListMlEndpoints,
            $crate::ml::GetMlEndpoint,
            $crate::ml::DeleteMlEndpoint,
            $crate::statistics::GetPropertygraphStatistics,
            $crate::statistics::ManagePropertygraphStatistics,
            $crate::statistics::DeletePropertygraphStatistics,
            $crate::statistics::GetSparqlStatistics,
            $crate::statistics::ManageSparqlStatistics,
            $crate::statistics::DeleteSparqlStatistics,
            $crate::summary::GetPropertygraphSummary,
            $crate::summary::GetRdfGraphSummary,
            $crate::streams::GetPropertygraphStream,
            $crate::streams::GetSparqlStream,
            $crate::storage::GetStorageInfo,
            $crate::index_rebuild::StartIndexRebuild,
            $crate::index_rebuild::ListIndexRebuilds,
            $crate::index_rebuild::GetIndexRebuildStatus,
            $crate::index_rebuild::CancelIndexRebuild,
        }
    };
}

macro_rules! infos {
    ($($operation:ty,)*) => {
        /// The facts about every operation of the service model.
        pub const OPERATIONS: &[&OperationInfo] =
            &[$(<$operation as Operation>::INFO,)*];
    };
}
for_each_operation!(infos);

/// Calls a macro with every SPARQL operation type. The service model does not have these operations, so they
/// are not in [`for_each_operation!`](crate::for_each_operation).
///
/// ```
/// macro_rules! print_names {
///     ($($operation:ty,)*) => {
///         $(println!("{}", <$operation as neptunedata::Operation>::INFO.name);)*
///     };
/// }
/// neptunedata::for_each_sparql_operation!(print_names);
/// ```
#[macro_export]
macro_rules! for_each_sparql_operation {
    ($with:ident) => {
        $with! {
            $crate::sparql::ExecuteSparqlQuery,
            $crate::sparql::ExecuteSparqlUpdate,
            $crate::sparql::ExecuteSparqlExplainQuery,
            $crate::sparql::ListSparqlQueries,
            $crate::sparql::GetSparqlQueryStatus,
            $crate::sparql::CancelSparqlQuery,
            $crate::sparql::GetGraph,
            $crate::sparql::PutGraph,
            $crate::sparql::PostGraph,
            $crate::sparql::DeleteGraph,
        }
    };
}

macro_rules! sparql_infos {
    ($($operation:ty,)*) => {
        /// The facts about every SPARQL operation. The names are defined by this crate.
        pub const SPARQL_OPERATIONS: &[&OperationInfo] =
            &[$(<$operation as Operation>::INFO,)*];
    };
}
for_each_sparql_operation!(sparql_infos);
